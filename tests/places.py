"""Values inside JSON bodies: where they lie, and changes of one at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def pointer(path: Path) -> str:
    """A path as a JSON Pointer (RFC 6901)."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def steps(text: str) -> list[str]:
    """The steps of a JSON Pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def path_of(value: Any, text: str) -> Path | None:
    """The path that a pointer names in a value; the last step may name a key that is absent."""
    path: list[str | int] = []
    names = steps(text)
    for position, name in enumerate(names):
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            path.append(int(name))
            value = value[int(name)]
        elif isinstance(value, dict) and (name in value or position == len(names) - 1):
            path.append(name)
            value = value.get(name)
        else:
            return None
    return tuple(path)


def containers(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every object and list, itself included, with its path."""
    if isinstance(value, dict | list):
        yield path, value
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from containers(inner, (*path, key))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar with its path."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def changed(value: Any, path: Path, new: Any) -> Any:
    """A copy with another value at the path."""
    if not path:
        return new
    whole = copy.deepcopy(value)
    at(whole, path[:-1])[path[-1]] = new
    return whole


def without(value: Any, path: Path) -> Any:
    """A copy without the key or element at the path."""
    whole = copy.deepcopy(value)
    del at(whole, path[:-1])[path[-1]]
    return whole


def renamed(value: Any, path: Path, name: str) -> Any:
    """A copy whose key at the path has another name, in the same position."""
    whole = copy.deepcopy(value)
    holder = at(whole, path[:-1])
    entries = [(name if key == path[-1] else key, inner) for key, inner in holder.items()]
    holder.clear()
    holder.update(entries)
    return whole


def inserted(value: Any, path: Path, index: int, element: Any) -> Any:
    """A copy with one more element in the list at the path."""
    whole = copy.deepcopy(value)
    at(whole, path).insert(index, element)
    return whole
