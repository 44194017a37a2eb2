"""Says what happens to a canonical response in native events, and keeps what was sent of it.

The rules for whole responses say what an item is in the vendor's terms: an item
that grows is encoded once with a mark as its text, and the mark tells the native
text that grows with it. A speaker then finds the vendor's words for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .assembling import MARK, Key
from .errors import Loss
from .marking import (
    ARGUMENTS,
    CHANNELS,
    Part,
    choice_of,
    emptied,
    fits,
    mark_path,
    marked,
    part_of,
    place_of,
    same_block,
    says,
    split,
    text_at,
    with_part,
    with_texts,
)
from .piecing import PiecedSpeaker
from .speaking import Block, Event, Speaker, Texts, turns_of
from .streams import StreamTable
from .telling import ToldSpeaker
from .told import copy_of
from .wholes import Wholes

OWN = frozenset({"type", "sequence_number"})

Blocks = dict[str, Block | None]
"""Of one turn: what was sent of it, and the text that grew with it."""


@dataclass(slots=True)
class Sent:
    """A canonical item, and what was sent for it."""

    item: dict[str, Any]
    number: int
    blocks: dict[Part, Block] = field(default_factory=dict)
    """Part -> the block that its text grows in, the last one where there are several."""
    silent: dict[Part, Texts] = field(default_factory=dict)
    """Parts that grow nowhere -> their texts, which are sent with the whole item."""
    waiting: list[tuple[Part, Texts]] = field(default_factory=list)
    """Texts that must wait until another block is closed."""
    done: dict[str, Any] | None = None
    finished: bool = False

    def texts(self) -> dict[Part, str]:
        """What was said of its texts."""
        said = {part: block.earlier + block.sent for part, block in self.blocks.items()}
        for part, pieces in (*self.silent.items(), *self.waiting):
            said[part] = said.get(part, "") + "".join(pieces)
        return said


@dataclass(frozen=True, slots=True)
class Growth:
    """What becomes of more of a text, until anything else happens: kept, and sent if in a block."""

    pieces: Texts
    block: Block | None


class Sender:
    """One response on its way. `take` gives the native events of a canonical one.

    `growth` is what becomes of more of the text that the last event added to, and
    `moved` whether that event changed what becomes of other texts.
    """

    def __init__(self, table: StreamTable, wholes: Wholes, name: str, losses: list[Loss]) -> None:
        self.started = False
        self.ended = False
        self.growth: Growth | None = None
        self.moved = False
        self.speaker: Speaker
        self.speaker = ToldSpeaker(table) if table.events else PiecedSpeaker(table)
        self._table = table
        self._wholes = wholes
        self._name = name
        self._losses = losses
        self._items: list[Sent] = []
        self._unfinished: dict[int, Sent] = {}
        self._pending: list[dict[str, Any]] = []
        """Items that come to nothing without the one that follows."""
        self._open: tuple[Sent, Block] | None = None
        self._keys: dict[tuple[int, str], int] = {}
        self._error: dict[str, Any] | None = None
        self._holders: dict[int, Blocks] = {}

    def take(self, event: dict[str, Any]) -> list[Event]:
        """What a canonical event comes to."""
        self.growth, self.moved = None, False
        match event.get("type"):
            case str(kind) if kind in CHANNELS or kind == ARGUMENTS:
                return self._grow(event)
            case "response.created" | "response.queued" | "response.in_progress":
                return self._begin(event.get("response"))
            case "response.output_item.added":
                return self._added(event.get("item"), event.get("output_index"))
            case "response.output_item.done":
                return self._done(event.get("item"), event.get("output_index"))
            case "response.completed" | "response.incomplete":
                return self._finish(event.get("response"))
            case "response.failed":
                return self._failed(event.get("response"))
            case "error":  # the response that failed with it is still to come
                error = event.get("error")
                self._error = error if isinstance(error, dict) else {}
            case str(kind) if kind in self._table.extensions:
                return [self._extension(event, self._table.extensions[kind])]
            case str(kind) if ":" in kind:
                reason = f"the format has no event like {kind}"
                self._losses.append(Loss("", "dropped", reason))
        return []

    @property
    def told(self) -> bool:
        """Whether anything was said of a response."""
        return self.started or self._error is not None

    def truncated(self, error: dict[str, Any]) -> list[Event]:
        """The end of a response that nothing has ended; its own error goes before that one."""
        self.moved = True
        self._error = self._error or error
        return self._failed(None)

    def _extension(self, event: dict[str, Any], row: Mapping[str, str]) -> Event:
        """An extension event in the vendor's words."""
        tag = self._table.tag or "type"
        names = {canonical: native for native, canonical in row.items() if native != tag}
        said = {names.get(k, k): v for k, v in event.items() if k not in OWN and v is not None}
        return {tag: row[tag], **said}

    def _begin(self, response: Any) -> list[Event]:
        if self.started or not isinstance(response, dict):
            return []
        self.started = True
        return self.speaker.begin(self._wholes.encoded({**response, "output": [], "status": None}))

    # Texts that grow ------------------------------------------------------------------

    def _item(self, index: Any) -> Sent | None:
        place = place_of(index, len(self._items))
        return None if place is None else self._items[place]

    def _new(self, item: dict[str, Any]) -> Sent:
        sent = Sent(copy_of(item), len(self._items))
        self._items.append(sent)
        self._unfinished[sent.number] = sent
        self.moved = True
        return sent

    def _added(self, item: Any, index: Any) -> list[Event]:
        if not isinstance(item, dict) or index != len(self._items):
            return []
        sent = self._new(item)
        if item.get("type") == "function_call":
            return self._append(sent, ("arguments", 0), "")
        return []

    def _grow(self, event: dict[str, Any]) -> list[Event]:
        sent, delta, part = (
            self._item(event.get("output_index")),
            event.get("delta"),
            part_of(event),
        )
        if sent is None or not isinstance(delta, str) or not delta or sent.finished or part is None:
            return []
        if part[0] != "arguments":
            with_part(sent.item, part, CHANNELS[event["type"]][2])
        return self._append(sent, part, delta)

    def _append(self, sent: Sent, part: Part, text: str) -> list[Event]:
        """Sends a piece of a text, now or when its turn comes."""
        block = sent.blocks.get(part)
        if block is None or not block.open or (self._open and self._open[1] is not block):
            if self._must_wait(sent):
                return self._wait(sent, part, text)
            return self._start(sent, part, text)
        self.growth = Growth(block.pieces, block)
        return self.speaker.append(block, text)

    def _must_wait(self, sent: Sent) -> bool:
        """Whether another item is in the way: a call, or a choice where there is one place."""
        other = sent if self._open is None else self._open[0]
        if other is not sent and other.item.get("type") == "function_call":
            return True
        return self._behind(sent)

    def _behind(self, sent: Sent) -> bool:
        """Whether an item must wait for another choice, where the format has one place for all."""
        own = self._name + ":"
        mine = choice_of(sent.item)
        if mine[0].startswith(own):
            return False
        earlier = (choice_of(s.item) for n, s in self._unfinished.items() if n < sent.number)
        return any(other[1] != mine[1] and not other[0].startswith(own) for other in earlier)

    def _wait(self, sent: Sent, part: Part, text: str) -> list[Event]:
        if not sent.waiting or sent.waiting[-1][0] != part:
            sent.waiting.append((part, []))
            self.moved = True
        pieces = sent.waiting[-1][1]
        pieces.append(text)
        self.growth = Growth(pieces, None)
        return []

    def _start(self, sent: Sent, part: Part, text: str) -> list[Event]:
        """Sends the first piece of a block; where none grows, keeps the text for the whole item."""
        pieces = sent.silent.get(part)
        block = None if pieces is not None else self._block(sent, part)
        if block is None:
            pieces = sent.silent.setdefault(part, [])
            pieces.append(text)
            self.growth = Growth(pieces, None)
            return []
        events = self._interrupt()
        if self.speaker.sequential:
            self._open = (sent, block)
        self.growth = Growth(block.pieces, block)
        return [*events, *self.speaker.append(block, text)]

    def _interrupt(self) -> list[Event]:
        """Closes the block that stands in the way."""
        if self._open is None:
            return []
        block = self._open[1]
        self._open = None
        self.moved = True
        return self.speaker.close(block, block.native)

    def _block(self, sent: Sent, part: Part) -> Block | None:
        """A block that grows with a part."""
        item = marked(sent.item, part)
        native = self._wholes.encoded({"output": [*self._pending, item]})
        found = None
        for number, holder in enumerate(self._turns(native, {})):
            path = mark_path(holder)
            if path is not None:
                found = self._located(holder, path, number, sent)
        if found is None:
            return None
        self._pending.clear()
        before = sent.blocks.get(part)
        if before is not None:
            found.earlier = before.earlier + before.sent
        found.part = part[1]
        sent.blocks[part] = found
        return found

    def _turns(self, native: dict[str, Any], blocks: Mapping[Part, Block]) -> list[dict[str, Any]]:
        """The objects that hold the blocks; a bare text is as many blocks as were sent of it."""
        found = turns_of(native, self._table.turn)
        for holder in found if self._table.events else ():
            for name, value in holder.items():
                if isinstance(value, str) and value and self.speaker.sends(name):
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
        if not self.speaker.grows(name, leaf, json):
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
        if name is None or not self.speaker.spreads(name):
            return None
        blocks = sent.blocks.values()
        return next((b.key for b in blocks if (b.list, b.turn) == (name, turn)), None)

    def _next(self, turn: int, name: str | None) -> int:
        if name is None:
            return 0
        key = self._keys.get((turn, name), 0)
        self._keys[turn, name] = key + 1
        return key

    # The ends of items and of the response ------------------------------------------

    def _done(self, item: Any, index: Any) -> list[Event]:
        sent = self._item(index)
        if sent is None and isinstance(item, dict) and index == len(self._items):
            sent = self._new(item)
        if sent is None or not isinstance(item, dict) or sent.finished:
            return []
        sent.done = item
        self.moved = True
        return self._drain()

    def _drain(self) -> list[Event]:
        """Sends what waited, in the order of the items, as far as nothing stands in the way."""
        events: list[Event] = []
        ready = [sent for sent in self._unfinished.values() if not self._must_wait(sent)]
        while ready:
            sent = ready.pop(0)
            waiting, sent.waiting = sent.waiting, []
            for part, pieces in waiting:
                events.extend(self._append(sent, part, "".join(pieces)))
            if sent.done is not None and not sent.waiting:
                events.extend(self._complete(sent, sent.done))
                ready = [s for s in self._unfinished.values() if not self._must_wait(s)]
        return events

    def _complete(self, sent: Sent, item: dict[str, Any]) -> list[Event]:
        """Sends what the whole item has besides what was sent of it."""
        sent.finished = True
        del self._unfinished[sent.number]
        native = self._wholes.encoded({"output": [*self._pending, item]})
        events: list[Event] = []
        waiting = list(sent.blocks.values())
        found = False
        for sending in waiting:
            sending.cut = item.get("status") == "incomplete"
        for number, holder in enumerate(self._turns(native, sent.blocks)):
            for name, blocks in self._lists(holder):
                for entry in blocks:
                    found = True
                    here = (b for b in waiting if b.list == name and b.turn == number)
                    block = next((b for b in here if fits(b, entry)), None)
                    if block is not None:
                        waiting = [b for b in waiting if not same_block(b, block)]
                        events.extend(self._end_block(sent, block, entry))
                    else:
                        events.extend(self._whole(number, name, entry))
        if found:
            self._pending.clear()
        elif not sent.blocks and not sent.silent and not says(native, self._table):
            self._pending.append(item)
        for block in waiting:
            if block.open:
                block.cut = True  # nothing is left of it in the whole item
                events.extend(self.speaker.close(block, block.native))
                self._settled(block)
        return events

    def _lists(self, holder: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
        return [
            (name, [entry for entry in value if isinstance(entry, dict)])
            for name, value in holder.items()
            if isinstance(value, list) and self.speaker.sends(name)
        ]

    def _end_block(self, sent: Sent, block: Block, entry: dict[str, Any]) -> list[Event]:
        events: list[Event] = []
        text, said = text_at(entry, block), block.earlier + block.sent
        rest = text[len(said) :] if text.startswith(said) else ""
        if not block.open and rest:  # another came between: the rest is a block of its own
            events.extend(self._interrupt())
            key = self._next(block.turn, block.list)
            block = replace(block, key=key, pieces=[], open=True, begun=False)
        if block.open:
            if rest:
                events.extend(self.speaker.append(block, rest))
            events.extend(self.speaker.close(block, entry))
        elif late := [key for key in entry if not self._known(block, key, entry[key])]:
            reason = f"the block had ended before {', '.join(late)} came"
            self._losses.append(Loss(f"/output/{sent.number}", "dropped", reason))
        self._settled(block)
        return events

    def _known(self, block: Block, key: str, value: Any) -> bool:
        """Whether a property of a whole block was sent with the block."""
        return (key,) == block.leaf[:1] or block.native.get(key) == value

    def _whole(self, number: int, name: str, entry: dict[str, Any]) -> list[Event]:
        """Sends a block of which nothing was sent before."""
        events = self._interrupt()
        leaf = next((found for found in self.speaker.leaves(name) if found[0][0] in entry), None)
        self._holders.setdefault(number, {})[name] = None
        key = self._next(number, name)
        if leaf is None:
            block = Block(name, key, (), False, entry, turn=number)
            return [*events, *self.speaker.whole(block, entry)]
        path, json = leaf
        native = emptied(entry, path, json)
        for late in [k for k in native if k not in (path[0], "type")]:
            if self.speaker.sets(name, late):
                del native[late]
        block = Block(name, key, path, json, native, turn=number)
        events.extend(self.speaker.append(block, text_at(entry, block)))
        return [*events, *self.speaker.close(block, entry)]

    def _settled(self, block: Block) -> None:
        block.open = False
        if self._open is not None and self._open[1] is block:
            self._open = None

    def _finish(self, response: Any) -> list[Event]:
        if not isinstance(response, dict):
            return []
        events = [] if self.started else self._begin(response)
        events.extend(self._rest(response))
        self.ended = True
        return [*events, *self.speaker.end(self._wholes.last(response), self._sent())]

    def _rest(self, response: dict[str, Any]) -> list[Event]:
        """Ends all items: with what the response says of them, else with what events said."""
        output = response.get("output")
        events: list[Event] = []
        for number, item in enumerate(output if isinstance(output, list) else []):
            events.extend(self._done(item, number))
        for sent in self._unfinished.values():
            if sent.done is None:
                sent.done = with_texts(sent.item, sent.texts())
        return [*events, *self._drain()]

    def _sent(self) -> list[Blocks]:
        """What was sent of each turn."""
        return [self._holders.get(n, {}) for n in range(max(self._holders, default=-1) + 1)]

    def _failed(self, response: Any) -> list[Event]:
        whole = response if isinstance(response, dict) else {}
        stated = whole.get("error")
        error = self._error or (stated if isinstance(stated, dict) else {})
        events = [] if self.started else self._begin(whole or None)
        if self.started:
            events.extend(self._rest(whole))
            events.extend(self._late(whole))
        self.ended = True
        return [*events, *self.speaker.fail(self._wholes.error(error))]

    def _late(self, response: dict[str, Any]) -> list[Event]:
        """What is known of a response that failed besides its error, usage above all."""
        output = response.get("output") or [sent.done for sent in self._items]
        unsaid = {"error": None, "status": None, "incomplete_details": None}
        native = self._wholes.last({**response, **unsaid, "output": output})
        events = self.speaker.late(native, self._sent())
        if events is None and response.get("usage"):
            reason = "of a response that fails, the format tells nothing but the error"
            self._losses.append(Loss("/usage", "dropped", reason))
        return events or []
