"""The events for user interfaces: the stream of the portable form."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from facts import found_facts
from hypothesis import given, settings
from openresponses import dialects, events
from streams import lawful_streams

Event = dict[str, Any]
VECTORS = json.loads((Path(__file__).parents[1] / "vectors/portable_streams.json").read_text())
PORTABLE = dialects.get("portable")
vectors = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])


def sse(native: list[Event]) -> bytes:
    return b"".join(f"data: {json.dumps(event)}\n\n".encode() for event in native)


def decode(data: bytes, size: int = 1 << 20) -> list[Any]:
    decoder = PORTABLE.StreamDecoder()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    found: list[Any] = [event for piece in pieces for event in decoder.feed(piece)]
    return [*found, *decoder.close()]


def encode(found: list[Any]) -> list[Event]:
    encoder = PORTABLE.StreamEncoder()
    data = b"".join(encoder.feed(event) for event in found) + encoder.close()
    blocks = data.decode().split("\n\n")[:-1]
    made = [json.loads(block.partition("data: ")[2]) for block in blocks]
    assert [block.partition("\n")[0] for block in blocks] == [f"event: {e['type']}" for e in made]
    return made


@vectors
def test_what_events_mean(vector: dict[str, Any]) -> None:
    found = decode(sse(vector["native"]))
    assert events.check(found) == []
    assert [event["type"] for event in found] == [kind for kind, *_ in vector["canonical"]]
    for event, (_, *said) in zip(found, vector["canonical"], strict=True):
        for fields in said:
            assert {key: event[key] for key in fields} == fields
    assert events.accumulate(found) == found[-1]["response"]


@vectors
def test_the_way_back(vector: dict[str, Any]) -> None:
    wanted, made = vector["native"], encode(decode(sse(vector["native"])))
    if "order" in vector:
        wanted, made = ([*sorted(w, key=lambda e: e["type"])] for w in (wanted, made))
    for event in made:
        if (event.get("error") or {}).get("param", "") is None:
            del event["error"]["param"]
    assert [settled(event) for event in made] == wanted


def settled(event: Event) -> Event:
    """An event without the usage that nobody told."""
    return {key: value for key, value in event.items() if key != "usage" or value}


@vectors
def test_however_the_bytes_are_cut(vector: dict[str, Any]) -> None:
    data = sse(vector["native"])
    assert decode(data, 1) == decode(data)


@vectors
def test_a_stream_that_breaks_off(vector: dict[str, Any]) -> None:
    for number in range(len(vector["native"]) - 1):
        found = decode(sse(vector["native"][:number]))
        assert events.check(found) == []
        assert found[-1]["type"] == "response.failed"
        assert found[-1]["response"]["error"]["code"] == "stream_truncated"


def test_what_is_appended_to_the_conversation() -> None:
    """The message of `done` is one that a request can hold."""
    for vector in VECTORS:
        for event in vector["native"]:
            if event["type"] == "done":
                user = {"role": "user", "content": "And?"}
                request = {"model": "m", "messages": [user, event["message"], user]}
                assert PORTABLE.decode_request(request).losses == ()


def test_a_message_without_its_pieces() -> None:
    """A server that does not stream may say everything at the end."""
    message = {"role": "assistant", "content": "Hi", "tool_calls": [call("c", {"a": 1})]}
    done = {"type": "done", "finish_reason": "tool_calls", "message": message}
    found = decode(sse([{"type": "start", "id": "r", "model": "m"}, done]))
    assert events.check(found) == []
    facts = found_facts(found[-1]["response"])
    assert (facts["text"], facts["calls"]) == ("Hi", [("c", "f", {"a": 1})])


def call(identifier: str, arguments: Any) -> Event:
    return {"id": identifier, "name": "f", "arguments": arguments}


def test_a_call_that_is_cut_off_never_becomes_whole() -> None:
    native = [
        {"type": "start", "id": "r", "model": "m"},
        {"type": "tool_call_delta", "id": "c", "name": "f", "delta": '{"a": "b'},
        {"type": "done", "finish_reason": "length"},
    ]
    found = decode(sse(native))
    assert found[-1]["type"] == "response.incomplete"
    assert found[-1]["response"]["output"][0]["arguments"] == '{"a": "b'
    made = encode(found)
    assert [event["type"] for event in made] == [
        "start",
        "tool_call_delta",
        "tool_call_delta",
        "done",
    ]


def test_fields_beside_those_known_are_kept() -> None:
    native = {"type": "tool_result", "id": "c", "output": [1], "took": 3}
    found = decode(sse([{"type": "start", "id": "r", "model": "m"}, native]))
    event = next(event for event in found if event["type"] == "orgen:tool_result")
    assert (event["call_id"], event["output"], event["took"]) == ("c", [1], 3)


def test_formats_that_have_no_such_events_report_them() -> None:
    encoder = dialects.get("openai_chat").StreamEncoder()
    event: Any = {"type": "orgen:tool_result", "call_id": "c", "output": "42"}
    assert encoder.feed(event) == b""
    assert [loss.action for loss in encoder.losses] == ["dropped"]


@settings(max_examples=60, deadline=None)
@given(lawful_streams())
def test_any_lawful_stream(stream: Any) -> None:
    """Text, reasoning, calls and the end survive the way there and back."""
    found = decode(sse(encode(stream.events)))
    assert events.check(found) == []
    if found[-1]["type"] == "response.failed":
        return
    for key in ("text", "refusal"):
        assert texts(found)[key] == texts(stream.events)[key]


def texts(found: list[Any]) -> dict[str, str]:
    kinds = {"text": "response.output_text.delta", "refusal": "response.refusal.delta"}
    return {k: "".join(e["delta"] for e in found if e["type"] == t) for k, t in kinds.items()}


@pytest.mark.parametrize("seed", range(150))
def test_damaged_streams_end_lawfully(seed: int) -> None:
    chance = random.Random(seed)
    native = [dict(event) for event in chance.choice(VECTORS)["native"]]
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(native))
        other = chance.randrange(len(native))
        match chance.randrange(5):
            case 0:
                native.insert(other, dict(native[at]))
            case 1:
                native[at], native[other] = native[other], native[at]
            case 2 if len(native) > 1:
                del native[at]
            case 3:
                key = chance.choice([key for key in native[at] if key != "type"] or ["id"])
                strange = [None, 7, -1, 1 << 40, True, "x", [], {}, [[]], {"a": {}}, 1.5, "\ud800"]
                native[at][key] = chance.choice(strange)
            case _:
                native[at].pop(chance.choice(list(native[at])))
                native[at].setdefault("type", "odd")
    found = decode(sse(native))
    assert events.check(found) == []
    assert found[-1]["type"] in ("response.completed", "response.incomplete", "response.failed")
    encode(found)
