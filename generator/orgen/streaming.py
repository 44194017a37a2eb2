"""Translates a stream from one dialect to another as its bytes come, with the generated package."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol

from orgen.translation import CANONICAL, Lost

BROKEN = frozenset({"stream_truncated", "event_too_large", "response_too_large"})
"""Codes of errors with which decoders end a stream that is no whole one."""


class _Decoder(Protocol):
    def feed(self, chunk: bytes) -> list[Any]: ...

    def close(self) -> list[Any]: ...


class _Encoder(Protocol):
    def feed(self, event: Any) -> bytes: ...

    def close(self) -> bytes: ...


@dataclass(slots=True)
class StreamTranslator:
    """One stream. `package` is the loaded generated package, `target` None for events alone.

    `fault` says why the input was no whole stream, once it has ended.
    """

    package: ModuleType
    source: str
    target: str | None
    provider: str | None = None
    fault: str | None = None
    count: int = 0
    """How many events there were."""
    _decoder: _Decoder = field(init=False)
    _encoder: _Encoder | None = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = self._made_decoder()
        self._encoder = None if self.target is None else self._made_encoder(self.target)

    def _made_decoder(self) -> _Decoder:
        if self._canonical(self.source):
            reader: _Decoder = self.package.events.Reader()
            return reader
        made: _Decoder = self.package.dialects.get(self.source).StreamDecoder(
            provider=self.provider
        )
        return made

    def _made_encoder(self, target: str) -> _Encoder:
        if self._canonical(target):
            return _Canonical()
        made: _Encoder = self.package.dialects.get(target).StreamEncoder(provider=self.provider)
        return made

    def _canonical(self, name: str) -> bool:
        """Whether that is the canonical form, for which the package has no dialect."""
        return name == CANONICAL and name not in self.package.dialects.names()

    def run(self, read: Callable[[], bytes]) -> Iterator[tuple[list[dict[str, Any]], bytes]]:
        """Canonical events, and the bytes that they come to, chunk by chunk.

        `read` gives what has come, and nothing at the end.
        """
        while chunk := read():
            yield self._passed(self._decoder.feed(chunk), b"")
        found = self._decoder.close()
        events, data = self._passed(found, b"")
        yield events, data + (self._encoder.close() if self._encoder is not None else b"")

    def _passed(self, events: list[Any], data: bytes) -> tuple[list[dict[str, Any]], bytes]:
        self.count += len(events)
        for event in events:
            if event.get("type") == "error":
                error = event.get("error")
                said = error if isinstance(error, dict) else {}
                self.fault = said.get("message") if said.get("code") in BROKEN else self.fault
            if self._encoder is not None:
                data += self._encoder.feed(event)
        return events, data

    def losses(self) -> list[Lost]:
        """What was lost on either half of the way."""
        found = [("decode", loss) for loss in getattr(self._decoder, "losses", ())]
        found += [("encode", loss) for loss in getattr(self._encoder, "losses", ())]
        return [Lost(half, x.path or "/", x.action, x.reason, None) for half, x in found]


class _Canonical:
    """Writes events as they are."""

    def feed(self, event: Any) -> bytes:
        text = json.dumps(event, ensure_ascii=True, separators=(",", ":"))
        return f"event: {event['type']}\ndata: {text}\n\n".encode()

    def close(self) -> bytes:
        return b"data: [DONE]\n\n"
