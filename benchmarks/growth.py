"""What must not grow: time per event and per entry with lengths, memory with keep-alives."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any

from benchmarks.cases import decode
from benchmarks.ours import dialects
from benchmarks.results import Proof
from benchmarks.streams import CHUNK, framed, stream

DIALECT = "anthropic_messages"
EVENTS = 20_000
"""Of the long stream, 2 MB; with `full` there are ten times as many."""
STRETCH = 1.5
"""Time per event may differ by that much: noise, and caches that a longer stream leaves behind."""
BYTE = 4.0
"""A call for each byte costs more than one for each chunk, but no more than this, in us."""
ENTRIES = 8_000
"""Unknown keys, and items that are lost, of the long body."""
KEPT = 100_000
"""Bytes that may stay of any number of keep-alives."""


KEYS = ("growth/length", "growth/chunk", "growth/byte", "growth/body", "growth/keep-alive")


def proofs(full: bool = False) -> Iterator[Proof]:
    """All of them, one after the other."""
    count = EVENTS * (10 if full else 1)
    short, long = (stream(DIALECT, "text", events) for events in (count // 4, count))
    per_short = _spent(short.chunks(), len(short.events))
    per_long = _spent(long.chunks(), len(long.events))
    yield Proof(
        "growth/length",
        "time per event does not grow with the stream",
        f"{per_short:.2f} us in {_size(short.data)}, {per_long:.2f} us in {_size(long.data)}",
        per_long <= STRETCH * per_short,
    )
    whole = _spent([long.data], len(long.events))
    yield Proof(
        "growth/chunk",
        "time per event does not depend on the chunks",
        f"{per_long:.2f} us in chunks of 4 KB, {whole:.2f} us in one piece",
        max(whole, per_long) <= STRETCH * min(whole, per_long),
    )
    yield _bytes(count // 4)
    yield _bodies()
    yield _idle()


def _spent(chunks: list[bytes], events: int) -> float:
    """Microseconds per event, the best of three."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        decode(DIALECT, chunks)
        times.append(time.thread_time() - start)
    return min(times) / events * 1e6


def _size(data: bytes) -> str:
    return f"{len(data) / 1e6:.1f} MB"


def _bytes(count: int) -> Proof:
    """Byte by byte the events are the same, and each byte costs the same."""
    made = stream(DIALECT, "text", count)
    start = time.thread_time()
    found = decode(DIALECT, made.chunks(1))
    each = (time.thread_time() - start) / len(made.data) * 1e6
    same = _timeless(found) == _timeless(decode(DIALECT, made.chunks(CHUNK)))
    return Proof(
        "growth/byte",
        "byte by byte the same events come, in linear time",
        f"{'the same' if same else 'OTHER'} events, {each:.2f} us a byte of {_size(made.data)}",
        same and each <= BYTE,
    )


def _bodies() -> Proof:
    """Of the translations, the one whose time per entry grows most with the body."""
    grown = {
        f"{name}, {what}": translate(ENTRIES) / translate(ENTRIES // 4) / 4
        for name in dialects.names()
        for what, translate in (("keys", partial(_keys, name)), ("items", partial(_items, name)))
    }
    worst = max(grown, key=lambda what: grown[what])
    return Proof(
        "growth/body",
        "time per entry does not grow with the body",
        f"{grown[worst]:.2f} times as long in four times the body ({worst})",
        grown[worst] <= 2 * STRETCH,
    )


def _keys(name: str, count: int) -> float:
    """Seconds for a response whose message has so many keys that nobody knows."""
    return _seconds(
        dialects.get(name).decode_response, {"message": {f"k{n}": n for n in range(count)}}
    )


def _items(name: str, count: int) -> float:
    """Seconds for a response with so many items of which something is lost."""
    items = [{"type": "message", "role": "user", "content": "x", "k": n} for n in range(count)]
    return _seconds(dialects.get(name).encode_response, {"model": "m", "output": items})


def _seconds(translate: Callable[[Any], object], body: dict[str, Any]) -> float:
    """Of a translation that may end in an error, the best of three."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        with suppress(dialects.OpenResponsesError):
            translate(body)
        times.append(time.thread_time() - start)
    return max(min(times), 1e-4)


def _timeless(found: list[dict[str, object]]) -> list[object]:
    """The events without the envelope's clock, which Anthropic's streams leave to the reader."""
    bare: list[object] = []
    for event in found:
        response = event.get("response")
        if isinstance(response, dict):
            kept = {key: response[key] for key in response if not key.endswith("_at")}
            bare.append({**event, "response": kept})
        else:
            bare.append(event)
    return bare


def _idle() -> Proof:
    made = stream(DIALECT, "text", 8)
    decoder = dialects.get(DIALECT).StreamDecoder()
    decoder.feed(framed(DIALECT, list(islice(made.events, 1))))
    idle = b": keep-alive\n\n" * 100 + framed(DIALECT, [{"type": "ping"}]) * 100
    decoder.feed(idle)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(500):
        decoder.feed(idle)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    seen = f"{kept / 1000:.1f} kB kept of {500 * len(idle) / 1e6:.1f} MB"
    return Proof("growth/keep-alive", "keep-alives leave nothing behind", seen, kept < KEPT)
