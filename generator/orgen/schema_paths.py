"""Follows property names and list indices through a resolved schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orgen.ir.schema import List, Literals, Map, Record, Ref, Union

if TYPE_CHECKING:
    from orgen.ir.schema import Component, Property, Schema, Type

STREAM_MEDIA_TYPE = "text/event-stream"


def records(schema: Schema, type: Type) -> Iterator[Record]:
    """The records that a value of `type` may be, each once, through references and unions."""
    seen: set[str] = set()
    pending = [type]
    while pending:
        current = pending.pop(0)
        match current:
            case Ref(name):
                if name not in seen:
                    seen.add(name)
                    pending.insert(0, schema.components[name].type)
            case Union(variants):
                pending[:0] = [variant.type for variant in variants]
            case Record():
                yield current
            case _:
                pass


def properties(schema: Schema, type: Type, name: str) -> list[Property]:
    """The properties called `name` of the records that `type` may be."""
    found = (record.property(name) for record in records(schema, type))
    return [each for each in found if each is not None]


def types_at(schema: Schema, type: Type, steps: tuple[str, ...]) -> list[Type]:
    """The types found by following `steps` from `type`; empty if there is no such place.

    A step is a property name; where a list is reached, any step means "an entry".
    """
    reached = [type]
    for step in steps:
        entries: list[Type] = []
        for current in reached:
            flat = schema.deref(current)
            if isinstance(flat, List):
                entries.append(flat.items)
            elif isinstance(flat, Map):
                entries.append(flat.values)
            else:
                entries.extend(found.type for found in properties(schema, flat, step))
        reached = entries
    return reached


def constants(schema: Schema, type: Type, name: str) -> tuple[str, ...]:
    """The constant strings that the property `name` may have in `type`, in spec order."""
    values: dict[str, None] = {}
    for found in properties(schema, type, name):
        flat = schema.deref(found.type)
        if isinstance(flat, Literals):
            values.update((value, None) for value in flat.values if isinstance(value, str))
    return tuple(values)


def stream_events(schema: Schema) -> dict[str, Component]:
    """Event type -> component, for every event that an operation may stream, in spec order."""
    events: dict[str, Component] = {}
    for operation in schema.operations:
        for reply in operation.replies:
            for body in reply.bodies:
                if body.media_type == STREAM_MEDIA_TYPE:
                    for component in _members(schema, body.type):
                        for value in constants(schema, component.type, "type"):
                            events.setdefault(value, component)
    return events


def _members(schema: Schema, type: Type) -> Iterator[Component]:
    """The components that are records of a union, through nested unions, each once."""
    seen: set[str] = set()
    pending = [type]
    while pending:
        current = pending.pop(0)
        if isinstance(current, Ref) and current.name not in seen:
            seen.add(current.name)
            component = schema.components[current.name]
            if isinstance(component.type, Record):
                yield component
            else:
                pending.insert(0, component.type)
        elif isinstance(current, Union):
            pending[:0] = [variant.type for variant in current.variants]
