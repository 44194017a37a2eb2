"""The `native` package of the generated Python: vendors' formats as TypedDicts.

Nothing imports it at run time but those who ask for it: translators name its
types in annotations only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.ir.schema import Schema
from orgen.memory import remembered
from orgen.render import SourceFile, environment
from orgen.targets.python.module import header
from orgen.targets.python.names import choose_classes
from orgen.targets.python.text import docstring
from orgen.targets.python.types_module import Frame, derived_names, lower_module

_ENTRY_POINTS = ("Request", "Response", "Error")


@dataclass(frozen=True, slots=True)
class NativeTypes:
    """The module that types a dialect's bodies, and what request, response and error are there."""

    module: str
    request: str
    response: str
    error: str

    @property
    def parameters(self) -> str:
        """The type arguments of the dialect, as `dialects` writes them."""
        names = (self.request, self.response, self.error)
        return ", ".join(f"native_{self.module}.{name}" for name in names)


@dataclass(frozen=True, slots=True)
class _Index:
    """What `native/__init__.py.jinja` prints."""

    names: tuple[str, ...]


def native_types(dialects: Sequence[Dialect]) -> dict[str, NativeTypes]:
    """Dialect -> the types of its bodies; a dialect without a schema has none.

    A dialect that takes over the schema of another has its types, too.
    """
    classes = {dialect.name: entry_classes(dialect) for dialect in dialects}
    written = {dialect.name for dialect in dialects if _has_own(dialect, dialects)}
    extends = {dialect.name: dialect.extends for dialect in dialects}
    return types_among(classes, written, extends)


def entry_classes(dialect: Dialect) -> tuple[str, str, str] | None:
    """What request, response and error are called in a dialect's module; None without a schema."""
    native = dialect.native
    if native is None or any(name not in native.components for name in _ENTRY_POINTS):
        return None
    classes = choose_classes(native, Diagnostics())
    request, response, error = (classes[name] for name in _ENTRY_POINTS)
    return request, response, error


def types_among(
    classes: Mapping[str, tuple[str, str, str] | None],
    written: Set[str],
    extends: Mapping[str, str | None],
) -> dict[str, NativeTypes]:
    """Dialect -> the types of its bodies, which stand in a module of a dialect in `written`."""
    found: dict[str, NativeTypes] = {}
    for dialect, names in classes.items():
        module = dialect
        while module not in written and (base := extends.get(module)) in classes and base:
            module = base
        if names is not None:
            found[dialect] = NativeTypes(module, *names)
    return found


def _has_own(dialect: Dialect, dialects: Sequence[Dialect]) -> bool:
    """Whether the schema of a dialect is not just that of the one that it extends."""
    base = next((other for other in dialects if other.name == dialect.extends), None)
    return dialect.native is not None and (base is None or base.native != dialect.native)


def native_files(
    schema: Schema, dialects: Sequence[Dialect], diagnostics: Diagnostics
) -> list[SourceFile]:
    """`openresponses/native/*.py`, unformatted."""
    template = environment("python").get_template("types.py.jinja")
    canonical = choose_classes(schema, Diagnostics())
    texts: dict[str, str] = {}
    for dialect in dialects:
        if dialect.native is not None and _has_own(dialect, dialects):
            local = Diagnostics(sources=diagnostics.sources)
            make = partial(_module, schema, dialect, dialect.native, canonical, local)
            texts[dialect.name] = remembered(
                f"native {dialect.name}",
                (schema, dialect),
                lambda make=make: template.render(module=make()),  # type: ignore[misc]
                lambda _, local=local: not local,  # type: ignore[misc]
            )
            diagnostics.items += local.items
    texts |= index_text(schema, list(texts))
    return [
        SourceFile(PurePosixPath("openresponses", "native", f"{name}.py"), text)
        for name, text in sorted(texts.items())
    ]


def native_file(schema: Schema, dialect: Dialect, diagnostics: Diagnostics) -> SourceFile:
    """The module of one dialect that has a native schema of its own, unformatted."""
    assert dialect.native is not None
    canonical = choose_classes(schema, Diagnostics())
    module = _module(schema, dialect, dialect.native, canonical, diagnostics)
    text = environment("python").get_template("types.py.jinja").render(module=module)
    return SourceFile(PurePosixPath("openresponses", "native", f"{dialect.name}.py"), text)


def index_text(schema: Schema, names: Sequence[str]) -> dict[str, str]:
    """`__init__` -> its text, which lists the modules; none without any."""
    if not names:
        return {}
    index = environment("python").get_template("native/__init__.py.jinja")
    text = index.render(index=_Index(tuple(sorted(names))))
    return {"__init__": f"{header(schema)}\n{text}"}


def _module(
    schema: Schema,
    dialect: Dialect,
    native: Schema,
    canonical: Mapping[str, str],
    diagnostics: Diagnostics,
) -> object:
    """The definitions of one dialect's native schema."""
    borrowed = {name: canonical[there] for name, there in dialect.borrowed.items()}
    classes = choose_classes(native, diagnostics)
    taken = derived_names(native, classes, borrowed)
    if not diagnostics.has_errors:
        choose_classes(native, diagnostics, taken)
    title = " ".join(native.title.split())
    return lower_module(native, classes, Frame(header(schema), docstring(_doc(title)), borrowed))


def _doc(title: str) -> str:
    return f"""{title}: the vendor's own bodies as plain JSON, typed.

`Request`, `Response`, `Error` and `StreamEvent` are where to begin. Every object is a
dict at run time, and may have more keys than are listed: vendors add some at any time."""
