"""Measures streams: time per event beside the floor, time against chunking and size, memory.

The floor is `orjson.loads` of the same events, one by one, in the same process and
in turns with what is measured. With `--full` the long stream is 100 MB, else 4 MB.

make bench-streams
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "generated" / "python"))

dialects: Any = import_module("openresponses.dialects")
events: Any = import_module("openresponses.events")

EVENTS = 2_000
CHUNK = 4_096
ROUNDS = 9
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Case:
    """A stream of a dialect, as its events and as its bytes, and the goal as a ratio."""

    name: str
    dialect: str
    events: list[dict[str, Any]]
    data: bytes
    goal: float


def sse(found: list[dict[str, Any]], named: bool, end: bytes = b"\n\n") -> bytes:
    """Events as server-sent ones."""
    lines = []
    for event in found:
        head = b"event: " + str(event["type"]).encode() + b"\n" if named else b""
        lines.append(head + b"data: " + orjson.dumps(event) + end)
    return b"".join(lines)


def anthropic(count: int) -> list[dict[str, Any]]:
    """One text block in `count` pieces."""
    usage = {"input_tokens": 10, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    block = {"type": "text", "text": ""}
    pieces = ({"type": "text_delta", "text": f" word{n}"} for n in range(count))
    return [
        {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": piece} for piece in pieces),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": count},
        },
        {"type": "message_stop"},
    ]


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """One chunk of Chat."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**head, "system_fingerprint": "fp_1", "choices": [choice]}


def chat_text(count: int) -> list[dict[str, Any]]:
    """A text in `count` pieces."""
    first = chunk({"role": "assistant", "content": ""})
    return [first, *(chunk({"content": f" word{n}"}) for n in range(count)), chunk({}, "stop")]


def chat_arguments(count: int) -> list[dict[str, Any]]:
    """The arguments of one call in `count` pieces."""
    call = {"index": 0, "id": "call_1", "type": "function"}
    texts = ['{"a":"', *(f"word{n} " for n in range(count)), '"}']
    pieces = ({"index": 0, "function": {"arguments": text}} for text in texts)
    return [
        chunk({"role": "assistant", "content": None}),
        chunk({"tool_calls": [{**call, "function": {"name": "f", "arguments": ""}}]}),
        *(chunk({"tool_calls": [piece]}) for piece in pieces),
        chunk({}, "tool_calls"),
    ]


def gemini(count: int) -> list[dict[str, Any]]:
    """A text in `count` pieces, each with usage of its own."""
    made: list[dict[str, Any]] = [
        {
            "candidates": [
                {"content": {"parts": [{"text": f" word{n}"}], "role": "model"}, "index": 0}
            ],
            "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9 + n},
            "modelVersion": "m",
            "responseId": "r",
        }
        for n in range(count)
    ]
    made[-1]["candidates"][0]["finishReason"] = "STOP"
    return made


def ollama(count: int) -> list[dict[str, Any]]:
    """A text in `count` lines."""
    head = {"model": "m", "created_at": "2026-01-01T00:00:00Z"}
    lines = [
        {**head, "message": {"role": "assistant", "content": f" word{n}"}, "done": False}
        for n in range(count)
    ]
    ends = {"done": True, "done_reason": "stop", "prompt_eval_count": 3, "eval_count": count}
    return [*lines, {**head, "message": {"role": "assistant", "content": ""}, **ends}]


def cases() -> list[Case]:
    """All that is measured."""
    told = anthropic(EVENTS)
    native = decoded("anthropic_messages", sse(told, True))
    done = b"data: [DONE]\n\n"
    lines = b"".join(orjson.dumps(event) + b"\n" for event in ollama(EVENTS))
    return [
        Case("Anthropic text", "anthropic_messages", told, sse(told, True), 3.5),
        *(
            Case(name, "openai_chat", made, sse(made, False) + done, 3.0)
            for name, made in (
                ("Chat text", chat_text(EVENTS)),
                ("Chat arguments", chat_arguments(EVENTS)),
            )
        ),
        Case(
            "Gemini text",
            "gemini_generate_content",
            gemini(EVENTS),
            sse(gemini(EVENTS), False, b"\r\n\r\n"),
            3.0,
        ),
        Case("Ollama text", "ollama_chat", ollama(EVENTS), lines, 3.0),
        Case("Open Responses decoded", "openresponses", native, sse(native, True) + done, 3.0),
        Case("Open Responses read", "", native, sse(native, True) + done, 2.0),
    ]


def pieces(data: bytes, size: int = CHUNK) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def decoded(dialect: str, data: bytes) -> list[Any]:
    decoder = dialects.get(dialect).StreamDecoder()
    found: list[Any] = [event for piece in pieces(data) for event in decoder.feed(piece)]
    return [*found, *decoder.close()]


def encoded(dialect: str, found: list[Any]) -> bytes:
    encoder = dialects.get(dialect).StreamEncoder()
    return b"".join(map(encoder.feed, found)) + bytes(encoder.close())


def best(*runs: Callable[[], object]) -> list[float]:
    """Seconds of the best of some rounds, each of which runs all in turn."""
    times = [[0.0] * ROUNDS for _ in runs]
    for number in range(ROUNDS):
        for run, spent in zip(runs, times, strict=True):
            start = time.perf_counter()
            run()
            spent[number] = time.perf_counter() - start
    return [min(spent) for spent in times]


def ratios() -> Iterator[bool]:
    """Prints each case beside its floor; whether its goal is met."""
    print(f"\n{'stream':<26}{'floor':>9}{'ours':>9}{'ratio':>8}{'goal':>7}   us per event")
    for case in cases():
        texts = [orjson.dumps(event) for event in case.events]

        def floor(texts: list[bytes] = texts) -> None:
            for text in texts:
                orjson.loads(text)

        def ours(case: Case = case) -> None:
            if case.dialect:
                decoded(case.dialect, case.data)
            else:
                list(events.read(pieces(case.data)))

        below, above = best(floor, ours)
        yield shown(case.name, below, above, len(texts), case.goal)
        if case.dialect not in ("", "openresponses"):
            found = decoded(case.dialect, case.data)
            other = "openai_chat" if case.dialect != "openai_chat" else "anthropic_messages"

            def both(
                ours: Callable[[], None] = ours, other: str = other, found: Any = found
            ) -> None:
                ours()
                encoded(other, found)

            below, above = best(floor, both)
            yield shown(f"  and encoded to {other[:9]}", below, above, len(texts), 6.0)


def shown(name: str, below: float, above: float, count: int, goal: float) -> bool:
    each = 1e6 / count
    ratio = above / below
    numbers = f"{below * each:>9.2f}{above * each:>9.2f}{ratio:>8.2f}{goal:>7.1f}"
    print(f"{name:<26}{numbers}{'' if ratio <= goal else '   missed'}")
    return ratio <= goal


def lengths(size: int) -> None:
    """Time per event must depend neither on the size of a stream nor on its chunks."""
    whole = sse(anthropic(size // 110), True)
    print(f"\n{'chunks':<26}{'size':>9}{'seconds':>9}{'us per event':>14}")
    for part in (whole[: len(whole) // 4], whole):
        for name, step in (("one piece", len(part)), ("4 KB", CHUNK), ("1 byte", 1)):
            start = time.perf_counter()
            count = 0
            decoder = dialects.get("anthropic_messages").StreamDecoder()
            for at in range(0, len(part), step):
                count += len(decoder.feed(part[at : at + step]))
            count += len(decoder.close())
            spent = time.perf_counter() - start
            size_ = f"{len(part) / MEGABYTE:.0f} MB"
            print(f"{name:<26}{size_:>9}{spent:>9.2f}{spent / count * 1e6:>14.2f}")


def memory() -> bool:
    """Memory is linear in what is kept: comments and keep-alives cost nothing."""
    decoder = dialects.get("anthropic_messages").StreamDecoder()
    start = sse(anthropic(1)[:1], True)
    decoder.feed(start)
    idle = b": keep-alive\n\n" * 100 + sse([{"type": "ping"}], True) * 100
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(500):
        decoder.feed(idle)
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    sent = 500 * len(idle) / MEGABYTE
    print(f"\nkept of {sent:.0f} MB of keep-alives: {kept / 1000:.1f} kB")
    return kept < 100_000


def main() -> int:
    """Run all measurements; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="a stream of 100 MB instead of 4 MB")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, orjson {orjson.__version__}")
    results = [*ratios(), memory()]
    lengths((100 if options.full else 4) * MEGABYTE)
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
