"""Small native answers of OpenAI's Chat format, for tests of what is around them."""

from __future__ import annotations

import json
from typing import Any

USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def whole(text: str = "It is 42.") -> dict[str, Any]:
    """A whole answer."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return {**_common("chat.completion"), "choices": [choice], "usage": USAGE}


def chunks(*texts: str) -> list[bytes]:
    """The events of a stream, one of them a piece."""
    first = {"role": "assistant", "content": ""}
    deltas = [(first, None), *(({"content": text}, None) for text in texts), ({}, "stop")]
    events = [chunk(delta, reason) for delta, reason in deltas]
    usage = {**_common("chat.completion.chunk"), "choices": [], "usage": USAGE}
    return [*events, event(usage), b"data: [DONE]\n\n"]


def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return event({**_common("chat.completion.chunk"), "choices": [choice]})


def event(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def _common(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1777017600, "model": "m"}


STREAM = b"".join(chunks("It is ", "42."))


def text_of(response: Any) -> str:
    """All texts of the messages of a response."""
    parts = (part for item in response["output"] for part in item.get("content") or [])
    return "".join(part.get("text", "") for part in parts)


def calls(*made: tuple[str, str, str]) -> bytes:
    """A stream of calls: id, name and arguments (JSON text) of each."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}]
    for index, (identifier, name, arguments) in enumerate(made):
        function = {"name": name, "arguments": arguments}
        call = {"index": index, "id": identifier, "type": "function", "function": function}
        deltas.append({"tool_calls": [call]})
    return b"".join([*map(chunk, deltas), chunk({}, "tool_calls"), b"data: [DONE]\n\n"])
