"""The normal form as a tree that remembers where in the document each node stood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from orgen.ir.schema import Json

Pointer: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True, slots=True)
class Value:
    """Plain JSON that is compared as a whole: a number, a default, the value of an `x-` keyword."""

    pointer: Pointer
    value: Json


@dataclass(frozen=True, slots=True)
class Fields:
    """Named members whose order means nothing. `noun` is what one of them is called."""

    pointer: Pointer
    members: Mapping[str, Node]
    noun: str


@dataclass(frozen=True, slots=True)
class Members:
    """Members whose order means nothing and that have no names: an enum, a union."""

    pointer: Pointer
    members: tuple[Node, ...]
    noun: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Members in an order that means something, such as `prefixItems` or servers."""

    pointer: Pointer
    members: tuple[Node, ...]
    noun: str


Node: TypeAlias = "Value | Fields | Members | Sequence"


def to_json(node: Node) -> Json:
    """The tree as plain JSON; sets become lists, sorted and without repetition."""
    match node:
        case Value(value=value):
            return plain_numbers(value)
        case Fields(members=fields):
            return {name: to_json(fields[name]) for name in sorted(fields)}
        case Sequence(members=members):
            return [to_json(member) for member in members]
        case Members(members=members):
            by_text = {text_of(member): member for member in members}
            return [to_json(by_text[text]) for text in sorted(by_text)]


def plain_numbers(value: Json) -> Json:
    """JSON Schema knows one kind of number: 1.0 is written as 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [plain_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: plain_numbers(item) for key, item in value.items()}
    return value


def canonical_text(value: Json) -> str:
    """One text per JSON value: sorted keys, no spaces, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def text_of(node: Node) -> str:
    return canonical_text(to_json(node))


def pointer_text(pointer: Pointer) -> str:
    """RFC 6901: `("paths", "/responses")` -> `/paths/~1responses`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
