"""Which types a type refers to, and where each component is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgen.ir.schema import (
    Anything,
    List,
    Literals,
    Map,
    Nothing,
    Record,
    Ref,
    Scalar,
    Union,
)
from orgen.targets.docs.escape import code, escape, first_sentence

if TYPE_CHECKING:
    from orgen.ir.schema import Schema, Type


@dataclass(frozen=True, slots=True)
class Use:
    """A place that refers to a component: another component, and the property if any."""

    component: str
    property: str | None


def uses(schema: Schema) -> dict[str, list[Use]]:
    """Component name -> the places that refer to it, in spec order, each once."""
    found: dict[str, dict[Use, None]] = {name: {} for name in schema.components}
    for name, component in schema.components.items():
        for property, target in _references(component.type, None):
            found[target][Use(name, property)] = None
        if isinstance(component.type, Union) and component.type.unknown in found:
            found[component.type.unknown][Use(name, None)] = None
    return {name: list(places) for name, places in found.items()}


def abouts(schema: Schema) -> dict[str, str]:
    """Component name -> a line about it; of an inline schema without prose, where it stands."""
    places = uses(schema)
    lines: dict[str, str] = {}
    for name, component in schema.components.items():
        told = component.doc.description or component.doc.title
        lines[name] = escape(first_sentence(told or ""))
        if not told and component.lifted and places[name]:
            use = places[name][0]
            lines[name] = f"Stands inline in {escape(use.component)}"
            lines[name] += f", {code(use.property)}." if use.property is not None else "."
    return lines


def references(type: Type) -> Iterator[str]:
    """Names of the components that a type refers to directly."""
    return (name for _, name in _references(type, None))


def _references(type: Type, property: str | None) -> Iterator[tuple[str | None, str]]:
    match type:
        case Ref(name):
            yield property, name
        case List(items):
            yield from _references(items, property)
        case Map(values):
            yield from _references(values, property)
        case Union(variants):
            for variant in variants:
                yield from _references(variant.type, property)
        case Record(properties, extra):
            for each in properties:
                yield from _references(each.type, property or each.name)
            if extra is not None:
                yield from _references(extra, property)
        case Scalar() | Literals() | Anything() | Nothing():
            pass
