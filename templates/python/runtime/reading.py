"""Reads the events of a native Open Responses stream: bytes or messages in, events out."""

from __future__ import annotations

import re
from typing import Any, Literal

from .framing import MAX_EVENT_BYTES, Frame, SseReader, bytes_of
from .jsontext import loads, loads_each, utf8
from .lifecycle import Lifecycle

MAX_RESPONSE_BYTES = 1024 * 1024 * 1024
"""Default limit of all events of a stream together, in bytes; comments do not count."""

_NAME = re.compile(rb"(?:event: [^\n]*\n)?")
"""What stands before the data of an event, if that is but a name."""


class EventReader:
    """Takes the bytes of a stream in any pieces, or the messages of a WebSocket.

    What cannot be read becomes an `error` event; only misuse raises.
    """

    def __init__(
        self,
        table: Lifecycle,
        max_event_bytes: int = MAX_EVENT_BYTES,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
    ) -> None:
        self._table = table
        self._frames = SseReader(max_event_bytes)
        self._max_event_bytes = max_event_bytes
        self._most = max_response_bytes
        self._read = 0
        self._next = table.sequence.first
        self._terminator = (table.terminator or "").encode()
        self._odd = frozenset(table.aliases) | {"error"}
        """Events that must be looked at more closely."""
        self._mode: Literal["bytes", "messages"] | None = None
        self._stopped = False
        self._closed = False

    def feed(self, chunk: Any) -> list[Any]:
        """The events that these bytes complete.

        Raises TypeError for anything but bytes, RuntimeError after `close` or
        when messages were fed before.
        """
        if type(chunk) is not bytes:
            chunk = bytes_of(chunk)
        if self._mode != "bytes" or self._closed:
            self._use("feed", "bytes")
        if self._stopped:
            return []
        texts = self._frames.alike(chunk)
        if texts is not None:
            events = self._at_once(texts)
            if events is not None:
                return events
            blocks = [block for t in texts for block in (self._frames.head + t).split(b"\n\n")]
        else:
            blocks = self._frames.feed(chunk)
        events = self._plain(blocks) if blocks else None
        if events is None:
            events = self._each(blocks)
        if self._frames.overflow and not self._stopped:
            events.append(self._too_long())
        return events

    def feed_message(self, message: Any) -> list[Any]:
        """The event in one message of a WebSocket.

        Raises TypeError for anything but text or bytes, RuntimeError after
        `close` or when pieces of a stream were fed before.
        """
        if not isinstance(message, str | bytes):
            raise TypeError(f"feed_message takes str or bytes, not {type(message).__name__}")
        self._use("feed_message", "messages")
        if self._stopped:
            return []
        data = utf8(message) if isinstance(message, str) else message
        if len(data) > self._max_event_bytes:
            return [self._too_long()]
        event = self._event(Frame("", data), False)
        return [] if event is None else [event]

    def close(self) -> list[Any]:
        """The event that the end of the stream completes, if any. More calls give nothing."""
        if self._closed:
            return []
        self._closed = True
        blocks = [] if self._stopped else self._frames.close()
        events = self._each(blocks, last=True)
        if self._frames.overflow and not self._stopped:
            events.append(self._too_long())
        return events

    def _use(self, name: str, mode: Literal["bytes", "messages"]) -> None:
        if self._closed:
            raise RuntimeError(f"{name} after close: make a reader for each stream")
        if self._mode not in (None, mode):
            raise RuntimeError(f"{name}: this reader was given {self._mode} before")
        self._mode = mode

    def _plain(self, blocks: list[bytes]) -> list[Any] | None:
        """The events of some blocks, if each has a name at most and data in one line."""
        parts = [block.partition(b"data: ") for block in blocks]
        texts = [text for _, _, text in parts]
        if b"\n" in b"".join(texts) or not all(
            map(_NAME.fullmatch, {head for head, _, _ in parts})
        ):
            return None
        return self._at_once(texts)

    def _at_once(self, texts: list[bytes]) -> list[Any] | None:
        """The events with these data, if each is in one line and nothing is odd about them."""
        texts = texts[:-1] if texts[-1] == self._terminator else texts
        joined = b",".join(texts)
        if not texts or b"\n" in joined or self._read + len(joined) > self._most:
            return None
        events = loads_each(texts, joined)
        if events is None or not self._are_usual(events):
            return None
        self._read += len(joined) - len(texts) + 1
        number = events[-1].get(self._table.sequence.field)
        if type(number) is int:
            self._next = number + self._table.sequence.step
        return events

    def _are_usual(self, events: list[Any]) -> bool:
        """Whether all are events of the spec as they are."""
        try:
            kinds = {event.get("type") for event in events}
        except (AttributeError, TypeError):
            return False
        return self._odd.isdisjoint(kinds) and all(type(kind) is str for kind in kinds)

    def _each(self, blocks: list[bytes], last: bool = False) -> list[Any]:
        """The events of some blocks, one by one."""
        events = []
        for block in blocks:
            frame = self._frames.frame(block)
            event = None if frame is None else self._event(frame, last)
            if event is not None:
                events.append(event)
            if self._stopped:
                break
        return events

    def _event(self, frame: Frame, last: bool) -> dict[str, Any] | None:
        data = frame.data
        self._read += len(data)
        if self._read > self._most:
            self._stopped = True
            limit = self._most
            return self._error("response_too_large", f"the stream is longer than {limit} bytes")
        try:
            event = loads(data)
        except ValueError as fault:
            return self._unreadable(data, fault, last)
        if type(event) is not dict:
            return self._error("invalid_event", "an event of the stream is not an object")
        return self._named(event, frame.name)

    def _unreadable(self, data: bytes, fault: ValueError, last: bool) -> dict[str, Any] | None:
        text = data.strip()
        if not text or text == (self._table.terminator or "").encode():
            return None
        if last:
            return self._error("stream_truncated", "the stream ended within an event")
        return self._error("invalid_json", f"an event of the stream is not valid JSON: {fault}")

    def _named(self, event: dict[str, Any], name: str) -> dict[str, Any]:
        """The event under the spec's name, and errors in the spec's form."""
        kind = event.get("type")
        if not isinstance(kind, str):
            kind = name or ("error" if "error" in event else "")
            if not kind:
                return self._error("invalid_event", "an event of the stream has no type")
            event = {**event, "type": kind}
        if kind in self._table.aliases:
            event["type"] = self._table.aliases[kind]
        elif kind == "error" and not isinstance(event.get("error"), dict):
            event = _nested(event)
        number = event.get(self._table.sequence.field)
        if type(number) is int:
            self._next = number + self._table.sequence.step
        return event

    def _too_long(self) -> dict[str, Any]:
        self._stopped = True
        limit = self._max_event_bytes
        return self._error("event_too_large", f"an event is longer than {limit} bytes")

    def _error(self, code: str, message: str) -> dict[str, Any]:
        number = self._next
        self._next += self._table.sequence.step
        error = {"type": "server_error", "code": code, "message": message, "param": None}
        return {"type": "error", self._table.sequence.field: number, "error": error}


def _nested(event: dict[str, Any]) -> dict[str, Any]:
    """An error whose fields stand beside `type`, as OpenAI sends it, in the spec's form."""
    given = event.get("error")
    message = given if isinstance(given, str) else event.get("message")
    error = {
        "type": "server_error",
        "code": event.get("code"),
        "message": message if isinstance(message, str) else "the server gave no message",
        "param": event.get("param"),
    }
    rest = {k: v for k, v in event.items() if k not in ("code", "message", "param", "error")}
    return {**rest, "error": error}
