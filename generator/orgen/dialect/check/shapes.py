"""What checks ask of a schema: variants, constants, kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orgen.dialect.ast import Literal, Object
from orgen.ir.schema import (
    Json,
    List,
    Literals,
    Map,
    Property,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Schema,
    Type,
)
from orgen.ir.schema import Union as UnionType

TAGS = ("type", "role")
"""Properties whose constants name a canonical value, as notes do: `message<user>`."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One member of a union, and the component that it is."""

    type: Type
    component: str


def variants(schema: Schema, type: Type, component: str = "") -> Iterator[Variant]:
    """The members of a type, unions inside unions taken apart."""
    while isinstance(type, Ref):
        component, type = type.name, schema.components[type.name].type
    if isinstance(type, UnionType):
        for variant in type.variants:
            yield from variants(schema, variant.type, component)
    else:
        yield Variant(type, component)


def is_open(schema: Schema, type: Type) -> bool:
    """Whether a union takes values with an unknown tag."""
    found = schema.deref(type)
    return isinstance(found, UnionType) and found.open


def constants(schema: Schema, property: Property | None) -> tuple[Json, ...]:
    """The words that a property may hold, if they are listed."""
    if property is None:
        return ()
    found = schema.deref(property.type)
    return tuple(found.values) if isinstance(found, Literals) else ()


def label(schema: Schema, record: Record) -> tuple[str, str]:
    """The `type` and `role` of a record, where they are constants, or empty."""
    found = []
    for tag in TAGS:
        words = constants(schema, record.property(tag))
        found.append(str(words[0]) if len(words) == 1 else "")
    return found[0], found[1]


def agrees(schema: Schema, record: Record, template: Object) -> bool:
    """Whether the constants of a template may stand in a record."""
    for entry in template.entries:
        if not isinstance(entry.template, Literal):
            continue
        property = record.property(entry.key)
        words, value = constants(schema, property), entry.template.value
        if words and value not in words and not (value is None and property and property.nullable):
            return False
    return True


def unknown_keys(record: Record, template: Object) -> list[str]:
    """The keys of a template that a record does not have.

    Keys with a colon are residue, and those with an at sign lie outside the body.
    """
    keys = [entry.key for entry in template.entries]
    if record.property("id") is not None:
        keys = [key for key in keys if key != "status"]  # every item may have one
    own = [key for key in keys if ":" not in key and not key.startswith("@")]
    return [key for key in own if record.property(key) is None]


def literal_fits(schema: Schema, type: Type, value: Json) -> bool:
    """Whether a constant may stand at a place of this type."""
    found = schema.deref(type)
    match found:
        case Literals(values):
            return any(v == value and json_kind(v) == json_kind(value) for v in values)
        case Scalar(kind):
            return json_kind(value) == kind.value or (
                kind is ScalarKind.NUMBER and json_kind(value) == "integer"
            )
        case UnionType():
            return any(literal_fits(schema, v.type, value) for v in found.variants)
        case Record():
            return isinstance(value, dict)
        case _:
            return True


def json_kind(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"


def type_kind(type: Type) -> str:
    """The JSON kind of a type, or empty where it is none of one kind."""
    match type:
        case Scalar(kind):
            return kind.value
        case Literals(values):
            return "string" if all(isinstance(value, str) for value in values) else ""
        case List():
            return "array"
        case Record() | Map():
            return "object"
        case _:
            return ""


def kind_name(type: Type) -> str:
    """What a reader calls a value of a type."""
    match type:
        case List():
            return "a list"
        case Scalar(kind):
            return f"a {kind.value}"
        case Literals():
            return "a word"
        case Map():
            return "an object"
        case _:
            return "a value"


def enum_words(schema: Schema, type: Type) -> tuple[Json, ...] | None:
    """All the words that a type allows; None if it allows any string."""
    words: list[Json] = []
    for variant in variants(schema, type):
        match variant.type:
            case Literals(values):
                words += values
            case Scalar(kind) if kind is ScalarKind.BOOLEAN:
                words += [False, True]
            case Scalar(kind) if kind is not ScalarKind.STRING:
                continue
            case Record() | List() | Map():
                continue
            case _:
                return None
    return tuple(words) or None


def kinds_of(schema: Schema, type: Type) -> frozenset[str]:
    """The JSON kinds that a type allows; empty if it allows any."""
    found: set[str] = set()
    for variant in variants(schema, type):
        kind = type_kind(variant.type)
        if kind in ("", "null"):
            return frozenset()
        found.add(kind)
    return frozenset(found)
