"""Policies of some APIs that are neither shape nor state; dialects name those they need."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .encode_context import EncodeContext
from .serving import (
    answer_begun,
    developer_as_system,
    image_detail_dropped,
    max_completion_tokens_only,
    max_tokens_only,
    reasoning_dropped,
    reasoning_renamed,
    reasoning_required,
    single_system_message,
    system_as_developer,
)
from .serving_calls import (
    call_status_stated,
    nine_character_ids,
    strict_dropped,
    tool_messages_named,
)

Fixup = Callable[[EncodeContext, dict[str, Any], dict[str, Any]], None]


def tool_results_first(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Tool results stand before other content of their message (Anthropic, rule 4)."""
    for message in _of_several_parts(ctx, native):
        if message.get("role") == "user":
            message["content"].sort(key=lambda part: part.get("type") != "tool_result")


def _of_several_parts(ctx: EncodeContext, native: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages whose content is a list of more than one part; they are looked for once."""
    messages = native.get("messages") or []
    if ctx.several is None or ctx.several[0] is not messages:
        found = [
            message
            for message in messages
            if type(content := message.get("content")) is list and len(content) > 1
        ]
        ctx.several = messages, found
    return ctx.several[1]


def tool_results_adjacent(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Tool messages stand directly behind the message that called (Chat).

    Some servers use call ids again, so the last message that called counts.
    """
    if _adjacent(native.get("messages") or []):
        return
    callers: dict[Any, int] = {}
    found: list[list[Any]] = []
    for message in native.get("messages") or []:
        call_id = message.get("tool_call_id") if message.get("role") == "tool" else None
        caller = callers.get(call_id) if isinstance(call_id, str) else None
        if caller is not None:
            found[caller].append(message)
            continue
        for call in message.get("tool_calls") or []:
            if isinstance(call, dict) and isinstance(call.get("id"), str):
                callers[call["id"]] = len(found)
        found.append([message])
    native["messages"] = [message for group in found for message in group]


def _adjacent(messages: list[dict[str, Any]]) -> bool:
    """Whether every tool message stands in a row behind the message that called."""
    called: list[Any] = []
    for message in messages:
        if message.get("role") == "tool":
            call_id = message.get("tool_call_id")
            if call_id not in called or not isinstance(call_id, str):
                return False
        elif "tool_calls" in message:
            calls = message["tool_calls"] or ()
            called = [call.get("id") for call in calls if isinstance(call, dict)]
        elif called:
            called = []
    return True


def tool_media_apart(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Parts marked `@apart` follow the tool messages in a message of the user (Chat)."""
    if not any(message.get("role") == "tool" for message in _of_parts(native)):
        return
    found: list[Any] = []
    apart: list[Any] = []
    for message in native.get("messages") or []:
        if message.get("role") != "tool" and apart:
            found.append({"role": "user", "content": apart})
            apart = []
        content = message.get("content")
        if message.get("role") == "tool" and isinstance(content, list):
            moved = [part for part in content if part.pop("@apart", False)]
            if moved:
                rest = [part for part in content if not any(part is other for other in moved)]
                message["content"] = ctx.bare(rest)
                apart += moved
        found.append(message)
    native["messages"] = [*found, {"role": "user", "content": apart}] if apart else found


def _of_parts(native: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages whose content is a list."""
    messages = native.get("messages") or []
    return [message for message in messages if type(message.get("content")) is list]


_NOTHING = {"type": "text", "text": ""}


def skip_empty_text(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Empty text parts, which the API refuses, are left out."""
    for message in _of_several_parts(ctx, native):
        content = message["content"]
        if _NOTHING in content:
            message["content"] = [part for part in content if part != _NOTHING]


def narrow_allowed_tools(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Only the allowed tools are sent, where the API has no such choice (Ollama, Anthropic)."""
    choice = body.get("tool_choice")
    listed = isinstance(choice, dict) and (
        choice.get("type") == "allowed_tools" or isinstance(native.get("tool_choice"), str)
    )
    chosen = "tool_choice" in native
    if choice in (None, "auto") or (chosen and not listed):
        return
    mode, allowed = _allowed(choice)
    tools = native.get("tools") or []
    if mode == "none" and not chosen:
        tools = []
        ctx.report(body, "tool_choice", "emulated", "no tools are sent")
    elif allowed is not None:
        tools = [tool for tool in tools if _tool_name(tool) in allowed]
        ctx.report(body, "tool_choice", "emulated", "only the allowed tools are sent")
    if mode == "required" and not chosen:
        ctx.report(body, "tool_choice", "coerced", "the API cannot make the model call a tool")
    if tools:
        native["tools"] = tools
    else:
        native.pop("tools", None)


def _allowed(choice: Any) -> tuple[str, list[Any] | None]:
    """(mode, names of the allowed tools or None for all) of a tool choice."""
    if not isinstance(choice, dict):
        return str(choice), None
    if choice.get("type") == "allowed_tools":
        listed = choice.get("tools")
        tools = [t for t in listed if isinstance(t, dict)] if isinstance(listed, list) else []
        return str(choice.get("mode") or "auto"), [tool.get("name") for tool in tools]
    return "required", [choice.get("name")]


def _tool_name(tool: Any) -> Any:
    function = tool.get("function")
    return function.get("name") if isinstance(function, dict) else tool.get("name")


_LIMITS = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "maxItems",
    "uniqueItems",
)


_REWRITTEN = frozenset({*_LIMITS, "oneOf"})
_NAMED = frozenset({"properties", "$defs", "definitions"})
"""Keywords whose objects hold schemas by name."""
_VALUES = frozenset({"enum", "const", "default", "examples", "required"})
"""Keywords that hold values, not schemas."""


def strict_schema(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Schemas that the API enforces, in the subset that it knows (Anthropic).

    Objects are closed, `oneOf` becomes `anyOf`, limits move into the
    description. The caller's schema is never touched.
    """
    output = native.get("output_config")
    form = output.get("format") if isinstance(output, dict) else None
    if isinstance(form, dict) and isinstance(form.get("schema"), dict):
        _restrict(ctx, form, "schema", body, "text")
    for tool in native.get("tools") or []:
        if isinstance(tool, dict) and tool.get("strict") and "input_schema" in tool:
            _restrict(ctx, tool, "input_schema", body, "tools")


def _restrict(
    ctx: EncodeContext, holder: dict[str, Any], key: str, body: dict[str, Any], field: str
) -> None:
    if not _is_restricted(holder[key]):
        holder[key] = _restricted(holder[key])
        ctx.report(
            body, field, "coerced", "the schema was rewritten to the subset that is enforced"
        )


def _is_restricted(schema: Any) -> bool:
    """Whether a schema keeps to the subset already."""
    if isinstance(schema, list):
        return all(map(_is_restricted, schema))
    if not isinstance(schema, dict):
        return True
    for key, value in schema.items():
        if key in _REWRITTEN:
            return False
        if not isinstance(value, dict | list) or key in _VALUES:
            continue
        inner = value.values() if key in _NAMED and isinstance(value, dict) else (value,)
        if not all(map(_is_restricted, inner)):
            return False
    return schema.get("type") != "object" or "additionalProperties" in schema


def _restricted(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_restricted(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, dict):
            found[key] = {name: _restricted(inner) for name, inner in value.items()}
        elif key in _VALUES:
            found[key] = value
        elif key not in _LIMITS:
            found["anyOf" if key == "oneOf" else key] = _restricted(value)
    limits = ", ".join(f"{key}: {schema[key]}" for key in _LIMITS if key in schema)
    if limits:
        found["description"] = " ".join(filter(None, [schema.get("description"), f"({limits})"]))
    if schema.get("type") == "object" and "additionalProperties" not in schema:
        found["additionalProperties"] = False
    return found


# What the vendor documents for calls that it did not sign, in base64 like every signature.
_PLACEHOLDER = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="


_GENERATION = re.compile(r"gemini-(\d+)")


def placeholder_signatures(
    ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]
) -> None:
    """The first call of each step of the current turn is signed (Gemini 3 and later)."""
    model = _GENERATION.search(str(body.get("model")))
    if model is None or int(model.group(1)[:3]) < 3:
        return
    for content in reversed(native.get("contents") or []):
        parts = [part for part in content.get("parts") or [] if isinstance(part, dict)]
        calls = [part for part in parts if "functionCall" in part]
        if content.get("role") == "user" and any("functionResponse" not in p for p in parts):
            return
        if calls and "thoughtSignature" not in calls[0]:
            calls[0]["thoughtSignature"] = _PLACEHOLDER
            name = _name_of(calls[0])
            ctx.report(
                body, "input", "emulated", f"the call of '{name}' got a placeholder signature"
            )


def _name_of(part: dict[str, Any]) -> Any:
    call = part["functionCall"]
    return call.get("name") if isinstance(call, dict) else None


FIXUPS: dict[str, Fixup] = {
    "placeholder_signatures": placeholder_signatures,
    "narrow_allowed_tools": narrow_allowed_tools,
    "strict_schema": strict_schema,
    "tool_results_first": tool_results_first,
    "tool_results_adjacent": tool_results_adjacent,
    "tool_media_apart": tool_media_apart,
    "skip_empty_text": skip_empty_text,
    "developer_as_system": developer_as_system,
    "system_as_developer": system_as_developer,
    "max_tokens_only": max_tokens_only,
    "max_completion_tokens_only": max_completion_tokens_only,
    "answer_begun": answer_begun,
    "call_status_stated": call_status_stated,
    "image_detail_dropped": image_detail_dropped,
    "strict_dropped": strict_dropped,
    "nine_character_ids": nine_character_ids,
    "tool_messages_named": tool_messages_named,
    "single_system_message": single_system_message,
    "reasoning_renamed": reasoning_renamed,
    "reasoning_dropped": reasoning_dropped,
    "reasoning_required": reasoning_required,
}
"""Every fixup by its name in the dialect files."""
