"""Walks two normal forms side by side and reports every difference."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from orgen.contract.tree import (
    Fields,
    Members,
    Node,
    Sequence,
    Value,
    canonical_text,
    pointer_text,
    text_of,
    to_json,
)
from orgen.contract.where import Where, step_into

LONGEST_VALUE = 60


class Kind(enum.Enum):
    """What happened on the way from the left document to the right one."""

    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. Both pointers lead into the documents as they were given.

    On the side that lacks the node, the pointer leads to what should contain it.
    """

    kind: Kind
    left: str
    right: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} (left {self.left or '/'}, right {self.right or '/'})"


def differences(left: Node, right: Node) -> list[Difference]:
    """All differences between two trees, in the order of the left one."""
    return list(_walk(left, right, Where()))


def _walk(left: Node, right: Node, where: Where) -> Iterator[Difference]:
    match left, right:
        case Fields(), Fields():
            yield from _walk_fields(left, right, where)
        case Members(), Members():
            yield from _walk_members(left, right, where)
        case Sequence(), Sequence():
            yield from _walk_sequence(left, right, where)
        case _ if text_of(left) != text_of(right):
            message = f"{where}: {_shown(left)} became {_shown(right)}"
            yield _difference(Kind.CHANGED, left, right, message)


def _walk_fields(left: Fields, right: Fields, where: Where) -> Iterator[Difference]:
    for name, node in left.members.items():
        other = right.members.get(name)
        if other is None:
            message = f"{where}: {left.noun} {name!r} was removed"
            yield _difference(Kind.REMOVED, node, right, message)
        else:
            yield from _walk(node, other, step_into(where, left, name))
    for name, node in right.members.items():
        if name not in left.members:
            message = f"{where}: {right.noun} {name!r} was added"
            yield _difference(Kind.ADDED, left, node, message)


def _walk_members(left: Members, right: Members, where: Where) -> Iterator[Difference]:
    """Equal members cancel; of the rest, those that plainly mean the same are compared."""
    texts_left = {text_of(node): node for node in left.members}
    texts_right = {text_of(node): node for node in right.members}
    only_left = [node for text, node in texts_left.items() if text not in texts_right]
    only_right = [node for text, node in texts_right.items() if text not in texts_left]
    for node in only_left:
        partner = next((other for other in only_right if _name(other) == _name(node)), None)
        if partner is None or isinstance(node, Value):
            message = f"{where}: {left.noun} {_name(node)} was removed"
            yield _difference(Kind.REMOVED, node, right, message)
        else:
            only_right.remove(partner)
            yield from _walk(node, partner, where.member(_name(node).strip('"')))
    for node in only_right:
        message = f"{where}: {right.noun} {_name(node)} was added"
        yield _difference(Kind.ADDED, left, node, message)


def _walk_sequence(left: Sequence, right: Sequence, where: Where) -> Iterator[Difference]:
    for index, (node, other) in enumerate(zip(left.members, right.members, strict=False)):
        yield from _walk(node, other, where.member(str(index)))
    shared = min(len(left.members), len(right.members))
    for index, node in enumerate(left.members[shared:], shared):
        message = f"{where}: {left.noun} {index} was removed"
        yield _difference(Kind.REMOVED, node, right, message)
    for index, node in enumerate(right.members[shared:], shared):
        message = f"{where}: {right.noun} {index} was added"
        yield _difference(Kind.ADDED, left, node, message)


def _name(node: Node) -> str:
    """What a nameless member goes by: its component, its constant `type`, or its JSON type."""
    if not isinstance(node, Fields):
        return _shown(node)
    members = node.members
    reference = members.get("$ref")
    if isinstance(reference, Value):
        return str(reference.value).rsplit("/", 1)[-1]
    properties = members.get("properties")
    tag = properties.members.get("type") if isinstance(properties, Fields) else None
    constant = tag.members.get("enum") if isinstance(tag, Fields) else None
    if constant is not None:
        return _shown(constant)
    kind = members.get("type")
    return _shown(kind) if kind is not None else _shown(node)


def _shown(node: Node) -> str:
    text = canonical_text(to_json(node))
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def _difference(kind: Kind, left: Node, right: Node, message: str) -> Difference:
    return Difference(kind, pointer_text(left.pointer), pointer_text(right.pointer), message)
