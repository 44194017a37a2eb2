"""Events for user interfaces: the stream of the dialect `portable`, as objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .. import dialects
from ..runtime.jsontext import loads
from .failures import ConfigurationError

DATA = b"data: "
TOOLS = frozenset({"orgen:tool_result", "orgen:tool_error"})


class Portable:
    """Says canonical events in the portable vocabulary: those of one response, or of several."""

    def __init__(self, request: Mapping[str, Any] | None = None) -> None:
        if "portable" not in dialects.names():
            raise ConfigurationError(
                "events for user interfaces need the dialect portable, which this package lacks",
                field="dialect",
            )
        self._dialect = dialects.get("portable")
        self._request = request
        self._encoder = self._dialect.StreamEncoder(request)

    def feed(self, event: Any) -> Iterator[dict[str, Any]]:
        """What an event comes to; often nothing."""
        if event["type"] == "response.created":
            self._encoder = self._dialect.StreamEncoder(self._request)
        elif event["type"] in TOOLS:  # it stands between two responses
            return _events(self._dialect.StreamEncoder().feed(event))
        return _events(self._encoder.feed(event))

    def close(self) -> Iterator[dict[str, Any]]:
        """The end of the stream; an error where no event ended it."""
        return _events(self._encoder.close())


def _events(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n"):
        if line.startswith(DATA):
            yield loads(line[len(DATA) :])
