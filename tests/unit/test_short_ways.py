"""Pieces of a text go a short way: what comes out is what the long way gives, whatever comes in.

Streams with several texts that grow in turns, then spoilt: empty pieces, other events
between, more fields, fields of other kinds, events that get lost, come twice or change
places.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openresponses import dialects, events
from openresponses.runtime import encoding, jsontext, mirroring
from openresponses.runtime.checking import Checker
from openresponses.runtime.encoding import SpeakingEncoder
from openresponses.runtime.folding import Folder
from openresponses.runtime.mirroring import MirrorEncoder
from streams import Plan, build, renumbered

Event = dict[str, Any]
NAMES = (
    "anthropic_messages",
    "gemini_generate_content",
    "ollama_chat",
    "openai_chat",
    "openai_responses",
    "openresponses",
    "portable",
)
TEXTS = st.lists(st.sampled_from(["a", " b", '"', "\u2028", "\\", "\n\x01", "é"]), max_size=9)
CHOICES = st.none() | st.integers(0, 1)


def message(texts: list[list[str]], refusal: list[str], choice: int | None) -> Plan:
    blank = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    note = {"type": "url_citation", "url": "u:1", "start_index": 0, "end_index": 1, "title": "t"}
    parts = [(blank, "text", pieces, [note][: len(pieces) // 4]) for pieces in texts]
    if refusal:
        parts.append(({"type": "refusal", "refusal": ""}, "refusal", refusal, []))
    fields = {"role": "assistant"}
    more = {} if choice is None else {"openai_chat:@choice": choice}
    return Plan("message", {**fields, **more}, "content", parts)


def reasoning(texts: list[list[str]], name: str, kind: str) -> Plan:
    other = {"content": "summary", "summary": "content"}[name]
    parts = [({"type": kind, "text": ""}, "text", pieces, []) for pieces in texts]
    return Plan("reasoning", {other: []}, name, parts)


def call(pieces: list[str], number: int) -> Plan:
    fields = {"call_id": f"call_{number}", "name": "f"}
    return Plan("function_call", fields, None, [], ['{"a":"', *("x" * len(pieces)), '"}'])


PLANS = st.one_of(
    st.builds(message, st.lists(TEXTS, max_size=2), TEXTS, CHOICES),
    st.builds(lambda texts: reasoning(texts, "summary", "summary_text"), st.lists(TEXTS)),
    st.builds(lambda texts: reasoning(texts, "content", "reasoning_text"), st.lists(TEXTS)),
    st.builds(call, TEXTS, st.integers(0, 9)),
    st.builds(lambda n: Plan("acme:search", {"query": n}, None, []), st.integers(0, 9)),
)
PLACES = [0, 1, 0.0, False, True, None, -1, 7, 1e300, "0", [], {}]
PIECES = ["", None, 5, ["a"], {"a": 1}, "\ud83d", "\u2029\x7f", "null"]
IDS = ["item_0", "other", "", None, 1, []]
FIELDS: list[tuple[str, Any]] = [
    *(("output_index", place) for place in PLACES),
    *(("content_index", place) for place in PLACES),
    *(("summary_index", place) for place in PLACES),
    *(("delta", piece) for piece in PIECES),
    *(("item_id", found) for found in IDS),
    *(("sequence_number", number) for number in (0, 3, None, 1.5, True)),
    ("obfuscation", "q0Z"),
    ("obfuscation", 5),
    ("logprobs", []),
    ("logprobs", [{"token": "a", "logprob": -1, "bytes": None, "top_logprobs": []}]),
    ("logprobs", None),
    ("acme:note", {"a": None}),
    ("item", {"type": "message"}),
    ("response", {"id": "r"}),
    ("type", "response.output_text.delta"),
    ("type", "response.refusal.delta"),
    ("type", "acme:else"),
    ("type", None),
]
DAMAGES = ("set", "remove", "drop", "twice", "swap", "empty", "turn", "between")


def damaged(found: list[Event], damage: str, at: int, field: tuple[str, Any]) -> None:
    """Does one thing to a stream that an encoder has to get along with."""
    here = at % len(found)
    event = dict(found[here])
    key, value = field
    match damage:
        case "set":
            found[here] = {**event, key: value}
        case "remove":
            event.pop(key, None)
            found[here] = event
        case "drop":
            found.pop(here)
        case "twice":
            found.insert(here, event)
        case "swap":
            other = (at * 7 + 1) % len(found)
            found[here], found[other] = found[other], found[here]
        case "empty":
            found.insert(here, {**event, "delta": ""})
        case "turn":
            found[here] = dict(reversed(event.items()))
        case "between":
            found.insert(here, {"type": "acme:progress", "sequence_number": 0, "percent": 5})


@st.composite
def streams(draw: st.DrawFn) -> list[Event]:
    """A stream, lawful or not."""
    plans = draw(st.lists(PLANS, min_size=1, max_size=4))
    end = draw(st.sampled_from(["completed", "incomplete", "failed"]))
    made = build(plans, end, lambda options: draw(st.sampled_from(options)))
    found = made.events
    some = st.tuples(st.sampled_from(DAMAGES), st.integers(0, 999), st.sampled_from(FIELDS))
    for damage in draw(st.lists(some, max_size=5)):
        damaged(found, *damage)
        if not found:
            return []
    return renumbered(found) if draw(st.booleans()) else found


def encode(name: str, found: list[Event], *, short: bool) -> tuple[list[bytes], list[Any]]:
    """What is sent for each event, and what is lost."""
    encoder = dialects.get(name).StreamEncoder()
    if not short:
        match encoder:
            case SpeakingEncoder():
                encoder._growing = {}
            case MirrorEncoder():
                encoder._deltas = {}
    return [*map(encoder.feed, found), encoder.close()], encoder.losses


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=settings().max_examples // 4)
@given(found=streams())
def test_encoders_go_both_ways_alike(name: str, found: list[Event]) -> None:
    before = copy.deepcopy(found)
    assert encode(name, found, short=True) == encode(name, found, short=False)
    assert found == before, "events are the caller's"


def check(found: list[Event], *, short: bool) -> list[Any]:
    checker = Checker(events.LIFECYCLE)
    if not short:
        checker._growing.rows = {}
    for event in found:
        checker.add(event)
    checker.close()
    return checker.violations


def accumulate(found: list[Event], *, short: bool) -> Any:
    folder = Folder(events.LIFECYCLE)
    if not short:
        folder._growing.rows = {}
    for event in found:
        folder.add(event)
    return folder.response()


@given(streams())
def test_checks_go_both_ways_alike(found: list[Event]) -> None:
    assert check(found, short=True) == check(found, short=False)


@given(streams())
def test_responses_come_out_alike(found: list[Event]) -> None:
    assert accumulate(found, short=True) == accumulate(found, short=False)


@pytest.mark.parametrize("name", NAMES)
def test_most_pieces_go_the_short_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even with other events between, and several texts open: the long way is for the first."""
    plans = [message([["a"] * 50], [], None), reasoning([["b"] * 50], "content", "reasoning_text")]
    turns = iter([0, 1] * 200)
    made = build(plans, "completed", lambda options: options[next(turns) % len(options)]).events
    for at in range(len(made) - 3, 5, -7):
        made.insert(at, {"type": "acme:progress", "sequence_number": 0, "percent": at})
    taken: list[Event] = []
    for owner in (SpeakingEncoder, MirrorEncoder):
        whole: Callable[..., bytes] = owner._long_way

        def counted(self: Any, event: Event, whole: Callable[..., bytes] = whole) -> bytes:
            taken.append(event)
            return whole(self, event)

        monkeypatch.setattr(owner, "_long_way", counted)
    encode(name, renumbered(made), short=True)
    deltas = [event for event in taken if "delta" in event]
    # Where blocks follow each other, each change of the text opens a new one.
    assert len(deltas) <= (100 if name == "anthropic_messages" else 4)


STRINGS = st.text() | st.text(alphabet='\ud83d\ude00\u2028\u2029\x7f\x00\x1f"\\/<>&é')


@given(STRINGS)
def test_strings_have_one_spelling(text: str) -> None:
    whole = jsontext.dumps(text)
    for quoted in (jsontext.quoted, jsontext._quoted):
        try:
            assert quoted(text) == whole
        except (TypeError, ValueError):
            assert any("\ud800" <= character <= "\udfff" for character in text)
    assert jsontext.loads(whole) == jsontext.utf8(text).decode()


@given(st.integers(0, 2**63 - 1))
def test_numbers_have_one_spelling(number: int) -> None:
    assert jsontext.numbered(number) == jsontext._numbered(number) == jsontext.dumps(number)


@settings(max_examples=settings().max_examples // 2)
@given(st.sampled_from(NAMES), streams())
def test_with_orjson_and_without(name: str, found: list[Event]) -> None:
    modules: list[tuple[Any, str, Any]] = [
        (jsontext, "_orjson", None),
        (encoding, "quoted", jsontext._quoted),
        (mirroring, "quoted", jsontext._quoted),
        (mirroring, "numbered", jsontext._numbered),
    ]
    fast = encode(name, found, short=True)
    before = [(module, key, getattr(module, key)) for module, key, _ in modules]
    try:
        for module, key, value in modules:
            setattr(module, key, value)
        assert encode(name, found, short=True) == fast
    finally:
        for module, key, value in before:
            setattr(module, key, value)
