"""When two canonical bodies say the same, and what a translation owes an account of.

`unaccounted(dialect, kind, said, again, losses)` compares a body with what
encoding and decoding made of it. What a loss points at is not compared, nor
what the dialect declares to ignore. The forms here hold for every dialect:
null and what is empty say nothing; a text is a list of one part; adjacent
texts, and adjacent messages of one speaker, are one; arguments are compared as
JSON; messages, calls and results are each in order, because formats demand
different orders of them. What is filled in is no fault, so that only what
`said` says is compared.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from openresponses import dialects
from openresponses.dialects import Loss
from openresponses.runtime.primitives import is_minted
from openresponses.runtime.resource import ECHO
from places import path_of, pointer

LOST = "\u0000lost"
"""Stands where a loss points at: equal to anything."""

TEXTS = ("input_text", "output_text", "text")

ENCRYPTED = "reasoning.encrypted_content"
LOGPROBS = "message.output_text.logprobs"

NAMELESS_FORMATS = ("anthropic_messages", "gemini_generate_content", "ollama_chat")
"""Dialects whose formats have no name."""


CONVERSATION = ("messages", "calls", "results", "reasoning", "others")


def unaccounted(
    dialect: str, kind: str, said: Any, again: Any, losses: tuple[Loss, ...]
) -> list[str]:
    """What `said` says, `again` does not, and neither a loss nor a note accounts for."""
    choice = said.get("tool_choice")
    one = form(dialect, kind, with_losses(said, losses), choice)
    other = form(dialect, kind, copy.deepcopy(again), choice)
    if any(m != LOST and m["role"] == LOST for m in one.get("messages", ())):
        one["messages"], other["messages"] = anyone(one), anyone(other)
    if any(not loss.path for loss in losses):  # it speaks of the body as a whole
        one = {key: value for key, value in one.items() if key in CONVERSATION}
    return list(missing(one, other, ()))


def with_losses(body: Any, losses: tuple[Loss, ...]) -> Any:
    """A copy in which everything that a loss points at is `LOST`."""
    body = copy.deepcopy(body)
    for loss in losses:
        path = path_of(body, loss.path)
        if not path:
            continue
        holder = body
        for step in path[:-1]:
            holder = holder[step]
            if holder is None or isinstance(holder, str):
                break
        else:
            holder[path[-1]] = as_sent(holder[path[-1]], loss)
    return body


def as_sent(value: Any, loss: Loss) -> Any:
    """What stands for a value that a loss points at: `LOST`, or the text that was sent for it.

    A message that was sent as another speaker's is one without a role.
    """
    if loss.action == "coerced" and isinstance(value, dict):
        if value.get("type") in ("refusal", "text"):
            return {"type": "output_text", "text": value.get(value["type"], "")}
        if value.get("type") == "message":
            return {**value, "role": LOST}
    return LOST


def anyone(body: dict[str, Any]) -> list[Any]:
    """The messages as if one speaker had said them: a role that is lost divides nothing."""
    messages = body.get("messages", ())
    contents = [[LOST] if message == LOST else message["content"] for message in messages]
    if LOST in contents:
        return [LOST]
    return [{"role": LOST, "content": joined([part for c in contents for part in c])}]


def missing(said: Any, again: Any, path: tuple[str | int, ...]) -> Iterator[str]:
    if LOST in (said, again) or (again is None and all_lost(said)):
        return
    if isinstance(said, dict) and isinstance(again, dict):
        for key, value in said.items():
            yield from missing(value, again.get(key), (*path, key))
    elif isinstance(said, list) and isinstance(again, list) and LOST in said:
        if not aligned(said, again):
            yield f"{pointer(path)}: {said!r:.200} became {again!r:.200}"
    elif isinstance(said, list) and isinstance(again, list) and len(said) == len(again):
        for index, (value, other) in enumerate(zip(said, again, strict=True)):
            yield from missing(value, other, (*path, index))
    elif said != again and not (path[-1:] == ("file_data",) and wraps(again, said)):
        yield f"{pointer(path)}: {said!r:.200} became {again!r:.200}"


def wraps(url: Any, data: Any) -> bool:
    """Whether a data URL holds just that base64 text, so that a media type is filled in."""
    if not (isinstance(url, str) and isinstance(data, str)):
        return False
    return url.startswith("data:") and url.partition(";base64,")[2] == data


def aligned(said: list[Any], again: list[Any]) -> bool:
    """Whether lists are the same, if what is lost stands for one element, or for none."""
    if LOST not in said:
        return not list(missing(regrouped(said), again, ()))
    at = said.index(LOST)
    before, behind = said[:at], said[at + 1 :]
    if aligned([*before, *behind], again):
        return True
    return at < len(again) and aligned([*before, again[at], *behind], again)


def regrouped(values: list[Any]) -> list[Any]:
    """Parts, or messages, of which some are gone: those that are neighbours now are one."""
    if not all(isinstance(value, dict) and "role" in value for value in values):
        return joined(values)
    found: list[Any] = []
    for value in values:
        add_message(found, dict(value))
    return found


def all_lost(value: Any) -> bool:
    """Whether there is nothing in a value but what losses account for."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return all(all_lost(element) for element in inner)
    return bool(value == LOST)


def form(dialect: str, kind: str, body: dict[str, Any], choice: Any) -> dict[str, Any]:
    """The body in the form that is compared; `choice` is how tools were chosen at first."""
    body = said_only(body, "", dialects.get(dialect).tables.ignore)
    items = body.pop("input" if kind == "request" else "output", None)
    if kind == "request":
        narrow(dialect, body, choice)
        settings_of(dialect, body)
    else:
        outcome(dialect, body)
    instructions = body.pop("instructions", None)
    return {**body, **conversation(dialect, instructions, items)}


def said_only(value: Any, place: str, ignore: Any) -> Any:
    """Without what says nothing, what is one dialect's own, and what a dialect ignores."""
    if isinstance(value, list):
        return [said_only(inner, place, ignore) for inner in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    made = {}
    for key, inner in value.items():
        names = {key if not place else f"{place}.{key}", f"{kind}.{key}", f"*.{key}"}
        names |= {f"{name}<{shown(inner)}>" for name in names}
        if ":" in key or not names.isdisjoint(ignore) or is_minted(inner):
            continue
        plain = said_only(inner, key if not place else f"{place}.{key}", ignore)
        if plain not in (None, [], {}):
            made[key] = plain
    return made


def shown(value: Any) -> str:
    """The word by which notes know a value."""
    if isinstance(value, dict):
        return str(value.get("type"))
    return value if isinstance(value, str) else json.dumps(value, default=str)


# Settings


def narrow(dialect: str, body: dict[str, Any], choice: Any) -> None:
    """A choice among tools may be told by sending those tools only."""
    lost = body.get("tool_choice") in (LOST, None)
    fixups = dialects.get(dialect).tables.fixups
    if not any(name.endswith("allowed_tools") for name in fixups):
        return
    if isinstance(choice, dict) and (choice.get("type") == "allowed_tools" or lost):
        allowed = {tool.get("name") for tool in choice.get("tools") or [choice]}
        if choice.get("mode") == "none":
            body.pop("parallel_tool_calls", None)
            allowed = set() if lost else allowed
        kept = [tool for tool in body.get("tools", ()) if tool == LOST or is_in(tool, allowed)]
        body["tools"] = kept
        if not lost:
            body["tool_choice"] = choice.get("mode", "auto")
    if lost and choice == "none":
        body["tools"] = []
    if not body.get("tools"):
        body.pop("tools", None)


def is_in(tool: Any, names: set[Any]) -> bool:
    return isinstance(tool, dict) and (tool.get("type") != "function" or tool.get("name") in names)


def settings_of(dialect: str, body: dict[str, Any]) -> None:
    """Settings that formats express otherwise, or that are so anyway."""
    include = body.pop("include", None)
    if include != LOST:
        if LOGPROBS in (include or ()):
            body["logprobs"] = True
        if ENCRYPTED in (include or ()) and ("responses" in dialect or dialect == "portable"):
            body["encrypted"] = True
    text = body.get("text")
    answer = text.get("format") if isinstance(text, dict) else None
    if isinstance(answer, dict):
        if answer.get("type") == "text":
            del text["format"]
        elif dialect in NAMELESS_FORMATS:
            answer.pop("name", None)
    if not text:
        body.pop("text", None)
    for key, word in (("tool_choice", "auto"), ("stream", False), ("top_logprobs", 0)):
        if body.get(key) == word:
            del body[key]
    if dialect == "gemini_generate_content":
        choice = body.get("tool_choice")
        if isinstance(choice, dict) and choice.get("mode") == "none":
            body["tool_choice"] = "none"
        mode = choice.get("mode") if isinstance(choice, dict) else None
        if mode == "required" and len(choice.get("tools", ())) == 1:
            body["tool_choice"] = choice["tools"][0]
        for key, value in (("store", False), ("parallel_tool_calls", True)):
            if body.get(key) == value:
                del body[key]
        if body.get("service_tier") == "auto":
            del body["service_tier"]


# Conversations


def conversation(dialect: str, instructions: Any, items: Any) -> dict[str, Any]:
    """The items by kind, each kind in order; instructions are a leading system message."""
    if isinstance(items, str):
        items = [{"type": "message", "role": "user", "content": items}]
    found: dict[str, list[Any]] = {kind: [] for kind in CONVERSATION}
    if instructions not in (None, LOST):
        add_message(found["messages"], message_of({"role": "system", "content": instructions}))
    for item in items or ():
        if item == LOST:
            continue
        match item.get("type", "message" if "role" in item else "item_reference"):
            case "message":
                add_message(found["messages"], message_of(item))
            case "function_call":
                found["calls"].append({**item, "arguments": parsed(item.get("arguments"))})
            case "function_call_output":
                output = parts_of(item.get("output"))
                found["results"].append({**item, "output": output})
            case "reasoning":
                found["reasoning"] += thoughts(dialect, item)
            case _:
                found["others"].append(item)
    found["messages"] = [LOST if all_lost(m["content"]) else m for m in found["messages"]]
    return {key: value for key, value in found.items() if value}


def thoughts(dialect: str, item: dict[str, Any]) -> list[Any]:
    """A reasoning item; to Gemini, each part of its summary is a thought of its own."""
    summary = item.get("summary")
    if dialect != "gemini_generate_content" or not isinstance(summary, list) or not summary[1:]:
        return [item]
    return [{**item, "summary": [part]} for part in summary]


def message_of(item: dict[str, Any]) -> dict[str, Any]:
    content = item.get("content")
    return {"role": item.get("role"), "content": LOST if content == LOST else parts_of(content)}


def add_message(messages: list[Any], message: dict[str, Any]) -> None:
    """Adjacent messages of one speaker are one; a message without content is none."""
    last = messages[-1] if messages else None
    alike = last and LOST not in (last["content"], message["content"])
    if alike and last["role"] == message["role"]:
        last["content"] = joined([*last["content"], *message["content"]])
    elif message["content"]:
        messages.append(message)


def parts_of(content: Any) -> Any:
    """Content as parts: a text is one part, adjacent texts are one, empty ones none."""
    if isinstance(content, str):
        content = [{"type": "input_text", "text": content}]
    return joined(content or [])


def joined(parts: list[Any]) -> list[Any]:
    made: list[Any] = []
    for part in parts:
        if part == LOST:
            made.append(part)
            continue
        if isinstance(part, dict) and part.get("type") in TEXTS:
            told = {key: value for key, value in part.items() if not all_lost(value)}
            part = {**told, "type": "text"}
        if plain(part) and not part.get("text"):
            continue  # log probabilities of nothing say nothing
        if made and plain(made[-1]) and plain(part):
            made[-1] = together(made[-1], part)
        else:
            made.append(part)
    return made


def together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two texts as one."""
    made = {**one, "text": one["text"] + other["text"]}
    found = [part["logprobs"] for part in (one, other) if "logprobs" in part]
    if found:
        made["logprobs"] = LOST if LOST in found else [entry for each in found for entry in each]
    return made


def plain(part: Any) -> bool:
    """Whether a part is nothing but text, with its log probabilities."""
    keys = {"type", "text", "logprobs"}
    return isinstance(part, dict) and part.get("type") == "text" and part.keys() <= keys


def parsed(arguments: Any) -> Any:
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments or "{}")
    except ValueError:
        return arguments


# Responses


def outcome(dialect: str, body: dict[str, Any]) -> None:
    """What only Open Responses itself repeats in an answer: the settings, and times."""
    body.pop("completed_at", None)
    if not dialects.get(dialect).tables.echoes:
        for key in ECHO:
            body.pop(key, None)
