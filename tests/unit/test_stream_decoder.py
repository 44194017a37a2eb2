"""What a StreamDecoder does beside decoding: misuse, limits, floods, messages."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from openresponses import dialects, events
from stream_cases import DIALECTS, decoded, stream_cases

CHUNK = (
    b'data: {"id":"c1","model":"m","created":1,'
    b'"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
)
END = b"data: [DONE]\n\n"
KEEP_ALIVE = {
    "openai_chat": b": OPENROUTER PROCESSING\n\n",
    "anthropic_messages": b'event: ping\ndata: {"type":"ping"}\n\n',
    "gemini_generate_content": b":\r\n\r\n",
    "ollama_chat": b"\n",
    "openai_responses": b": keep-alive\n\n",
}


def decoder(**options: Any) -> Any:
    return dialects.get("openai_chat").StreamDecoder(**options)


def test_text_is_for_messages() -> None:
    with pytest.raises(TypeError, match="feed_message"):
        decoder().feed(CHUNK.decode())
    with pytest.raises(TypeError, match="int"):
        decoder().feed_message(1)


def test_a_closed_decoder_takes_nothing() -> None:
    made = decoder()
    made.feed(CHUNK + END)
    made.close()
    assert made.close() == []
    with pytest.raises(RuntimeError, match="after close"):
        made.feed(b"")
    with pytest.raises(RuntimeError, match="after close"):
        made.feed_message("{}")


def test_bytes_and_messages_do_not_mix() -> None:
    made = decoder()
    made.feed(CHUNK)
    with pytest.raises(RuntimeError, match="bytes"):
        made.feed_message("{}")
    other = decoder()
    other.feed_message("{}")
    with pytest.raises(RuntimeError, match="messages"):
        other.feed(CHUNK)


def test_any_kind_of_bytes_will_do() -> None:
    whole = decoded("openai_chat", CHUNK + END)
    for kind in (bytearray, memoryview):
        made = decoder()
        found = made.feed(kind(CHUNK + END)) + made.close()
        assert found[-1]["response"]["output"] == whole.response["output"]


def test_what_comes_behind_the_end_is_left_alone() -> None:
    made = decoder()
    before = made.feed(CHUNK + END)
    assert before[-1]["type"] == "response.completed"
    assert made.feed(CHUNK * 3) == [] and made.close() == []


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_an_event_that_is_too_long_ends_the_stream(size: int) -> None:
    data = CHUNK + b'data: {"x":"' + b"a" * 50_000 + b'"}\n\n' + END
    chunks = (data[n : n + size] for n in range(0, len(data), size))
    found = decoded("openai_chat", chunks, max_event_bytes=10_000)
    assert [event["type"] for event in found.events[-2:]] == ["error", "response.failed"]
    assert found.response["error"]["code"] == "event_too_large"
    assert found.response["output"][0]["content"][0]["text"] == "Hi"
    assert events.check(found.events) == []


def test_a_response_that_is_too_long_ends_the_stream() -> None:
    found = decoded("openai_chat", [CHUNK] * 100, max_response_bytes=50 * len(CHUNK))
    assert found.response["error"]["code"] == "response_too_large"
    assert 40 <= found.response["output"][0]["content"][0]["text"].count("Hi") <= 60
    assert events.check(found.events) == []


def test_a_message_that_is_too_long_ends_the_stream() -> None:
    made = dialects.get("openai_responses").StreamDecoder(max_event_bytes=100)
    found = made.feed_message(json.dumps({"type": "x", "text": "a" * 200}))
    assert found[-1]["response"]["error"]["code"] == "event_too_large"


@pytest.mark.parametrize("dialect", sorted(KEEP_ALIVE))
def test_keep_alives_leave_nothing_behind(dialect: str) -> None:
    case = stream_cases(dialect)[-1]
    made = dialects.get(dialect).StreamDecoder()
    made.feed(case.data[: len(case.data) // 3])
    flood = KEEP_ALIVE[dialect] * 200
    made.feed(flood)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(50):
        made.feed(flood)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 60_000
    assert events.check([]) != [] and made.close() is not None


@pytest.mark.parametrize("noise", [b"data: 1\n\n", b"data: {broken\n\n", b'data: {"type":"x"}\n'])
def test_noise_is_reported_once(noise: bytes) -> None:
    found = decoded("openai_chat", CHUNK + noise * 500 + b"\n" + END)
    assert found.response["status"] == "completed"
    assert len(found.losses) <= 3


@pytest.mark.parametrize("dialect", DIALECTS)
def test_nothing_at_all_is_a_truncated_stream(dialect: str) -> None:
    for data in (b"", b"\n\n", b"\xef\xbb\xbf", b": hello\n\n"):
        found = decoded(dialect, data)
        assert found.response["error"]["code"] == "stream_truncated"
        assert events.check(found.events) == []


def test_messages_of_a_web_socket_are_events() -> None:
    case = next(c for c in stream_cases("openai_responses") if c.name == "text")
    made = dialects.get("openai_responses").StreamDecoder()
    lines = [line[6:] for line in case.data.splitlines() if line.startswith(b"data: ")]
    found = [
        event
        for n, line in enumerate(lines)
        for event in made.feed_message(line.decode() if n % 2 else line)
    ]
    found += made.close()
    whole = decoded("openai_responses", case.data)
    assert found == whole.events
