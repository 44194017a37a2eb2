"""Says in a vendor's words what happens to its response: the tables of streams, read backwards.

A speaker is told what a native response would go through (it begins, a block
opens, a text grows, it ends), and gives the events that a decoder of that vendor
would read so.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from .assembling import Key, put
from .plan import Node, plan_of
from .streams import Assignment, EventRule, Path, StreamTable
from .told import at, copy_of

Event = dict[str, Any]
Texts: TypeAlias = list[str]


@dataclass(slots=True)
class Block:
    """A native block, or a text of the object that holds them, that is being sent."""

    list: str | None
    """The list that it lies in; None for a text of the holding object."""
    key: int
    leaf: tuple[Key, ...]
    json: bool
    native: dict[str, Any]
    """The block as it was opened, its text empty."""
    pieces: Texts = field(default_factory=Texts)
    """What was sent of its text."""
    open: bool = True
    begun: bool = False
    turn: int = 0
    part: int = 0
    """Which text of the block it is, where several grow side by side."""
    cut: bool = False
    """Whether it was cut off, and never becomes whole."""
    extras: set[str] = field(default_factory=set)
    """Properties that were sent after the opening."""

    @property
    def sent(self) -> str:
        """What was sent of its text, as one."""
        return "".join(self.pieces)


class Speaker(Protocol):
    """What an encoder asks of either form of streams."""

    sequential: bool
    """Whether one block must be closed before the next opens."""

    def begin(self, native: dict[str, Any]) -> list[Event]: ...

    def grows(self, name: str | None, leaf: tuple[Key, ...], json: bool) -> bool: ...

    def leaves(self, name: str) -> list[tuple[Path, bool]]:
        """The texts that entries of that list may grow by, and which are JSON."""
        ...

    def append(self, block: Block, text: str) -> list[Event]: ...

    def whole(self, block: Block, native: dict[str, Any]) -> list[Event]: ...

    def close(self, block: Block, native: dict[str, Any]) -> list[Event]: ...

    def end(self, native: dict[str, Any], holder: list[dict[str, Block | None]]) -> list[Event]: ...

    def fail(self, error: dict[str, Any]) -> list[Event]: ...


class ToldSpeaker:
    """Events that say what to do (Anthropic)."""

    def __init__(self, table: StreamTable) -> None:
        self._table = table
        self._merges = list(self._rules("merge"))
        self.sequential = any(True for _ in self._rules("close"))
        self._begun: dict[str, Any] = {}

    def _rules(self, operation: str) -> list[tuple[str, EventRule, Assignment]]:
        return [
            (tag, rule, rule.does[0])
            for tag, rules in self._table.events.items()
            for rule in rules
            if rule.does and rule.does[0].operation == operation
        ]

    def _find(
        self, operation: str, name: str | None, leaf: tuple[Key, ...], json: bool = False
    ) -> tuple[str, EventRule, Assignment] | None:
        for tag, rule, done in self._rules(operation):
            steps = done.target
            head = steps[:1] if name is not None else ()
            rest = steps[2:] if name is not None else steps
            same = rest == leaf or (_part(rest) is not None and rest[:-1] == leaf)
            if head == ((name,) if name is not None else ()) and same and done.json == json:
                return tag, rule, done
        return None

    def spreads(self, name: str) -> bool:
        """Whether all texts of an item grow in one block of that list."""
        return any(
            done.target[:1] == (name,) and _part(done.target[2:]) is not None
            for _, _, done in self._rules("append")
        )

    def _event(
        self,
        found: tuple[str, EventRule, Assignment],
        block: Block,
        value: Any,
        native: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The event of a rule; `native` is what is known of the block."""
        tag, rule, done = found
        event: dict[str, Any] = {self._table.tag or "type": tag}
        told = {**(rule.missing or {}), **(done.value or {})}
        known = block.native if native is None else native
        named = {v: known.get(k) for k, v in told.items() if isinstance(v, str) and v[:1] == "$"}
        for variable, path in rule.keys.items():
            if variable in named:
                if named[variable] is not None:
                    put(event, path, named[variable])
            elif variable in done.target:
                first = done.target.index(variable) < 2
                put(event, path, block.key if first else block.part)
        for path, constant in rule.tests.items():
            put(event, path, constant)
        if done.source is not None:
            put(event, done.source, value)
        return event

    def begin(self, native: dict[str, Any]) -> list[Event]:
        """The event that opens the response."""
        whole = copy.deepcopy(native)
        for key, value in self._table.constants.items():
            if whole.get(key) is None:
                whole[key] = copy_of(value)
        self._begun = whole
        if not self._merges:
            return []
        tag, rule, done = self._merges[0]
        event = {self._table.tag or "type": tag}
        if done.source == ():
            self._begun = {k: v for k, v in whole.items() if k in rule.known and v is not None}
            return [{**event, **self._begun}]
        put(event, done.source or (), whole)
        return [event]

    def grows(self, name: str | None, leaf: tuple[Key, ...], json: bool) -> bool:
        return self._find("append", name, leaf, json) is not None

    def leaves(self, name: str) -> list[tuple[Path, bool]]:
        return [
            (done.target[2:], done.json)
            for _, _, done in self._rules("append")
            if done.target[:1] == (name,) and self._find("finish", name, ()) is None
        ]

    def sets(self, name: str, key: str) -> bool:
        """Whether that property of a block is sent after its opening."""
        return bool(self._find("set", name, (key,)) or self._find("push", name, (key,)))

    def append(self, block: Block, text: str) -> list[Event]:
        """A piece of a block's text; the first one opens the block."""
        found = self._find("append", block.list, block.leaf, block.json)
        begins = not block.begun and self._find("open", block.list, ()) is None
        events = self._open(block)
        if found is not None and (text or begins):
            block.pieces.append(text)
            events.append(self._event(found, block, text))
        return events

    def _open(self, block: Block) -> list[Event]:
        found = self._find("open", block.list, ())
        if block.begun or found is None:
            block.begun = True
            return []
        block.begun = True
        return [self._event(found, block, copy.deepcopy(block.native))]

    def whole(self, block: Block, native: dict[str, Any]) -> list[Event]:
        """A block that is sent at once."""
        block.native = native
        events = self._open(block)
        return [*events, *self._closing(block, native)]

    def close(self, block: Block, native: dict[str, Any]) -> list[Event]:
        """What the whole block has besides its text, and its end."""
        events = self._open(block)
        for key, value in native.items():
            if value == block.native.get(key) or (key,) == block.leaf[:1]:
                continue
            if found := self._find("set", block.list, (key,)):
                events.append(self._event(found, block, value))
            elif (found := self._find("push", block.list, (key,))) and isinstance(value, list):
                events.extend(self._event(found, block, entry) for entry in value)
        return [*events, *self._closing(block, native)]

    def _closing(self, block: Block, native: Mapping[str, Any]) -> list[Event]:
        block.open = False
        found = self._find("close", block.list, ())
        if found is None and not block.cut:
            found = self._find("finish", block.list, ())
        return [] if found is None else [self._event(found, block, native, native)]

    def end(self, native: dict[str, Any], holder: list[dict[str, Block | None]]) -> list[Event]:
        """What is known of the response at its end, and the end."""
        events: list[Event] = []
        lists = {done.target[0] for _, _, done in self._rules("open")}
        if len(self._merges) > 1:
            tag, rule, _ = self._merges[-1]
            event: dict[str, Any] = {self._table.tag or "type": tag}
            nested = {done.target[0] for done in rule.does if done.target}
            for done in rule.does:
                value = (
                    at(native, done.target) if done.target else self._late(native, lists | nested)
                )
                if value is None:  # readers rely on it, even where nothing is known
                    value = copy_of(at(self._table.constants, done.target))
                if done.source is not None and value is not None:
                    put(event, done.source, value)
            events.append(event)
        for tag, rule, done in self._rules("end")[:1]:
            event = {self._table.tag or "type": tag}
            if done.target:
                late = self._late(native, {done.target[0] for done in rule.does})
                event |= {key: value for key, value in late.items() if value is not None}
            for done in rule.does:
                value = at(native, done.target) if done.target else None
                if value is not None and done.source:
                    put(event, done.source, copy_of(value))
            events.append(event)
        return events

    def _late(self, native: dict[str, Any], skipped: set[str]) -> dict[str, Any]:
        """What the response says at its end and did not at its beginning."""
        begun = self._begun
        return {
            key: value
            for key, value in native.items()
            if key not in skipped and (key not in begun or begun[key] != value or value is None)
        }

    def fail(self, error: dict[str, Any]) -> list[Event]:
        """The event of an error; `error` is the native error body."""
        for tag, _, done in self._rules("fail"):
            event = {self._table.tag or "type": tag}
            if done.source is None:
                return [{**event, **error}]
            put(event, done.source, error.get("error", error))
            return [event]
        return [error]


def _part(rest: tuple[Key, ...]) -> Key | None:
    """The variable at the end of a path within a block, which tells one of several texts."""
    last = rest[-1] if rest else None
    return last if isinstance(last, str) and last[:1] == "$" else None


class PiecedSpeaker:
    """Events that are pieces of the response (Chat, Gemini, Ollama)."""

    sequential = False

    def __init__(self, table: StreamTable) -> None:
        self._table = table
        self._plan = plan_of(table)
        self._header: dict[str, Any] = {}
        self._sent: dict[str, Any] = {}
        self._turn_node, self._turn_path = self._found_turn()

    def _found_turn(self) -> tuple[Node, Path]:
        node, path = self._plan, []
        for step in (step for step in self._table.turn if step != "*"):
            key = next((k for k, below in node.below.items() if below.name == step), step)
            node = node.below.get(key, Node(name=step))
            path.append(key)
        return node, tuple(path)

    def _piece(self, inner: dict[str, Any] | None, turn: int = 0) -> Event:
        """A piece of the response around a piece of the object that holds the blocks."""
        event: dict[str, Any] = {**copy_of(dict(self._table.constants)), **self._header}
        if inner is None:
            return event
        holder = event
        node = self._plan
        starred = list(self._table.turn)
        for step in self._turn_path:
            node = node.below.get(step, Node(name=step))
            at_star = starred[starred.index(node.name) + 1 :][:1] == ["*"]
            if at_star:
                entry: dict[str, Any] = {}
                key = next((k for k, b in node.below.items() if b.action == "key"), None)
                if key is not None:
                    entry[key] = turn
                holder[step] = [entry]
                holder = entry
            else:
                holder[step] = {}
                holder = holder[step]
        holder.update(inner)
        return event

    def begin(self, native: dict[str, Any]) -> list[Event]:
        """The first piece, where the vendor sends one before anything is said."""
        firsts = {key for key, node in self._plan.below.items() if node.action == "first"}
        self._header = {key: native[key] for key in firsts if native.get(key) is not None}
        roles = {key for key, node in self._turn_node.below.items() if node.action == "first"}
        holder = at_turn(native, self._table.turn)
        inner = {key: holder[key] for key in roles if holder.get(key) is not None}
        return [self._piece(inner)] if inner else []

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

    def append(self, block: Block, text: str) -> list[Event]:
        """A piece with more of a text."""
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
            entry = copy.deepcopy(block.native)
            if not first:
                entry = {k: v for k, v in entry.items() if v is True or k in block.leaf}
        else:
            entry = copy.deepcopy(block.native) if first else {}
            key = next((k for k, b in node.below.items() if b.action == "key"), None)
            if key is not None:
                entry = {key: block.key, **entry}
        put(entry, block.leaf, text)
        return [self._piece({block.list: [entry]}, block.turn)]

    def whole(self, block: Block, native: dict[str, Any]) -> list[Event]:
        """A block that is sent at once."""
        block.begun, block.open = True, False
        if block.list is None:
            return [self._piece({str(block.leaf[0]): native}, block.turn)]
        node = self._turn_node.below.get(block.list, Node())
        key = next((k for k, b in node.below.items() if b.action == "key"), None)
        entry = native if key is None else {key: block.key, **native}
        return [self._piece({block.list: [entry]}, block.turn)]

    def close(self, block: Block, native: dict[str, Any]) -> list[Event]:
        """What the whole block has besides its text."""
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
        key = next((k for k, b in node.below.items() if b.action == "key"), None)
        if key is not None:
            rest = {key: block.key, **rest}
        elif node.action == "coalesce":
            rest = {**{k: v for k, v in block.native.items() if v is True}, **rest}
            put(rest, block.leaf, "")
        return [self._piece({block.list: [rest]}, block.turn)]

    def end(self, native: dict[str, Any], holder: list[dict[str, Block | None]]) -> list[Event]:
        """The last piece: what no piece has said yet. `holder` are the turns as they were sent."""
        whole = copy.deepcopy(native)
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
        key = next((k for k, b in node.below.items() if b.action == "key"), None)
        made = self._renamed(value, node)
        return made if key is None else {key: number, **made}

    def fail(self, error: dict[str, Any]) -> list[Event]:
        """An error is an event of its own."""
        return [error]


def turns_of(native: Mapping[str, Any], turn: Path) -> list[dict[str, Any]]:
    """The objects that hold the blocks of a whole response, by choice; empty where there is none."""
    found: list[Any] = [native]
    for step in turn:
        if step == "*":
            found = [entry for value in found if isinstance(value, list) for entry in value]
        else:
            found = [value.get(step) if isinstance(value, dict) else None for value in found]
    return [value if isinstance(value, dict) else {} for value in found]


def at_turn(native: Mapping[str, Any], turn: Path) -> dict[str, Any]:
    """The first of them, or an empty object."""
    found = turns_of(native, turn)
    return found[0] if found else {}
