"""Streams whose events are pieces of the response: texts concatenate, lists and objects grow."""

from __future__ import annotations

from typing import Any

from .assembling import Assembler, Element, Key, merge, put
from .fragments import FRAGMENT_KEYS, add_fragments
from .growth import Growth, PieceGrowth
from .jsontext import copied
from .plan import Node
from .streams import Path, StreamTable
from .told import at


class Pieced:
    """Applies the events of one stream to its response; see `Told` for its fields."""

    def __init__(self, table: StreamTable, plan: Node, assembler: Assembler) -> None:
        self.ended = False
        self.failure: Any = None
        self.final: dict[str, Any] | None = None
        self.unknown: list[dict[str, Any]] = []
        self.astray: str | None = None
        self.unread: set[str] = set()
        self._plan = plan
        self._table = table
        self._assembler = assembler
        self._holders: dict[tuple[Path, Key], dict[str, Any]] = {}

    def take(self, event: dict[str, Any], name: str) -> None:
        """Applies one event."""
        if self._plan.turn:
            self._turn(self._plan, event, ())
        else:
            self._walk(self._plan, event, self._assembler.whole, (), ())

    def growth(self, event: dict[str, Any], name: str) -> Growth | None:
        """What texts the event just taken added to, if it did nothing else."""
        return PieceGrowth(self._assembler, self._known).of(self._plan, event)

    def _walk(
        self,
        node: Node,
        piece: dict[str, Any],
        holder: dict[str, Any],
        place: Path,
        keys: tuple[Key, ...],
    ) -> None:
        """Merges an object of a piece into the object that it is a piece of."""
        # What is no container comes first: the id of the response is needed for its items.
        entries = sorted(piece.items(), key=_is_container) if not place else piece.items()
        for key, value in entries:
            if value is None:
                continue
            below = node.below.get(key)
            if below is None:
                merge(holder, {key: value})
            elif below.turn and isinstance(value, dict):
                self._turn(below, value, keys)
            elif below.action is not None:
                self._do(below, value, holder)
            elif isinstance(value, dict):
                self._walk(below, value, _object(holder, below.name), (*place, key), keys)
            elif isinstance(value, list):
                self._entries(below, value, holder, (*place, key), keys)
            else:
                holder[below.name] = value

    def _do(self, node: Node, value: Any, holder: dict[str, Any]) -> None:
        """A property outside the blocks."""
        match node.action:
            case "end":
                if value is True:
                    holder[node.name] = value
                    self.ended = True
            case "fail":
                self.failure = value
            case "first":
                if not holder.get(node.name):
                    holder[node.name] = value
            case "extend":
                found = holder.setdefault(node.name, [])
                if isinstance(found, list) and isinstance(value, list):
                    found.extend(value)
                else:
                    holder[node.name] = value
            case "append":
                found = holder.get(node.name)
                text = isinstance(found, str) and isinstance(value, str)
                holder[node.name] = f"{found}{value}" if text else value
            case "replace":
                found = holder.get(node.name)
                if isinstance(found, dict) and isinstance(value, dict) and not _counts(value):
                    merge(found, value)
                else:
                    holder[node.name] = value
            case "key":
                holder[node.name] = value
            case "merge":
                self._merge_list(node, value, holder)

    def _merge_list(self, node: Node, values: Any, holder: dict[str, Any]) -> None:
        """Objects of a list that grow, told apart by a key, but are no blocks of their own."""
        entries = holder.get(node.name)
        if not isinstance(entries, list):
            entries = holder[node.name] = []
        key = node.first("key") or ""
        for value in values if isinstance(values, list) else [values]:
            if not isinstance(value, dict):
                entries.append(value)
                continue
            known = [e for e in entries if isinstance(e, dict) and e.get(key) == value.get(key)]
            if not known or not _continues(known[-1], value):
                entries.append(copied(value))
                continue
            for name, entry in value.items():
                below = node.below.get(name)
                text = isinstance(entry, str) and isinstance(known[-1].get(name), str)
                if below is not None and below.action == "append" and text:
                    known[-1][name] += entry
                elif entry is not None:
                    known[-1][name] = copied(entry)

    def _entries(
        self,
        node: Node,
        values: list[Any],
        holder: dict[str, Any],
        place: Path,
        keys: tuple[Key, ...],
    ) -> None:
        """Objects of a list that are told apart by a key (choices, candidates)."""
        for position, value in enumerate(values):
            if not isinstance(value, dict):
                continue
            key = node.key_of(value, position)
            if self._reaches_turn(node):
                turn = self._assembler.turn((*keys, key))
                entry = turn.entry
            else:
                entry = self._holder(holder, node, place, key)
            self._walk(node, value, entry, place, (*keys, key))

    def _reaches_turn(self, node: Node) -> bool:
        return node.turn or any(self._reaches_turn(below) for below in node.below.values())

    def _holder(self, holder: dict[str, Any], node: Node, place: Path, key: Key) -> dict[str, Any]:
        found = self._holders.get((place, key))
        if found is None:
            found = self._holders[place, key] = {}
            entries = holder.setdefault(node.name, [])
            if isinstance(entries, list):
                entries.append(found)
        return found

    # Within the object that holds the blocks --------------------------------------

    def _turn(self, node: Node, piece: dict[str, Any], keys: tuple[Key, ...]) -> None:
        turn = self._assembler.turn(keys)
        for key, value in piece.items():
            if value is None:
                continue
            below = node.below.get(key)
            if below is None:
                merge(turn.native, {key: value})
                turn.changed = True
            elif below.action == "append" and isinstance(value, str):
                if (*turn.place, below.name) in self._assembler.lists:
                    if value:
                        self._part(turn, below, {"type": "text", "text": value})
                else:
                    self._assembler.append(turn, (below.name,), value, False)
            elif below.action == "append":
                self._other_form(turn, below, value)
            elif below.action in ("extend", "coalesce") and isinstance(value, list):
                self._extend(turn, below, value)
            elif below.action is not None:
                self._do(below, value, turn.native)
            elif isinstance(value, list):
                self._keyed(turn, below, value)
            elif isinstance(value, dict):
                self._texts(turn, turn, below, value, (below.name,))
            else:
                turn.native[below.name] = value

    def _other_form(self, turn: Element, node: Node, value: Any) -> None:
        """A text that comes as parts in some pieces: they are blocks, and so is what follows."""
        leaf = turn.leaves.get((node.name,))
        if leaf is not None and not leaf.pieces:
            del turn.leaves[node.name,]
            turn.native.pop(node.name, None)
        for part in value if isinstance(value, list) else [value]:
            if (node.name,) in turn.leaves or not isinstance(part, dict):
                text = part.get("text") if isinstance(part, dict) else part
                if isinstance(text, str):
                    self._assembler.append(turn, (node.name,), text, False)
                continue
            self._part(turn, node, part)

    def _part(self, turn: Element, node: Node, part: dict[str, Any]) -> None:
        """A part of a text that comes in parts; it goes on with the last part of its kind."""
        assembler = self._assembler
        last = assembler.last(turn, node.name)
        path = text_path(part)
        if path is None:
            element = assembler.open(turn, node.name, self._next(turn, node), copied(part))
            element.closed = True
            return
        text = at(part, path)
        if last is None or last.native.get("type") != part.get("type") or path not in last.leaves:
            native = copied(part)
            put(native, path, "")
            last = assembler.open(turn, node.name, self._next(turn, node), native)
        assembler.append(last, path, text, False)

    def _extend(self, turn: Element, node: Node, values: list[Any]) -> None:
        """New blocks at the end of a list; texts of one kind go on with the last block."""
        assembler = self._assembler
        for value in values:
            if not isinstance(value, dict):
                turn.native.setdefault(node.name, []).append(value)
                continue
            last = assembler.last(turn, node.name)
            call = node.first("fragments")
            if call is not None and isinstance(value.get(call), dict):
                self._call(turn, node, call, value)
                continue
            text = value.get("text")
            if node.action == "coalesce" and isinstance(text, str):
                rest = {key: entry for key, entry in value.items() if key != "text"}
                if last is not None and not last.closed and last.native == rest and last.leaves:
                    assembler.append(last, ("text",), text, False)
                    continue
                if not text and not rest and last is not None:
                    continue  # only says that the stream ends
                self._settle(last)
                element = assembler.open(turn, node.name, self._next(turn, node), rest)
                assembler.append(element, ("text",), text, False)
                continue
            self._settle(last)
            element = assembler.open(turn, node.name, self._next(turn, node), dict(value))
            assembler.announce(element)
            element.closed = True

    def _call(self, turn: Element, node: Node, key: str, value: dict[str, Any]) -> None:
        """A call whose arguments may come as fragments, until a piece does not go on."""
        assembler, call = self._assembler, value[key]
        last = assembler.last(turn, node.name)
        goes_on = last is not None and not last.closed and key in last.native
        if last is None or not goes_on or call.get("name"):
            self._settle(last)
            native = copied(value)
            native[key] = {k: v for k, v in native[key].items() if k not in FRAGMENT_KEYS}
            last = assembler.open(turn, node.name, self._next(turn, node), native)
        elif beside := {k: v for k, v in value.items() if k != key}:
            merge(last.native, beside)
        fragments = call.get("partialArgs")
        if isinstance(fragments, list):
            add_fragments(_object(_object(last.native, key), "args"), fragments)
        elif isinstance(call.get("args"), dict):
            last.native[key]["args"] = copied(call["args"])
        assembler.announce(last)
        last.closed = call.get("willContinue") is not True
        if last.closed:
            assembler.flush()

    def _settle(self, last: Element | None) -> None:
        if last is not None:
            last.closed = True
            self._assembler.announce(last) if last.unit is None else None
            self._assembler.flush()

    def _next(self, turn: Element, node: Node) -> int:
        return len(self._assembler.lists.get((*turn.place, node.name), ()))

    def _keyed(self, turn: Element, node: Node, values: list[Any]) -> None:
        """Blocks of a list that grow at the same time (tool calls)."""
        for value in values:
            if isinstance(value, dict):
                element = self._found(turn, node, value)
                self._texts(turn, element, node, value, ())
                if element.unit is None and element.changed:
                    self._assembler.announce(element)

    def _found(self, turn: Element, node: Node, value: dict[str, Any]) -> Element:
        """The block that a piece belongs to, opened if it is a new one."""
        found = self._known(turn, node, value)
        if found is None:
            index = value.get(node.first("key") or "")
            entries = self._assembler.lists.get((*turn.place, node.name), [])
            found = self._assembler.open(turn, node.name, self._key(index, entries), {})
            found.label = index
        return found

    def _known(self, turn: Element, node: Node, value: dict[str, Any]) -> Element | None:
        """The block that a piece goes on with; servers leave out or repeat index, id and name.

        A new index is a new block, and so is a new id that comes with a name.
        """
        assembler = self._assembler
        index = value.get(node.first("key") or "")
        identity = _text(value, node.sole("id"))
        name = _text(value, node.sole("name"))
        entries = assembler.lists.get((*turn.place, node.name), [])
        found = None
        if type(index) is int:
            found = next((e for e in reversed(entries) if e.label == index), None)
            if found is not None and identity and name and _other(found, node, identity):
                found = None
        elif identity:
            found = next((e for e in entries if _text(e.native, node.sole("id")) == identity), None)
            if found is None and not name and entries:
                found = entries[-1]
        elif not name and entries:
            found = entries[-1]
        return found

    def _key(self, index: Any, entries: list[Element]) -> int:
        keys = {entry.place[-1] for entry in entries}
        if type(index) is int and 0 <= index < 1 << 20 and index not in keys:
            return index
        return max((key for key in keys if isinstance(key, int)), default=-1) + 1

    def _texts(
        self,
        turn: Element,
        element: Element,
        node: Node,
        piece: dict[str, Any],
        path: tuple[Key, ...],
    ) -> None:
        """Merges an object of a piece into a block."""
        for key, value in piece.items():
            if value is None:
                continue
            below = node.below.get(key)
            here = (*path, below.name if below else key)
            if below is not None and below.action == "append" and isinstance(value, str):
                self._assembler.append(element, here, value, False)
            elif below is not None and below.action in ("key", "skip"):
                continue
            elif below is not None and below.action is None and isinstance(value, dict):
                self._texts(turn, element, below, value, here)
            else:
                self._note(element, below, here, value)

    def _note(self, element: Element, node: Node | None, path: tuple[Key, ...], value: Any) -> None:
        holder = element.native
        for step in path[:-1]:
            holder = _object(holder, str(step))
        key = str(path[-1])
        keep = node is not None and node.action in ("first", "id", "name")
        if keep and holder.get(key):
            return
        if holder.get(key) != value:
            element.changed = True
            merge(holder, {key: value})


def text_path(part: dict[str, Any]) -> tuple[Key, ...] | None:
    """Where the text of a part lies: its own, or that of the one part that it holds."""
    if isinstance(part.get("text"), str):
        return ("text",)
    for key, value in part.items():
        inner = value[0] if isinstance(value, list) and len(value) == 1 else None
        if isinstance(inner, dict) and isinstance(inner.get("text"), str):
            return (key, 0, "text")
    return None


def _counts(value: dict[str, Any]) -> bool:
    """Whether a usage holds any numbers."""
    return any(type(entry) is int for entry in value.values())


def _continues(known: dict[str, Any], value: dict[str, Any]) -> bool:
    return value.get("type") in (None, known.get("type"))


def _is_container(entry: tuple[str, Any]) -> bool:
    return isinstance(entry[1], dict | list)


def _other(element: Element, node: Node, identity: str) -> bool:
    known = _text(element.native, node.sole("id"))
    return bool(known) and known != identity


def _text(value: Any, path: Path | None) -> str:
    for step in path or ("",):
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _object(holder: dict[str, Any], key: str) -> dict[str, Any]:
    found = holder.get(key)
    if not isinstance(found, dict):
        found = holder[key] = {}
    return found
