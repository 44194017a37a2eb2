"""What the results must say. Wrong results are not worth timing, so each case is checked first."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.conversation import Called, Conversation, Returned, Said
from benchmarks.plans import TOOL, Run


class WrongResult(AssertionError):
    """A case gives something else than it should; the message shows both."""


def same(found: object, expected: object, what: str) -> None:
    """Raises WrongResult unless the two are equal."""
    if found != expected:
        raise WrongResult(f"{what}: found {_short(found)}, expected {_short(expected)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:400]}... ({len(text)} characters)"


def spoken(conversation: Conversation) -> list[Any]:
    """A conversation as plain facts, to hold `told` against."""
    facts: list[Any] = [("system", conversation.system)]
    for item in conversation.items:
        match item:
            case Said(role, text, image):
                facts += [(role, text), *([("image", image)] if image else [])]
            case Called(id, name, arguments):
                facts.append((id, name, json.loads(arguments)))
            case Returned(id, _, output):
                facts.append((id, output))
    tools = [(tool.name, tool.description, tool.parameters) for tool in conversation.tools]
    settings = (conversation.temperature, conversation.top_p, conversation.max_tokens)
    return [*facts, tools, conversation.model, settings]


def told(request: dict[str, Any]) -> list[Any]:
    """The facts of an Open Responses request, wherever a format keeps its system message."""
    instructions = request.get("instructions")
    facts: list[Any] = [("system", instructions)] if instructions else []
    for item in request["input"]:
        match item["type"]:
            case "message":
                facts += _message(item)
            case "function_call":
                facts.append((item["call_id"], item["name"], json.loads(item["arguments"])))
            case "function_call_output":
                facts.append((item["call_id"], _text(item["output"])))
            case other:
                raise WrongResult(f"an item of type {other} came out of nowhere")
    tools = [
        (tool["name"], tool.get("description"), tool["parameters"]) for tool in request["tools"]
    ]
    settings = tuple(request.get(key) for key in ("temperature", "top_p", "max_output_tokens"))
    return [*facts, tools, request["model"], settings]


def _message(item: dict[str, Any]) -> list[Any]:
    content = item["content"]
    if isinstance(content, str):
        return [(item["role"], content)]
    return [
        (
            ("image", part["image_url"].partition(",")[2])
            if part["type"] == "input_image"
            else (item["role"], part["text"])
        )
        for part in content
    ]


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def said(output: list[dict[str, Any]]) -> list[Any]:
    """The facts of a response's items."""
    facts: list[Any] = []
    for item in output:
        same(item.get("status", "completed"), "completed", "status of an item")
        match item["type"]:
            case "message":
                facts.append(("text", _text(item["content"])))
            case "reasoning":
                facts.append(("reasoning", _thought(item)))
            case "function_call":
                facts.append((item["call_id"], item["name"], json.loads(item["arguments"])))
            case other:
                raise WrongResult(f"an item of type {other} came out of nowhere")
    return facts


def _thought(item: dict[str, Any]) -> str:
    return _text(item.get("content") or item["summary"])


def planned(runs: tuple[Run, ...]) -> list[Any]:
    """The facts of a stream's plan, to hold `said` against."""
    return [
        (
            (run.call_id, TOOL, json.loads(run.whole))
            if run.kind == "call"
            else (run.kind, run.whole)
        )
        for run in runs
    ]
