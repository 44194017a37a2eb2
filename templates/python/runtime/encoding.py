"""Encodes lawful events as a vendor's stream: events in, bytes out.

The rules for whole responses say what an item is in the vendor's terms: an item
that grows is encoded once with a mark as its text, and the mark tells the native
text that grows with it. A speaker then finds the vendor's words for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import resource
from .assembling import MARK, Key
from .emitting import is_choice
from .errors import Loss, OpenResponsesError
from .gathering import Gathering
from .grounding import ANSWER_FIXUPS
from .jsontext import dumps
from .lifecycle import plain as plain_event
from .mirroring import Mirror
from .speaking import Block, PiecedSpeaker, Speaker, ToldSpeaker, turns_of
from .streams import StreamTable
from .told import at, copy_of

if TYPE_CHECKING:
    from ..types import ExtensionEvent, StreamEvent
    from .translation import Dialect, Model

CHANNELS = {
    "response.output_text.delta": ("content", "content_index", "output_text", "text"),
    "response.refusal.delta": ("content", "content_index", "refusal", "refusal"),
    "response.reasoning.delta": ("content", "content_index", "reasoning_text", "text"),
    "response.reasoning_summary_text.delta": ("summary", "summary_index", "summary_text", "text"),
}
"""Delta event -> list, index field, type and text of the part that grows."""

OWN = frozenset({"type", "sequence_number"})

TERMINAL = ("response.completed", "response.incomplete", "response.failed")

Part = tuple[str, int]


INDEXES = {kind: row[1] for kind, row in CHANNELS.items()}


@dataclass(frozen=True, slots=True)
class Around:
    """The bytes around the text of a delta, and the block that grows with it."""

    block: Block
    before: bytes
    after: bytes


def _is_hashable(value: Any) -> bool:
    return value is None or isinstance(value, str | int)


@dataclass(slots=True)
class Sent:
    """A canonical item, and the native blocks that were sent for it."""

    item: dict[str, Any]
    blocks: dict[Part, Block | None] = field(default_factory=dict)
    """Part -> its block; None where it has none that grows."""
    waiting: list[tuple[Part, str]] = field(default_factory=list)
    """Deltas that must wait until another block is closed."""
    done: dict[str, Any] | None = None
    finished: bool = False


class StreamEncoder:
    """One stream of one response. Feed events, take bytes, and close it.

    `losses` lists what the vendor's stream has no place for.
    """

    def __init__(
        self,
        dialect: Dialect[Any, Any, Any],
        table: StreamTable,
        request: dict[str, Any] | None = None,
        provider: str | None = None,
    ) -> None:
        self.losses: list[Loss] = []
        self._dialect = dialect
        self._table = table
        self._request = request
        self._provider = provider
        slug = dialect.slug(provider)
        self._mirror = None
        if table.mirror is not None:
            self._mirror = Mirror(table, slug, dialect.tables.is_prefixed)
            self.losses = self._mirror.losses
        self._speaker: Speaker
        self._speaker = ToldSpeaker(table) if table.events else PiecedSpeaker(table)
        self._items: list[Sent] = []
        self._frames: dict[tuple[Any, ...], Around] = {}
        """Delta event, item and part -> what stands around their texts."""
        self._pending: list[dict[str, Any]] = []
        """Items that come to nothing without the one that follows."""
        self._open: tuple[Sent, Block] | None = None
        self._keys: dict[tuple[int, str], int] = {}
        self._started = False
        self._ended = False
        self._closed = False
        self._unfinished = False
        self._base: dict[str, Any] = {}
        self._holders: dict[int, dict[str, Block | None]] = {}
        """Of each turn: what was sent of it, and the text that grew with it."""

    def feed(self, event: StreamEvent | ExtensionEvent | Mapping[str, Any] | Model) -> bytes:
        """The bytes that an event comes to, if any; models are taken as well as plain JSON.

        Raises TypeError for anything else, RuntimeError after `close`.
        """
        if self._closed:
            raise RuntimeError("feed after close: make an encoder for each stream")
        said: Any = plain_event(event)
        if not isinstance(said, dict):
            raise TypeError(f"feed takes events, not {type(event).__name__}")
        if self._ended:
            return b""
        if self._mirror is None:
            kind, delta = said.get("type"), said.get("delta")
            if type(delta) is not str or not delta:
                self._frames.clear()
                return self._written(self._take(said))
            index = said.get(INDEXES.get(str(kind), ""))
            frame = self._frames.get((kind, said.get("output_index"), index))
            if frame is None:
                return self._framed(said, (kind, said.get("output_index"), index))
            frame.block.pieces.append(delta)
            return frame.before + dumps(delta) + frame.after
        self._started = True
        self._ended = said.get("type") in TERMINAL
        return self._written(self._mirror.say(said, self._encoded))

    def _framed(self, event: dict[str, Any], key: tuple[Any, ...]) -> bytes:
        """A delta said the long way; what stands around its text is kept for those that follow."""
        written = self._written(self._take(event))
        if self._speaker.sequential:
            self._frames.clear()
        sent = self._item(key[1])
        name = CHANNELS[key[0]][0] if key[0] in CHANNELS else "arguments"
        block = None if sent is None else sent.blocks.get((name, key[2] or 0))
        closed = block is None or not block.open or not block.begun
        if sent is None or block is None or closed or sent.finished or sent.waiting:
            return written
        if self._speaker.sequential and (self._open is None or self._open[1] is not block):
            return written
        text = self._written(self._speaker.append(block, MARK))
        block.pieces.pop()
        before, found, after = text.partition(dumps(MARK))
        if found and dumps(MARK) not in after and all(map(_is_hashable, key)):
            self._frames[key] = Around(block, before, after)
        return written

    def close(self) -> bytes:
        """The end of the stream; an error where no event ended it. More calls give nothing."""
        if self._closed:
            return b""
        self._closed = True
        if self._ended or not self._started:
            return b""
        error = {
            "type": "server_error",
            "code": "stream_truncated",
            "message": "the stream ended before the response did",
            "param": None,
        }
        if self._mirror is None:
            return self._written(self._failed(error))
        self._ended = True
        failure = {"type": "error", "error": error}
        return self._written(self._mirror.say(failure, self._encoded))

    # What happens ---------------------------------------------------------------

    def _take(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        match event.get("type"):
            case "response.created" | "response.queued" | "response.in_progress":
                return self._begin(event.get("response"))
            case "response.output_item.added":
                return self._added(event.get("item"), event.get("output_index"))
            case "response.function_call_arguments.delta":
                return self._grow(event, ("arguments", 0))
            case kind if kind in CHANNELS:
                name, index, _, _ = CHANNELS[kind]
                return self._grow(event, (name, event.get(index) or 0))
            case "response.output_item.done":
                return self._done(event.get("item"), event.get("output_index"))
            case "response.completed" | "response.incomplete":
                return self._finish(event.get("response"))
            case "response.failed":
                return self._failed((event.get("response") or {}).get("error") or {})
            case "error":
                return self._failed(event.get("error") or {})
            case str(kind) if kind in self._table.extensions:
                return [self._extension(event, self._table.extensions[kind])]
            case str(kind) if ":" in kind:
                reason = f"the format has no event like {kind}"
                self.losses.append(Loss("", "dropped", reason))
        return []

    def _extension(self, event: dict[str, Any], row: Mapping[str, str]) -> dict[str, Any]:
        """An extension event in the vendor's words."""
        tag = self._table.tag or "type"
        names = {canonical: native for native, canonical in row.items() if native != tag}
        said = {names.get(k, k): v for k, v in event.items() if k not in OWN and v is not None}
        return {tag: row[tag], **said}

    def _begin(self, response: Any) -> list[dict[str, Any]]:
        if self._started or not isinstance(response, dict):
            return []
        self._started = True
        self._base = response
        native = self._encoded({**response, "output": [], "status": None})
        return self._speaker.begin(native)

    def _item(self, index: Any) -> Sent | None:
        known = isinstance(index, int) and 0 <= index < len(self._items)
        return self._items[index] if known else None

    def _added(self, item: Any, index: Any) -> list[dict[str, Any]]:
        if not isinstance(item, dict) or index != len(self._items):
            return []
        sent = Sent(copy_of(item))
        self._items.append(sent)
        if item.get("type") == "function_call":
            return self._append(sent, ("arguments", 0), "")
        return []

    def _grow(self, event: dict[str, Any], part: Part) -> list[dict[str, Any]]:
        sent, delta = self._item(event.get("output_index")), event.get("delta")
        if sent is None or not isinstance(delta, str) or not delta or sent.finished:
            return []
        if part[0] != "arguments":
            _, _, kind, _ = CHANNELS[event["type"]]
            parts = sent.item.setdefault(part[0], [])
            while len(parts) <= part[1] < 10_000:
                parts.append({"type": kind})
        if self._behind(sent):
            sent.waiting.append((part, delta))
            return []
        return self._append(sent, part, delta)

    def _append(self, sent: Sent, part: Part, text: str) -> list[dict[str, Any]]:
        """Sends a piece of a text, now or when its turn comes."""
        events = self._free(sent, part)
        if events is None:
            sent.waiting.append((part, text))
            return []
        block = self._block(sent, part)
        if block is None:
            return events
        if self._speaker.sequential:
            self._open = (sent, block)
        return [*events, *self._speaker.append(block, text)]

    def _free(self, sent: Sent, part: Part) -> list[dict[str, Any]] | None:
        """Closes the block that stands in the way; None where it cannot be closed yet."""
        if self._open is None or self._open[1] is sent.blocks.get(part):
            return []
        other, block = self._open
        if other is not sent and other.item["type"] == "function_call":
            return None
        native = self._native(other, block)
        self._open = None
        return self._speaker.close(block, native)

    def _native(self, sent: Sent, block: Block) -> dict[str, Any]:
        """The block as far as it is known."""
        return block.native

    def _block(self, sent: Sent, part: Part) -> Block | None:
        """The block that grows with a part, found on first use."""
        if part in sent.blocks and (found := sent.blocks[part]) is not None and found.open:
            return found
        if part in sent.blocks and sent.blocks[part] is None:
            return None
        native = self._encoded({**self._base, "output": [*self._pending, marked(sent.item, part)]})
        found = None
        for number, holder in enumerate(self._turns(native, Sent({}))):
            path = mark_path(holder)
            if path is not None:
                found = self._located(holder, path, number, sent)
        if found is not None:
            found.part = part[1]
            self._pending.clear()
        sent.blocks[part] = found
        return found

    def _turns(self, native: dict[str, Any], sent: Sent) -> list[dict[str, Any]]:
        """The objects that hold the blocks; a bare text is as many blocks as were sent of it."""
        found = turns_of(native, self._table.turn)
        for holder in found if self._table.events else ():
            for name, value in holder.items():
                if isinstance(value, str) and value and self._sends(name):
                    blocks = [b for b in sent.blocks.values() if b is not None and b.list == name]
                    texts = split(value, [block.sent for block in blocks])
                    holder[name] = [self._dialect.tables.text(text) for text in texts]
        return found

    def _located(
        self, holder: dict[str, Any], path: tuple[Key, ...], number: int, sent: Sent
    ) -> Block | None:
        """The block at which a mark lies, if its text can grow."""
        json = path[-1] == MARK
        path = path[:-1] if json else path
        if len(path) > 1 and isinstance(path[1], int):
            name, leaf = str(path[0]), path[2:]
            native = holder[name][path[1]]
        else:
            name, leaf, native = None, path, {}
        if not self._speaker.grows(name, leaf, json):
            return None
        native = copy_of(native)
        if name is not None:
            _empty(native, leaf, {} if json else "")
        key = self._shared(sent, number, name)
        if key is None:
            key = self._next(number, name)
        block = Block(name, key, leaf, json, native, turn=number)
        self._holders.setdefault(number, {})[name or str(next(iter(leaf)))] = block
        return block

    def _shared(self, sent: Sent, turn: int, name: str | None) -> int | None:
        """The key of the item's block, if it has one that all its texts grow in."""
        speaker = self._speaker
        if name is None or not isinstance(speaker, ToldSpeaker) or not speaker.spreads(name):
            return None
        blocks = (block for block in sent.blocks.values() if block is not None)
        return next((b.key for b in blocks if (b.list, b.turn) == (name, turn)), None)

    def _next(self, turn: int, name: str | None) -> int:
        if name is None:
            return 0
        key = self._keys.get((turn, name), 0)
        self._keys[turn, name] = key + 1
        return key

    # The ends of items and of the response ------------------------------------------

    def _done(self, item: Any, index: Any) -> list[dict[str, Any]]:
        sent = self._item(index)
        if sent is None and isinstance(item, dict) and index == len(self._items):
            sent = Sent(copy_of(item))
            self._items.append(sent)
        if sent is None or not isinstance(item, dict) or sent.finished:
            return []
        sent.done = item
        return self._drain()

    def _drain(self) -> list[dict[str, Any]]:
        """Sends what waited, in the order of the items, as far as nothing stands in the way."""
        events: list[dict[str, Any]] = []
        for sent in self._items:
            if sent.finished:
                continue
            if self._blocked(sent) or self._behind(sent):
                continue
            waiting, sent.waiting = sent.waiting, []
            for part, text in waiting:
                events.extend(self._append(sent, part, text))
            if sent.done is not None and not sent.waiting:
                events.extend(self._complete(sent, sent.done))
        return events

    def _behind(self, sent: Sent) -> bool:
        """Whether an item must wait for another choice, where the format has one place for all."""
        mine = choice_of(sent.item)
        if mine[0].startswith(self._dialect.tables.name + ":"):
            return False
        earlier = self._items[: self._place(sent)]
        others = [choice_of(other.item) for other in earlier if not other.finished]
        own = self._dialect.tables.name + ":"
        return any(other[1] != mine[1] and not other[0].startswith(own) for other in others)

    def _place(self, sent: Sent) -> int:
        return next(number for number, item in enumerate(self._items) if item is sent)

    def _blocked(self, sent: Sent) -> bool:
        """Whether the item must wait until a call is complete: calls cannot be interrupted."""
        if self._open is None or self._open[0] is sent:
            return False
        return self._open[0].item["type"] == "function_call" and not self._open[0].finished

    def _complete(self, sent: Sent, item: dict[str, Any]) -> list[dict[str, Any]]:
        """Sends what the whole item has besides what was sent of it."""
        sent.finished = True
        native = self._encoded({**self._base, "output": [*self._pending, item]})
        events: list[dict[str, Any]] = []
        waiting = [block for block in sent.blocks.values() if block is not None]
        found = False
        for sending in waiting:
            sending.cut = item.get("status") == "incomplete"
        for number, holder in enumerate(self._turns(native, sent)):
            for name, blocks in self._lists(holder):
                for entry in blocks:
                    found = True
                    here = (b for b in waiting if b.list == name and b.turn == number)
                    block = next((b for b in here if fits(b, entry)), None)
                    if block is not None:
                        waiting = [b for b in waiting if not same_block(b, block)]
                        events.extend(self._end_block(block, entry))
                    else:
                        events.extend(self._whole(sent, number, name, entry))
        if found:
            self._pending.clear()
        elif not sent.blocks and not _says(native, self._table):
            self._pending.append(item)
        for block in waiting:
            if block.open:
                block.cut = True  # nothing is left of it in the whole item
                events.extend(self._speaker.close(block, block.native))
                self._settled(block)
        return events

    def _lists(self, holder: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
        return [
            (name, [entry for entry in value if isinstance(entry, dict)])
            for name, value in holder.items()
            if isinstance(value, list) and self._sends(name)
        ]

    def _sends(self, name: str) -> bool:
        """Whether entries of that list are sent one by one."""
        if self._table.events:
            rules = (rule for rules in self._table.events.values() for rule in rules)
            return any(
                done.operation in ("open", "append", "finish") and done.target[:1] == (name,)
                for rule in rules
                for done in rule.does
            )
        turn = tuple(step for step in self._table.turn if step != "*")
        places = {
            tuple(self._table.renamed.get(path[: n + 1], step) for n, step in enumerate(path))
            for path, action in self._table.pieces.items()
            if action in ("coalesce", "extend", "key")
        }
        return (*turn, name) in places or any(place[:-1] == (*turn, name) for place in places)

    def _end_block(self, block: Block, entry: dict[str, Any]) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        if block.open:
            rest = text_at(entry, block)
            if rest.startswith(block.sent) and len(rest) > len(block.sent):
                events.extend(self._speaker.append(block, rest[len(block.sent) :]))
            events.extend(self._speaker.close(block, entry))
        self._settled(block)
        return events

    def _whole(
        self, sent: Sent, number: int, name: str, entry: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Sends a block of which nothing was sent before."""
        events: list[dict[str, Any]] = []
        if self._open is not None:
            block = self._open[1]
            events.extend(self._speaker.close(block, block.native))
            self._settled(block)
        leaf = next((found for found in self._speaker.leaves(name) if found[0][0] in entry), None)
        self._holders.setdefault(number, {})[name] = None
        key = self._next(number, name)
        if leaf is None:
            block = Block(name, key, (), False, entry, turn=number)
            return [*events, *self._speaker.whole(block, entry)]
        path, json = leaf
        native = copy_of(entry)
        _empty(native, path, {} if json else "")
        for late in [k for k in native if k not in (path[0], "type") and self._settable(name, k)]:
            del native[late]
        block = Block(name, key, path, json, native, turn=number)
        text = text_at(entry, block)
        events.extend(self._speaker.append(block, text))
        return [*events, *self._speaker.close(block, entry)]

    def _settable(self, name: str, key: str) -> bool:
        speaker = self._speaker
        if not isinstance(speaker, ToldSpeaker):
            return False
        return speaker.sets(name, key)

    def _settled(self, block: Block) -> None:
        block.open = False
        if self._open is not None and self._open[1] is block:
            self._open = None

    def _finish(self, response: Any) -> list[dict[str, Any]]:
        if not isinstance(response, dict):
            return []
        self._ended = True
        events = [] if self._started else self._begin(response)
        output = response.get("output")
        for number, item in enumerate(output if isinstance(output, list) else []):
            events.extend(self._done(item, number))
        native = self._encoded(response, last=True)
        held = [self._holders.get(n, {}) for n in range(max(self._holders, default=-1) + 1)]
        return [*events, *self._speaker.end(native, held)]

    def _failed(self, error: dict[str, Any]) -> list[dict[str, Any]]:
        self._ended = True
        known = error.get("type") if error.get("type") in resource.TYPE_STATUS else "server_error"
        whole = {"type": known, "message": error.get("message") or "", "param": None, **error}
        try:
            body = self._dialect.encode_error({"error": {**whole, "type": known}}).body
        except OpenResponsesError:
            body = {"error": {"message": whole["message"]}}
        return self._speaker.fail(body)

    def _encoded(self, response: dict[str, Any], last: bool = False) -> dict[str, Any]:
        """A response as the vendor would send it whole."""
        dialect = self._dialect
        slug = dialect.slug(self._provider)
        tables = dialect.tables
        said = response if tables.echoes else resource.reduced(response, tables.name)
        ctx = Gathering(dialect.tables, response, slug, response=True)
        try:
            native: dict[str, Any] = dialect.run(dialect.functions.encode_response, said, ctx)
        except OpenResponsesError as error:
            if last:
                self.losses.append(Loss("", "dropped", f"the response cannot be sent: {error}"))
            return {}
        if last:  # what cannot be sent is no error any more: the stream is under way
            for name in dialect.tables.fixups:
                if name in ANSWER_FIXUPS:
                    ANSWER_FIXUPS[name].encode(dialect.tables, response, native)
            self.losses.extend(ctx.losses)
            self.losses.extend(Loss(p.path, "dropped", p.reason) for p in ctx.problems)
        return native

    # Bytes --------------------------------------------------------------------------

    def _written(self, events: list[dict[str, Any]]) -> bytes:
        table = self._table
        if table.framing == "ndjson":
            return b"".join(dumps(event) + b"\n" for event in events)
        out = []
        for event in events:
            name = event.get(table.tag) if table.tag else None
            head = b"event: " + str(name).encode() + b"\n" if name else b""
            out.append(head + b"data: " + dumps(event) + b"\n\n")
        if self._ended and table.done and not self._unfinished:
            self._unfinished = True
            out.append(b"data: " + table.done.encode() + b"\n\n")
        return b"".join(out)


def split(text: str, said: list[str]) -> list[str]:
    """A text as the pieces that were said of it, the last of which goes on."""
    whole = "".join(said)
    if not said or not text.startswith(whole):
        return [text]
    return [*said[:-1], said[-1] + text[len(whole) :]]


def fits(block: Block, entry: dict[str, Any]) -> bool:
    """Whether what was sent may be the text of that block: of an empty one nothing was."""
    return not block.sent or block.json or at(entry, block.leaf) != ""


def same_block(one: Block, other: Block) -> bool:
    """Whether two texts grow in the same block."""
    return (one.list, one.key, one.turn) == (other.list, other.key, other.turn)


def choice_of(item: dict[str, Any]) -> tuple[str, Any]:
    """Which of several choices an item is of: the property that says so, and its number."""
    return next(((key, value) for key, value in item.items() if is_choice(key)), ("", 0))


def marked(item: dict[str, Any], part: Part) -> dict[str, Any]:
    """A copy of an item with the mark as one of its texts."""
    copy = copy_of(item)
    name, index = part
    if name == "summary":
        copy.pop("content", None)
    elif "summary" in copy:
        copy["summary"] = []
    if name == "arguments":
        copy["arguments"] = '{"' + MARK + '":"' + MARK + '"}'
        return copy  # type: ignore[no-any-return]
    parts = copy.get(name) or []
    copy[name] = [
        _marked_part(entry, number == index)
        for number, entry in enumerate(parts)
        if number == index
    ]
    return copy  # type: ignore[no-any-return]


def _marked_part(part: dict[str, Any], here: bool) -> dict[str, Any]:
    key = "refusal" if part.get("type") == "refusal" else "text"
    made = {**part, key: MARK}
    if part.get("type") == "output_text":
        made.setdefault("annotations", [])
    return made


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


def text_at(entry: Any, block: Block) -> str:
    """The text of a block that is whole."""
    value = entry
    for step in block.leaf:
        value = value.get(step) if isinstance(value, dict) else None
    if block.json:
        return "" if value in (None, {}) else dumps(value).decode()
    return value if isinstance(value, str) else ""


def _empty(native: Any, leaf: tuple[Key, ...], value: Any) -> None:
    for step in leaf[:-1]:
        native = native[step]
    native[leaf[-1]] = value


def _says(native: dict[str, Any], table: StreamTable) -> bool:
    """Whether an encoded item came to anything."""
    return any(
        value not in (None, "", [], {})
        for holder in turns_of(native, table.turn)
        for key, value in holder.items()
        if key != "role"
    )
