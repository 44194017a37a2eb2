"""Fills a decoded response to a whole ResponseResource, and a decoded error to its payload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .decode_context import DecodeContext
from .primitives import MINTED, is_minted
from .residue import TIER

ECHO: dict[str, Any] = {
    "previous_response_id": None,
    "instructions": None,
    "tools": [],
    "tool_choice": "auto",
    "truncation": "disabled",
    "parallel_tool_calls": True,
    "text": {"format": {"type": "text"}},
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "top_logprobs": 0,
    "temperature": 1,
    "reasoning": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "store": False,
    "background": False,
    "service_tier": "default",
    "metadata": {},
    "safety_identifier": None,
    "prompt_cache_key": None,
}
"""Settings that a response echoes, with the value for "nothing was said"."""

"""Those whose form in a response demands more than in a request."""

_BLANK: dict[str, Any] = {
    "id": "",
    "object": "response",
    "created_at": 0,
    "completed_at": None,
    "status": "completed",
    "incomplete_details": None,
    "model": "",
    "output": [],
    "error": None,
    "usage": None,
    **ECHO,
}
"""A resource that says nothing, its fields in the contract's order: copied, and filled in."""

_NUMBER = (int, float)

STATUSES = ("queued", "in_progress", "completed", "incomplete", "failed", "cancelled")
"""What the contract says of a response's progress."""

STATUS_TYPES = {
    404: "not_found",
    408: "server_error",
    429: "too_many_requests",
}
TYPE_STATUS = {
    "server_error": 500,
    "invalid_request": 400,
    "invalid_request_error": 400,
    "not_found": 404,
    "model_error": 500,
    "too_many_requests": 429,
}
CODES = {401: "authentication_error", 403: "permission_denied", 402: "billing_error"}


def complete(
    ctx: DecodeContext,
    found: dict[str, Any],
    request: dict[str, Any] | None,
    clock: Callable[[], float],
) -> dict[str, Any]:
    """The whole resource: required fields in the contract's order, then what the dialect kept."""
    whole = _BLANK.copy()
    whole["tools"], whole["metadata"], whole["text"] = [], {}, {"format": {"type": "text"}}
    whole |= found
    status = found.get("status")
    if status not in STATUSES:
        whole["status"] = status = known_status(ctx, status, whole)
    created = found.get("created_at")
    if type(created) is not int:
        created = int(created) if isinstance(created, _NUMBER) else int(clock())
        whole["created_at"] = created
    if status == "completed" and whole["completed_at"] is None:
        whole["completed_at"] = created
    identifier = found.get("id")
    if not identifier:
        if identifier == "":
            ctx.keep_id(identifier, whole)
        whole["id"] = f"resp{MINTED}{ctx.base.rstrip('_')}"
    output = found.get("output")
    if output is None:
        whole["output"] = output = []
    elif not isinstance(output, list):
        raise ctx.expected(ctx.source, "output", "a list of items")
    if request is not None:
        whole["output"] = output = allowed_calls(ctx, output, request)
    complete_items(ctx, output, status)
    if not whole["incomplete_details"]:
        whole["incomplete_details"] = None
    if whole["error"] is not None:
        whole["error"] = {"code": "server_error", "message": "", **whole["error"]}
    if whole["usage"] is not None:
        whole["usage"] = complete_usage(whole["usage"])
    if request is not None:
        whole["model"] = whole["model"] or request.get("model") or ""
        echo_request(whole, request, found)
    if ctx.tables.echoes:
        complete_forms(whole)
        whole.update(kept_nulls(ctx, whole))
    elif found.get("service_tier") == ECHO["service_tier"]:
        whole[f"{ctx.tables.name}:{TIER}"] = True
    return whole


def known_status(ctx: DecodeContext, status: Any, found: dict[str, Any]) -> str:
    """The status that a missing or unknown one is taken as."""
    if status is None:
        ctx.report(ctx.source, None, "coerced", "no reason for the end; taken as completed")
    else:
        found[f"{ctx.tables.name}:status"] = status
        ctx.report(ctx.source, "status", "coerced", f"{status!r:.80} is taken as completed")
    return "completed"


def kept_nulls(ctx: DecodeContext, whole: dict[str, Any]) -> dict[str, None]:
    """Residue of settings that a vendor echoed as null, which the contract does not allow."""
    source = ctx.source
    nulls = [name for name in _NEVER_NULL if source.get(name, name) is None]
    return {f"{ctx.tables.name}:{name}": None for name in nulls if whole[name] is not None}


_NEVER_NULL = tuple(name for name, value in ECHO.items() if value is not None)


def complete_compaction(
    ctx: DecodeContext, found: dict[str, Any], clock: Callable[[], float]
) -> dict[str, Any]:
    """The whole result of a compaction."""
    created = found.pop("created_at", None)
    output = found.pop("output", [])
    if not isinstance(output, list):
        raise ctx.expected(ctx.source, "output", "a list of items")
    usage = found.pop("usage", None)
    if usage is None:
        usage = {}
        ctx.report(ctx.source, None, "coerced", "no usage was given; taken as zero")
    complete_items(ctx, output, "completed")
    ctx.keep_id(found.get("id"), found)
    return {
        "id": found.pop("id", None) or f"resp{MINTED}{ctx.base.rstrip('_')}",
        "object": "response.compaction",
        "created_at": int(clock()) if created is None else created,
        "output": output,
        "usage": complete_usage(usage),
        **found,
    }


def allowed_calls(
    ctx: DecodeContext, output: list[Any], request: dict[str, Any] | None
) -> list[Any]:
    """The output without calls that `allowed_tools` forbids (spec: tool_choice is a hard limit)."""
    choice = (request or {}).get("tool_choice")
    if not isinstance(choice, dict) or choice.get("type") != "allowed_tools":
        return output
    names = {tool.get("name") for tool in choice.get("tools") or [] if isinstance(tool, dict)}
    kept = []
    for item in output:
        if item.get("type") == "function_call" and item.get("name") not in names:
            reason = f"a call of {item.get('name')!r}, which the request does not allow"
            ctx.report(ctx.source, None, "dropped", reason)
        else:
            kept.append(item)
    return kept


def echo_request(whole: dict[str, Any], request: Mapping[str, Any], found: dict[str, Any]) -> None:
    """The settings of the request, where the answer does not echo its own (`found`)."""
    given = {k: request[k] for k in ECHO if request.get(k) is not None and found.get(k) is None}
    if given:
        whole.update(given)
        complete_forms(whole)


def complete_forms(whole: dict[str, Any]) -> None:
    """What an echoed setting has to say, as the response's form demands more than the request's."""
    text, choice, reasoning = whole["text"], whole["tool_choice"], whole["reasoning"]
    if whole["tools"]:
        whole["tools"] = [complete_tool(tool) for tool in whole["tools"] if isinstance(tool, dict)]
    if isinstance(text, dict):
        form = text.get("format", text)
        if form is text:
            whole["text"] = {"format": {"type": "text"}, **text}
        elif isinstance(form, dict) and form.get("type") == "json_schema":
            whole["text"] = {**text, "format": complete_schema(form)}
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        whole["tool_choice"] = {"mode": "auto", **choice}
    if isinstance(reasoning, dict):
        whole["reasoning"] = {"effort": None, "summary": None, **reasoning}


def complete_schema(form: Mapping[str, Any]) -> dict[str, Any]:
    """The echoed form of texts bound to a schema, which says everything of it."""
    blank = {"name": "response", "description": None, "schema": None, "strict": False}
    return {**blank, **{key: value for key, value in form.items() if value is not None}}


def complete_tool(tool: dict[str, Any]) -> dict[str, Any]:
    if tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, "strict": None, **tool}


def complete_items(ctx: DecodeContext, output: list[Any], status: str) -> None:
    """What rules left open: ids and statuses, and the lists that the contract demands in parts."""
    newest, ctx.status = ctx.newest, "completed"
    for index, item in enumerate(output):
        identifier, state = item.get("id"), item.get("status")
        if identifier and state:
            if item["type"] == "message":
                complete_content(item)
            continue
        kind = item.get("type", "item")
        if not identifier:
            if identifier == "":
                ctx.keep_id(identifier, item)
            identifier = ctx.new_id(kind)
        if not state:
            if state == "":
                item[f"{ctx.tables.name}:status"] = ""
            cut = status == "incomplete" and index == len(output) - 1
            state = "incomplete" if cut else "completed"
        whole = {"type": kind, "id": identifier, "status": state}
        output[index] = whole = {**whole, **item, **whole}
        if kind == "message":
            complete_content(whole)
    if status == "incomplete" and output and output[-1]["id"] == newest:
        output[-1]["status"] = "incomplete"  # which it did not state


def complete_content(message: dict[str, Any]) -> None:
    """A text as a part, and the lists that text parts have."""
    content: Any = message.get("content")
    if type(content) is str:
        message["content"] = [
            {"type": "output_text", "text": content, "annotations": [], "logprobs": []}
        ]
    elif type(content) is list:
        for part in content:
            if type(part) is dict and part.get("type") == "output_text":
                if "annotations" not in part:
                    part["annotations"] = []
                if "logprobs" not in part:
                    part["logprobs"] = []


def complete_usage(usage: dict[str, Any]) -> dict[str, Any]:
    """Usage with every number that the contract demands; nothing is invented but zeros."""
    into, out = usage.get("input_tokens") or 0, usage.get("output_tokens") or 0
    read, written = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    whole: dict[str, Any] = {
        "input_tokens": into,
        "output_tokens": out,
        "total_tokens": into + out,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
        **usage,
    }
    if read is not None and "cached_tokens" not in read:
        whole["input_tokens_details"] = {"cached_tokens": 0, **read}
    if written is not None and "reasoning_tokens" not in written:
        whole["output_tokens_details"] = {"reasoning_tokens": 0, **written}
    return whole


def reduced(response: dict[str, Any], dialect: str) -> dict[str, Any]:
    """A resource without what the dialect does not send: echoes and empty values.

    The service tier is no echo but says what was used; `default` says nothing,
    unless the vendor itself had said so.
    """
    tier = response.get("service_tier")
    told = tier != ECHO["service_tier"] or f"{dialect}:{TIER}" in response
    found = {key: value for key, value in response.items() if key not in _UNSAID}
    if told and "service_tier" in response:
        found["service_tier"] = tier
    if response.get("error") is None:
        found.pop("error", None)
    if is_minted(response.get("id")):
        del found["id"]
    return found


_UNSAID = frozenset({*ECHO, "object", "completed_at"})


def complete_error(status: int, body: Any, found: dict[str, Any]) -> dict[str, Any]:
    """An error payload from whatever the body said and the HTTP status."""
    message = found.get("message")
    if message is None:
        message = _message(body)
    kind = found.get("type")
    if kind not in TYPE_STATUS or kind == "invalid_request_error":
        kind = "invalid_request" if kind == "invalid_request_error" else type_of(status)
    code = found.get("code")
    return {
        **found,
        "type": kind,
        "code": str(code) if code is not None else CODES.get(status),
        "message": message,
        "param": found.get("param"),
    }


def type_of(status: int) -> str:
    """The error type for an HTTP status (spec: Errors)."""
    if status in STATUS_TYPES:
        return STATUS_TYPES[status]
    return "invalid_request" if 400 <= status < 500 else "server_error"


def status_of(error: dict[str, Any]) -> int:
    """The HTTP status for an error payload."""
    for status, code in CODES.items():
        if error.get("code") == code:
            return status
    return TYPE_STATUS.get(str(error.get("type")), 500)


def _message(body: Any) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, dict):
        for key in ("message", "detail", "error", "msg"):
            value = body.get(key)
            if isinstance(value, str):
                return value
            if isinstance(value, dict):
                return _message(value)
    return "the server gave no message"
