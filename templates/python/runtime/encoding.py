"""Encodes lawful events as a vendor's stream: events in, bytes out.

Most events add to a text that grows already. What stands around such a text in the
vendor's bytes is constant: it is made once, of an event said the long way, and each
piece costs no more than its own JSON string. Whatever else happens goes the long way.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from .assembling import MARK
from .errors import DecodeError, Loss
from .jsontext import dumps, quoted
from .lifecycle import plain as plain_event
from .marking import ARGUMENTS, CHANNELS
from .sending import Sender
from .sent import Growth
from .speaking import Event
from .streams import StreamTable
from .wholes import Wholes
from .writing import Writer

if TYPE_CHECKING:
    from ..types import ExtensionEvent, StreamEvent
    from .translation import Dialect, Model

TRUNCATED = {
    "type": "server_error",
    "code": "stream_truncated",
    "message": "the stream ended before the response did",
    "param": None,
}
"""The error of a stream that breaks off."""


class StreamEncoder(ABC):
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
        self._request = request
        self._closed = False
        self._writer = Writer(table)
        self._wholes = Wholes(dialect, dialect.slug(provider), self.losses)

    @abstractmethod
    def feed(self, event: StreamEvent | ExtensionEvent | Mapping[str, Any] | Model) -> bytes:
        """The bytes that an event comes to, if any; models are taken as well as plain JSON.

        Raises TypeError for anything else, DecodeError for a malformed event, RuntimeError after
        `close`.
        """

    @abstractmethod
    def close(self) -> bytes:
        """The end of the stream; an error where no event ended it. More calls give nothing."""

    def _long_way(self, event: dict[str, Any]) -> bytes:
        """What any event comes to; raises DecodeError for one that is malformed."""
        try:
            return self._event(event)
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError):
            kind = str(event.get("type"))[:80]
            raise DecodeError(
                "", f"is no event of a response, though its type is {kind!r}"
            ) from None

    @abstractmethod
    def _event(self, event: dict[str, Any]) -> bytes:
        """The same without a look at what breaks."""

    def _plain(self, event: Any) -> dict[str, Any]:
        """The event as plain JSON."""
        if self._closed:
            raise RuntimeError("feed after close: make an encoder for each stream")
        said: Any = plain_event(event)
        if not isinstance(said, dict):
            raise TypeError(f"feed takes events, not {type(event).__name__}")
        return said


Around: TypeAlias = tuple[Callable[[str], None], bytes | None, bytes]
"""What keeps the pieces of a text, and the bytes around each; None where they wait."""

Places: TypeAlias = dict[Any, dict[Any, Around]]
"""Place of an item -> place of its part -> what becomes of more of that text."""


class SpeakingEncoder(StreamEncoder):
    """Encodes for vendors whose events are others than Open Responses' own."""

    def __init__(
        self,
        dialect: Dialect[Any, Any, Any],
        table: StreamTable,
        request: dict[str, Any] | None = None,
        provider: str | None = None,
    ) -> None:
        super().__init__(dialect, table, request, provider)
        self._sender = Sender(table, self._wholes, dialect.tables.name, self.losses)
        self._growing: dict[str, tuple[str, Places]] = {
            kind: (index, {}) for kind, (_, index, _) in CHANNELS.items()
        }
        """Delta event -> the field with the place of the part, and both places -> the text."""
        self._growing[ARGUMENTS] = ("output_index", {})

    def feed(self, event: Any) -> bytes:
        if type(event) is dict:
            try:
                index, places = self._growing[event["type"]]
                keep, before, after = places[event["output_index"]][event[index]]
                delta = event["delta"]
                if type(delta) is str and delta:
                    said = b"" if before is None else before + quoted(delta) + after
                    keep(delta)
                    return said
            except (KeyError, TypeError, ValueError):
                pass  # another event, or one that is not this plain
        return self._long_way(self._plain(event))

    def _event(self, event: dict[str, Any]) -> bytes:
        sender = self._sender
        if sender.ended:
            return b""
        written = self._written(sender.take(event))
        if sender.moved:
            self._forget()
        if sender.growth is not None and not sender.ended:
            self._remember(event, sender.growth)
        return written

    def _written(self, events: list[Event]) -> bytes:
        written = self._writer.written(events)
        return written + self._writer.done if self._sender.ended else written

    def _forget(self) -> None:
        for _, places in self._growing.values():
            places.clear()

    def _remember(self, event: dict[str, Any], growth: Growth) -> None:
        """Notes what becomes of more of a text, where the event says all of its place."""
        index, places = self._growing.get(str(event.get("type")), ("", None))
        if places is None or event.get(index) is None:
            return
        before, after, block = None, b"", growth.block
        if block is not None:
            if len(block.pieces) < 2:
                return  # what opens a block need not be what goes on
            text = self._writer.written(self._sender.speaker.append(block, MARK))
            block.pieces.pop()
            before, found, after = text.partition(dumps(MARK))
            if not found or dumps(MARK) in after:
                return
        around = growth.pieces.append, before, after
        places.setdefault(event["output_index"], {})[event[index]] = around

    def close(self) -> bytes:
        if self._closed:
            return b""
        self._closed = True
        self._forget()
        if self._sender.ended or not self._sender.told:
            return b""
        return self._written(self._sender.truncated(dict(TRUNCATED)))
