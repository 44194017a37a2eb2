"""Lowers `settings.py`: a TypedDict for the entry of each provider in `provider_extensions`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.settings import request_properties
from orgen.ir.schema import Property, Schema
from orgen.provider.model import Provider, Service
from orgen.render import SourceFile, environment
from orgen.targets.python.annotations import Printer
from orgen.targets.python.module import header
from orgen.targets.python.names import choose_classes, is_plain_key
from orgen.targets.python.prose import property_prose
from orgen.targets.python.text import docstring, string, within

_WORD = re.compile(r"(?<![.\w\"'])\w+(?![\w\"'])")
"""Names of an annotation, but for attributes and what stands in quotes."""
_KINDS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


@dataclass(frozen=True, slots=True)
class SettingText:
    """One key: its annotation is an expression, its doc a docstring."""

    key: str
    annotation: str
    doc: str


@dataclass(frozen=True, slots=True)
class SettingsText:
    """The TypedDict of one provider."""

    identifier: str
    doc: str
    fields: tuple[SettingText, ...]


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One provider in the index: its names are string literals."""

    identifier: str
    slugs: tuple[str, ...]
    title: str
    dialects: tuple[str, ...]


def settings_module(
    schema: Schema, dialect: Dialect, native_module: str, providers: Sequence[Provider]
) -> list[SourceFile]:
    """`openresponses/settings/<dialect>.py`, unformatted: a TypedDict for each provider.

    `providers` serve the dialect, with their terms; `native_module` has its native types.
    """
    lowered = [
        _provider(provider, service, dialect, native_module)
        for provider in providers
        for service in provider.services
        if service.dialect == dialect.name
    ]
    if not lowered or dialect.native is None:
        return []
    annotations = " ".join(field.annotation for text in lowered for field in text.fields)
    text = (
        environment("python")
        .get_template("settings/module.py.jinja")
        .render(
            header=header(schema),
            title=within(dialect.title),
            native=native_module if "native." in annotations else "",
            typing=[
                *(name for name in ("Any", "Literal") if name in _WORD.findall(annotations)),
                "TypedDict",
            ],
            providers=lowered,
        )
    )
    return [SourceFile(PurePosixPath("openresponses", "settings", f"{dialect.name}.py"), text)]


def settings_index(
    schema: Schema, providers: Sequence[Provider], dialects: Set[str], package: str
) -> list[SourceFile]:
    """`openresponses/settings/__init__.py`: the entries of all providers.

    `dialects` are those with a module of settings.
    """
    rows = [
        IndexRow(
            _identifier(provider.slug),
            tuple(string(name) for name in provider.names),
            within(provider.title),
            tuple(one.dialect for one in provider.services if one.dialect in dialects),
        )
        for provider in providers
    ]
    rows = [row for row in rows if row.dialects]
    served = sorted({dialect for row in rows for dialect in row.dialects})
    if not rows:
        return []
    classes = sorted(["ProviderExtensions", *(row.identifier for row in rows)])
    text = (
        environment("python")
        .get_template("settings/__init__.py.jinja")
        .render(
            header=header(schema),
            package=package,
            rows=rows,
            exports=[*classes, "provider_extensions"],
            dialects=served,
        )
    )
    return [SourceFile(PurePosixPath("openresponses/settings/__init__.py"), text)]


def _provider(
    provider: Provider, service: Service, dialect: Dialect, native_module: str
) -> SettingsText:
    found = {
        prop.name: SettingText(
            prop.name,
            annotation,
            docstring(property_prose(prop) or "A setting of the provider.", 4),
        )
        for prop, annotation in _native(provider, service, dialect)
    }
    for name, said in provider.settings.items():
        if name not in found:
            doc = docstring(str(_said(said).get("description", "")), 4)
            found[name] = SettingText(name, _annotation(said), doc)
    doc = f"Settings of {provider.title}, for its entry in `provider_extensions`."
    return SettingsText(_identifier(provider.slug), docstring(doc, 4), tuple(found.values()))


def _native(
    provider: Provider, service: Service, dialect: Dialect
) -> Iterator[tuple[Property, str]]:
    """The settings of a dialect that the provider has, with their annotations."""
    native = dialect.native
    if native is None:
        return
    classes = choose_classes(native, Diagnostics())
    printer = Printer({name: f"native.{found}" for name, found in classes.items()}, classes)
    for prop in request_properties(native):
        lack = service.terms.lacks.get(prop.name)
        here = not prop.servers or provider.slug in prop.servers
        free = prop.name not in dialect.protected and is_plain_key(prop.name)
        if here and free and (lack is None or lack.unless):
            yield prop, printer.annotation(prop.type, prop.nullable)


def _said(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, dict) else {}


def _annotation(schema: Any) -> str:
    """What a setting of a provider file holds."""
    said = _said(schema)
    if "enum" in said:
        return f"Literal[{', '.join(map(string, said['enum']))}]"
    match said.get("type"):
        case "array":
            return f"list[{_annotation(said.get('items'))}]"
        case "object":
            return "dict[str, Any]"
        case kind:
            return _KINDS.get(str(kind), "Any")


def _identifier(slug: str) -> str:
    """`TextgenWebuiSettings`."""
    return "".join(word.capitalize() for word in re.split("[-_]", slug)) + "Settings"
