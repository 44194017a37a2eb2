"""Policies of some APIs that are neither shape nor state; dialects name those they need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .context import EncodeContext

Fixup = Callable[[EncodeContext, dict[str, Any], dict[str, Any]], None]


def tool_results_first(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Tool results stand before other content of their message (Anthropic, rule 4)."""
    for message in native.get("messages") or []:
        content = message.get("content")
        if isinstance(content, list) and message.get("role") == "user":
            content.sort(key=lambda part: part.get("type") != "tool_result")


def tool_results_adjacent(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Tool messages stand directly behind the message that called (Chat)."""
    messages = native.get("messages") or []
    callers = {
        call.get("id"): message
        for message in messages
        for call in message.get("tool_calls") or []
        if isinstance(call, dict)
    }
    found: list[Any] = []
    for message in messages:
        caller = callers.get(message.get("tool_call_id")) if message.get("role") == "tool" else None
        place = len(found)
        if caller is not None:
            place = next((i + 1 for i, m in enumerate(found) if m is caller), place)
            while place < len(found) and found[place].get("role") == "tool":
                place += 1
        found.insert(place, message)
    messages[:] = found


def skip_empty_text(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Empty text parts, which the API refuses, are left out."""
    for message in native.get("messages") or []:
        content = message.get("content")
        if isinstance(content, list) and len(content) > 1:
            message["content"] = [part for part in content if part != {"type": "text", "text": ""}]


def narrow_allowed_tools(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Only the allowed tools are sent, where the API has no tool choice (Ollama)."""
    choice = body.get("tool_choice")
    if choice in (None, "auto"):
        return
    mode, allowed = _allowed(choice)
    tools = native.get("tools") or []
    if mode == "none":
        tools = []
        ctx.report(body, "tool_choice", "emulated", "no tools are sent")
    elif allowed is not None:
        tools = [tool for tool in tools if _tool_name(tool) in allowed]
        ctx.report(body, "tool_choice", "emulated", "only the allowed tools are sent")
    if mode == "required":
        ctx.report(body, "tool_choice", "coerced", "the API cannot make the model call a tool")
    if tools:
        native["tools"] = tools
    else:
        native.pop("tools", None)


def _allowed(choice: Any) -> tuple[str, set[Any] | None]:
    """(mode, names of the allowed tools or None for all) of a tool choice."""
    if not isinstance(choice, dict):
        return str(choice), None
    if choice.get("type") == "allowed_tools":
        tools = [tool for tool in choice.get("tools") or [] if isinstance(tool, dict)]
        return str(choice.get("mode") or "auto"), {tool.get("name") for tool in tools}
    return "required", {choice.get("name")}


def _tool_name(tool: Any) -> Any:
    function = tool.get("function")
    return function.get("name") if isinstance(function, dict) else tool.get("name")


FIXUPS: dict[str, Fixup] = {
    "narrow_allowed_tools": narrow_allowed_tools,
    "tool_results_first": tool_results_first,
    "tool_results_adjacent": tool_results_adjacent,
    "skip_empty_text": skip_empty_text,
}
"""Every fixup by its name in the dialect files."""
