"""Residue: what one dialect said that canonical fields cannot, kept under its own name.

A native value at `output_config.task_budget` is kept as the canonical key
`"anthropic_messages:output_config.task_budget"`. Keys of the path that hold a
dot or a tilde are escaped as `~1` and `~0`.
"""

from __future__ import annotations

from typing import Any

from .primitives import field, put

TURN = "turn."
"""Residue of a native message as a whole; it lies on the message's first item."""

NEW_TURN = "@turn"
"""Residue that marks the first item of a message that merging would hide."""


EMPTY = "@empty"
"""Residue that marks the only item of a message that held nothing at all."""

OWN_ID = "@id"
"""Residue of an empty or absent id, where the item has one that was found for it."""

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
    return key.replace("~", "~0").replace(".", "~1") if "." in key or "~" in key else key


def steps(path: str) -> tuple[str | int, ...]:
    """`a.0.b` as `("a", 0, "b")`."""
    return tuple(
        int(step) if step.isdecimal() else step.replace("~1", ".").replace("~0", "~")
        for step in path.split(".")
    )


def restore(out: Any, path: str, value: Any) -> bool:
    """Puts residue back where it came from; False where there is no such place.

    An empty object or list gives way to what was put there since.
    """
    if not isinstance(out, dict):
        return False
    way = steps(path)
    try:
        if value in ({}, []) and reached(out, way):
            return True
        put(out, way, value)
    except (TypeError, AttributeError, IndexError, KeyError):
        return False
    return True


def reached(out: Any, way: tuple[str | int, ...]) -> bool:
    """Whether something that says more than nothing lies at the end of the way."""
    for step in way:
        out = field(out, step)
    return bool(out)
