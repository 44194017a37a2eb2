"""Decodes a vendor's stream: bytes in, lawful events out, whatever the vendor sends.

`StreamDecoder` joins the parts: a reader cuts the bytes into events, `Told` or
`Pieced` puts the native response together, the assembler finds out what that
means, and the emitter writes it down in order. At the end the native response is
decoded as a whole, so that a stream and a whole response say the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from . import resource
from .assembling import Assembler, Element, put
from .context import response_base
from .decode_context import PREFIXES
from .emitting import Emitter, OpenItem, final_status
from .errors import Loss, OpenResponsesError
from .framing import (
    MAX_EVENT_BYTES,
    ArrayReader,
    Frame,
    FrameReader,
    LineReader,
    SseReader,
    bytes_of,
)
from .grounding import ANSWER_FIXUPS
from .growth import Place
from .jsontext import loads, utf8
from .pieced import Pieced
from .plan import plan_of
from .primitives import MINTED
from .recurring import MOST_AT_ONCE, Forms
from .splitting import Splitting
from .streams import StreamTable
from .tables import SLUGGED
from .told import Told, at

if TYPE_CHECKING:
    from ..types import ExtensionEvent, StreamEvent
    from .translation import Dialect

OWN = frozenset({"type", "sequence_number"})
"""What every canonical event has of its own."""

MAX_RESPONSE_BYTES = 1024 * 1024 * 1024
"""Default limit of a whole stream, in bytes."""


class StreamDecoder:
    """One stream of one response. Feed bytes (or messages), take events, and close it.

    `losses` are complete once the stream has ended. Only misuse raises: what the
    vendor sends ends, at worst, in `error` and `response.failed`.
    """

    def __init__(
        self,
        dialect: Dialect[Any, Any, Any],
        table: StreamTable,
        request: dict[str, Any] | None = None,
        provider: str | None = None,
        *,
        max_event_bytes: int = MAX_EVENT_BYTES,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
    ) -> None:
        self.losses: list[Loss] = []
        self._dialect = dialect
        self._table = table
        self._request = request
        self._provider = provider
        self._max_event_bytes = max_event_bytes
        self._max_response_bytes = max_response_bytes
        self._emitter = Emitter(self._contradicted)
        self._assembler = Assembler(
            self._emitter,
            self._items,
            self._mint,
            self._start,
            table.turn,
            runs=table.runs,
            hold=any(name in ANSWER_FIXUPS for name in dialect.tables.fixups),
        )
        self._source: Told | Pieced
        if table.events:
            self._source = Told(table, self._assembler)
        else:
            self._source = Pieced(table, plan_of(table), self._assembler)
        self._forms = Forms(self._surround)
        self._frames: FrameReader | None = None
        self._mode: Literal["bytes", "messages"] | None = None
        self._head = b""
        self._closed = False
        self._read = 0
        self._base = ""
        self._made: dict[str, int] = {}
        self._lost: set[str] = set()
        self._reported: dict[str, Any] | None = None
        """The event with an error that the vendor reported."""
        self._response: dict[str, Any] = {}
        self._rows = {row.get(table.tag or ""): (k, row) for k, row in table.extensions.items()}
        """Tag of an event that is an extension event -> that event's type, and its fields."""
        self._early: list[tuple[str, dict[str, Any]]] = []
        """Extension events that came before the response began."""

    # Bytes in, events out -------------------------------------------------------

    def feed(self, chunk: bytes | bytearray | memoryview) -> list[StreamEvent | ExtensionEvent]:
        """The events that these bytes complete.

        Raises TypeError for anything but bytes, RuntimeError after `close` or
        when messages were fed before.
        """
        if type(chunk) is not bytes:
            chunk = bytes_of(chunk)
        if self._mode != "bytes" or self._closed:
            self._use("feed", "bytes")
        if self._emitter.ended:
            return []
        reader, data = self._reader(chunk) if self._frames is None else (self._frames, chunk)
        if reader is not None:
            self._take(reader.feed(data))
            if reader.overflow:
                self._too_long()
        return self._emitter.take()

    def feed_message(self, message: str | bytes) -> list[StreamEvent | ExtensionEvent]:
        """The events of one message of a WebSocket.

        Raises TypeError for anything but text or bytes, RuntimeError after
        `close` or when bytes of a stream were fed before.
        """
        if not isinstance(message, str | bytes):
            raise TypeError(f"feed_message takes str or bytes, not {type(message).__name__}")
        self._use("feed_message", "messages")
        if self._emitter.ended:
            return []
        data = utf8(message) if isinstance(message, str) else message
        if len(data) > self._max_event_bytes:
            self._too_long()
        else:
            self._frames = self._frames or LineReader(self._max_event_bytes)
            self._take([data])
        return self._emitter.take()

    def close(self) -> list[StreamEvent | ExtensionEvent]:
        """The events that are left: the end of the response. More calls give nothing."""
        if self._closed:
            return []
        self._closed = True
        if not self._emitter.ended:
            reader, data = self._reader(b"", last=True)
            if reader is not None:
                self._take([*reader.feed(data), *reader.close()], last=True)
                if reader.overflow:
                    self._too_long()
        if not self._emitter.ended:
            self._finish()
        return self._emitter.take()

    def _use(self, name: str, mode: Literal["bytes", "messages"]) -> None:
        if self._closed:
            raise RuntimeError(f"{name} after close: make a decoder for each stream")
        if self._mode not in (None, mode):
            raise RuntimeError(f"{name}: this decoder was given {self._mode} before")
        self._mode = mode

    def _reader(self, chunk: bytes, last: bool = False) -> tuple[FrameReader | None, bytes]:
        """The reader for the form in which the stream comes, which its first byte tells."""
        if self._frames is not None:
            return self._frames, chunk
        self._head += chunk
        start = self._head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start and not last:
            return None, b""
        limit = self._max_event_bytes
        if start[:1] == b"[":
            self._frames = ArrayReader(limit)
        elif start[:1] == b"{" or (self._table.framing == "ndjson" and start[:1] not in b"de:"):
            self._frames = ArrayReader(limit) if self._table.framing == "sse" else LineReader(limit)
        else:
            self._frames = SseReader(limit)
        head, self._head = self._head, b""
        return self._frames, head

    def _too_long(self) -> None:
        if not self._emitter.ended:
            limit = self._max_event_bytes
            self._fail("event_too_large", f"an event is longer than {limit} bytes")

    def _take(self, blocks: list[bytes], last: bool = False) -> None:
        """Takes the blocks of a stream, together where they look like others before them."""
        room = self._max_response_bytes - self._read
        forms = self._forms if sum(map(len, blocks)) <= room else None
        start = 0
        while start < len(blocks) and not self._emitter.ended:
            count, size = (
                (0, 0) if forms is None else forms.take(blocks[start : start + MOST_AT_ONCE])
            )
            if count:
                start += count
                self._read += size
            else:
                self._take_one(blocks[start], last)
                start += 1

    def _take_one(self, block: bytes, last: bool) -> None:
        frame = self._frames.frame(block) if self._frames is not None else None
        if frame is None:
            return
        self._read += len(frame.data)
        if self._read > self._max_response_bytes:
            limit = self._max_response_bytes
            self._fail("response_too_large", f"the stream is longer than {limit} bytes")
            return
        try:
            event = loads(frame.data)
        except ValueError as fault:
            self._unreadable(frame.data, fault, last)
            return
        if type(event) is not dict:
            self._lose("object", "an event is not an object")
        elif self._rows and self._extension(event):
            self._forms.forget()
        else:
            emitted, opened = self._emitter.number, self._assembler.opened
            self._event(event, frame.name)
            if not self._emitter.ended:
                same = opened == self._assembler.opened
                self._learn(event, frame, block, self._emitter.number - emitted if same else -1)

    def _learn(self, event: dict[str, Any], frame: Frame, block: bytes, emitted: int) -> None:
        """Notes what blocks look like that only add to texts; all other events may change that."""
        growth = self._source.growth(event, frame.name) if self._emitter.started else None
        if growth is None:
            self._forms.forget()
            return
        if emitted != sum(bool(at(event, place)) for place in growth.texts):
            self._forms.forget()
        self._forms.heed(growth)
        if block.endswith(frame.data):
            self._forms.learn(block, len(block) - len(frame.data), growth)

    def _unreadable(self, data: bytes, fault: ValueError, last: bool) -> None:
        text = data.strip()
        if not text:
            return
        if text == b"[DONE]" or text == (self._table.done or "[DONE]").encode():
            self._source.ended = True
            self._finish()
        elif not last:  # one broken event is not the end: what follows may say it all again
            self._lose("JSON", f"an event is not valid JSON: {fault}")

    def _lose(self, kind: str, reason: str) -> None:
        """Reports what was dropped, once of each kind: streams may be long."""
        if kind not in self._lost:
            self._lost.add(kind)
            self.losses.append(Loss("", "dropped", reason))

    def _surround(self, block: bytes, texts: Iterable[Place]) -> None:
        """What an event says beside its texts, which were taken."""
        frame = self._frames.frame(block) if self._frames is not None else None
        if frame is not None:
            event = loads(frame.data)
            for place in texts:
                put(event, place, "")
            self._source.take(event, frame.name)

    def _event(self, event: dict[str, Any], name: str) -> None:
        self._forms.settle()
        source = self._source
        source.take(event, name)
        if not self._emitter.started and (self._assembler.whole.get(self._table.id or "")):
            self._start()
        if source.unknown:
            self._extensions()
        if source.astray is not None:
            self._lose(source.astray, f"{source.astray} speaks of what was never opened")
            source.astray = None
        if source.unread:
            for place in sorted(source.unread):
                self._lose(place, f"{place} is not read")
            source.unread.clear()
        if source.failure is not None and self._reported is None:
            self._reported = event
        if source.ended:
            self._finish()
        elif self._reported is not None and self._table.mirror is None:
            self._report(self._reported)

    def _extension(self, event: dict[str, Any]) -> bool:
        """Whether that is an extension event in the vendor's words, which is then emitted."""
        tag = event.get(self._table.tag or "")
        found = self._rows.get(tag) if isinstance(tag, str) else None
        if found is None:
            return False
        kind, row = found
        skipped = {*OWN, self._table.tag}
        said = {row.get(k, k): v for k, v in event.items() if k not in skipped and v is not None}
        if self._emitter.started:
            self._emitter.emit(kind, said)
        else:
            self._early.append((kind, said))
        return True

    def _extensions(self) -> None:
        """Events that no rule knows, under the vendor's name."""
        tag = self._table.tag or "type"
        for event in self._source.unknown:
            kind = str(event.get(tag) or "unknown")
            slug = self._dialect.slug(self._provider)
            name = kind if SLUGGED.match(kind) else f"{slug}:{kind}"
            rest = {k: v for k, v in event.items() if k not in OWN and k != tag}
            self._start()
            self._emitter.emit(name, rest)
        self._source.unknown.clear()

    # What the assembler asks ----------------------------------------------------

    def _context(self, body: Any) -> Splitting:
        slug = self._dialect.slug(self._provider)
        ctx = Splitting(self._dialect.tables, body, slug, response=True)
        ctx.base = self._base
        return ctx

    def _items(self, native: dict[str, Any], element: Element) -> list[dict[str, Any]]:
        """The items of a piece of the response; none where it cannot be decoded.

        `element` is the first block in it: whenever it is decoded, its ids are the same.
        """
        ctx = self._context(native)
        before = dict(self._made) if element.minted is None else element.minted
        ctx.minted = dict(before)
        ctx.status = None
        try:
            found = self._dialect.run(self._dialect.functions.decode_response, native, ctx)
        except OpenResponsesError:
            return []
        if ctx.minted != before:
            element.minted = before
            self._made |= {k: n for k, n in ctx.minted.items() if n > self._made.get(k, 0)}
        items = found.get("output")
        if not isinstance(items, list):
            return []
        items = resource.allowed_calls(ctx, items, self._request)
        found_items = [item for item in items if isinstance(item, dict) and item.get("type")]
        for item in found_items:
            for key in ("id", "status"):
                if item.get(key, "") is None:  # the stream says it later
                    del item[key]
        return found_items

    def _mint(self, item: dict[str, Any]) -> str:
        """The id of an item: the vendor's, or one that its place tells."""
        given = item.get("id")
        if isinstance(given, str) and given:
            return given
        prefix = PREFIXES.get(item["type"], "item")
        self._made[prefix] = self._made.get(prefix, 0) + 1
        return f"{prefix}{MINTED}{self._base}{self._made[prefix]}"

    def _start(self) -> None:
        """Emits the beginning of the response, once."""
        if self._emitter.started:
            return
        whole = self._assembler.whole
        self._base = response_base(whole.get(self._table.id or ""), whole)
        native = {key: value for key, value in whole.items() if not isinstance(value, list)}
        self._response = self._decoded(native)[0]
        status = "queued" if whole.get("status") == "queued" else "in_progress"
        nothing = dict.fromkeys(("usage", "error", "incomplete_details", "completed_at"))
        self._emitter.start({**self._response, **nothing, "output": [], "status": status})
        for kind, said in self._early:
            self._emitter.emit(kind, said)
        self._early.clear()

    def _decoded(self, native: dict[str, Any]) -> tuple[dict[str, Any], list[Loss], bool]:
        """The resource that a native response is, its losses, and whether it says how it ended."""
        ctx = self._context(native)
        dialect = self._dialect
        try:
            found = dialect.run(dialect.functions.decode_response, native, ctx)
            ended = found.get("status") is not None
            made = resource.complete(ctx, found, self._request, dialect.clock)
            for name in dialect.tables.fixups:
                if name in ANSWER_FIXUPS:
                    ANSWER_FIXUPS[name].decode(dialect.tables, native, made)
        except OpenResponsesError as error:
            ctx = self._context({})
            made = resource.complete(ctx, {}, self._request, dialect.clock)
            return made, [Loss("", "dropped", f"the response cannot be read: {error}")], False
        return made, ctx.losses, ended

    # Ends ------------------------------------------------------------------------

    def _finish(self) -> None:
        """The end of the stream, as the vendor means it or where the bytes stop."""
        self._forms.settle()
        if self._reported is not None:
            if self._source.final:
                self._assembler.merge(self._source.final)
            self._report(self._reported)
            return
        self._start()
        native = self._assembler.assembled()
        if self._source.final:
            native = merged_final(native, self._source.final)
        made, losses, ended = self._decoded(native)
        if not self._source.ended and (self._table.ends or not ended):
            self._fail("stream_truncated", "the stream ended before the response did")
            return
        self.losses.extend(losses)
        status = made["status"]
        if status == "failed":
            said = made.get("error") or {"code": "server_error", "message": ""}
            self._settle(made["output"], "incomplete")
            self._emitter.end(self._last({**made, "error": said, "completed_at": None}))
            return
        self._settle(made["output"], "completed")
        self._emitter.end(self._last(self._ended(made)))

    def _ended(self, made: dict[str, Any]) -> dict[str, Any]:
        """The response with a status that a stream can end with."""
        status = made["status"]
        cut = any((item.value or {}).get("status") == "incomplete" for item in self._emitter.items)
        if status == "completed" and cut:
            return {
                **made,
                "status": "incomplete",
                "completed_at": None,
                "incomplete_details": {"reason": "item_incomplete"},
            }
        if status in ("completed", "incomplete"):
            details = made.get("incomplete_details")
            if status == "incomplete" and not details:
                return {**made, "incomplete_details": {"reason": "unknown"}}
            return made
        self.losses.append(
            Loss("/status", "coerced", f"a stream cannot end as {status!r}; taken as incomplete")
        )
        reason = {"incomplete_details": {"reason": status}, "completed_at": None}
        return {**made, "status": "incomplete", **reason}

    def _last(self, made: dict[str, Any]) -> dict[str, Any]:
        """The last state of the response, with the id that it began with."""
        known = self._response
        return {**made, "id": known["id"], "created_at": known["created_at"]}

    def _settle(self, output: list[Any], status: str) -> None:
        """Closes all open items as the whole response has them, and emits those it has besides."""
        items = self._emitter.items
        for opened, item in paired(items, output):
            if opened is None and item is not None:
                self._emitter.whole(
                    {**item, "id": self._mint_again(item)}, final_status(item, status)
                )
            elif opened is not None and opened.value is None:
                opened.close(item or {}, final_status(item or {}, status))
            elif opened is not None and item is not None and _contradicts(opened, item):
                place = f"/output/{opened.index}"
                self._contradicted(place, "the response ends with another text of an item")

    def _mint_again(self, item: dict[str, Any]) -> str:
        given = item.get("id")
        return (
            given
            if isinstance(given, str) and MINTED not in given
            else self._mint({**item, "id": None})
        )

    def _report(self, event: dict[str, Any]) -> None:
        """Ends the stream with an error that the vendor reported."""
        body = self._source.failure
        body = body if isinstance(body, dict) and body is event else {"error": body}
        try:
            error: Any = self._dialect.decode_error(200, body, self._provider).body["error"]
        except OpenResponsesError:
            error = resource.complete_error(500, body, {})
        if error.get("type") not in resource.TYPE_STATUS:
            error = {**error, "type": "server_error"}
        self._end_with(error)

    def _fail(self, code: str, message: str) -> None:
        error = {"type": "server_error", "code": code, "message": message, "param": None}
        self._end_with(error)

    def _end_with(self, error: dict[str, Any]) -> None:
        """Ends the stream with an error; what was received is kept."""
        self._forms.settle()
        self._start()
        made, losses, _ = self._decoded(self._assembler.assembled())
        self.losses.extend(loss for loss in losses if "reason for the end" not in loss.reason)
        self._assembler.flush()
        output = [{**item, "status": "incomplete"} for item in made["output"]]
        self._settle(output, "incomplete")
        self._emitter.fail(error, self._last(made))

    def _contradicted(self, path: str, reason: str) -> None:
        self.losses.append(Loss(path, "coerced", f"{reason}; the deltas were kept"))


def merged_final(native: dict[str, Any], final: dict[str, Any]) -> dict[str, Any]:
    """The vendor's last word on the response; what it leaves out is as the stream had it."""
    lists = {key for key, value in native.items() if isinstance(value, list) and not final.get(key)}
    return {**native, **{key: value for key, value in final.items() if key not in lists}}


def paired(
    items: list[OpenItem], output: list[dict[str, Any]]
) -> list[tuple[OpenItem | None, dict[str, Any] | None]]:
    """Emitted items with their decoded selves: same type and text first, then by order."""
    left = list(output)
    found: dict[int, dict[str, Any]] = {}
    for same in (_alike, _same_type):
        for opened in items:
            if id(opened) in found:
                continue
            index = next((n for n, item in enumerate(left) if same(opened, item)), None)
            if index is not None:
                found[id(opened)] = left.pop(index)
    pairs: list[tuple[OpenItem | None, dict[str, Any] | None]]
    pairs = [(opened, found.get(id(opened))) for opened in list(items)]
    return [*pairs, *((None, item) for item in left)]


def _same_type(opened: OpenItem, item: dict[str, Any]) -> bool:
    return opened.type == item.get("type")


def _alike(opened: OpenItem, item: dict[str, Any]) -> bool:
    if opened.type != item.get("type"):
        return False
    for key in ("call_id", "name"):
        if opened.opened.get(key) != item.get(key) and opened.type == "function_call":
            return False
    said = opened.text()
    if opened.type == "function_call":
        return not said or _json(said) == _json(item.get("arguments"))
    return said == text_of(item)


def _contradicts(opened: OpenItem, item: dict[str, Any]) -> bool:
    """Whether a response ends with another text than its item had when it was done."""
    if opened.type == "function_call":
        said: Any = _json((opened.value or {}).get("arguments"))
        return bool(said != _json(item.get("arguments")))
    return text_of(opened.value or {}) != text_of(item)


def _json(text: Any) -> Any:
    try:
        return loads(text)
    except (ValueError, AttributeError):
        return text


def text_of(item: dict[str, Any]) -> str:
    """All texts of an item's parts."""
    texts = []
    for name in ("summary", "content"):
        parts = item.get(name)
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict):
                text = part.get("text", part.get("refusal"))
                texts.append(text if isinstance(text, str) else "")
    return "".join(texts)
