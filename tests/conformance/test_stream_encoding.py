"""Streams translated and read again say the same, and a stream says what its whole response says.

`decode(encode(events))` keeps text, refusal, reasoning, calls, end and usage for
every dialect that can carry them; what one cannot carry stands in `CANNOT`, with
the reason. Own streams always, recordings where they are there.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from facts import arguments, found_facts
from openresponses import dialects, events
from openresponses.runtime.primitives import is_minted
from recordings import recordings
from stream_cases import DIALECTS, Decoded, decoded, stream_cases

TARGETS = (*DIALECTS, "openresponses")
INTERLEAVED = {"blocks_interleaved", "several_candidates"}
"""Own streams in which several texts grow at once; others' formats have one at a time."""

RENAMED = {"second_message_start", "second_message_start_from_zero"}
"""Own streams whose response gets another id later; events keep the first."""

CANNOT = {
    ("anthropic_messages", "refusal"): "refusals are texts",
    ("gemini_generate_content", "refusal"): "refusals are texts",
    ("ollama_chat", "refusal"): "refusals are texts",
    ("gemini_generate_content", "arguments"): "arguments are objects: broken JSON has no form",
    ("ollama_chat", "arguments"): "arguments are objects: broken JSON has no form",
    ("ollama_chat", "details"): "there are no counters of cached tokens and of reasoning",
    ("gemini_generate_content", "apart"): "thoughts are counted beside the answer, not in it",
    ("ollama_chat", "total"): "the sum is not sent",
    ("anthropic_messages", "total"): "the sum is not sent",
    ("anthropic_messages", "none"): "every message has counters",
    ("ollama_chat", "none"): "every answer has counters",
    ("portable", "failure"): "an error ends the stream, and says nothing else",
    ("ollama_chat", "reason"): "the API knows no other reason than the token limit",
    ("openai_chat", "reason"): "the API knows no other reasons than limit and filter",
    ("gemini_generate_content", "reason"): "the API has reasons of its own only",
    ("anthropic_messages", "reason"): "the API has reasons of its own only",
}
"""Dialect and what it has no place for -> why."""


@cache
def streams(dialect: str) -> tuple[tuple[str, bytes], ...]:
    """Every stream of a dialect: name, bytes."""
    own = [(case.name, case.data) for case in stream_cases(dialect)]
    found = []
    for case in recordings(dialect):
        for name in ("response.sse", "response.ndjson"):
            path = case.folder / name
            if path.is_file() and path.stat().st_size < 60_000:
                found.append((case.name, path.read_bytes()))
    return (*own, *found)


def sent(target: str, found: Decoded) -> tuple[Decoded, list[Any]]:
    """The events as another dialect's stream, read again; and what was lost."""
    encoder = dialects.get(target).StreamEncoder()
    data = b"".join(encoder.feed(event) for event in found.events) + encoder.close()
    return decoded(target, data), encoder.losses


def spoken(response: dict[str, Any]) -> dict[str, Any]:
    """The facts of a response; a call without arguments has empty ones."""
    facts = found_facts(response)
    empty = {"__unparsed__": ""}
    facts["calls"] = [(i, name, {} if a == empty else a) for i, name, a in facts["calls"]]
    return facts


def expected(target: str, response: dict[str, Any]) -> dict[str, Any]:
    """The facts of a response as far as the target can carry them."""
    facts = spoken(response)
    if (target, "refusal") in CANNOT:
        facts["text"] += facts.pop("refusal")
        facts["refusal"] = ""
    if (target, "arguments") in CANNOT:
        broken = lambda a: not isinstance(a, dict) or "__unparsed__" in a  # noqa: E731
        facts["calls"] = [c for c in facts["calls"] if not broken(c[2])]
    usage = facts["usage"]
    if usage and (target, "total") in CANNOT:
        usage["total"] = usage["input"] + usage["output"]
    if usage and (target, "details") in CANNOT:
        usage["cached"] = usage["reasoning"] = 0
    if usage and (target, "apart") in CANNOT:
        usage["output"] = max(usage["output"], usage["reasoning"])
    return facts


def differences(target: str, want: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Facts that differ, though the target could carry them."""
    failed = want["end"][0] == "failed"
    if (target, "arguments") in CANNOT:
        got = {**got, "calls": [c for c in got["calls"] if c in want["calls"]]}
    found = []
    for key, value in want.items():
        if key == "usage" and value is None and (target, "none") in CANNOT:
            continue
        if key == "usage" and failed and (target, "failure") in CANNOT:
            continue
        if key == "end" and got[key][0] == value[0] and (target, "reason") in CANNOT:
            continue
        if key == "calls":
            same = sorted(map(repr, value)) == sorted(map(repr, got[key]))
        else:
            same = value == got[key]
        if not same:
            found.append(f"{key}: {value!r:.200} became {got[key]!r:.200}")
    return found


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", DIALECTS)
def test_what_is_sent_is_what_was_said(source: str, target: str) -> None:
    found = []
    for name, data in streams(source):
        if name in INTERLEAVED:
            continue
        before = decoded(source, data)
        after, losses = sent(target, before)
        violations = [str(violation) for violation in events.check(after.events)]
        assert violations == [], name
        want = expected(target, before.response)
        different = differences(target, want, spoken(after.response))
        if before.response["status"] == "incomplete" and losses:
            different = [d for d in different if not d.startswith("end")]
        found += [f"{name}: {difference}" for difference in different]
    assert found == []


def comparable(item: dict[str, Any]) -> dict[str, Any]:
    """An item without its state and residue; arguments as JSON, none where they are cut off."""
    kept = {key: value for key, value in item.items() if key != "status" and ":" not in key}
    if "arguments" in kept:
        said = arguments(kept["arguments"])
        kept["arguments"] = {} if "__unparsed__" in said else said
    return kept


@pytest.mark.parametrize("dialect", [name for name in DIALECTS if name != "openai_responses"])
def test_a_stream_says_what_its_whole_response_says(dialect: str) -> None:
    for name, data in streams(dialect):
        decoder = dialects.get(dialect).StreamDecoder()
        found = decoder.feed(data) + decoder.close()
        response = events.accumulate(found)
        if response["status"] == "failed" or name in RENAMED:
            continue
        native = decoder._assembler.assembled()
        whole = dialects.get(dialect).decode_response(native).body
        order = lambda body: sorted((comparable(i) for i in body["output"]), key=repr)  # noqa: E731
        assert order(response) == order(whole), name
        assert response["status"] in (whole["status"], "incomplete"), name
        assert response["usage"] == whole["usage"], name
        if not is_minted(whole["id"]):
            assert response["id"] == whole["id"], name
