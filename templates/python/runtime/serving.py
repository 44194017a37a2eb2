"""Policies of servers that speak another vendor's format; profiles name those they need."""

from __future__ import annotations

from typing import Any

from .encode_context import EncodeContext

_REASONING = ("reasoning_content", "reasoning", "reasoning_details")


def developer_as_system(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Developer messages are the system's: chat templates of open models know no developer."""
    _rename_role(native, "developer", "system")


def system_as_developer(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """System messages are the developer's: reasoning models of OpenAI know no other authority."""
    _rename_role(native, "system", "developer")


def _rename_role(native: dict[str, Any], old: str, new: str) -> None:
    native["messages"] = [
        {**message, "role": new} if message.get("role") == old else message
        for message in native.get("messages") or []
    ]


def single_system_message(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Leading system messages of plain text are one, for chat templates that take no second."""
    messages = native.get("messages") or []
    count = 0
    while count < len(messages) and _plain_system(messages[count]):
        count += 1
    if count > 1:
        text = "\n\n".join(message["content"] for message in messages[:count])
        native["messages"] = [{**messages[0], "content": text}, *messages[count:]]


def _plain_system(message: dict[str, Any]) -> bool:
    return message.get("role") == "system" and isinstance(message.get("content"), str)


def reasoning_renamed(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Plain reasoning goes back as `reasoning` (vLLM, Groq, Ollama's Chat API)."""
    native["messages"] = [
        _renamed(message) if "reasoning_content" in message else message
        for message in native.get("messages") or []
    ]


def _renamed(message: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in message.items() if key != "reasoning_content"}
    return {**rest, "reasoning": rest.get("reasoning", message["reasoning_content"])}


def reasoning_dropped(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Reasoning of earlier turns is not sent to an API that refuses it."""
    kept = []
    for message in native.get("messages") or []:
        found = [key for key in _REASONING if key in message]
        if found:
            message = {key: value for key, value in message.items() if key not in found}
            ctx.report(body, "input", "dropped", "the API takes no reasoning of earlier turns")
        kept.append(message)
    native["messages"] = kept


def reasoning_required(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Every message of the assistant has `reasoning_content`, empty where none is known."""
    native["messages"] = [
        (
            {**message, "reasoning_content": message.get("reasoning_content", "")}
            if message.get("role") == "assistant"
            else message
        )
        for message in native.get("messages") or []
    ]


def max_tokens_only(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """The limit is called `max_tokens`; the newer name is ignored (Ollama, Mistral)."""
    _rename_limit(native, "max_completion_tokens", "max_tokens")


def max_completion_tokens_only(
    ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]
) -> None:
    """The limit is called `max_completion_tokens`; the older name is refused (OpenAI, Azure)."""
    _rename_limit(native, "max_tokens", "max_completion_tokens")


def _rename_limit(native: dict[str, Any], old: str, new: str) -> None:
    if old in native:
        limit = native.pop(old)
        native.setdefault(new, limit)


def answer_begun(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """A last message of the assistant is marked as what the answer begins with (Mistral).

    The API refuses conversations that end with another one.
    """
    messages = native.get("messages") or [{}]
    last = messages[-1]
    if last.get("role") == "assistant" and not last.get("tool_calls") and "prefix" not in last:
        native["messages"] = [*messages[:-1], {**last, "prefix": True}]


def image_detail_dropped(ctx: EncodeContext, body: dict[str, Any], native: dict[str, Any]) -> None:
    """Images are sent without `detail`, which the server does not know (vLLM, Vertex AI)."""
    asked = False
    messages = []
    for message in native.get("messages") or []:
        parts = message.get("content")
        if isinstance(parts, list):
            asked = asked or any(_detail(part) not in (None, "auto") for part in parts)
            message = {**message, "content": [_without_detail(part) for part in parts]}
        messages.append(message)
    native["messages"] = messages
    if asked:
        ctx.report(body, "input", "dropped", "images are always looked at in the same detail")


def _detail(part: Any) -> Any:
    image = part.get("image_url") if isinstance(part, dict) else None
    return image.get("detail") if isinstance(image, dict) else None


def _without_detail(part: Any) -> Any:
    if _detail(part) is None:
        return part
    image = {key: value for key, value in part["image_url"].items() if key != "detail"}
    return {**part, "image_url": image}
