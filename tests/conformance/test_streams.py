"""Streams on recordings of real traffic: every fact is told, and every law holds.

What an independent reader finds in a recorded stream (text, refusal, reasoning,
calls, usage, the end, errors) is in the response that the decoder ends with.
Its events are valid against the contract, lawful, the same however the bytes
are cut, and build the response that they end with. Streams that cannot come out
right are listed with their reasons in `exceptions/<dialect>.txt`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from contract import faults as contract_faults
from facts import expected_facts, found_facts
from openresponses import dialects, events
from recordings import CORPUS, Recording, oracle, recordings
from test_dialect_recordings import error_fault, judge

Event = dict[str, Any]
FILES = ("response.sse", "response.ndjson")
RECORDED_AS = {"openresponses": "openai_responses"}
"""Dialects that also read what was recorded of another one."""
STREAMING = [name for name in dialects.names() if dialects.get(name).stream is not None]
TIMED = ("created_at", "completed_at")
CUTS = 24
"""The most places at which one recording is cut; `--full` cuts at every event."""

here = pytest.mark.skipif(not CORPUS.is_dir(), reason="the recordings are not beside the project")
compared = pytest.mark.skipif(oracle() is None, reason="the reader of recordings is not there")
each = pytest.mark.parametrize("dialect", STREAMING)


def stream_of(case: Recording) -> Path | None:
    return next((path for name in FILES if (path := case.folder / name).is_file()), None)


@cache
def streams(dialect: str) -> tuple[tuple[Recording, bytes], ...]:
    """Every recorded stream that the dialect reads, with its bytes."""
    cases = recordings(RECORDED_AS.get(dialect, dialect))
    return tuple((c, path.read_bytes()) for c in cases if (path := stream_of(c)) is not None)


def decode(dialect: str, pieces: list[bytes]) -> list[Event]:
    decoder = dialects.get(dialect).StreamDecoder()
    found = [event for piece in pieces for event in decoder.feed(piece)]
    return [dict(event) for event in (*found, *decoder.close())]


@cache
def decoded(dialect: str, name: str) -> list[Event]:
    return next(decode(dialect, [data]) for case, data in streams(dialect) if case.name == name)


def timeless(value: Any) -> Any:
    """The value without the time at which it was decoded."""
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in TIMED}
    return [timeless(inner) for inner in value] if isinstance(value, list) else value


@here
@compared
@each
def test_recorded_streams_tell_every_fact(dialect: str) -> None:
    cases = [case for case, _ in streams(dialect)]
    faults = {case.name: fault for case in cases if (fault := fact_fault(dialect, case))}
    judge(dialect, "stream", len(cases), faults)


def fact_fault(dialect: str, case: Recording) -> str | None:
    """Which fact of a stream is missing or wrong in the response that it ends with."""
    reader = oracle()
    assert reader is not None
    said = reader.read_case(case.folder)
    response = decoded(dialect, case.name)[-1]["response"]
    if said["error"] and response["status"] != "failed":
        return f"the error {said['error']!r:.200} is told as {response['status']}"
    if said["error"]:
        error = next(e for e in decoded(dialect, case.name) if e["type"] == "error")["error"]
        if fault := error_fault(200, said["error"], {"type": "server_error", **error}):
            return fault
    wanted = expected_facts(RECORDED_AS.get(dialect, dialect), said, {})
    told = found_facts(response)
    ignored = {"end"} if said["error"] else set()
    wrong = [
        f"{name}: {value!r:.200} is told as {told[name]!r:.200}"
        for name, value in wanted.items()
        if name not in ignored and told[name] != value
    ]
    return "; ".join(wrong) or None


@here
@each
def test_events_of_recorded_streams_are_lawful(dialect: str) -> None:
    """They break no law, and build the response that they end with."""
    for case, _ in streams(dialect):
        found = decoded(dialect, case.name)
        assert [str(each) for each in events.check(found)] == [], case.name
        assert events.accumulate(found) == found[-1]["response"], case.name


@here
@each
def test_events_of_recorded_streams_are_valid(dialect: str, full: bool) -> None:
    """Each kind of event is checked once a stream; with `--full`, every event is."""
    for case, _ in streams(dialect):
        seen: set[str] = set()
        for event in decoded(dialect, case.name):
            if full or event["type"] not in seen:
                seen.add(event["type"])
                assert event_faults(event) == [], f"{case.name}: {event['type']}"


@cache
def event_components() -> dict[str, str]:
    """Type of event -> its component of the contract."""
    from contract import components

    return {
        value: name
        for name, schema in components()["schemas"].items()
        if name.endswith("StreamingEvent")
        for value in _constants(schema.get("properties", {}).get("type", {}))
    }


def _constants(schema: dict[str, Any]) -> list[str]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def event_faults(event: Event) -> list[str]:
    """Why an event is not valid against the contract with its overlays."""
    component = event_components().get(event["type"])
    if component is not None:
        return contract_faults(component, event)
    assert ":" in event["type"], f"no event of the contract is called {event['type']}"
    return [] if type(event["sequence_number"]) is int else ["no sequence_number"]


@here
@each
def test_recorded_streams_are_the_same_however_cut(dialect: str, full: bool) -> None:
    """Whole, in random pieces, and the small ones byte by byte."""
    chance = random.Random(4)
    for case, data in streams(dialect):
        whole = timeless(decoded(dialect, case.name))
        assert timeless(decode(dialect, list(scattered(data, chance)))) == whole, case.name
        if full or len(data) < 4_000:
            single = [data[n : n + 1] for n in range(len(data))]
            assert timeless(decode(dialect, single)) == whole, case.name


def scattered(data: bytes, chance: random.Random) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = start + chance.choice((1, 2, 3, 7, 50, 1000))
        yield data[start:end]
        start = end


@here
@each
def test_cut_streams_are_lawful_and_say_so(dialect: str, full: bool) -> None:
    """Before the vendor's own end, the response failed, and holds what was received."""
    chance = random.Random(6)
    for case, data in streams(dialect):
        places = list(boundaries(data))
        if not full and len(places) > CUTS:
            places = sorted(chance.sample(places, CUTS))
        for place in places:
            found = decode(dialect, [data[:place]])
            where = f"{case.name} at {place}"
            assert [str(each) for each in events.check(found)] == [], where
            assert events.accumulate(found) == found[-1]["response"], where
            if not ended(dialect, data[:place]):
                assert found[-1]["type"] == "response.failed", where
                code = found[-1]["response"]["error"]["code"]
                reported = any(b'"error"' in line for line in data[:place].split(b"\n"))
                assert code == "stream_truncated" or reported, f"{where}: {code}"


def boundaries(data: bytes) -> Iterator[int]:
    """Where events begin, but for the first."""
    mark = b"\n" if data.lstrip()[:1] == b"{" else b"\n\n"
    text = data.replace(b"\r\n", b"\n")
    if text != data:
        return
    place = data.find(mark)
    while 0 <= place < len(data) - len(mark):
        yield place + len(mark)
        place = data.find(mark, place + len(mark))


ENDS = {
    "anthropic_messages": (b'"message_stop"', b'"type":"error"', b'"type": "error"'),
    "openai_chat": (b"[DONE]",),
    "ollama_chat": (b'"done":true', b'"done": true'),
    "openai_responses": (b"response.completed", b"response.incomplete", b"response.failed"),
    "openresponses": (b"response.completed", b"response.incomplete", b"response.failed"),
}
REASONS = {
    "openai_chat": b'"finish_reason":"',
    "gemini_generate_content": b'"finishReason"',
}
"""What tells the end where vendors leave their end mark out, or have none."""


def ended(dialect: str, data: bytes) -> bool:
    """Whether the vendor's own end is in the bytes: judged by their text alone."""
    text = data.replace(b'": ', b'":')
    reason = REASONS.get(dialect)
    if reason is not None and (reason in text or b"blockReason" in text):
        return True
    return any(mark in data for mark in ENDS.get(dialect, ()))


@each
def test_a_stream_of_nothing_is_truncated(dialect: str) -> None:
    found = decode(dialect, [])
    assert events.check(found) == []
    assert found[-1]["response"]["error"]["code"] == "stream_truncated"
    assert json.loads(json.dumps(found)) == found
