"""Plans as vendors' streams: each event with all fields that the vendor usually sends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import responses
from benchmarks.conversation import MODEL
from benchmarks.native_events import native_events
from benchmarks.ours import dumps
from benchmarks.plans import TOOL, Kind, Run, plan
from benchmarks.responses import CREATED, ID

Event = dict[str, Any]

CHUNK = 4_096
"""Bytes that arrive at once."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The events of a vendor, and the bytes in which they come."""

    dialect: str
    runs: tuple[Run, ...]
    events: list[Event]
    data: bytes

    @property
    def texts(self) -> list[bytes]:
        """Each event's JSON, for the floor."""
        return [dumps(event) for event in self.events]

    def chunks(self, size: int = CHUNK) -> list[bytes]:
        return [self.data[at : at + size] for at in range(0, len(self.data), size)]


def anthropic_messages(runs: tuple[Run, ...]) -> Iterator[Event]:
    used = {
        "input_tokens": responses.INPUT - responses.CACHED,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": responses.CACHED,
    }
    message: Event = {
        "id": f"msg_{ID}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**used, "output_tokens": 1, "service_tier": "standard"},
    }
    yield {"type": "message_start", "message": message}
    for index, run in enumerate(runs):
        block, deltas = _anthropic_block(run)
        yield {"type": "content_block_start", "index": index, "content_block": block}
        if index == 0:
            yield {"type": "ping"}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    reason = {"stop_reason": "tool_use" if runs[-1].kind == "call" else "end_turn"}
    counts = {**used, "output_tokens": responses.OUTPUT}
    yield {"type": "message_delta", "delta": {**reason, "stop_sequence": None}, "usage": counts}
    yield {"type": "message_stop"}


def _anthropic_block(run: Run) -> tuple[Event, list[Event]]:
    match run.kind:
        case "text":
            deltas = [{"type": "text_delta", "text": piece} for piece in run.pieces]
            return {"type": "text", "text": ""}, deltas
        case "reasoning":
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in run.pieces]
            signature = {"type": "signature_delta", "signature": "EqoBCkgIARABGAIiQA" * 20}
            return {"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]
        case "call":
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in run.pieces]
            block = {"type": "tool_use", "id": run.call_id, "name": TOOL, "input": {}}
            return block, deltas


def openai_chat(runs: tuple[Run, ...]) -> Iterator[Event]:
    def chunk(delta: Event, finish: str | None = None, **more: Any) -> Event:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {
            "id": f"chatcmpl-{ID}",
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": MODEL,
            "service_tier": "default",
            "system_fingerprint": "fp_0123456789",
            "choices": [choice],
            "usage": None,
            "obfuscation": "q0Zf81",
            **more,
        }

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    for run in runs:
        for delta in _chat_deltas(run):
            yield chunk(delta)
    yield chunk({}, "tool_calls" if runs[-1].kind == "call" else "stop")
    yield chunk({}, None, choices=[], usage=responses.chat_usage())


def _chat_deltas(run: Run) -> Iterator[Event]:
    if run.kind != "call":
        key = "content" if run.kind == "text" else "reasoning_content"
        yield from ({key: piece} for piece in run.pieces)
        return
    function = {"name": TOOL, "arguments": ""}
    begun = {"index": run.number, "id": run.call_id, "type": "function", "function": function}
    yield {"tool_calls": [begun]}
    for piece in run.pieces:
        yield {"tool_calls": [{"index": run.number, "function": {"arguments": piece}}]}


def gemini_generate_content(runs: tuple[Run, ...]) -> Iterator[Event]:
    """Calls come whole, one an event."""
    parts = [part for run in runs for part in _gemini_parts(run)]
    for number, part in enumerate(parts):
        candidate: Event = {"content": {"parts": [part], "role": "model"}, "index": 0}
        if number == len(parts) - 1:
            candidate["finishReason"] = "STOP"
        yield {
            "candidates": [candidate],
            "usageMetadata": responses.gemini_usage(number + 1),
            "modelVersion": MODEL,
            "responseId": ID,
        }


def _gemini_parts(run: Run) -> list[Event]:
    match run.kind:
        case "text":
            return [{"text": piece} for piece in run.pieces]
        case "reasoning":
            return [{"text": piece, "thought": True} for piece in run.pieces]
        case "call":
            args = json.loads(run.whole)
            return [{"functionCall": {"id": run.call_id, "name": TOOL, "args": args}}]


def ollama_chat(runs: tuple[Run, ...]) -> Iterator[Event]:
    """Calls come whole, one an event."""
    head = {"model": MODEL, "created_at": "2026-09-21T14:13:20.123456789Z"}
    for run in runs:
        for said in _ollama_deltas(run):
            message = {"role": "assistant", "content": "", **said}
            yield {**head, "message": message, "done": False}
    end = {"done_reason": "stop", "done": True, **responses.ollama_statistics()}
    yield {**head, "message": {"role": "assistant", "content": ""}, **end}


def _ollama_deltas(run: Run) -> list[Event]:
    match run.kind:
        case "text":
            return [{"content": piece} for piece in run.pieces]
        case "reasoning":
            return [{"thinking": piece} for piece in run.pieces]
        case "call":
            function = {"name": TOOL, "arguments": json.loads(run.whole)}
            return [{"tool_calls": [{"id": run.call_id, "function": function}]}]


def openai_responses(runs: tuple[Run, ...]) -> Iterator[Event]:
    """The native events, with what OpenAI adds to them."""
    for event in native_events(runs):
        added = {"obfuscation": "q0Zf81"} if event["type"].endswith(".delta") else {}
        yield {**event, **added}


def portable(runs: tuple[Run, ...]) -> Iterator[Event]:
    yield {"type": "start", "id": ID, "model": MODEL, "created_at": CREATED}
    message: Event = {"role": "assistant", "content": ""}
    for run in runs:
        match run.kind:
            case "text":
                yield from ({"type": "text_delta", "index": 0, "delta": p} for p in run.pieces)
                message["content"] = run.whole
            case "reasoning":
                head = {"type": "reasoning_delta", "index": 0, "part": 0}
                yield from ({**head, "delta": piece} for piece in run.pieces)
                yield {"type": "reasoning", "index": 0, "text": run.whole}
                message["reasoning"] = [{"text": run.whole}]
            case "call":
                named = {"id": run.call_id, "name": TOOL}
                for piece in run.pieces:
                    yield {"type": "tool_call_delta", **named, "delta": piece}
                call = {**named, "arguments": json.loads(run.whole)}
                yield {"type": "tool_call", **call}
                message.setdefault("tool_calls", []).append(call)
    finish = "tool_calls" if "tool_calls" in message else "stop"
    used = responses.portable_usage()
    yield {"type": "done", "finish_reason": finish, "usage": used, "message": message}


def framed(dialect: str, found: list[Event]) -> bytes:
    """The events as the vendor sends them."""
    match dialect:
        case "ollama_chat":
            return b"".join(dumps(event) + b"\n" for event in found)
        case "gemini_generate_content":
            return b"".join(b"data: " + dumps(event) + b"\r\n\r\n" for event in found)
        case "openai_chat":
            return b"".join(b"data: " + dumps(event) + b"\n\n" for event in found) + _DONE
        case _:
            end = _DONE if dialect == "openresponses" else b""
            return b"".join(_named(event) for event in found) + end


_DONE = b"data: [DONE]\n\n"


def _named(event: Event) -> bytes:
    return b"event: " + str(event["type"]).encode() + b"\ndata: " + dumps(event) + b"\n\n"


WRITERS: dict[str, Callable[[tuple[Run, ...]], Iterator[Event]]] = {
    "anthropic_messages": anthropic_messages,
    "gemini_generate_content": gemini_generate_content,
    "ollama_chat": ollama_chat,
    "openai_chat": openai_chat,
    "openai_responses": openai_responses,
    "openresponses": native_events,
    "portable": portable,
}
WHOLE_CALLS = frozenset({"gemini_generate_content", "ollama_chat"})
"""Formats whose calls come in one event: a stream of arguments alone is one event of them."""


def stream(dialect: str, kind: Kind, count: int) -> Stream:
    """The stream of a plan with about `count` events."""
    runs = plan(kind, count)
    found = list(WRITERS[dialect](runs))
    return Stream(dialect, runs, found, framed(dialect, found))
