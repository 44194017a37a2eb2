"""Streams gone wrong: whatever a server sends, the events are lawful and nothing is raised.

Each dialect's streams (our own, and the recordings where they are there) are
damaged: bits flip, events get lost, come twice or in another order, leaves
change their type, the bytes stop anywhere, garbage comes between.
"""

from __future__ import annotations

import json
import random
import re
import time
import tracemalloc
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from contract import components
from jsonschema import Draft202012Validator
from openresponses import events
from recordings import recordings
from stream_cases import DIALECTS, Decoded, decoded, stream_cases

BRIEF, FULL = 250, 10_000
"""Mutants of each dialect."""

MAX_BYTES = 40_000
"""Recordings longer than this are left to other tests."""

MAX_SECONDS = 5.0
"""What no mutant may take, even on a busy machine."""

VALUES = [None, 1, -1, 1e30, True, "", "x", "\ud800", [], {}, [{"a": 1}], {"type": "text"}]
LEAF = re.compile(rb'"(\w+)": ?("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|\{\}|\[\]|null)')


@cache
def originals(dialect: str) -> tuple[bytes, ...]:
    """The streams to damage."""
    own = [case.data for case in stream_cases(dialect)]
    files = (path for case in recordings(dialect) for path in case.folder.glob("response.*"))
    found = (path.read_bytes() for path in files if path.suffix in (".sse", ".ndjson"))
    return (*own, *(data for data in found if len(data) <= MAX_BYTES))


def split(data: bytes) -> list[bytes]:
    """The events of a stream, as it separates them."""
    ends = (b"\r\n\r\n", b"\n\n", b"\n")
    end = next((end for end in ends if end in data.strip()), b"\n")
    return [piece + end for piece in data.split(end) if piece.strip()]


def mutant(chance: random.Random, data: bytes, others: bytes) -> tuple[str, bytes]:
    """One damage that can happen to a stream, or be done to it."""
    pieces = split(data)
    here, there = chance.randrange(len(pieces)), chance.randrange(len(pieces))
    kinds = ("flip", "drop", "twice", "swap", "cut", "type", "garbage", "blend")
    kind = chance.choice(kinds)
    match kind:
        case "flip":
            flipped = bytearray(data)
            for _ in range(chance.randint(1, 4)):
                flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
            return kind, bytes(flipped)
        case "cut":
            return kind, data[: chance.randrange(len(data))]
        case "drop":
            del pieces[here]
        case "twice":
            pieces.insert(there, pieces[here])
        case "swap":
            pieces[here], pieces[there] = pieces[there], pieces[here]
        case "type":
            pieces[here] = retyped(chance, pieces[here])
        case "garbage":
            pieces.insert(here, chance.randbytes(chance.randint(1, 60)) + b"\n\n")
        case "blend":
            pieces.insert(here, chance.choice(split(others)))
    return kind, b"".join(pieces)


def retyped(chance: random.Random, piece: bytes) -> bytes:
    """The event with other values at some of its leaves."""

    def other(found: re.Match[bytes]) -> bytes:
        if chance.random() < 0.7:
            return found[0]
        return b'"' + found[1] + b'":' + json.dumps(chance.choice(VALUES)).encode()

    return LEAF.sub(other, piece)


@cache
def event_validator(kind: str) -> Draft202012Validator | None:
    """The schema of a type of event; None for extension events."""
    found = components()["schemas"]
    name = next(
        (
            n
            for n, schema in found.items()
            if kind in _types(schema) and "sequence_number" in schema.get("properties", {})
        ),
        None,
    )
    if name is None:
        return None
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": components()}
    )


def _types(schema: dict[str, Any]) -> list[Any]:
    told = schema.get("properties", {}).get("type", {})
    return told.get("enum", [told.get("const")])


def invalid(event: dict[str, Any]) -> list[str]:
    """Why an event is not valid against the contract."""
    kind = event["type"]
    if ":" in kind:
        return [] if isinstance(event.get("sequence_number"), int) else ["sequence_number"]
    validator = event_validator(kind)
    if validator is None:
        return [f"{kind}: no such event"]
    return [f"{kind}{e.json_path}: {e.message[:200]}" for e in validator.iter_errors(event)]


def suspicious(found: Decoded, sample: int) -> Iterator[dict[str, Any]]:
    """The events worth a look at their schema: the last ones, and some of the others."""
    yield from found.events[-2:]
    yield from found.events[sample % 7 : -2 : 7]


@pytest.mark.parametrize("dialect", [*DIALECTS, "openresponses"])
def test_events_stay_lawful(dialect: str, full: bool) -> None:
    source = "openai_responses" if dialect == "openresponses" else dialect
    streams = originals(source)
    chance = random.Random(dialect)
    for number in range(FULL if full else BRIEF):
        data, others = chance.choice(streams), chance.choice(streams)
        kind, damaged = mutant(chance, data, others)
        began = time.perf_counter()
        found = decoded(dialect, damaged)
        violations = [str(violation) for violation in events.check(found.events)]
        assert violations == [], (number, kind, damaged)
        assert time.perf_counter() - began < MAX_SECONDS, (number, kind, damaged)
        if full or number % 5 == 0:
            faults = [fault for event in suspicious(found, number) for fault in invalid(event)]
            assert faults == [], (number, kind, damaged)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_event_of_our_own_streams_is_valid(dialect: str) -> None:
    for case in stream_cases(dialect):
        found = decoded(dialect, case.data)
        assert [fault for event in found.events for fault in invalid(event)] == [], case.name


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_stream_that_stops_early_has_failed(dialect: str) -> None:
    for case in stream_cases(dialect)[::3]:
        whole = decoded(dialect, case.data).response
        for cut in range(0, len(case.data), max(1, len(case.data) // 12)):
            found = decoded(dialect, case.data[:cut])
            assert events.check(found.events) == [], (case.name, cut)
            assert found.response["status"] in ("failed", whole["status"]), (case.name, cut)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_memory_is_bounded_by_what_came(dialect: str) -> None:
    data = max((case.data for case in stream_cases(dialect)), key=len)
    tracemalloc.start()
    for number in range(20):
        decoded(dialect, mutant(random.Random(number), data, data)[1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000 + 200 * len(data)


CALL = {"function": {"name": "f"}, "index": 1e300}
FRAGMENT = {"jsonPath": "$.a[99999999]", "stringValue": "x"}
PARTIAL = {"functionCall": {"name": "f", "partialArgs": [FRAGMENT], "willContinue": True}}
HOSTILE = {
    "choice": {"choices": [{"index": 2**53 + 1, "delta": {"content": "x"}}]},
    "call": {"choices": [{"delta": {"tool_calls": [CALL]}}]},
    "fragment": {"candidates": [{"content": {"parts": [PARTIAL]}}]},
    "block": {"type": "content_block_start", "index": 10**8, "content_block": {"type": "text"}},
    "part": {
        "type": "response.output_text.delta",
        "output_index": 0,
        "content_index": 10**8,
        "item_id": "m",
        "delta": "x",
    },
}
"""Numbers that would fill memory if they were believed."""


def hostile(name: str) -> bytes:
    if name == "lists":
        return b"data: " + b"[" * 50_000 + b"\n\n"
    if name == "objects":
        return b"data: " + b'{"a":' * 20_000 + b"\n\n"
    return b"data: " + json.dumps(HOSTILE[name]).encode() + b"\n\n"


@pytest.mark.parametrize("name", [*HOSTILE, "lists", "objects"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_numbers_and_depths_eat_no_memory(dialect: str, name: str) -> None:
    tracemalloc.start()
    found = decoded(dialect, hostile(name) * 2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert events.check(found.events) == []
    assert peak < 40_000_000
