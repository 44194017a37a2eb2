"""The bytes of a vendor's events: server-sent events, or lines of JSON."""

from __future__ import annotations

from .jsontext import dumps, utf8
from .speaking import Event
from .streams import StreamTable

MOST_HEADS = 1_000
"""Names of events that are remembered: extensions may have any."""


class Writer:
    """Writes the events of one stream: each is a head with its name, its JSON, and the tail."""

    def __init__(self, table: StreamTable) -> None:
        lines = table.framing == "ndjson"
        self._tag = None if lines else table.tag
        self._nameless = b"" if lines else b"data: "
        self._heads: dict[str, bytes] = {}
        self.tail = b"\n" if lines else b"\n\n"
        self.done = b"" if table.done is None else b"data: " + utf8(table.done) + b"\n\n"
        """The vendor's mark behind the last event."""

    def written(self, events: list[Event]) -> bytes:
        """The events as they are sent."""
        tag, tail = self._tag, self.tail
        return b"".join(
            self.head(event.get(tag) if tag else None) + dumps(event) + tail for event in events
        )

    def head(self, name: object) -> bytes:
        """What stands before the data of an event with that name."""
        if self._tag is None or not isinstance(name, str):
            return self._nameless
        found = self._heads.get(name)
        if found is None:
            if len(self._heads) >= MOST_HEADS:
                self._heads.clear()
            found = self._heads[name] = _head(name)
        return found


def _head(name: str) -> bytes:
    """The line with the name, which is left out where it would end the line: the data has it."""
    if not name or "\n" in name or "\r" in name:
        return b"data: "
    return b"event: " + utf8(name) + b"\ndata: "
