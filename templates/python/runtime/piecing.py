"""Speaks the streams whose events are pieces of the response (Chat, Gemini, Ollama)."""

from __future__ import annotations

from typing import Any

from .assembling import Key, put
from .plan import Node, plan_of
from .speaking import Block, Event, at_turn, turns_of
from .streams import Path, StreamTable
from .told import copy_of


class Layout:
    """A table as a tree, and the way in it to the object that holds the blocks."""

    def __init__(self, table: StreamTable) -> None:
        self.plan = plan_of(table)
        self.way: list[tuple[str, bool, str | None]] = []
        """Property of each step, whether a list lies there, and what numbers its entries."""
        node, turn = self.plan, table.turn
        for number, step in enumerate(turn):
            if step == "*":
                continue
            key = next((k for k, below in node.below.items() if below.name == step), step)
            node = node.below.get(key, Node(name=step))
            listed = turn[number + 1 : number + 2] == ("*",)
            self.way.append((key, listed, key_of(node) if listed else None))
        self.turn = node
        turn = tuple(step for step in turn if step != "*")
        places = {
            tuple(table.renamed.get(path[: n + 1], step) for n, step in enumerate(path))
            for path, action in table.pieces.items()
            if action in ("coalesce", "extend", "key")
        }
        deep = {place[:-1] for place in places}
        self.lists = {place[-1] for place in places | deep if place and place[:-1] == turn}
        """The lists whose entries are sent one by one."""


_LAYOUTS: dict[int, tuple[StreamTable, Layout]] = {}
"""Identity of a table -> the table, and its layout: tables live as long as modules."""


def layout_of(table: StreamTable) -> Layout:
    """The layout of a table, found once."""
    if id(table) not in _LAYOUTS:
        _LAYOUTS[id(table)] = (table, Layout(table))
    return _LAYOUTS[id(table)][1]


def key_of(node: Node) -> str | None:
    """The property that numbers the entries of a list."""
    return next((key for key, below in node.below.items() if below.action == "key"), None)


class PiecedSpeaker:
    """Events that are pieces of the response; see `Speaker` for its methods."""

    sequential = False

    def __init__(self, table: StreamTable) -> None:
        self._table = table
        self._layout = layout_of(table)
        self._plan = self._layout.plan
        self._turn_node = self._layout.turn
        self._header: dict[str, Any] = {}

    def _piece(self, inner: dict[str, Any] | None, turn: int = 0) -> Event:
        """A piece of the response around a piece of the object that holds the blocks."""
        event: Event = {**copy_of(dict(self._table.constants)), **self._header}
        if inner is None:
            return event
        holder = event
        for step, listed, key in self._layout.way:
            below: dict[str, Any] = {}
            if listed and key is not None:
                below[key] = turn
            holder[step] = [below] if listed else below
            holder = below
        holder.update(inner)
        return event

    def begin(self, native: dict[str, Any]) -> list[Event]:
        firsts = [key for key, node in self._plan.below.items() if node.action == "first"]
        self._header = {key: native[key] for key in firsts if native.get(key) is not None}
        roles = [key for key, node in self._turn_node.below.items() if node.action == "first"]
        holder = at_turn(native, self._table.turn)
        inner = {key: holder[key] for key in roles if holder.get(key) is not None}
        return [self._piece(inner)] if inner else []

    def sends(self, name: str) -> bool:
        return name in self._layout.lists

    def grows(self, name: str | None, leaf: tuple[Key, ...], json: bool) -> bool:
        node: Node | None = self._turn_node
        if json:
            return False
        if name is not None:
            node = self._turn_node.below.get(name)
            if node is not None and node.action == "coalesce":
                return leaf == ("text",)
        for step in leaf:
            node = None if node is None else node.below.get(str(step))
        return node is not None and node.action == "append"

    def leaves(self, name: str) -> list[tuple[Path, bool]]:
        return []

    def spreads(self, name: str) -> bool:
        return False

    def sets(self, name: str, key: str) -> bool:
        return False

    def append(self, block: Block, text: str) -> list[Event]:
        first, block.begun = not block.begun, True
        if not text and not first:
            return []
        block.pieces.append(text)
        if block.list is None:
            inner: dict[str, Any] = {}
            put(inner, block.leaf, text)
            return [self._piece(inner, block.turn)]
        node = self._turn_node.below[block.list]
        if node.action == "coalesce":
            entry = copy_of(block.native)
            if not first:
                entry = {k: v for k, v in entry.items() if v is True or k in block.leaf}
        else:
            entry = copy_of(block.native) if first else {}
            key = key_of(node)
            if key is not None:
                entry = {key: block.key, **entry}
        put(entry, block.leaf, text)
        return [self._piece({block.list: [entry]}, block.turn)]

    def whole(self, block: Block, native: dict[str, Any]) -> list[Event]:
        block.begun, block.open = True, False
        if block.list is None:
            return [self._piece({str(block.leaf[0]): native}, block.turn)]
        key = key_of(self._turn_node.below.get(block.list, Node()))
        entry = native if key is None else {key: block.key, **native}
        return [self._piece({block.list: [entry]}, block.turn)]

    def close(self, block: Block, native: dict[str, Any]) -> list[Event]:
        block.open = False
        if block.list is None or not block.begun:
            return []
        rest = {
            key: value
            for key, value in native.items()
            if key not in block.native and (key,) != block.leaf[:1]
        }
        if not rest:
            return []
        node = self._turn_node.below[block.list]
        key = key_of(node)
        if key is not None:
            rest = {key: block.key, **rest}
        elif node.action == "coalesce":
            rest = {**{k: v for k, v in block.native.items() if v is True}, **rest}
            put(rest, block.leaf, "")
        return [self._piece({block.list: [rest]}, block.turn)]

    def late(
        self, native: dict[str, Any], holder: list[dict[str, Block | None]]
    ) -> list[Event] | None:
        (event,) = self.end(native, holder)
        for key in [key for key, node in self._plan.below.items() if node.action == "end"]:
            event.pop(key, None)
        whole = {**copy_of(dict(self._table.constants)), **event}
        return [whole] if _tells(event, self._plan) else []

    def end(self, native: dict[str, Any], holder: list[dict[str, Block | None]]) -> list[Event]:
        whole = copy_of(native)
        self._reduce(whole, self._table.turn, holder)
        below = self._plan.below
        # What pieces call otherwise than whole responses do (`object`) is a constant of theirs.
        constant = {key for key in self._table.constants if below.get(key, Node()).action == "skip"}
        renamed = self._renamed(whole, self._plan)
        named = {key: value for key, value in renamed.items() if key not in constant}
        event = {**copy_of(dict(self._table.constants)), **self._header, **named}
        return [event]

    def _reduce(
        self, value: dict[str, Any], turn: Path, sent: list[dict[str, Block | None]]
    ) -> None:
        """Takes what was sent out of the objects that hold blocks."""
        for number, inner in enumerate(turns_of(value, turn)):
            said = sent[number] if number < len(sent) else {}
            texts = [block.sent for block in said.values() if block is not None]
            for key, entry in list(inner.items()):
                if key in said or (isinstance(entry, str) and entry and entry in texts):
                    del inner[key]

    def _renamed(self, value: dict[str, Any], node: Node) -> dict[str, Any]:
        """An object of the response as a piece."""
        made: dict[str, Any] = {}
        for key, entry in value.items():
            found = next(((k, b) for k, b in node.below.items() if b.name == key), None)
            name, below = found or (key, Node(name=key))
            if isinstance(entry, dict) and below.below:
                made[name] = self._renamed(entry, below)
            elif isinstance(entry, list) and below.below and below.action is None:
                made[name] = [self._entry(e, below, n) for n, e in enumerate(entry)]
            else:
                made[name] = entry
        return made

    def _entry(self, value: Any, node: Node, number: int) -> Any:
        if not isinstance(value, dict):
            return value
        key = key_of(node)
        made = self._renamed(value, node)
        return made if key is None else {key: number, **made}

    def fail(self, error: dict[str, Any]) -> list[Event]:
        return [error]


REPEATED = ("first", "key", "skip")
"""What becomes of properties that say nothing new."""


def _tells(value: Any, node: Node) -> bool:
    """Whether a piece says anything that no piece before has said."""
    if isinstance(value, dict):
        found = (
            (node.below.get(key, Node()), entry) for key, entry in value.items() if key != "role"
        )
        return any(_tells(entry, below) for below, entry in found)
    if isinstance(value, list):
        return any(_tells(entry, node) for entry in value)
    return node.action not in REPEATED and value is not None and value != ""
