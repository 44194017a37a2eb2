"""Visits the types inside a type."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.ir.schema import List, Map, Record, Type, Union


def parts(type: Type) -> Iterator[Type]:
    """The types directly inside a type, in order; references are not followed."""
    match type:
        case List():
            yield type.items
        case Map():
            yield type.values
        case Record():
            for prop in type.properties:
                yield prop.type
            if type.extra is not None:
                yield type.extra
        case Union():
            for variant in type.variants:
                yield variant.type
        case _:
            return


def nested(type: Type) -> Iterator[Type]:
    """A type and everything inside it, outermost first."""
    yield type
    for part in parts(type):
        yield from nested(part)
