"""Breaks a JSON value in one place at a time, in every place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

WRONG: dict[type, tuple[Any, ...]] = {
    str: (7, True, None, {}, ["x"], "", "no such value", "x" * 600),
    bool: ("true", 1, None, {}),
    int: ("1", True, None, -5, 10**9, 0.5, []),
    float: ("0.5", False, None, {}),
    list: ({}, "x", None, 3),
    dict: ([], "x", None, 3),
    type(None): ("x", 3, True, {}, []),
}


@dataclass(frozen=True)
class Mutant:
    """A value with one change: something else at `path`, or nothing there."""

    path: Path
    value: Any
    change: str


def mutants(value: Any) -> Iterator[Mutant]:
    """Every mutant of an object: each member replaced by wrong values, each dropped."""
    for path in paths(value):
        old = lookup(value, path)
        for new in WRONG[type(old)]:
            yield Mutant(path, replaced(value, path, new), f"{path}: {old!r:.40} -> {new!r:.40}")
        if isinstance(path[-1], str):
            yield Mutant(path, dropped(value, path), f"{path}: dropped")


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of everything inside a value."""
    entries: Any = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for key, item in entries:
        yield (*path, key)
        yield from paths(item, (*path, key))


def lookup(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    changed = copy.deepcopy(value)
    lookup(changed, path[:-1])[path[-1]] = new
    return changed


def dropped(value: Any, path: Path) -> Any:
    changed = copy.deepcopy(value)
    del lookup(changed, path[:-1])[path[-1]]
    return changed
