"""Events for user interfaces: the stream of the dialect `portable`, as objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import dialects
from ..runtime.jsontext import loads

DATA = b"data: "


class Portable:
    """Says canonical events in the portable vocabulary."""

    def __init__(self, request: Mapping[str, Any] | None = None) -> None:
        self._encoder = dialects.get("portable").StreamEncoder(request)

    def feed(self, event: Any) -> Iterator[dict[str, Any]]:
        """What an event comes to; often nothing."""
        return _events(self._encoder.feed(event))

    def close(self) -> Iterator[dict[str, Any]]:
        """The end of the stream; an error where no event ended it."""
        return _events(self._encoder.close())


def _events(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n"):
        if line.startswith(DATA):
            yield loads(line[len(DATA) :])
