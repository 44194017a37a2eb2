"""Canonical keys that mean nothing to a dialect, wherever they stand: they need no closer look."""

from __future__ import annotations

from collections.abc import Iterable

from orgen.dialect.ast import Dialect
from orgen.dialect.compile.types import CanonicalTypes


def ignored_keys(dialect: Dialect, types: CanonicalTypes, place: str) -> tuple[str, ...]:
    """The keys that the notes of `ignore` name for a place, whatever they hold.

    A place is a type (`message`), a path with a dot at its end (`usage.`), or nothing for the
    body itself. Keys ignored everywhere (`*.id`) are listed where the contract has them.
    """
    prefix = place if not place or place.endswith(".") else f"{place}."
    found: list[str] = []
    for note in dialect.ignore:
        if "<" in note.place:
            continue
        owner, _, key = note.place.rpartition(".")
        if owner == "*" and types.has_property(place, key):
            found.append(key)
        elif note.place.startswith(prefix) and "." not in note.place[len(prefix) :]:
            found.append(note.place[len(prefix) :])
    return tuple(found)


def known_keys(read: Iterable[str], ignored: Iterable[str]) -> tuple[str, ...]:
    """The keys that rules read, and those that are ignored."""
    return tuple(dict.fromkeys((*read, *ignored)))
