"""Blocks that are taken by their looks do what they would do when read one by one.

Streams in which most events repeat each other but for a text are damaged in their bytes,
where it may matter: quotes, escapes, numbers, blanks, keys, order. Each is decoded twice,
cut differently: as ever, and with nothing taken by its looks. Events and losses must be
the same.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openresponses import dialects
from openresponses.runtime.recurring import Forms
from stream_cases import stream_cases

BRIEF, FULL = 120, 5_000
"""Mutants of each dialect."""

SCRAPS = (
    b'"|\\|\\"|\\\\|\\u00e9|\\ud83d|\\ud83d\\ude00|\xff|\xe2\x82|\n|\r|\x00|\t|}|{|,| |   |0|-|1e5'
    b'|NaN|"}}|","|":"|null|\\x|[DONE]|99999999999999999999|.5|"text":"twice",|"index":0,|\n\n'
).split(b"|")
TEXTS = [b"", b"ab", b'\\"', b"x\\\\", b"\\u0041", b"\xc3\xa9", b'\\"}', b'{\\"a\\":\\"b\\"}']
NUMBERS = [b"0", b"1", b"7", b"12", b"007", b"-3", b"1.5", b"1" + b"0" * 20]


def sse(events: list[dict[str, Any]], padded: bool = False) -> bytes:
    lines = []
    for number, event in enumerate(events):
        text = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
        if padded:
            text = text[:-1] + b" " * (number % 7) + b"}"
        name = f"event: {event['type']}\n".encode() if "type" in event else b""
        lines.append(name + b"data: " + text + b"\n\n")
    return b"".join(lines)


def anthropic(words: list[str]) -> bytes:
    def of(kind: str, index: int, **fields: Any) -> dict[str, Any]:
        return {"type": f"content_block_{kind}", "index": index, **fields}

    call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    message = {"id": "m", "role": "assistant", "model": "m", "content": [], "usage": {}}
    json_ = [{"type": "input_json_delta", "partial_json": word} for word in ['{"a":"', *words]]
    return sse(
        [
            {"type": "message_start", "message": message},
            of("start", 0, content_block={"type": "text", "text": ""}),
            *(of("delta", 0, delta={"type": "text_delta", "text": word}) for word in words),
            {"type": "ping"},
            of("start", 1, content_block=call),
            *(of("delta", 1, delta=delta) for delta in json_),
            *(of("delta", 0, delta={"type": "text_delta", "text": word}) for word in words[:3]),
            of("stop", 0),
            of("stop", 1),
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
            {"type": "message_stop"},
        ],
        padded=True,
    )


def chat(words: list[str]) -> bytes:
    def chunk(delta: Any, number: int, choice: int = 0, **more: Any) -> dict[str, Any]:
        found = [{"index": choice, "delta": delta, "finish_reason": None}]
        head = {"id": "c", "created": 1, "model": "m", "choices": found}
        return {**head, **more, "obfuscation": "x" * (1 + number % 5)}

    called = enumerate(words[:6])
    calls = [{"index": n % 2, "function": {"arguments": word}} for n, word in called]
    named = [{"index": n, "id": f"c{n}", "function": {"name": "f"}} for n in (0, 1)]
    both = [{"content": w, "reasoning": w, "role": "assistant"} for w in words[:5]]
    counted = [chunk({"content": w}, n, usage={"n": n}) for n, w in enumerate(words)]
    return sse(
        [
            *(chunk({"content": word}, n) for n, word in enumerate(words)),
            *counted,
            *(chunk(delta, n) for n, delta in enumerate(both)),
            *(chunk({"tool_calls": [call]}, 1) for call in (*named, *calls)),
            *(chunk({"content": word}, n, n % 2) for n, word in enumerate(words)),
            chunk({}, 0, usage={"prompt_tokens": 1}),
        ]
    )


def gemini(words: list[str]) -> bytes:
    def piece(word: str, number: int, **more: Any) -> dict[str, Any]:
        content = {"parts": [{"text": word, **more}], "role": "model"}
        count = {"promptTokenCount": 1, "totalTokenCount": number, "x": [{"n": number + 0.5}]}
        return {"candidates": [{"content": content}], "usageMetadata": count, "responseId": "r"}

    thoughts = [piece(word, n, thought=True) for n, word in enumerate(words)]
    return sse([*thoughts, *(piece(word, n) for n, word in enumerate(words))])


def ollama(words: list[str]) -> bytes:
    head = {"model": "m", "created_at": "2026-01-01T00:00:00.5Z"}
    said = [{"content": "", "thinking": word} for word in words]
    said += [{"content": word} for word in words]
    lines = [
        {**head, "created_at": f"2026-{n}", "message": {"role": "assistant", **each}, "done": False}
        for n, each in enumerate(said)
    ]
    end = {**head, "message": {"content": ""}, "done": True, "eval_count": 3}
    return b"".join(json.dumps(line).encode() + b"\n" for line in [*lines, end])


def native(words: list[str]) -> bytes:
    place = {"item_id": "i", "output_index": 0, "content_index": 0}
    item = {"type": "message", "id": "i", "role": "assistant", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    deltas = [{"delta": word, "logprobs": []} for word in words * 3]
    found = [
        ("created", {"response": {"id": "r", "status": "in_progress", "output": []}}),
        ("output_item.added", {"output_index": 0, "item": item}),
        ("content_part.added", {**place, "part": part}),
        *(("output_text.delta", {**place, **delta}) for delta in deltas),
        ("output_text.done", {**place, "text": "".join(words * 3)}),
        ("completed", {"response": {"id": "r", "status": "completed", "output": []}}),
    ]
    named = enumerate(found)
    return sse([{"type": f"response.{k}", "sequence_number": n, **f} for n, (k, f) in named])


def portable(words: list[str]) -> bytes:
    pieces = [
        {"type": "text_delta", "index": 0, "delta": word, "x": n} for n, word in enumerate(words)
    ]
    calls = [{"type": "tool_call_delta", "id": "t", "name": "f", "delta": word} for word in words]
    return sse([{"type": "start", "id": "r"}, *pieces, *calls, {"type": "done"}])


WORDS = [" the", " Elbe", ",", ' "q"', "\\", "é", "\n", "", "0"] * 2
STREAMS: dict[str, Callable[[list[str]], bytes]] = {
    "anthropic_messages": anthropic,
    "gemini_generate_content": gemini,
    "ollama_chat": ollama,
    "openai_chat": chat,
    "openai_responses": native,
    "openresponses": native,
    "portable": portable,
}


def pieces_of(data: bytes) -> list[bytes]:
    end = b"\n\n" if b"\n\n" in data else b"\n"
    return [piece + end for piece in data.split(end) if piece.strip()]


def damaged(chance: random.Random, piece: bytes) -> bytes:
    """The piece with one of the damages that its looks may hide."""
    at = chance.randrange(len(piece))
    match chance.choice(("insert", "delete", "flip", "number", "text", "pad")):
        case "insert":
            return piece[:at] + chance.choice(SCRAPS) + piece[at:]
        case "delete":
            return piece[:at] + piece[at + chance.randint(1, 4) :]
        case "flip":
            return piece[:at] + bytes([piece[at] ^ 1 << chance.randrange(8)]) + piece[at + 1 :]
        case "number":
            return some(chance, rb"\d+", NUMBERS, piece)
        case "text":
            return some(chance, rb'(?<=:")[^"\\]*(?="[,}])', TEXTS, piece)
        case _:
            return re.sub(rb"\}(?=\n)", b" " * chance.randrange(5) + b"}", piece)


def some(chance: random.Random, pattern: bytes, values: list[bytes], text: bytes) -> bytes:
    def other(found: re.Match[bytes]) -> bytes:
        return chance.choice(values) if chance.random() < 0.3 else found[0]

    return re.sub(pattern, other, text)


def mutant(chance: random.Random, data: bytes) -> bytes:
    pieces = pieces_of(data)
    for _ in range(chance.randint(0, 5)):
        at = chance.randrange(len(pieces))
        if pieces[at]:
            pieces[at : at + 1] = [damaged(chance, pieces[at])] * chance.randint(1, 3)
    if chance.random() < 0.15:
        chance.shuffle(pieces)
    data = b"".join(pieces)
    return data.replace(b"\n", b"\r\n") if chance.random() < 0.1 else data


def cut(chance: random.Random, data: bytes) -> Iterator[bytes]:
    sizes = chance.choice([(len(data) + 1,), (100,), (1, 2, 7, 50, 300, 1000)])
    start = 0
    while start < len(data):
        end = start + chance.choice(sizes)
        yield data[start:end]
        start = end


def told(dialect: str, pieces: Iterator[bytes], **options: int) -> tuple[str, list[str]]:
    decoder = dialects.get(dialect).StreamDecoder(**options)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    text = json.dumps([*events, *decoder.close()])
    return re.sub(r'"(created|completed)_at": \d+', "", text), list(map(str, decoder.losses))


class Counted:
    """Forms that count what they take."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken = 0
        self.quick = True
        take = Forms.take

        def counted(forms: Forms, blocks: list[bytes]) -> tuple[int, int]:
            found = take(forms, blocks) if self.quick else (0, 0)
            self.taken += found[0]
            return found

        monkeypatch.setattr(Forms, "take", counted)


@pytest.mark.parametrize("dialect", sorted(STREAMS))
def test_looks_do_not_deceive(dialect: str, full: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, counted = random.Random(dialect), Counted(monkeypatch)
    source = "openai_responses" if dialect == "openresponses" else dialect
    streams = [STREAMS[dialect](WORDS)] * 4 + [case.data for case in stream_cases(source)[:8]]
    number = FULL if full else BRIEF
    for _ in range(number):
        data = mutant(chance, chance.choice(streams))
        options = {}
        if chance.random() < 0.2:
            name = chance.choice(("max_event_bytes", "max_response_bytes"))
            options[name] = chance.randrange(20, len(data) + 50)
        counted.quick = True
        found = told(dialect, cut(chance, data), **options)
        counted.quick = False
        assert found == told(dialect, cut(chance, data), **options), data
    assert counted.taken > 5 * number  # else nothing was compared


@pytest.mark.parametrize("dialect", sorted(STREAMS))
def test_most_of_a_long_run_is_taken_by_its_looks(
    dialect: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Counted(monkeypatch)
    data = STREAMS[dialect]([" word"] * 200)
    told(dialect, iter([data[n : n + 4096] for n in range(0, len(data), 4096)]))
    assert counted.taken > 0.7 * len(pieces_of(data))
