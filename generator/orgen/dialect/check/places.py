"""All the names under which notes may speak of places of a schema."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.dialect.check.findings import CANONICAL
from orgen.dialect.check.shapes import Variant, label, variants
from orgen.identity import once_for_each
from orgen.ir.schema import (
    Json,
    List,
    Literals,
    Map,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Schema,
    Type,
)

_DEEPEST = 4


@once_for_each
def canonical_places(schema: Schema) -> frozenset[str]:
    """Fields of the bodies, `type.property` of values, `*.property`, and forms."""
    found: set[str] = set()
    reached: dict[str, Record] = {}
    for component in CANONICAL.values():
        if component in schema.components:
            found |= set(_paths(schema, Ref(component), "", 0))
            _reach(schema, Ref(component), reached)
    for record in reached.values():
        kind, role = label(schema, record)
        found |= {f"*.{property.name}" for property in record.properties}
        if kind:
            found |= {kind, *([f"{kind}<{role}>"] if role else [])}
            found |= set(_record_paths(schema, record, kind, 0))
    return frozenset(found)


@once_for_each
def native_places(schema: Schema) -> frozenset[str]:
    """Paths from the bodies and from values, `Component.property`, and `*.property`."""
    found: set[str] = set()
    for name, component in schema.components.items():
        if isinstance(component.type, Record):
            found |= set(_record_paths(schema, component.type, "", 0))
            found |= set(_record_paths(schema, component.type, name, _DEEPEST - 1))
            found |= {f"*.{property.name}" for property in component.type.properties}
    return frozenset(found)


def _paths(schema: Schema, type: Type, prefix: str, depth: int) -> Iterator[str]:
    for variant in variants(schema, type):
        match variant.type:
            case Record() as record:
                yield from _record_paths(schema, record, prefix, depth)
            case List(items) if prefix:
                yield from _paths(schema, items, prefix, depth + 1)
            case Literals(values):
                yield from (f"{prefix}<{value}>" for value in values)
            case Scalar(ScalarKind.BOOLEAN):
                yield from (f"{prefix}<true>", f"{prefix}<false>")


def _record_paths(schema: Schema, record: Record, prefix: str, depth: int) -> Iterator[str]:
    if depth >= _DEEPEST:
        return
    for property in record.properties:
        path = f"{prefix}.{property.name}" if prefix else property.name
        yield path
        for variant in variants(schema, property.type):
            yield from (f"{path}<{tag}>" for tag in _tags(schema, variant))
        yield from _paths(schema, property.type, path, depth + 1)


def _tags(schema: Schema, variant: Variant) -> tuple[Json, ...]:
    if not isinstance(variant.type, Record):
        return ()
    kind, _ = label(schema, variant.type)
    return (kind,) if kind else ()


def _reach(schema: Schema, type: Type, reached: dict[str, Record]) -> None:
    """Every record that can occur in a value of a type."""
    waiting = [type]
    while waiting:
        for variant in variants(schema, waiting.pop()):
            match variant.type:
                case Record() as record if variant.component not in reached:
                    reached[variant.component] = record
                    waiting += [property.type for property in record.properties]
                case List(items):
                    waiting.append(items)
                case Map(values):
                    waiting.append(values)
