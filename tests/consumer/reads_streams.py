"""A program that reads and writes vendors' streams, as a user would write it; checked strictly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_type

from openresponses import dialects
from openresponses.types import ExtensionEvent, StreamEvent, is_stream_event


def shown(chunks: Iterable[bytes]) -> str:
    """What a person sees while the vendor's answer comes."""
    decoder, text = dialects.get("openai_chat").StreamDecoder(), ""
    for chunk in chunks:
        for event in decoder.feed(chunk):
            assert_type(event, StreamEvent | ExtensionEvent)
            if not is_stream_event(event):
                continue
            if event["type"] == "response.output_text.delta":
                text += assert_type(event["delta"], str)
    last = decoder.close()[-1:]
    return text + "".join(f" [{event['type']}]" for event in last)


def relayed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A vendor's stream in the words of another one."""
    request = {"model": "m", "input": "Hi"}
    decoder = dialects.get("openai_chat").StreamDecoder(request, max_event_bytes=1_000_000)
    encoder = dialects.get("anthropic_messages").StreamEncoder(request)
    for chunk in chunks:
        for event in decoder.feed(chunk):
            yield assert_type(encoder.feed(event), bytes)
    for event in decoder.close():
        yield encoder.feed(event)
    yield encoder.close()
