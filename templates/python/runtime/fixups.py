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


FIXUPS: dict[str, Fixup] = {
    "tool_results_first": tool_results_first,
    "tool_results_adjacent": tool_results_adjacent,
    "skip_empty_text": skip_empty_text,
}
"""Every fixup by its name in the dialect files."""
