"""Compares the types, values and defaults of two schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orgen.breaking.change import At
from orgen.breaking.differ import Differ
from orgen.breaking.view import ALL_TYPES, View
from orgen.contract.tree import Members, Pointer, Value, canonical_text, to_json

if TYPE_CHECKING:
    from orgen.ir.schema import Json

LONGEST = 60


def shown(value: Json) -> str:
    """A JSON value for a message, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def place(at: At) -> str:
    """The place as the subject of a sentence."""
    return f"`{at.path or at.group.name}`"


def diff_type(differ: Differ, left: View, right: View, at: At) -> bool:
    """Compare the JSON types; False if they have nothing in common, so that no more is said."""
    old, new = left.types() or ALL_TYPES, right.types() or ALL_TYPES
    if old == new:
        return True
    message = f"the type of {place(at)} was {_type(left)} and is {_type(right)}"
    if old < new:
        rule = "type-widened"
    elif new < old:
        rule = "type-narrowed"
    else:
        rule = "type-changed"
    differ.emit(rule, at, left.place("type"), right.place("type"), message)
    return bool(old & new)


def _type(seen: View) -> str:
    types = seen.types()
    if types is None:
        return "anything"
    names = sorted(types - {"integer"} if "number" in types else types)
    return " or ".join(names)


def diff_nullable(differ: Differ, left: View, right: View, at: At) -> None:
    if left.nullable is None or right.nullable is None or left.nullable == right.nullable:
        return
    if right.nullable:
        rule, message = "nullable-added", f"{place(at)} may be null now"
    else:
        rule, message = "nullable-removed", f"{place(at)} must not be null any more"
    differ.emit(rule, at, left.pointer, right.pointer, message)


def diff_values(differ: Differ, left: View, right: View, at: At, *, open: bool = False) -> None:
    """Compare enums and constants. `open`: the union around them takes other values too."""
    old, new = left.values(), right.values()
    if old is None or new is None:
        _diff_list(differ, left, right, at)
        return
    before = {canonical_text(value): value for value in old}
    after = {canonical_text(value): value for value in new}
    if len(before) == len(after) == 1 and before.keys() != after.keys():
        was, now = shown(old[0]), shown(new[0])
        message = f"the constant {place(at)} was {was} and is {now}"
        differ.emit("const-changed", at, left.place("enum"), right.place("enum"), message)
        return
    kind = "open-enum-value" if open else "enum-value"
    here, there = _places(left), _places(right)
    for text, value in before.items():
        if text not in after:
            message = f"{place(at)} no longer takes the value {shown(value)}"
            where = here[text]
            differ.emit(f"{kind}-removed", at, where, right.place("enum"), message)
    for text, value in after.items():
        if text not in before:
            message = f"{place(at)} takes the new value {shown(value)}"
            differ.emit(f"{kind}-added", at, left.place("enum"), there[text], message)


def _places(seen: View) -> dict[str, Pointer]:
    """Where each value of the enum is written, by its canonical text."""
    node = seen.keywords.get("enum")
    members = node.members if isinstance(node, Members) else ()
    return {
        canonical_text(to_json(member)): member.pointer
        for member in members
        if isinstance(member, Value)
    }


def _diff_list(differ: Differ, left: View, right: View, at: At) -> None:
    """One side lists values and the other does not."""
    old, new = left.values(), right.values()
    if old is not None:
        message = f"{place(at)} is no longer limited to {_listed(old)}"
        differ.emit("enum-lifted", at, left.place("enum"), right.place("enum"), message)
    elif new is not None:
        message = f"{place(at)} is limited to {_listed(new)} now"
        differ.emit("enum-introduced", at, left.place("enum"), right.place("enum"), message)


def _listed(values: list[Json]) -> str:
    few = ", ".join(shown(value) for value in values[:5])
    return few if len(values) <= 5 else f"{few} and {len(values) - 5} more"


def diff_default(differ: Differ, left: View, right: View, at: At) -> None:
    old, new = left.keywords.get("default"), right.keywords.get("default")
    before, after = _default(left), _default(right)
    constant = all(len(seen.values() or ()) == 1 for seen in (left, right))
    if before == after or constant:
        # The default of a constant is the constant, which has a rule of its own.
        return
    match before, after:
        case None, str():
            rule, message = "default-added", f"{place(at)} has the default {after} now"
        case str(), None:
            rule, message = "default-removed", f"{place(at)} has no default any more ({before})"
        case _:
            rule = "default-changed"
            message = f"the default of {place(at)} was {before} and is {after}"
    if not at.optional:
        rule = "required-default-changed"
    where_left = left.pointer if old is None else old.pointer
    differ.emit(rule, at, where_left, right.pointer if new is None else new.pointer, message)


def _default(seen: View) -> str | None:
    node = seen.keywords.get("default")
    return None if node is None else shown(to_json(node))
