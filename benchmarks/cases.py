"""Everything that is measured in this process: what it does, its floor, its goal, its check.

A case is a task (`tasks`) with three functions: the floor, ours, and the check of our results
that comes before any timing. Peers look at the task (`peers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from benchmarks import checks, requests, responses
from benchmarks.conversation import SIZES, Conversation
from benchmarks.ours import dialects, dumps, events, loads
from benchmarks.plans import KINDS, Kind
from benchmarks.streams import WHOLE_CALLS, Stream, stream
from benchmarks.tasks import (
    Case,
    Direction,
    EncodeTask,
    RequestTask,
    ResponseTask,
    Run,
    StreamTask,
)

EVENTS = 2_000
"""Events of a stream."""

DIALECTS: tuple[str, ...] = dialects.names()
STREAM_GOALS = {
    "anthropic_messages": 3.5,
    "gemini_generate_content": 3.0,
    "ollama_chat": 3.0,
    "openai_chat": 3.0,
    "openai_responses": 3.0,
    "openresponses": 3.0,
}
READ_GOAL = 2.0
ENCODED_GOAL = 6.0
REQUEST_GOALS: dict[Direction, float] = {"encode": 2.0, "decode": 2.5}
RESPONSE_GOALS: dict[Direction, float | None] = {"encode": None, "decode": 2.5}


def cases(count: int = EVENTS) -> Iterator[Case]:
    """All cases, in the order of the table."""
    yield from _requests()
    yield from _responses()
    yield from _streams(count)


COPIES = 8


def _copies(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Equal bodies in turn: what is remembered of one object must not make the next call fast."""
    text = dumps(body)
    return cycle([loads(text) for _ in range(COPIES)])


def _both(text: bytes, value: object) -> Run:
    """The floor of bodies: read the text, and write it again."""

    def floor() -> None:
        loads(text)
        dumps(value)

    return floor


def _requests() -> Iterator[Case]:
    for direction in REQUEST_GOALS:
        for size, make in SIZES.items():
            for dialect in DIALECTS:
                yield _request(direction, dialect, size, make())


def _request(direction: Direction, dialect: str, size: str, said: Conversation) -> Case:
    canonical, native = requests.canonical(said), requests.NATIVE[dialect](said)
    translator = dialects.get(dialect)
    path = requests.PATHS.get(dialect)
    source = canonical if direction == "encode" else native

    copies = _copies(source)

    def ours() -> Any:
        if direction == "encode":
            return translator.encode_request(next(copies))
        return translator.decode_request(next(copies), path=path)

    def check() -> None:
        result = ours()
        checks.same(result.losses, (), "losses")
        if direction == "encode":
            checks.same(result.body, native, f"{dialect} request")
        else:
            checks.same(checks.told(result.body), checks.spoken(said), f"{dialect} request")
            again = translator.encode_request(result.body)
            checks.same(again.body, native, f"{dialect} request, there and back")

    return Case(
        key=f"request/{direction}/{size}/{dialect}",
        group=f"request {direction}",
        title=f"{dialect}, {size}",
        task=RequestTask(direction, dialect, size, canonical, native),
        floor=_both(dumps(source), source),
        ours=ours,
        check=check,
        goal=None if size == "small" else REQUEST_GOALS[direction],
    )


def _responses() -> Iterator[Case]:
    for direction in RESPONSE_GOALS:
        for dialect in DIALECTS:
            yield _response(direction, dialect)


def _response(direction: Direction, dialect: str) -> Case:
    canonical, native = responses.canonical(), responses.NATIVE[dialect]()
    translator = dialects.get(dialect)
    source = canonical if direction == "encode" else native

    copies = _copies(source)

    def ours() -> Any:
        if direction == "encode":
            return translator.encode_response(next(copies))
        return translator.decode_response(next(copies))

    def check() -> None:
        result = ours()
        lost = [loss.path for loss in result.losses]
        decoded = result.body
        if direction == "encode":
            # Ollama's format has no place for the number of cached tokens.
            uncounted = ["/usage/input_tokens_details"] if dialect == "ollama_chat" else []
            checks.same(lost, uncounted, "losses")
            decoded = translator.decode_response(result.body).body
        else:
            checks.same(lost, [], "losses")
        checks.same(checks.said(decoded["output"]), checks.said(canonical["output"]), dialect)
        checks.same(decoded["usage"]["total_tokens"], responses.TOTAL, "total of tokens")

    return Case(
        key=f"response/{direction}/{dialect}",
        group=f"response {direction}",
        title=dialect,
        task=ResponseTask(direction, dialect, canonical, native),
        floor=_both(dumps(source), source),
        ours=ours,
        check=check,
        goal=RESPONSE_GOALS[direction],
    )


def _streams(count: int) -> Iterator[Case]:
    made = [
        (kind, stream(dialect, kind, count))
        for dialect in DIALECTS
        for kind in KINDS
        if not (kind == "arguments" and dialect in WHOLE_CALLS)
    ]
    for kind, source in made:
        if source.dialect == "openresponses":
            yield _read(kind, source)
    for kind, source in made:
        yield _decoded(kind, source)
    for kind, source in made:
        yield _encoded_again(kind, source, _target(source.dialect))
    for dialect in DIALECTS:
        yield _encoded(dialect, count)


def _floor(source: Stream) -> Run:
    """The floor of streams: read each event's JSON."""
    texts = source.texts

    def floor() -> None:
        for text in texts:
            loads(text)

    return floor


def _target(dialect: str) -> str:
    return "anthropic_messages" if dialect == "openai_chat" else "openai_chat"


def decode(dialect: str, chunks: list[bytes]) -> list[Any]:
    """The events of a vendor's stream that comes in these chunks."""
    decoder = dialects.get(dialect).StreamDecoder()
    found: list[Any] = []
    for chunk in chunks:
        found += decoder.feed(chunk)
    found += decoder.close()
    return found


def encode(dialect: str, found: list[Any]) -> bytes:
    """The events as a vendor's stream."""
    encoder = dialects.get(dialect).StreamEncoder()
    return b"".join([encoder.feed(event) for event in found]) + bytes(encoder.close())


def transcode(source: str, target: str, chunks: list[bytes]) -> bytes:
    """A vendor's stream as another's, as a gateway does it: each event is written when it comes."""
    decoder = dialects.get(source).StreamDecoder()
    encoder = dialects.get(target).StreamEncoder()
    sent = []
    for chunk in chunks:
        sent += [encoder.feed(event) for event in decoder.feed(chunk)]
    sent += [encoder.feed(event) for event in decoder.close()]
    return b"".join(sent) + bytes(encoder.close())


def _lawful(found: list[Any], source: Stream) -> None:
    checks.same(events.check(found), [], "violations of the lifecycle")
    checks.same(found[-1]["type"], "response.completed", "last event")
    response = events.accumulate(found)
    checks.same(checks.said(response["output"]), checks.planned(source.runs), source.dialect)


def _decoded(kind: Kind, source: Stream) -> Case:
    chunks = source.chunks()

    def ours() -> list[Any]:
        return decode(source.dialect, chunks)

    return Case(
        key=f"stream/decode/{source.dialect}/{kind}",
        group="stream decode",
        title=f"{source.dialect}, {kind}",
        task=StreamTask("decode", source, kind),
        floor=_floor(source),
        ours=ours,
        check=lambda: _lawful(ours(), source),
        goal=STREAM_GOALS.get(source.dialect),
        count=len(source.events),
    )


def _read(kind: Kind, source: Stream) -> Case:
    chunks = source.chunks()

    def ours() -> list[Any]:
        return list(events.read(chunks))

    return Case(
        key=f"stream/read/{kind}",
        group="native stream read",
        title=f"events.read, {kind}",
        task=StreamTask("read", source, kind),
        floor=_floor(source),
        ours=ours,
        check=lambda: checks.same(ours(), source.events, "events"),
        goal=READ_GOAL,
        count=len(source.events),
    )


def _encoded_again(kind: Kind, source: Stream, target: str) -> Case:
    chunks = source.chunks()

    def ours() -> bytes:
        return transcode(source.dialect, target, chunks)

    return Case(
        key=f"stream/transcode/{source.dialect}/{kind}",
        group="stream decode + encode",
        title=f"{source.dialect}, {kind}, to {target}",
        task=StreamTask("decode", source, kind, target),
        floor=_floor(source),
        ours=ours,
        check=lambda: _lawful(decode(target, [ours()]), source),
        goal=ENCODED_GOAL if source.dialect in STREAM_GOALS else None,
        count=len(source.events),
    )


def _encoded(target: str, count: int) -> Case:
    source = stream("openresponses", "mixed", count)

    def ours() -> bytes:
        return encode(target, source.events)

    def floor() -> None:
        for event in source.events:
            dumps(event)

    return Case(
        key=f"stream/encode/{target}",
        group="stream encode",
        title=f"{target}, mixed",
        task=EncodeTask(target, source.events),
        floor=floor,
        ours=ours,
        check=lambda: _lawful(decode(target, [ours()]), source),
        count=len(source.events),
    )
