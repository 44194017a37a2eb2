"""A program that reads a stream, as a user of the package would write it; checked strictly."""

from __future__ import annotations

from collections.abc import Iterable

from openresponses import events
from openresponses.types import ResponseResource, is_stream_event


def shown(chunks: Iterable[bytes]) -> str:
    """What a person sees while the answer is written."""
    text = ""
    for event in events.read(chunks):
        if not is_stream_event(event):
            continue
        if event["type"] == "response.output_text.delta":
            text += event["delta"]
        elif event["type"] == "error":
            text += f"[{event['error']['message']}]"
    return text


def collected(chunks: Iterable[bytes]) -> ResponseResource:
    stream = list(events.read(chunks))
    for violation in events.check(stream):
        print(violation.index, violation.law, violation.message)
    return events.accumulate(stream)


def messages(received: Iterable[str]) -> list[str]:
    """Types of the events of one turn on a WebSocket."""
    reader = events.Reader(max_event_bytes=1_000_000)
    types = [event["type"] for message in received for event in reader.feed_message(message)]
    return types + [event["type"] for event in reader.close()]
