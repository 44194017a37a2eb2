"""Residue: what one dialect said that canonical fields cannot, kept under its own name.

A native value at `output_config.task_budget` is kept as the canonical key
`"anthropic_messages:output_config.task_budget"`. In keys of the path, a dot is
`~1` and a tilde `~0`; keys that look like a position or a mark begin with `~2`.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from .primitives import field, put

MOST_CHOICES = 128
"""Numbers of answers up to this one are places in a list; higher ones only tell answers apart."""

TURN = "turn."
"""Residue of a native message as a whole; it lies on the message's first item."""

NEW_TURN = "@turn"
"""Residue that marks the first item of a message that merging would hide."""


EMPTY = "@empty"
"""Residue that marks the only item of a message that held nothing at all."""

OWN_ID = "@id"
"""Residue of an empty or absent id, where the item has one that was found for it."""

STATUS = "@status"
"""The HTTP status of an error, which stands among the properties of its body."""

TIER = "@service_tier"
"""Residue that marks the default tier as said: others fill it in where nothing is said."""

CHOICE = "@choice"
"""Residue that says to which of several answers an item belongs."""

NAME = "@name"
"""Residue of a tool's result whose call is not there to tell the name."""


def origin(dialect: str) -> str:
    """The mark of an extension value whose type does not tell which dialect it came from."""
    return f"{dialect}:@origin"


def escape(key: str) -> str:
    """A key as one step of a residue path."""
    if key.isidentifier():  # as nearly all are
        return key
    if "." in key or "~" in key:
        key = key.replace("~", "~0").replace(".", "~1")
    marked = key.startswith("@") and key != STATUS
    return f"~2{key}" if marked or key.isdecimal() else key


class Prefixes(dict[str, "Names"]):
    """The names of what a dialect keeps, by the prefix of the native path."""

    def __init__(self, dialect: str, ignored: Container[str]) -> None:
        super().__init__()
        self._operands = dialect, ignored

    def __missing__(self, prefix: str) -> Names:
        return self.setdefault(prefix, Names(prefix, *self._operands))


class Names(dict[str, str]):
    """The name of a native key's residue; empty where the dialect ignores it.

    Names are made once. Only so many are remembered: keys may be anything.
    """

    def __init__(self, prefix: str, dialect: str, ignored: Container[str]) -> None:
        super().__init__()
        self._operands = prefix, dialect, ignored

    def __missing__(self, key: str) -> str:
        prefix, dialect, ignored = self._operands
        path = f"{prefix}{escape(str(key))}"
        name = "" if path in ignored else f"{dialect}:{path}"
        if len(self) < MOST_NAMES and len(path) <= LONGEST_NAME:
            self[key] = name
        return name


MOST_NAMES, LONGEST_NAME = 256, 128


def steps(path: str) -> tuple[str | int, ...]:
    """`a.0.b` as `("a", 0, "b")`."""
    return tuple(int(step) if step.isdecimal() else _unescaped(step) for step in path.split("."))


def _unescaped(step: str) -> str:
    return step.removeprefix("~2").replace("~1", ".").replace("~0", "~") if "~" in step else step


def restore(out: Any, path: str, value: Any) -> bool:
    """Puts residue back where it came from; False where there is no such place.

    An empty object or list gives way to what was put there since.
    """
    if not isinstance(out, dict):
        return False
    way = steps(path)
    if path.startswith("~2@") and way[0] in out:
        return False  # what lies in the URL is no property of the body
    try:
        if value in ({}, []) and reached(out, way):
            return True
        make_room(out, way)
        put(out, way, value)
    except (TypeError, AttributeError, IndexError, KeyError):
        return False
    return True


def make_room(out: Any, way: tuple[str | int, ...]) -> None:
    """Empty answers before one that comes later, so that each keeps its position."""
    if len(way) < 3 or not isinstance(out, dict):
        return
    name, position = way[:2]
    if isinstance(position, int) and position < MOST_CHOICES:
        found = out.setdefault(name, [])
        while isinstance(found, list) and len(found) < position:
            found.append({})


def reached(out: Any, way: tuple[str | int, ...]) -> bool:
    """Whether something that says more than nothing lies at the end of the way."""
    for step in way:
        out = field(out, step)
    return bool(out)
