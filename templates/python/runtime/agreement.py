"""Compares what an event states as a whole with what earlier events built piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .lifecycle import Lifecycle, Machine, Rule, entries
from .objects import Object
from .shapes import shown


def differences(
    rule: Rule, event: dict[str, Any], subject: Object, table: Lifecycle
) -> Iterator[str]:
    """A sentence for every place where the payload is not what was built."""
    name = rule.value or ""
    stated = event[name]
    if rule.channel is not None:
        built = subject.channels[rule.channel].whole()
        yield from _first_difference(name, built, stated)
        return
    if rule.action == "close":
        yield from _constants(name, subject, stated, table)
        yield from _grown(name, subject, stated)
    for machine in table.held(subject.machine.name):
        yield from _listed(name, machine, subject, stated)


def _constants(
    name: str, subject: Object, stated: dict[str, Any], table: Lifecycle
) -> Iterator[str]:
    """What an object opens with stays: its type, and the fields that no event changes."""
    kind = subject.kind if isinstance(subject.kind, str) else ""
    fixed = table.names.get(kind, ()) if table.held(subject.machine.name) else ()
    for key in ("type", *fixed):
        yield from _first_difference(f"{name}.{key}", subject.opened.get(key), stated.get(key))


def _grown(name: str, subject: Object, stated: dict[str, Any]) -> Iterator[str]:
    """Texts and lists that grew event by event."""
    for text in subject.channels.values():
        yield from _first_difference(f"{name}.{text.key}", text.whole(), stated.get(text.key))
    for key, grown in subject.lists.items():
        yield from _first_difference(f"{name}.{key}", grown, entries(stated, key))


def _listed(name: str, machine: Machine, subject: Object, stated: dict[str, Any]) -> Iterator[str]:
    """The objects that were opened within this one are all listed, as they ended."""
    held = subject.held.get(machine.name, {})
    listed = entries(stated, machine.list)
    place = f"{name}.{machine.list}"
    if len(listed) != len(held):
        kind = machine.name.replace("_", " ")
        yield f"`{place}` has {len(listed)} of the {len(held)} {kind}s that were opened"
    for index, each in held.items():
        if each.stated is not None and index < len(listed):
            yield from _first_difference(f"{place}[{index}]", each.stated, listed[index])


def _first_difference(place: str, built: Any, stated: Any) -> Iterator[str]:
    """A sentence about the first place where two values differ, if there is one."""
    if built == stated:
        return
    if isinstance(built, dict) and isinstance(stated, dict):
        for key in dict.fromkeys([*built, *stated]):
            if (key in built) != (key in stated) or built.get(key) != stated.get(key):
                inner = f"{place}.{key[:40] if isinstance(key, str) else key}"
                yield from _first_difference(inner, built.get(key), stated.get(key))
                return
    if isinstance(built, list) and isinstance(stated, list):
        for index, (old, new) in enumerate(zip(built, stated, strict=False)):
            if old != new:
                yield from _first_difference(f"{place}[{index}]", old, new)
                return
        yield f"`{place}` has {len(stated)} entries, but {len(built)} were sent before"
        return
    if isinstance(built, str) and isinstance(stated, str):
        yield f"`{place}` is not what was sent before: {_texts(built, stated)}"
        return
    yield f"`{place}` is {shown(stated)}, but {shown(built)} was sent before"


def _texts(built: str, stated: str) -> str:
    """Where two texts part, with a little of both."""
    start = next(
        (at for at, (a, b) in enumerate(zip(built, stated, strict=False)) if a != b),
        min(len(built), len(stated)),
    )
    around = slice(max(0, start - 10), start + 20)
    return f"{shown(stated[around])}, not {shown(built[around])}, at character {start}"
