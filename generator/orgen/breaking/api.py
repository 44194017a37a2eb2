"""What a generated package offers to its users, in no language's terms, and how two compare."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from orgen.breaking.change import ApiChange, Level
from orgen.ir.schema import (
    Anything,
    List,
    Literals,
    Map,
    Nothing,
    Record,
    Ref,
    Scalar,
    Schema,
    Type,
    Union,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A name of the package. `takes` are the alternatives of its type, as texts."""

    takes: frozenset[str]
    required: bool | None = None
    """Of a field: whether it is always there. None for other names."""
    owner: str | None = None
    """Of a field: the name of its type."""


def describe(schema: Schema, dialects: Sequence[str]) -> dict[str, Entry]:
    """Every public name: types, their fields, and dialects."""
    names = {f"dialects.{name}": Entry(frozenset({"dialect"})) for name in dialects}
    for name, component in schema.components.items():
        type = component.type
        if not isinstance(type, Record):
            names[f"types.{name}"] = Entry(_alternatives(type, component.nullable))
            continue
        names[f"types.{name}"] = Entry(frozenset({"object"} | ({"null"} if component.nullable
                                                              else set())))  # fmt: skip
        for one in type.properties:
            takes = _alternatives(one.type, one.nullable)
            names[f"types.{name}.{one.name}"] = Entry(takes, one.required, f"types.{name}")
    return names


def _alternatives(type: Type, nullable: bool) -> frozenset[str]:
    match type:
        case Union():
            found = {text for v in type.variants for text in _alternatives(v.type, False)}
        case Literals():
            found = {json.dumps(value) for value in type.values}
        case _:
            found = {_text(type)}
    return frozenset(found | {"null"} if nullable else found)


def _text(type: Type) -> str:
    """A type in words; constraints are no part of it, as generated types do not show them."""
    match type:
        case Scalar():
            return type.kind.value
        case Ref():
            return type.name
        case List():
            return f"list of {_joined(type.items)}"
        case Map():
            return f"map of {_joined(type.values)}"
        case Record():
            return "object {" + ", ".join(p.name for p in type.properties) + "}"
        case Anything():
            return "anything"
        case Nothing():
            return "nothing"
        case Literals() | Union():
            return _joined(type)


def _joined(type: Type) -> str:
    return " or ".join(sorted(_alternatives(type, False)))


def diff_api(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> tuple[ApiChange, ...]:
    """The differences between two packages, in the order of the new one; then what went."""
    return tuple(_differences(old, new))


def _differences(old: Mapping[str, Entry], new: Mapping[str, Entry]) -> Iterator[ApiChange]:
    for name, entry in new.items():
        before = old.get(name)
        if before is not None:
            yield from _changes(name, before, entry)
        elif entry.required is None:
            yield ApiChange(name, "was added", Level.MINOR)
        elif entry.owner in old:
            required = "required " if entry.required else ""
            level = Level.MAJOR if entry.required else Level.MINOR
            yield ApiChange(name, f"was added ({required or 'optional '}field)", level)
    for name, entry in old.items():
        if name not in new and (entry.required is None or entry.owner in new):
            yield ApiChange(name, "was removed", Level.MAJOR)


def _changes(name: str, old: Entry, new: Entry) -> Iterator[ApiChange]:
    if old.required != new.required:
        state = "is required now" if new.required else "may be absent now"
        yield ApiChange(name, state, Level.MAJOR)
    gone, fresh = _not_in(old.takes, new.takes), _not_in(new.takes, old.takes)
    # Whoever reads the value has to look for null from now on.
    if gone or "null" in fresh:
        message = f"was {_list(old.takes)} and is {_list(new.takes)}"
        yield ApiChange(name, message, Level.MAJOR)
    elif fresh:
        yield ApiChange(name, f"takes {_list(fresh)} too", Level.MINOR)


def _not_in(takes: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """The alternatives that the others do not take; a string takes every constant text."""
    strings = "string" in others
    return frozenset(t for t in takes - others if not (strings and t.startswith('"')))


def _list(takes: frozenset[str]) -> str:
    names = sorted(takes)
    few = " or ".join(names[:4])
    if len(names) <= 4:
        return few
    return f"{few} or {len(names) - 4} {'other' if len(names) == 5 else 'others'}"
