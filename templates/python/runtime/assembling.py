"""Puts a native response together from what its stream says, and tells the emitter of it.

The blocks of the response are `Element`s. What a block or a growing text is in
Open Responses' terms is found by decoding it with the rules for whole responses:
a text that grows is decoded once with a mark in its place, and the mark tells the
canonical text that grows with it. So there is one declaration for both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .emitting import LISTS, Emitter, OpenItem, OpenPart, final_status
from .jsontext import copied, loads
from .streams import Path

Key = str | int
Decode = Callable[[dict[str, Any], "Element"], list[dict[str, Any]]]
"""A piece of a native response, and the first block in it -> the items that it holds."""

GROWING = frozenset({"message", "reasoning", "function_call"})
"""Types of items whose texts are streamed; others arrive whole."""

KNOWN = GROWING | {"function_call_output", "compaction"}
"""Types that only look like extensions as long as something of theirs is missing."""

MARK = "\ue000mark\ue001"
"""Stands for a text that grows: in private use, so that no rule looks at it."""


@dataclass(slots=True)
class Leaf:
    """A text that grows within a block."""

    path: tuple[Key, ...]
    json: bool
    pieces: list[str] = field(default_factory=list)
    sink: OpenPart | OpenItem | None = None
    """The canonical text that grows with it."""
    stuck: bool = False
    """Whether none was found, though the block was looked at."""

    def grow(self, texts: list[str]) -> None:
        """Adds pieces to a text whose sink is known."""
        said = texts if all(texts) else [text for text in texts if text]
        self.pieces += said
        if self.sink is not None:
            self.sink.extend(said)


@dataclass(eq=False, slots=True)
class Element:
    """A block of the response, or the object that holds the blocks.

    `place` is its path, from the response; keys of lists are numbers.
    """

    place: tuple[Key, ...]
    native: dict[str, Any]
    leaves: dict[tuple[Key, ...], Leaf] = field(default_factory=dict)
    unit: Unit | None = None
    changed: bool = True
    """Whether anything but texts was learnt since the block was last decoded."""
    closed: bool = False
    parted: bool = False
    """Whether its part has ended, or need not before its item does."""
    label: Any = None
    """What the vendor calls the block in the stream, but not in whole responses."""
    minted: dict[str, int] | None = None
    """How many ids of each kind were minted before this block's own."""
    entry: dict[str, Any] = field(default_factory=dict)
    """Of an object that holds blocks: the list entry (choice, candidate) that it lies in."""

    def settle(self) -> dict[str, Any]:
        """The native block with all its texts in place."""
        for leaf in self.leaves.values():
            text = "".join(leaf.pieces)
            if not leaf.json:
                put(self.native, leaf.path, text)
            elif text.strip():
                put(self.native, leaf.path, parsed(text))
        return self.native

    def marked(self, leaf: Leaf, alone: bool) -> dict[str, Any]:
        """A copy of the block with the mark in place of one text, or the mark alone."""
        native = {} if alone else copied(self.native)
        for other in self.leaves.values():
            if not other.json and not alone:
                put(native, other.path, "")
        put(native, leaf.path, {MARK: MARK} if leaf.json else MARK)
        return native


@dataclass(eq=False, slots=True)
class Unit:
    """Blocks that are decoded together, because neighbouring texts make one message."""

    elements: list[Element]
    items: list[OpenItem] = field(default_factory=list)
    said: int = 0
    """How many items were emitted whole before the one that grows."""

    @property
    def open(self) -> bool:
        return any(item.value is None for item in self.items)


class Assembler:
    """One native response that is being put together."""

    def __init__(
        self,
        emitter: Emitter,
        decode: Decode,
        mint: Callable[[dict[str, Any]], str],
        start: Callable[[], None],
        turn: Path,
        *,
        runs: bool,
        hold: bool,
    ) -> None:
        self.whole: dict[str, Any] = {}
        self.turns: dict[tuple[Key, ...], Element] = {}
        self.blocks: dict[tuple[Key, ...], Element] = {}
        self.lists: dict[tuple[Key, ...], list[Element]] = {}
        self._taken: dict[tuple[Key, ...], int] = {}
        self.opened = 0
        """How many blocks were opened so far."""
        self.units: list[Unit] = []
        self.unnamed: list[Element] = []
        """Blocks that came to no item yet."""
        self._emitter = emitter
        self._decode = decode
        self._mint = mint
        self._start = start
        self._turn = turn
        self._runs = runs
        self._hold = hold

    # The response itself ------------------------------------------------------

    def merge(self, value: Mapping[str, Any], place: Path = ()) -> None:
        """Merges into the response; what is null or was said better before changes nothing."""
        holder = self.whole
        for step in place:
            holder = child(holder, step)
        merge(holder, value)

    def turn(self, keys: tuple[Key, ...] = ()) -> Element:
        """The object that holds the blocks; `keys` stand for the `*` of its path."""
        found = self.turns.get(keys)
        if found is None:
            found = self.turns[keys] = self._made_turn(keys)
        return found

    def _made_turn(self, keys: tuple[Key, ...]) -> Element:
        steps: list[Key] = []
        given = iter(keys)
        entry = holder = self.whole
        for number, step in enumerate(self._turn):
            if step == "*":
                key = next(given, 0)
                steps.append(key)
                continue
            steps.append(step)
            if self._turn[number + 1 : number + 2] == ("*",):
                entries = holder.get(step)
                if not isinstance(entries, list):
                    entries = holder[step] = []
                entry = holder = {}
                entries.append(entry)
            else:
                holder = child(holder, step)
        return Element(tuple(steps), holder, entry=entry)

    # Blocks -------------------------------------------------------------------

    def open(self, turn: Element, name: str, key: Key, native: dict[str, Any]) -> Element:
        """A new block at the end of one of the turn's lists."""
        listed = (*turn.place, name)
        found = (*listed, key)
        place = found
        if found in self._taken:  # told twice: the later block comes behind all others
            place = (*listed, self._taken[listed] + 1)
        number = place[-1] if isinstance(place[-1], int) else 0
        self._taken[listed] = max(number, self._taken.get(listed, 0))
        self._taken[place] = number
        element = Element(place, native)
        self.opened += 1
        self.blocks[found] = element
        entries = self.lists.setdefault(listed, [])
        entries.append(element)
        self.unnamed.append(element)
        return element

    def block(self, turn: Element, name: str, key: Key) -> Element | None:
        """The block with that key."""
        return self.blocks.get((*turn.place, name, key))

    def last(self, turn: Element, name: str) -> Element | None:
        """The block that was opened last in a list of the turn."""
        entries = self.lists.get((*turn.place, name))
        return entries[-1] if entries else None

    def append(self, element: Element, path: tuple[Key, ...], text: str, json: bool) -> None:
        """Adds to a text of the block."""
        leaf = element.leaves.get(path)
        if leaf is None:
            leaf = element.leaves[path] = Leaf(path, json)
            element.changed = True
        if not text:
            return
        if not leaf.pieces:
            element.changed = True
        if leaf.sink is not None and element.closed is False:
            leaf.pieces.append(text)
            leaf.sink.append(text)
            return
        leaf.pieces.append(text)
        if not element.closed and (element.changed or not leaf.stuck):
            self.announce(element)

    # What it means ------------------------------------------------------------

    def announce(self, element: Element) -> None:
        """Opens the canonical item of a block, and binds its texts, as far as they are known."""
        element.changed = False
        self._start()
        for leaf in element.leaves.values():
            if leaf.sink is None and leaf.pieces:
                self._bind(element, leaf)
                leaf.stuck = leaf.sink is None
        if element.unit is None and not self._alone(element):
            self._introduce(element)

    def _introduce(self, element: Element) -> None:
        """Opens the item of a block that says what it is before any text arrives."""
        items = self._decode(self.fragment([element]), element)
        kind = items[-1]["type"] if items else ""
        if kind in GROWING or (":" in kind and kind.partition(":")[2] not in KNOWN):
            self._item(element, items, len(items) - 1)

    def _bind(self, element: Element, leaf: Leaf) -> None:
        marked = element.marked(leaf, self._alone(element))
        items = self._decode(self.enclosed(element, marked), element)
        found = next(
            ((n, path) for n, item in enumerate(items) if (path := find(item)) is not None), None
        )
        if found is None or items[found[0]]["type"] not in GROWING:
            return
        number, path = found
        item = self._item(element, items, number, fresh=self._alone(element))
        leaf.sink = self._sink(element, item, path)
        if leaf.sink is not None:
            leaf.sink.append("".join(leaf.pieces))

    def _alone(self, element: Element) -> bool:
        """Whether texts of this object say nothing of each other: it holds blocks."""
        return len(element.place) == len(self._turn)

    def _sink(
        self, element: Element, item: OpenItem, path: tuple[Key, ...]
    ) -> OpenPart | OpenItem | None:
        """The text of the item at that path, opened."""
        if path == ("arguments",) and item.type == "function_call":
            return item
        match path:
            case (str(name), int(index), _) if name in LISTS.get(item.type, ()):
                parts = item.parts.setdefault(name, [])
                index = max(index, self._before(element, item, name))
                kind = {"summary": "summary_text"}.get(name) or _part_type(item, path)
                while len(parts) <= index:
                    item.open_part(name, kind)
                part = parts[index]
                return part if isinstance(part, OpenPart) else None
        return None

    def _before(self, element: Element, item: OpenItem, name: str) -> int:
        """How many parts of the item belong to blocks before this one."""
        unit = element.unit
        if unit is None or len(unit.elements) < 2:
            return 0
        return unit.elements.index(element)

    def _item(
        self, element: Element, items: list[dict[str, Any]], number: int, fresh: bool = False
    ) -> OpenItem:
        """The open item that stands for `items[number]`; what comes before it is emitted whole."""
        wanted = items[number]
        unit = element.unit
        if unit is None or fresh:
            joined = None if fresh else self._joined(element, items)
            unit = joined or Unit([element])
            if joined is None:
                self.units.append(unit)
            element.unit = unit
        for item in items[unit.said : number] if not unit.items else ():
            self._emitter.whole(self.named(item), "completed")
            unit.said += 1
        for opened in unit.items:
            if opened.type == wanted["type"] and opened.value is None:
                return opened
        made = self._emitter.open(wanted, self._mint(wanted))
        unit.items.append(made)
        return made

    def named(self, item: dict[str, Any]) -> dict[str, Any]:
        """The item with an id."""
        return {**item, "id": self._mint(item)}

    def _joined(self, element: Element, items: list[dict[str, Any]]) -> Unit | None:
        """The unit before, if this block goes on with its message."""
        if not self._runs or len(items) != 1 or items[0]["type"] != "message":
            return None
        place = element.place[:-1]
        near = (unit for unit in reversed(self.units) if unit.elements[-1].place[:-1] == place)
        unit = next(near, None)
        if unit is None or not unit.items or not unit.open or unit.items[-1].type != "message":
            return None
        unit.elements.append(element)
        return unit

    # Ends ---------------------------------------------------------------------

    def name(self, upcoming: Element | None = None) -> None:
        """Emits closed blocks that came to no item before."""
        for element in self.unnamed:
            if element.closed and element is not upcoming and element.unit is None:
                element.unit = Unit([element])
                self.units.append(element.unit)
                self.close(element.unit, "completed")
        self.unnamed = [element for element in self.unnamed if element.unit is None]

    def flush(self, upcoming: Element | None = None) -> None:
        """Closes the units whose blocks are all closed, and that nothing can add to."""
        self.name(upcoming)
        for unit in self.units:
            if unit.open and all(element.closed for element in unit.elements):
                if upcoming is not None and upcoming.unit is unit:
                    continue
                if not (self._hold and unit.items[-1].type == "message"):
                    self.close(unit, "completed")
            elif unit.open and len(unit.elements) > 1:
                for element in unit.elements:
                    if element.closed and not element.parted:
                        self._end_part(element)

    def _end_part(self, element: Element) -> None:
        """Ends the part of a block that is closed while its item goes on in others."""
        element.parted = True
        sinks = [leaf.sink for leaf in element.leaves.values()]
        part = sinks[0] if len(sinks) == 1 else None
        if not isinstance(part, OpenPart) or part.value is not None:
            return
        decoded = self._decode(self.fragment([element]), element)
        found = [each for item in decoded for each in item.get(part.kind.list) or ()]
        if len(found) == 1 and found[0].get("type") == part.type:
            part.close(found[0])

    def close(self, unit: Unit, status: str) -> None:
        """Closes the items of a unit as its blocks decode."""
        decoded = self._decode(self.fragment(unit.elements), unit.elements[0])[unit.said :]
        waiting = [item for item in unit.items if item.value is None]
        for item in decoded:
            if waiting and waiting[0].type == item["type"]:
                waiting.pop(0).close(item, final_status(item, status))
            else:
                made = self._emitter.whole(self.named(item), final_status(item, status))
                unit.items.append(made)
        for opened in waiting:
            opened.close({}, status)

    def fragment(self, elements: list[Element]) -> dict[str, Any]:
        """A response that holds these blocks alone."""
        natives = [element.settle() for element in elements]
        return self.enclosed(elements[0], natives[0] if len(natives) == 1 else natives)

    def enclosed(self, element: Element, native: Any) -> dict[str, Any]:
        """A response that holds this block alone, in a turn at its own place."""
        value = native
        for depth, step in reversed(list(enumerate(element.place))):
            if isinstance(step, int) and depth < len(self._turn):
                value = [*({} for _ in range(min(step, MOST_TURNS))), value]
            elif isinstance(step, int):
                value = value if isinstance(value, list) else [value]
            else:
                value = {step: value}
        return value  # type: ignore[no-any-return]

    def assembled(self) -> dict[str, Any]:
        """The native response, as far as it arrived."""
        for place, elements in self.lists.items():
            holder = self.turn_of(place[:-1]).native
            holder[str(place[-1])] = [element.settle() for element in in_order(elements)]
        for turn in self.turns.values():
            turn.settle()
        if "*" in self._turn and len(self.turns) > 1:
            *outer, name = self._turn[: self._turn.index("*")]
            around = self.whole
            for step in outer:
                around = child(around, step)
            ordered = sorted(self.turns.items(), key=lambda pair: _number(pair[0][0]))
            around[name] = [turn.entry for _, turn in ordered]
        return self.whole

    def turn_of(self, place: tuple[Key, ...]) -> Element:
        """The object at that path."""
        return next(turn for turn in self.turns.values() if turn.place == place)


def in_order(elements: list[Element]) -> list[Element]:
    """The blocks by their keys; those of one key as they came."""
    return sorted(elements, key=lambda element: _number(element.place[-1]))


def _number(key: Key) -> int:
    return key if isinstance(key, int) else 0


def _part_type(item: OpenItem, path: tuple[Key, ...]) -> str:
    if item.type == "reasoning":
        return "reasoning_text"
    return "refusal" if path[-1] == "refusal" else "output_text"


def find(value: Any, path: tuple[Key, ...] = ()) -> tuple[Key, ...] | None:
    """Where the mark lies."""
    if isinstance(value, str):
        return path if MARK in value and path[-1:] != ("encrypted_content",) else None
    entries = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )
    for key, entry in entries:
        found = find(entry, (*path, key))
        if found is not None:
            return found
    return None


def child(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under that key, made if there is none."""
    found = holder.get(key)
    if not isinstance(found, dict):
        found = holder[key] = {}
    return found


MOST_TURNS = 128
"""Choices that are told apart; no vendor gives more."""

MAX_INDEX = 10_000
"""Lists that a path makes may be this long: a number must not make us fill memory."""


def put(holder: dict[str, Any], path: tuple[Key, ...], value: Any) -> None:
    """Puts a value at a path, making what lies between; what is no container gives way."""
    at: Any = holder
    for step, following in pairwise(path):
        kind = list if isinstance(following, int) else dict
        found = held(at, step)
        if not isinstance(found, kind):
            found = kind()
            place(at, step, found)
        at = found
    place(at, path[-1], value)


def held(holder: Any, step: Key) -> Any:
    """What lies one step further, None for nothing."""
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and 0 <= step < len(holder):
        return holder[step]
    return None


def place(holder: Any, step: Key, value: Any) -> None:
    """Puts a value one step further; lists grow as far as they may."""
    if isinstance(holder, dict):
        holder[step] = value
    elif isinstance(step, int) and 0 <= step < MAX_INDEX:
        holder.extend([{} for _ in range(step + 1 - len(holder))])
        holder[step] = value


def merge(holder: dict[str, Any], value: Mapping[str, Any]) -> None:
    """Merges objects; nulls and blanks do not replace what was said before.

    Nothing is copied: events are ours once they are read.
    """
    for key, entry in value.items():
        found = holder.get(key)
        if isinstance(entry, dict) and isinstance(found, dict):
            merge(found, entry)
        elif found is None or not (entry is None or entry == ""):
            holder[key] = entry


def parsed(text: str) -> Any:
    """The value of JSON text, or an empty object where it is cut off."""
    try:
        return loads(text)
    except ValueError:
        return {}
