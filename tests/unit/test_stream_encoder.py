"""What encoders owe beside the texts: ends of failed responses, what had to wait, citations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openresponses import dialects, events
from streams import Plan, build

Event = dict[str, Any]
USAGE = {
    "input_tokens": 13,
    "output_tokens": 2,
    "total_tokens": 15,
    "input_tokens_details": {"cached_tokens": 3},
    "output_tokens_details": {"reasoning_tokens": 1},
}
PART: Event = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}


def said(pieces: list[str]) -> Plan:
    return Plan("message", {"role": "assistant"}, "content", [(PART, "text", pieces, [])])


def call(pieces: list[str], number: int) -> Plan:
    return Plan("function_call", {"call_id": f"c{number}", "name": "f"}, None, [], pieces)


def encode(name: str, found: list[Event]) -> tuple[bytes, list[Any]]:
    encoder = dialects.get(name).StreamEncoder()
    return b"".join([*map(encoder.feed, found), encoder.close()]), encoder.losses


def decode(name: str, data: bytes) -> list[Any]:
    decoder = dialects.get(name).StreamDecoder()
    found: list[Any] = [*decoder.feed(data), *decoder.close()]
    assert events.check(found) == []
    return found


def failed(plans: list[Plan]) -> list[Event]:
    """A stream that fails when all of it was said."""
    turns = iter(range(10_000))
    made = build(plans, "failed", lambda options: options[next(turns) % len(options)])
    made.events[-1]["response"]["usage"] = USAGE
    return made.events


WHOLE_CALLS = ("gemini_generate_content", "ollama_chat")
CARRYING = ("anthropic_messages", "gemini_generate_content", "ollama_chat", "openai_chat")


@pytest.mark.parametrize("name", CARRYING)
def test_a_failed_response_keeps_its_usage(name: str) -> None:
    data, losses = encode(name, failed([said(["Hel", "lo"])]))
    response = decode(name, data)[-1]["response"]
    assert response["status"] == "failed"
    assert response["error"]["message"] == "broke"
    assert response["output"][0]["content"][0]["text"] == "Hello"
    assert (response["usage"]["input_tokens"], response["usage"]["output_tokens"]) == (13, 2)
    assert not any(loss.path == "/usage" for loss in losses)


def test_usage_that_has_no_place_is_a_loss() -> None:
    _, losses = encode("portable", failed([said(["Hello"])]))
    assert [loss.path for loss in losses if "usage" in loss.path] == ["/usage"]


@pytest.mark.parametrize("name", CARRYING)
def test_an_error_alone_comes_with_the_end(name: str) -> None:
    encoder = dialects.get(name).StreamEncoder()
    found = failed([said(["Hello"])])
    cut = [event for event in found if event["type"] != "response.failed"]
    sent = [encoder.feed(event) for event in cut]
    assert sent[-1] == b"", "usage may still come"
    response = decode(name, b"".join(sent) + encoder.close())[-1]["response"]
    assert response["error"]["message"] == "broke"


def test_what_waits_is_sent_though_the_response_fails() -> None:
    """Calls cannot be interrupted: a second one waits, and its pieces come as one."""
    plans = [call(['{"a"', ":", "1}"], 0), call(['{"b"', ":", "2}"], 1)]
    data, _ = encode("anthropic_messages", failed(plans))
    output = decode("anthropic_messages", data)[-1]["response"]["output"]
    assert [item["arguments"] for item in output] == ['{"a":1}', '{"b":2}']
    assert data.count(b"input_json_delta") == 3 + 1


@pytest.mark.parametrize("name", CARRYING)
def test_items_that_nothing_ends_are_sent_as_far_as_they_came(name: str) -> None:
    """Calls that are sent whole have no form where they are cut off: that is reported."""
    made = failed([said(["Hello"]), call(['{"a"', ":", "1}"], 0)])
    until = next(n for n, event in enumerate(made) if event.get("delta") == ":")
    data, losses = encode(name, made[: until + 1])
    response = decode(name, data)[-1]["response"]
    assert response["status"] == "failed"
    assert response["error"]["message"] == "the stream ended before the response did"
    texts = [item["content"][0]["text"] for item in response["output"] if "content" in item]
    assert texts == ["Hello"]
    calls = [item["arguments"] for item in response["output"] if "arguments" in item]
    assert calls == (["{}"] if name in WHOLE_CALLS else ['{"a":'])
    if name in WHOLE_CALLS:
        assert any(loss.path == "/output/1/arguments" for loss in losses)


def citing(index: int, text: str, title: str) -> list[Event]:
    """A text block of Anthropic's with a citation."""
    source = {"type": "web_search_result_location", "url": "u:", "cited_text": "c"}
    citation = {**source, "title": title, "encrypted_index": "e"}
    deltas = [
        {"type": "text_delta", "text": text},
        {"type": "citations_delta", "citation": citation},
    ]
    return [
        {
            "type": "content_block_start",
            "index": index,
            "content_block": {"type": "text", "text": ""},
        },
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def cited() -> list[Event]:
    """A message in two blocks, each with a citation."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "x", "content": []}
    native = [
        {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}},
        *citing(0, "One", "a"),
        *citing(1, "Two", "b"),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]
    data = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in native)
    return decode("anthropic_messages", data)


def citations(data: bytes) -> list[tuple[int, str]]:
    """The citations in Anthropic's bytes: block and title."""
    found = [json.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: ")]
    sent = [e for e in found if e.get("delta", {}).get("type") == "citations_delta"]
    return [(event["index"], event["delta"]["citation"]["title"]) for event in sent]


def test_citations_come_with_their_blocks() -> None:
    """A block that ends while its item goes on in another says all that belongs to it."""
    data, losses = encode("anthropic_messages", cited())
    assert (citations(data), losses) == ([(0, "a"), (1, "b")], [])


def test_what_comes_after_the_end_of_its_block_is_a_loss() -> None:
    ends = (".added", ".done")
    late = [e for e in cited() if e.get("content_index") != 0 or not e["type"].endswith(ends)]
    data, losses = encode("anthropic_messages", late)
    assert citations(data) == [(1, "b")]
    assert [(loss.path, loss.reason) for loss in losses] == [
        ("/output/0", "the block had ended before citations came")
    ]


@pytest.mark.parametrize("name", ["openai_responses", "openresponses"])
def test_names_of_events_cannot_break_the_framing(name: str) -> None:
    """The name of an event is the provider's: it must not end the line in which it stands."""
    owner = {"openai_responses": "openai", "openresponses": "openresponses"}[name]
    found = build([said(["Hello"])], "completed", lambda options: options[0]).events
    kind = f"{owner}:x\n\ndata: {{}}\r\nevent: y\ud800"
    found.insert(4, {"type": kind, "sequence_number": 0})
    data, _ = encode(name, found)
    blocks = [block for block in data.split(b"\n\n") if block]
    payloads = [block.partition(b"data: ")[2] for block in blocks]
    read = [json.loads(payload) for payload in payloads if payload != b"[DONE]"]
    assert [event["sequence_number"] for event in read] == list(range(len(read)))


def test_streams_are_the_same_in_every_process() -> None:
    """Properties stand in the order of the tables, not in that of a set."""
    found = build([said(["Hello"])], "completed", lambda options: options[0]).events
    for event in found:
        if "response" in event:
            event["response"] |= {"model": "m", "created_at": 1}
    data, _ = encode("openai_chat", found)
    first = json.loads(data.split(b"\n")[0][6:])
    assert list(first) == ["object", "choices", "id", "model", "created"]
