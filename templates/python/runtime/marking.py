"""Finds the native text that grows with a canonical one: a mark in its place shows where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .assembling import MARK, Key
from .emitting import PART_KINDS, is_choice
from .jsontext import dumps
from .speaking import Block, turns_of
from .streams import StreamTable
from .told import at, copy_of

Part = tuple[str, int]
"""A text of an item: the property that holds it, and its number there."""

CHANNELS = {
    kind.channel + ".delta": (kind.list, kind.index, type_) for type_, kind in PART_KINDS.items()
}
"""Delta event -> the list of the part that grows, the field with its index, and its type."""

PART_ENDS = {kind.part + ".done": (kind.list, kind.index) for kind in PART_KINDS.values()}
"""Event that states a whole part -> the list of the part, and the field with its index."""

ARGUMENTS = "response.function_call_arguments.delta"
"""The delta event of the text that is no part but a property of its item."""

MOST_PARTS = 10_000
"""Parts of an item that are told apart: an index must not make us fill memory."""


def place_of(value: Any, count: int) -> int | None:
    """An index into a list of `count` entries, if it is one."""
    if isinstance(value, int | float) and 0 <= value < count and value == int(value):
        return int(value)
    return None


def part_of(event: Mapping[str, Any]) -> Part | None:
    """Which part of its item a delta event adds to, or an event that ends a part states."""
    kind = event["type"]
    if kind == ARGUMENTS:
        return "arguments", 0
    name, index = CHANNELS[kind][:2] if kind in CHANNELS else PART_ENDS[kind]
    stated = event.get(index)
    number = 0 if stated is None else place_of(stated, MOST_PARTS)
    return None if number is None else (name, number)


def choice_of(item: dict[str, Any]) -> tuple[str, Any]:
    """Which of several choices an item is of: the property that says so, and its number."""
    return next(((key, value) for key, value in item.items() if is_choice(key)), ("", 0))


def with_part(item: dict[str, Any], part: Part, kind: str) -> None:
    """Gives an item the part that a delta speaks of, should nothing have announced it."""
    parts = item.get(part[0])
    if not isinstance(parts, list):
        parts = item[part[0]] = []
    while len(parts) <= part[1]:
        parts.append({"type": kind})


def with_texts(item: dict[str, Any], texts: Mapping[Part, str]) -> dict[str, Any]:
    """A copy of an item with what is known of its texts, as one that was cut off."""
    whole: dict[str, Any] = {**copy_of(item), "status": "incomplete"}
    for (name, number), text in texts.items():
        if name == "arguments":
            whole[name] = text
        elif number < len(whole[name]) and isinstance(whole[name][number], dict):
            whole[name][number] = _with_text(whole[name][number], text)
    return whole


def _with_text(part: dict[str, Any], text: str) -> dict[str, Any]:
    kind = PART_KINDS.get(str(part.get("type")), PART_KINDS["output_text"])
    return {**{key: [] for key in kind.blank}, **part, kind.key: text}


def alone(item: dict[str, Any], name: str) -> dict[str, Any]:
    """A copy of an item without the parts of other lists than that one."""
    copy: dict[str, Any] = copy_of(item)
    if name == "summary":
        copy.pop("content", None)
    elif "summary" in copy:
        copy["summary"] = []
    return copy


def marked(item: dict[str, Any], part: Part) -> dict[str, Any]:
    """A copy of an item with the mark as one of its texts, and no other."""
    name, index = part
    copy = alone(item, name)
    if name == "arguments":
        copy["arguments"] = '{"' + MARK + '":"' + MARK + '"}'
        return copy
    here = copy[name][index : index + 1]
    copy[name] = [_with_text(entry, MARK) for entry in here if isinstance(entry, dict)]
    return copy


def mark_path(value: Any, path: tuple[Key, ...] = ()) -> tuple[Key, ...] | None:
    """Where the mark lies, in a text or as a property."""
    if isinstance(value, str):
        return path if MARK in value else None
    if isinstance(value, dict):
        if MARK in value:
            return (*path, MARK)
        entries: Any = value.items()
    else:
        entries = enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        found = mark_path(entry, (*path, key))
        if found is not None:
            return found
    return None


def emptied(native: dict[str, Any], leaf: tuple[Key, ...], json: bool) -> dict[str, Any]:
    """A copy of a block without the text that grows."""
    made: dict[str, Any] = copy_of(native)
    holder: Any = made
    for step in leaf[:-1]:
        holder = holder[step]
    holder[leaf[-1]] = {} if json else ""
    return made


def text_at(entry: Any, block: Block) -> str:
    """The text of a block that is whole."""
    value = at(entry, block.leaf)
    if block.json:
        return "" if value in (None, {}) else dumps(value).decode()
    return value if isinstance(value, str) else ""


def fits(block: Block, entry: dict[str, Any]) -> bool:
    """Whether what was sent may be the text of that block: of an empty one nothing was."""
    return not block.sent or block.json or at(entry, block.leaf) != ""


def holder_of(blocks: list[Block], turn: int, name: str, entry: dict[str, Any]) -> Block | None:
    """The first of some blocks that may hold an entry of a list."""
    here = (block for block in blocks if block.list == name and block.turn == turn)
    return next((block for block in here if fits(block, entry)), None)


def run_of(block: Block, blocks: list[Block], entry: Any) -> list[Block]:
    """The blocks that hold the text of an entry together, because others came between them."""
    run, text, said = [block], text_at(entry, block), block.earlier + block.sent
    for other in blocks[blocks.index(block) + 1 :]:
        more = other.earlier + other.sent
        same = (other.list, other.turn, other.leaf) == (block.list, block.turn, block.leaf)
        if run[-1].open or not (same and more and text.startswith(said + more)):
            break
        said += more
        run.append(other)
    return run


def unmarked(item: dict[str, Any], known: dict[str, Any], dialect: str) -> dict[str, Any]:
    """An item without the dialect's marks of its form that were not known when it began."""
    return {
        key: value
        for key, value in item.items()
        if key in known or not key.startswith(f"{dialect}:@")
    }


def same_block(one: Block, other: Block) -> bool:
    """Whether two texts grow in the same block."""
    return (one.list, one.key, one.turn) == (other.list, other.key, other.turn)


def split(text: str, said: list[str]) -> list[str]:
    """A text as the pieces that were said of it, the last of which goes on."""
    whole = "".join(said)
    if not said or not text.startswith(whole):
        return [text]
    return [*said[:-1], said[-1] + text[len(whole) :]]


def says(native: dict[str, Any], table: StreamTable) -> bool:
    """Whether an encoded item came to anything."""
    return any(
        value not in (None, "", [], {})
        for holder in turns_of(native, table.turn)
        for key, value in holder.items()
        if key != "role"
    )
