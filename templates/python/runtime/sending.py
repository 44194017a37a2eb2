"""Says what happens to a canonical response in native events, and keeps what was sent of it.

The rules for whole responses say what an item is in the vendor's terms: an item
that grows is encoded once with a mark as its text, and the mark tells the native
text that grows with it. A speaker then finds the vendor's words for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import Loss
from .marking import (
    ARGUMENTS,
    CHANNELS,
    PART_ENDS,
    Part,
    holder_of,
    part_of,
    place_of,
    run_of,
    same_block,
    says,
    text_at,
    with_part,
    with_texts,
)
from .piecing import PiecedSpeaker
from .placing import Placing
from .sent import Growth, Sent
from .speaking import Block, Event, Speaker
from .streams import StreamTable
from .telling import ToldSpeaker
from .wholes import Wholes

OWN = frozenset({"type", "sequence_number"})


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
        self._error: dict[str, Any] | None = None
        self._placing = Placing(table, wholes, self.speaker, name)

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
            case str(kind) if kind in PART_ENDS:
                self._part_ended(event)
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
        sent = Sent.of(item, len(self._items))
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
        sent, part = self._item(event.get("output_index")), part_of(event)
        delta = event.get("delta")
        if sent is None or not isinstance(delta, str) or not delta or sent.finished or part is None:
            return []
        if part[0] != "arguments":
            with_part(sent.item, part, CHANNELS[event["type"]][2])
        return self._append(sent, part, delta)

    def _part_ended(self, event: dict[str, Any]) -> None:
        """Notes what a part is as a whole, should its block end before the item does."""
        sent, part = self._item(event.get("output_index")), part_of(event)
        if sent is not None and part is not None and isinstance(event.get("part"), dict):
            sent.ended[part] = event["part"]

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
        mine = sent.choice
        if mine[0].startswith(own):
            return False
        earlier = (s.choice for n, s in self._unfinished.items() if n < sent.number)
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
        block = None
        if pieces is None:
            block = self._placing.grown(self._pending, sent, part)
        if block is None:
            pieces = sent.silent.setdefault(part, [])
            pieces.append(text)
            self.growth = Growth(pieces, None)
            return []
        self._pending.clear()
        events = self._interrupt()
        if self.speaker.sequential:
            self._open = (sent, block)
        self.growth = Growth(block.pieces, block)
        return [*events, *self.speaker.append(block, text)]

    def _interrupt(self) -> list[Event]:
        """Closes the block that stands in the way."""
        if self._open is None:
            return []
        sent, block = self._open
        self._open = None
        self.moved = True
        native = self._placing.ended(sent, block)
        events = self.speaker.close(block, native)
        block.native = native
        return events

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
            if self._must_wait(sent):  # for a call that the one before has opened
                continue
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
        native = self._placing.in_form(self._pending, sent, item)
        events: list[Event] = []
        waiting = list(sent.blocks.values())
        found = False
        for sending in waiting:
            sending.cut = item.get("status") == "incomplete"
        for turn, name, entry in self._placing.entries(native, sent):
            found = True
            block = holder_of(waiting, turn, name, entry)
            if block is not None:
                run = run_of(block, waiting, entry)
                waiting = [b for b in waiting if not any(same_block(b, one) for one in run)]
                run[-1].earlier = (
                    "".join(one.earlier + one.sent for one in run[:-1]) + run[-1].earlier
                )
                events.extend(self._end_block(sent, run[-1], entry))
            else:
                events.extend(self._whole(self._placing.whole(turn, name, entry), entry))
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

    def _end_block(self, sent: Sent, block: Block, entry: dict[str, Any]) -> list[Event]:
        events: list[Event] = []
        text, said = text_at(entry, block), block.earlier + block.sent
        rest = text[len(said) :] if text.startswith(said) else ""
        if not block.open and rest:  # another came between: the rest is a block of its own
            events.extend(self._interrupt())
            block = self._placing.another(block)
        if block.open:
            if rest:
                events.extend(self.speaker.append(block, rest))
            events.extend(self.speaker.close(block, entry))
        elif late := [key for key in entry if not block.knows(key, entry[key])]:
            reason = f"the block had ended before {', '.join(late)} came"
            self._losses.append(Loss(f"/output/{sent.number}", "dropped", reason))
        self._settled(block)
        return events

    def _whole(self, block: Block, entry: dict[str, Any]) -> list[Event]:
        """Sends a block of which nothing was sent before."""
        events = self._interrupt()
        if not block.leaf:
            return [*events, *self.speaker.whole(block, entry)]
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
        native = self._wholes.last(self._as_sent(response))
        return [*events, *self.speaker.end(native, self._placing.sent())]

    def _as_sent(self, response: dict[str, Any]) -> dict[str, Any]:
        """The response with items in the forms in which they were sent."""
        output = response.get("output")
        if not isinstance(output, list) or not any(sent.formed for sent in self._items):
            return response
        formed = {sent.number: sent.formed for sent in self._items if sent.formed}
        return {**response, "output": [formed.get(n, item) for n, item in enumerate(output)]}

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
        events = self.speaker.late(native, self._placing.sent())
        if events is None and response.get("usage"):
            reason = "of a response that fails, the format tells nothing but the error"
            self._losses.append(Loss("/usage", "dropped", reason))
        return events or []
