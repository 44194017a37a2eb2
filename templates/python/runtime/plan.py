"""The rows of a stream table whose events are pieces of the response, as a tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .assembling import Element, Key
from .streams import Action, Path, StreamTable

MAX_KEY = 1 << 16
"""What tells choices apart is less than this."""


@dataclass(slots=True)
class Node:
    """What becomes of one property of a piece."""

    action: Action | None = None
    name: str = ""
    """What the response calls it."""
    below: dict[str, Node] = field(default_factory=dict)
    field: str = "text"
    """The text by which the entries of a list coalesce."""
    turn: bool = False
    """Whether this is the object that holds the blocks."""

    def key_of(self, entry: dict[str, Any], position: int) -> Key:
        """What tells an entry of a list apart from the others, which may be its position."""
        name = self.first("key")
        key = entry.get(name) if name else None
        if type(key) is int and 0 <= key < MAX_KEY:
            return key
        return position if name else 0

    def first(self, action: Action) -> str | None:
        """The first property with that action."""
        return next((key for key, below in self.below.items() if below.action == action), None)

    def sole(self, action: Action) -> Path | None:
        """The path to the first property with that action."""
        for key, node in self.below.items():
            if node.action == action:
                return (key,)
            found = node.sole(action)
            if found is not None:
                return (key, *found)
        return None


def plan_of(table: StreamTable) -> Node:
    """The rows of a table as a tree."""
    root = Node()
    for path, action in table.pieces.items():
        node = root
        for step in path:
            node = node.below.setdefault(step, Node(name=step))
        node.action = action
    for path, name in table.renamed.items():
        node = root
        for step in path:
            node = node.below.setdefault(step, Node(name=step))
        node.name = name
    node = root
    for step in (step for step in table.turn if step != "*"):
        named = [below for below in node.below.values() if below.name == step]
        node = named[0] if named else node.below.setdefault(step, Node(name=step))
    node.turn = True
    return root


Known = Callable[[Element, Node, dict[str, Any]], Element | None]
"""The object that holds the blocks, the node of a list of blocks, an entry -> its block so far."""
