"""Lowers `settings.py`: a TypedDict for the entry of each provider in `provider_extensions`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
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
from orgen.targets.python.native_modules import native_types
from orgen.targets.python.prose import property_prose
from orgen.targets.python.text import docstring, string

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
    slugs: tuple[str, ...]
    """All names of the provider, as string literals."""
    doc: str
    fields: tuple[SettingText, ...]


def settings_file(
    schema: Schema, providers: Sequence[Provider], dialects: Sequence[Dialect], package: str
) -> list[SourceFile]:
    """`openresponses/settings.py`, unformatted; none without providers."""
    if not providers:
        return []
    known = {dialect.name: dialect for dialect in dialects}
    modules = {name: types.module for name, types in native_types(dialects).items()}
    lowered = [_provider(provider, known, modules) for provider in providers]
    text = (
        environment("python")
        .get_template("settings.py.jinja")
        .render(header=header(schema), package=package, providers=lowered, natives=_used(lowered))
    )
    return [SourceFile(PurePosixPath("openresponses/settings.py"), text)]


def _used(lowered: Sequence[SettingsText]) -> list[str]:
    annotations = " ".join(field.annotation for text in lowered for field in text.fields)
    return sorted(set(re.findall(r"\bnative_(\w+)\.", annotations)))


def _provider(
    provider: Provider, dialects: Mapping[str, Dialect], modules: Mapping[str, str]
) -> SettingsText:
    found: dict[str, list[tuple[str, str]]] = {}
    titles: dict[str, list[str]] = {}
    services = [one for one in provider.services if one.dialect in dialects]
    for service in services:
        dialect = dialects[service.dialect]
        for prop, annotation in _native(provider, service, dialect, modules):
            found.setdefault(prop.name, []).append((annotation, property_prose(prop) or ""))
            titles.setdefault(prop.name, []).append(dialect.title)
    for name, said in provider.settings.items():
        if name not in found:
            found[name] = [(_annotation(said), str(_said(said).get("description", "")))]
    doc = f"Settings of {provider.title}: its entry in `provider_extensions`."
    return SettingsText(
        _identifier(provider.slug),
        tuple(string(name) for name in provider.names),
        docstring(doc, 4),
        tuple(
            SettingText(name, _joined([a for a, _ in said]), docstring(_doc(said, where), 4))
            for name, said in found.items()
            for where in [titles.get(name, []) if len(services) > 1 else []]
        ),
    )


def _doc(said: Sequence[tuple[str, str]], titles: Sequence[str]) -> str:
    """The first description, and the dialects that have the setting, if not all do."""
    first = next((doc for _, doc in said if doc), "A setting of the provider.")
    return f"{first}\n\nIn: {', '.join(titles)}." if titles else first


def _native(
    provider: Provider, service: Service, dialect: Dialect, modules: Mapping[str, str]
) -> Iterator[tuple[Property, str]]:
    """The settings of a dialect that the provider has, with their annotations."""
    native = dialect.native
    if native is None or dialect.name not in modules:
        return
    classes = choose_classes(native, Diagnostics())
    printer = Printer(
        {name: f"native_{modules[dialect.name]}.{found}" for name, found in classes.items()},
        classes,
    )
    for prop in request_properties(native):
        lack = service.terms.lacks.get(prop.name)
        here = not prop.servers or provider.slug in prop.servers
        free = prop.name not in dialect.protected and is_plain_key(prop.name)
        if here and free and (lack is None or lack.unless):
            yield prop, printer.annotation(prop.type, prop.nullable)


def _joined(annotations: Sequence[str]) -> str:
    """All annotations as one; each member once, and None at the end."""
    members = dict.fromkeys(m for text in annotations for m in _members(text))
    if "Any" in members:
        return "Any"
    last = ["None"] if members.pop("None", True) is None else []
    return " | ".join([*members, *last])


def _members(annotation: str) -> Iterator[str]:
    """The parts of an annotation between its own bars."""
    depth, start = 0, 0
    for index, char in enumerate(annotation):
        depth += (char == "[") - (char == "]")
        if char == "|" and depth == 0:
            yield annotation[start:index].strip()
            start = index + 1
    yield annotation[start:].strip()


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
