"""Finds the native blocks of items, and numbers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .assembling import MARK, Key
from .marking import Part, alone, emptied, holder_of, mark_path, marked, split, unmarked
from .sent import Sent
from .speaking import Block, Speaker, turns_of
from .streams import StreamTable
from .wholes import Wholes

Blocks = dict[str, Block | None]
"""Of one turn: what was sent of it, and the text that grew with it."""


class Placing:
    """The blocks of one response, in the order in which they are sent."""

    def __init__(self, table: StreamTable, wholes: Wholes, speaker: Speaker, name: str) -> None:
        self._table = table
        self._name = name
        self._wholes = wholes
        self._speaker = speaker
        self._keys: dict[tuple[int, str], int] = {}
        self._holders: dict[int, Blocks] = {}

    def grown(self, before: list[dict[str, Any]], sent: Sent, part: Part) -> Block | None:
        """A block that grows with a part of an item, which is encoded behind those `before`."""
        native = self._wholes.encoded({"output": [*before, marked(sent.item, part)]})
        found = None
        for number, holder in enumerate(self._turns(native, {})):
            path = mark_path(holder)
            if path is not None:
                found = self._located(holder, path, number, sent)
        if found is None:
            return None
        if (last := sent.blocks.get(part)) is not None:
            found.earlier = last.earlier + last.sent
        found.part = part[1]
        sent.blocks[part] = found
        return found

    def _turns(self, native: dict[str, Any], blocks: Mapping[Part, Block]) -> list[dict[str, Any]]:
        """The objects that hold the blocks; a bare text is as many blocks as were sent of it."""
        found = turns_of(native, self._table.turn)
        for holder in found if self._table.events else ():
            for name, value in holder.items():
                if isinstance(value, str) and value and self._speaker.sends(name):
                    texts = split(value, [b.sent for b in blocks.values() if b.list == name])
                    holder[name] = [self._wholes.text(text) for text in texts]
        return found

    def _located(
        self, holder: dict[str, Any], path: tuple[Key, ...], number: int, sent: Sent
    ) -> Block | None:
        """The block at which a mark lies, if its text can grow."""
        json = path[-1] == MARK
        path = path[:-1] if json else path
        name: str | None = None
        leaf, native = path, {}
        if len(path) > 1 and isinstance(path[1], int):
            name, leaf = str(path[0]), path[2:]
            native = holder[name][path[1]]
        if not self._speaker.grows(name, leaf, json):
            return None
        if name is not None:
            native = emptied(native, leaf, json)
        key = self._shared(sent, number, name)
        if key is None:
            key = self._next(number, name)
        block = Block(name, key, leaf, json, native, turn=number)
        self._holders.setdefault(number, {})[name or str(leaf[0])] = block
        return block

    def _shared(self, sent: Sent, turn: int, name: str | None) -> int | None:
        """The key of the item's block, if it has one that all its texts grow in."""
        if name is None or not self._speaker.spreads(name):
            return None
        blocks = sent.blocks.values()
        return next((b.key for b in blocks if (b.list, b.turn) == (name, turn)), None)

    def _next(self, turn: int, name: str | None) -> int:
        if name is None:
            return 0
        key = self._keys.get((turn, name), 0)
        self._keys[turn, name] = key + 1
        return key

    def entries(
        self, native: dict[str, Any], sent: Sent
    ) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """The blocks of a whole item: the number of the turn, the list, the block."""
        for number, holder in enumerate(self._turns(native, sent.blocks)):
            for name, value in holder.items():
                if isinstance(value, list) and self._speaker.sends(name):
                    yield from ((number, name, each) for each in value if isinstance(each, dict))

    def in_form(
        self, pending: list[dict[str, Any]], sent: Sent, item: dict[str, Any]
    ) -> dict[str, Any]:
        """The whole item encoded as it began, should a later mark ask for another form."""
        native = self._wholes.encoded({"output": [*pending, item]})
        plain = unmarked(item, sent.item, self._name)
        if sent.blocks and plain != item and not self._goes_on(sent, native):
            other = self._wholes.encoded({"output": [*pending, plain]})
            if self._goes_on(sent, other):
                sent.formed = plain
                return other
        return native

    def _goes_on(self, sent: Sent, native: dict[str, Any]) -> bool:
        """Whether what was sent of an item is part of it, encoded as a whole."""
        blocks = list(sent.blocks.values())
        return any(holder_of(blocks, *found) for found in self.entries(native, sent))

    def whole(self, turn: int, name: str, entry: dict[str, Any]) -> Block:
        """A block of which nothing was sent before; without a text that grows, all of it."""
        leaves = self._speaker.leaves(name)
        leaf = next((found for found in leaves if found[0][0] in entry), None)
        self._holders.setdefault(turn, {})[name] = None
        key = self._next(turn, name)
        if leaf is None:
            return Block(name, key, (), False, entry, turn=turn)
        path, json = leaf
        native = emptied(entry, path, json)
        for late in [k for k in native if k not in (path[0], "type")]:
            if self._speaker.sets(name, late):
                del native[late]
        return Block(name, key, path, json, native, turn=turn)

    def ended(self, sent: Sent, block: Block) -> dict[str, Any]:
        """The block as far as it is known: as a whole, if its part was stated."""
        part = next((part for part, found in sent.blocks.items() if found is block), ("", 0))
        stated = sent.ended.get(part)
        if stated is None:
            return block.native
        item = {**alone(sent.item, part[0]), part[0]: [stated]}
        native = self._wholes.encoded({"output": [item]})
        place = (block.turn, block.list)
        found = [entry for *at, entry in self.entries(native, Sent({}, 0)) if tuple(at) == place]
        return found[0] if len(found) == 1 else block.native

    def another(self, block: Block) -> Block:
        """A block that goes on where one has ended."""
        key = self._next(block.turn, block.list)
        return replace(block, key=key, pieces=[], open=True, begun=False)

    def sent(self) -> list[Blocks]:
        """What was sent of each turn."""
        return [self._holders.get(n, {}) for n in range(max(self._holders, default=-1) + 1)]
