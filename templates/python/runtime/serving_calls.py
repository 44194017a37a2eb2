"""Policies about tools of servers that speak the Chat format; profiles name those they need."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from .encode_context import EncodeContext

_SHORT = re.compile(r"[A-Za-z0-9]{9}")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def strict_dropped(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Functions are sent without `strict`, which the server does not enforce (Ollama, xAI)."""
    tools = []
    for index, tool in enumerate(native.get("tools") or []):
        function = tool.get("function") if isinstance(tool, dict) else None
        if isinstance(function, dict) and "strict" in function:
            if function["strict"]:
                _report_tool(ctx, body, index, function)
            function = {key: value for key, value in function.items() if key != "strict"}
            tool = {**tool, "function": function}
        tools.append(tool)
    if tools:
        native["tools"] = tools


def _report_tool(
    ctx: EncodeContext, body: dict[str, Any], index: int, function: dict[str, Any]
) -> None:
    given = body.get("tools")
    at = given[index] if isinstance(given, list) and index < len(given) else None
    same = isinstance(at, dict) and at.get("name") == function.get("name")
    ctx.report(at if same else body, "strict" if same else "tools", "dropped", _STRICT)


_STRICT = "arguments are not held against the schema"


def nine_character_ids(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Ids of calls from elsewhere have nine letters and digits, which the server insists on.

    Ids tie outputs to calls within one request only, so that nothing is lost.
    """
    taken = {call_id for _, _, call_id in _ids(native) if _SHORT.fullmatch(call_id)}
    chosen: dict[str, str] = {}
    for holder, key, call_id in list(_ids(native)):
        if call_id not in taken:
            if call_id not in chosen:
                chosen[call_id] = _short_id(call_id, taken | set(chosen.values()))
            holder[key] = chosen[call_id]


def _ids(native: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Every id of a call, with the object and the key that hold it."""
    for message in native.get("messages") or []:
        if isinstance(message.get("tool_call_id"), str):
            yield message, "tool_call_id", message["tool_call_id"]
        for call in message.get("tool_calls") or []:
            if isinstance(call, dict) and isinstance(call.get("id"), str):
                yield call, "id", call["id"]


def _short_id(call_id: str, taken: set[str]) -> str:
    """Nine characters made from an id, other than those that are taken."""
    for salt in range(len(taken) + 1):
        digest = hashlib.sha256(f"{salt}:{call_id}".encode("utf-8", "surrogatepass")).digest()
        made = "".join(_DIGITS[byte % len(_DIGITS)] for byte in digest[:9])
        if made not in taken:
            return made
    raise AssertionError("more names than hashes")  # one of them is free


def call_status_stated(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Calls without a status have the status null, which old versions ask for (vLLM)."""
    items = native.get("input")
    if isinstance(items, list):
        native["input"] = [
            {**item, "status": item.get("status")} if item.get("type") == "function_call" else item
            for item in items
        ]


def tool_messages_named(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Tool messages have the name of the function that was called (Mistral)."""
    names: dict[str, Any] = {}
    messages = []
    for message in native.get("messages") or []:
        for call in message.get("tool_calls") or []:
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict) and isinstance(call.get("id"), str):
                names[call["id"]] = function.get("name")
        if message.get("role") == "tool" and message.get("name") is None:
            name = names.get(message.get("tool_call_id"))
            message = {**message, "name": name} if name is not None else message
        messages.append(message)
    native["messages"] = messages
