"""Lowers what a published Python package has beside its modules: metadata, README, `__init__`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from orgen.config import Config
from orgen.ir.schema import Schema, Union
from orgen.render import SourceFile
from orgen.targets.python.client_modules import CLIENT_NAMES
from orgen.targets.python.module import header
from orgen.targets.python.names import attribute_identifier
from orgen.targets.python.text import docstring, string

VERSION = "0.1.0"
"""Version of the generated package. The spec's version is `__spec_version__`."""


_ABOUT = {
    "client": ("Calls of any provider: plain, streamed, with tools", "the extra `client`"),
    "dialects": ("Translation from and to vendors' formats, whole and streamed", "nothing"),
    "events": ("Reading, checking and collecting a stream of events", "nothing"),
    "models": (
        "Classes with attributes, which validate what they are given",
        "the extra `pydantic`",
    ),
    "native": ("TypedDicts of the vendors' own formats, for type checkers", "nothing"),
    "providers": ("Facts about providers: base URL, authentication, dialects", "nothing"),
    "settings": ("TypedDicts of the settings that providers have of their own", "nothing"),
    "types": ("TypedDicts and literals for type checkers", "nothing"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A module in the README's table."""

    module: str
    about: str
    needs: str


@dataclass(frozen=True, slots=True)
class Example:
    """An open union, its guard, and how one of its variants is told."""

    union: str
    guard: str
    tag: str
    value: str


@dataclass(frozen=True, slots=True)
class Package:
    """All that the templates of the package's own files print."""

    header: str
    doc: str
    name: str
    """Name of the distribution."""
    module: str
    """Import name."""
    modules: tuple[str, ...]
    """Public modules, loaded on first use."""
    client: tuple[str, ...]
    """Names of the client that the package itself offers; empty without a client."""
    exports: tuple[str, ...]
    """Entries of `__all__`, as string literals."""
    command: str
    """Name of the command; empty without a client."""
    version: str
    spec_version: str
    spec_hash: str
    title: str
    """The spec and its version as one line of Markdown."""
    summary: str
    """The description for the package index, as a TOML string."""
    rows: tuple[Row, ...]
    """The table of modules."""
    example: Example | None


def _in_order(names: Sequence[str]) -> list[str]:
    """Classes before the rest, as sorters of `__all__` have it."""
    return sorted(names, key=lambda name: (not name[0].isupper(), name))


def lower_package(
    schema: Schema, classes: Mapping[str, str], config: Config, files: Sequence[SourceFile]
) -> Package:
    """Describe the package that holds `files`."""
    modules = tuple(sorted(set(_public_modules(files))))
    title = _one_line(f"{schema.title} {schema.version}")
    client = CLIENT_NAMES if "client" in modules else ()
    name = config.package.replace("_", "-").lower()
    specials = ("__spec_hash__", "__spec_version__", "__version__")
    return Package(
        header(schema),
        docstring(f"Types and tools for {title}.\n\nModules are loaded when they are first used."),
        name,
        config.package,
        modules,
        client,
        tuple(string(name) for name in _in_order([*client, *specials, *modules])),
        name if client else "",
        string(VERSION),
        string(schema.version),
        string(schema.hash),
        _markdown(title),
        toml_string(f"Types and tools for {title}"),
        tuple(Row(name, *_ABOUT.get(name, ("", ""))) for name in modules),
        _example(schema, classes),
    )


def _example(schema: Schema, classes: Mapping[str, str]) -> Example | None:
    """The named open union with the most variants, to show how it is read."""
    unions = [
        (component, component.type)
        for component in schema.components.values()
        if isinstance(component.type, Union) and component.type.open and not component.lifted
    ]
    if not unions:
        return None
    component, union = max(unions, key=lambda pair: len(pair[1].variants))
    tag = next(v.tag for v in union.variants if v.tag)
    (name, values), *_ = tag.values
    identifier = classes[component.name]
    guard = f"is_known_{attribute_identifier(identifier)}"
    return Example(identifier, guard, string(name), string(str(values[0])))


def _public_modules(files: Sequence[SourceFile]) -> list[str]:
    """`types` of `pkg/types.py`, `dialects` of `pkg/dialects/__init__.py`."""
    names = []
    for file in files:
        _, *inner = file.path.parts
        if len(inner) == 1 or inner[1:] == ["__init__.py"]:
            names.append(PurePosixPath(inner[0]).stem)
    return [name for name in names if name in _ABOUT]


def _one_line(text: str) -> str:
    visible = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(visible.split())[:120]


def _markdown(text: str) -> str:
    """The text with Markdown's own characters escaped."""
    return "".join("\\" + char if char in "\\`*_{}[]<>()#+!|$&" else char for char in text)


def toml_string(text: str) -> str:
    """A TOML basic string. `text` is one line of visible characters."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
