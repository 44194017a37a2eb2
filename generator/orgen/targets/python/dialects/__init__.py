"""The `dialects` package of the generated Python: translators and the runtime they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from orgen.dialect.ast import Dialect
from orgen.dialect.compile.program import compile_parts
from orgen.dialect.compile.reuse import Compiled
from orgen.dialect.settings import Settings, settings_of
from orgen.ir.schema import Schema
from orgen.memory import remembered
from orgen.provider.model import Provider
from orgen.render import SourceFile, environment
from orgen.targets.python.dialects.module import (
    DialectModule,
    kinds_module,
    lower_dialect,
    render_dialect,
)
from orgen.targets.python.dialects.profiles import Base, origins_of, profile_texts
from orgen.targets.python.dialects.runtime import RUNTIME_MODULES, runtime_dir
from orgen.targets.python.dialects.sharing import shared
from orgen.targets.python.module import header
from orgen.targets.python.native_modules import NativeTypes, native_types

__all__ = [
    "canonical_file",
    "compiled_bases",
    "dialect_files",
    "index_texts",
    "placed",
    "runtime_files",
]


@dataclass(frozen=True, slots=True)
class _Index:
    """What `dialects/__init__.py.jinja` prints."""

    names: tuple[str, ...]
    package: str
    modules: tuple[str, ...]
    """Modules of native types."""
    natives: tuple[tuple[str, str], ...]
    """Dialect -> the type arguments of its `Dialect`, where its bodies are typed."""


def dialect_files(
    schema: Schema,
    dialects: Sequence[Dialect],
    providers: Sequence[Provider] = (),
    known: Sequence[Dialect] = (),
    package: str = "openresponses",
) -> list[SourceFile]:
    """`openresponses/dialects/*.py` and `openresponses/profiles/*.py`, unformatted.

    `providers` are known to `provider_extensions`, and have profiles; `known` are all dialects
    of the spec, if `dialects` are not; `package` is what documentation imports.
    """
    if not dialects:
        return []
    natives = native_types(dialects)
    slugs = {name: provider.slug for provider in providers for name in provider.names}
    settings = {d.name: settings_of(d, known or dialects, slugs) for d in dialects}
    bases, modules = compiled_bases(schema, dialects, settings, natives)
    texts = {
        **index_texts([dialect.name for dialect in dialects], natives, package),
        "dialects/canonical.py": kinds_module(schema),
        **{f"dialects/{module.name}.py": render_dialect(module) for module in modules},
        **profile_texts(schema, providers, bases),
    }
    return placed(schema, texts)


def canonical_file(schema: Schema) -> SourceFile:
    """`openresponses/dialects/canonical.py`, unformatted."""
    (file,) = placed(schema, {"dialects/canonical.py": kinds_module(schema)})
    return file


def index_texts(
    names: Sequence[str], natives: Mapping[str, NativeTypes], package: str
) -> dict[str, str]:
    """`dialects/__init__.py`, which lists the dialects."""
    index = _Index(
        tuple(sorted(names)),
        package,
        tuple(sorted({types.module for types in natives.values()})),
        tuple((name, types.parameters) for name, types in sorted(natives.items())),
    )
    template = environment("python").get_template("dialects/__init__.py.jinja")
    return {"dialects/__init__.py": template.render(index=index)}


def compiled_bases(
    schema: Schema,
    dialects: Sequence[Dialect],
    settings: Mapping[str, Settings],
    natives: Mapping[str, NativeTypes],
) -> tuple[dict[str, Base], list[DialectModule]]:
    """The dialects, compiled and lowered, and their modules."""
    made = {d.name: _lowered(d, schema, settings[d.name], natives.get(d.name)) for d in dialects}
    extends = {d.name: d.extends for d in dialects if d.extends in made}
    modules = shared([module for _, module in made.values()], extends)
    bases = {
        module.name: Base(*made[module.name], settings[module.name], origins_of(module))
        for module in modules
    }
    return bases, modules


def _lowered(
    dialect: Dialect, schema: Schema, settings: Settings, native: NativeTypes | None
) -> tuple[Compiled, DialectModule]:
    def make() -> tuple[Compiled, DialectModule]:
        compiled = compile_parts(dialect, schema)
        return compiled, lower_dialect(dialect, compiled.program, settings, native)

    return remembered(f"lowered {dialect.name}", (dialect, schema, settings, native), make)


def runtime_files(schema: Schema) -> list[SourceFile]:
    """`openresponses/runtime/*.py`: what the generated modules share, written by hand."""
    doc = '"""What the generated translators share; written by hand."""\n'
    texts = {"runtime/__init__.py": doc}
    for name in RUNTIME_MODULES:
        texts[f"runtime/{name}"] = (runtime_dir() / name).read_text("utf-8")
    return [replace(file, by_hand=True) for file in placed(schema, texts)]


def placed(schema: Schema, texts: Mapping[str, str]) -> list[SourceFile]:
    """Files of the package, each below the lines that say where it comes from."""
    first = header(schema)
    return [
        SourceFile(PurePosixPath("openresponses", path), f"{first}\n{text}")
        for path, text in texts.items()
    ]
