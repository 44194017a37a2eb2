"""Lowers one component to a definition of `types.py`: a TypedDict, or an alias."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orgen.ir.schema import (
    Component,
    Property,
    Record,
)
from orgen.targets.python.annotations import Printer
from orgen.targets.python.names import is_plain_key
from orgen.targets.python.prose import component_prose, property_prose
from orgen.targets.python.text import comment, docstring, string


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a TypedDict. `key` is an identifier, or a string literal in the other syntax."""

    key: str
    annotation: str
    doc: str | None


@dataclass(frozen=True, slots=True)
class TypedDictClass:
    identifier: str
    total: bool
    doc: str | None
    fields: tuple[Field, ...]
    kind: str = "typed_dict"


@dataclass(frozen=True, slots=True)
class TypedDictCall:
    """A TypedDict with keys that no class body can declare."""

    identifier: str
    total: bool
    doc: str | None
    fields: tuple[Field, ...]
    kind: str = "typed_dict_call"


@dataclass(frozen=True, slots=True)
class Alias:
    identifier: str
    annotation: str
    doc: str | None
    kind: str = "alias"


@dataclass(frozen=True, slots=True)
class Guard:
    """A function that tells known variants of a union from others; `test` is its expression."""

    identifier: str
    parameter: str
    result: str
    test: str
    doc: str
    kind: str = "guard"


Definition = TypedDictClass | TypedDictCall | Alias | Guard


def is_typed_dict(component: Component) -> bool:
    """Whether a component becomes a TypedDict; an object without known keys is a plain dict."""
    return isinstance(component.type, Record) and (
        bool(component.type.properties) or component.type.extra is None
    )


def typed_dict(
    component: Component, classes: Mapping[str, str], printer: Printer
) -> TypedDictClass | TypedDictCall:
    """The TypedDict of a record; keys keep the order of the spec."""
    record = component.type
    assert isinstance(record, Record)
    identifier = classes[component.name]
    total = any(p.required for p in record.properties) or not record.properties
    hidden = set(classes.values())
    plain = all(is_plain_key(p.name) and p.name not in hidden for p in record.properties)
    make = TypedDictClass if plain else TypedDictCall
    prose = component_prose(component.doc, component.type)
    fields = tuple(_field(p, total, plain, printer) for p in record.properties)
    return make(identifier, total, prose and docstring(prose, 4 if plain else 0), fields)


def _field(prop: Property, total: bool, plain: bool, printer: Printer) -> Field:
    annotation = printer.annotation(prop.type, prop.nullable)
    if total and not prop.required:
        annotation = f"NotRequired[{annotation}]"
    prose = property_prose(prop)
    doc = prose and (docstring(prose, 4) if plain else comment(prose, 8))
    return Field(prop.name if plain else string(prop.name), annotation, doc)


def alias(component: Component, classes: Mapping[str, str], printer: Printer) -> Alias:
    """The alias of a component that is no TypedDict."""
    prose = component_prose(component.doc, component.type)
    return Alias(
        classes[component.name],
        _at_top(printer.annotation(component.type)),
        prose and docstring(prose),
    )


def _at_top(annotation: str) -> str:
    """A quoted alias would be a mere string to `|`; inside `Union` it is a reference."""
    return f"Union[{annotation}]" if annotation.startswith('"') else annotation
