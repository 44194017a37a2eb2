"""When two native requests are the same request: the declared normal forms.

`normal(dialect, body)` brings a request into normal form, so that a recorded
request can be compared with what decoding and encoding made of it. The forms
never change what the request means to the vendor's server; each dialect file
lists its own under `normal_forms`. For every dialect: key order says nothing,
null is absent (but not inside schemas and arguments), `stream: false` and
empty `tools` are absent.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

Form = Callable[[dict[str, Any]], None]

OPAQUE = {
    "anthropic_messages": {"input", "input_schema", "schema"},
    "gemini_generate_content": {
        *("args", "response", "parameters"),
        *("parametersJsonSchema", "responseSchema", "responseJsonSchema"),
        *("parameters_json_schema", "response_schema", "response_json_schema"),
    },
    "ollama_chat": {"arguments", "parameters", "format"},
    "openai_chat": {"arguments", "parameters", "schema"},
    "openai_responses": {"arguments", "parameters", "schema"},
    "openresponses": {"arguments", "parameters", "schema"},
    "portable": {"arguments", "parameters", "schema", "provider_extensions"},
}
"""Keys whose values belong to the user, not to the format: null means null there."""


def normal(dialect: str, body: Any) -> Any:
    """The normal form of a request; the body itself stays as it is."""
    body = without_null(copy.deepcopy(body), OPAQUE[dialect])
    for form in FORMS[dialect]:
        form(body)
    if body.get("stream") is False:
        del body["stream"]
    if body.get("tools") == []:
        del body["tools"]
    return body


def without_null(value: Any, opaque: set[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: inner if key in opaque else without_null(inner, opaque)
            for key, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        return [without_null(inner, opaque) for inner in value]
    return value


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a list; nothing where there is none."""
    return (
        (entry for entry in value if isinstance(entry, dict))
        if isinstance(value, list)
        else iter(())
    )


# Anthropic Messages


def custom_tool(body: dict[str, Any]) -> None:
    """A tool without a type is a custom tool."""
    for tool in objects(body.get("tools")):
        if tool.get("type") == "custom":
            del tool["type"]


# Chat Completions


def function_tool(body: dict[str, Any]) -> None:
    """A tool, call or choice that holds a function is of type function."""
    calls = [c for m in objects(body.get("messages")) for c in objects(m.get("tool_calls"))]
    for holder in [*objects(body.get("tools")), *calls, body.get("tool_choice")]:
        if isinstance(holder, dict) and "function" in holder:
            holder.setdefault("type", "function")


def one_text(body: dict[str, Any]) -> None:
    """One text part is the same as its text."""
    for message in objects(body.get("messages")):
        content = message.get("content")
        if isinstance(content, list) and content == [{"type": "text", "text": text_of(content)}]:
            message["content"] = text_of(content)


def text_of(parts: list[Any]) -> Any:
    """The text of the first part, if there is one."""
    return parts[0].get("text") if parts and isinstance(parts[0], dict) else None


def empty_beside_calls(body: dict[str, Any]) -> None:
    """Empty content beside tool calls is absent; so is an empty list of tool calls."""
    for message in objects(body.get("messages")):
        if message.get("tool_calls") == []:
            del message["tool_calls"]
        if message.get("tool_calls") and message.get("content") in ("", []):
            del message["content"]


def refusal_as_field(body: dict[str, Any]) -> None:
    """A refusal part alone is the same as the field `refusal`."""
    for message in objects(body.get("messages")):
        parts = list(objects(message.get("content")))
        if len(parts) == 1 and parts[0].get("type") == "refusal" and "refusal" not in message:
            del message["content"]
            message.update((key, value) for key, value in parts[0].items() if key != "type")


def image_as_object(body: dict[str, Any]) -> None:
    """An image URL as text is the same as the object that holds it."""
    for message in objects(body.get("messages")):
        for part in objects(message.get("content")):
            if part.get("type") == "image_url" and isinstance(part.get("image_url"), str):
                part["image_url"] = {"url": part["image_url"]}


def chat_arguments(body: dict[str, Any]) -> None:
    """The arguments of a call are compared as JSON."""
    for message in objects(body.get("messages")):
        for call in objects(message.get("tool_calls")):
            parse_arguments(call.get("function"))


def parse_arguments(call: Any) -> None:
    if isinstance(call, dict) and isinstance(call.get("arguments"), str):
        try:
            call["arguments"] = json.loads(call["arguments"] or "{}")
        except ValueError:
            return  # broken arguments are compared as text


# Portable


def plain_tool(body: dict[str, Any]) -> None:
    """A tool may leave out that it is a function."""
    for tool in objects(body.get("tools")):
        if tool.get("type") == "function":
            del tool["type"]


# Gemini


def camel_case(body: dict[str, Any]) -> None:
    """A key in snake case is the key in camel case."""
    renamed = in_camel_case(body)
    body.clear()
    body.update(renamed)


def in_camel_case(value: Any) -> Any:
    """The value with its keys in camel case, but for what belongs to the user."""
    if isinstance(value, list):
        return [in_camel_case(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, inner in value.items():
        name = re.sub(r"_([a-z])", lambda match: match[1].upper(), key)
        out[name] = inner if name in OPAQUE["gemini_generate_content"] else in_camel_case(inner)
    return out


def standard_base64(body: dict[str, Any]) -> None:
    """Base64 in the alphabet for URLs is the same as in the standard one."""
    for content in objects(body.get("contents")):
        for part in objects(content.get("parts")):
            for holder in (part, part.get("inlineData")):
                for key in ("data", "thoughtSignature"):
                    if isinstance(holder, dict) and isinstance(holder.get(key), str):
                        holder[key] = holder[key].translate(str.maketrans("-_", "+/"))


def user_role(body: dict[str, Any]) -> None:
    """A content without a role is the user's; the role of systemInstruction says nothing."""
    for content in objects(body.get("contents")):
        content.setdefault("role", "user")
    if isinstance(body.get("systemInstruction"), dict):
        body["systemInstruction"].pop("role", None)


def empty_args(body: dict[str, Any]) -> None:
    """A function call without args has empty ones."""
    for content in objects(body.get("contents")):
        for part in objects(content.get("parts")):
            if isinstance(part.get("functionCall"), dict):
                part["functionCall"].setdefault("args", {})


def empty_config(body: dict[str, Any]) -> None:
    """An empty generationConfig is none."""
    if body.get("generationConfig") == {}:
        del body["generationConfig"]


def empty_tools(body: dict[str, Any]) -> None:
    """A tool without function declarations is no tool."""
    if isinstance(body.get("tools"), list):
        body["tools"] = [t for t in body["tools"] if t not in ({}, {"functionDeclarations": []})]


# Ollama


def empty_settings(body: dict[str, Any]) -> None:
    """An absent format is an empty one, and absent options are empty ones."""
    if body.get("format") == "":
        del body["format"]
    if body.get("options") == {}:
        del body["options"]


def true_by_default(body: dict[str, Any]) -> None:
    """Absent `stream`, `truncate` and `shift` mean true."""
    for key in ("stream", "truncate", "shift"):
        body.setdefault(key, True)


# Responses


def one_user_message(body: dict[str, Any]) -> None:
    """Input as text is one message of the user; a message need not say its type."""
    if isinstance(body.get("input"), str):
        body["input"] = [{"role": "user", "content": body["input"]}]
    for item in objects(body.get("input")):
        if item.get("type") == "message":
            del item["type"]
        parse_arguments(item)


FORMS: dict[str, tuple[Form, ...]] = {
    "anthropic_messages": (custom_tool,),
    "gemini_generate_content": (
        *(camel_case, standard_base64, user_role),
        *(empty_args, empty_config, empty_tools),
    ),
    "ollama_chat": (empty_settings, true_by_default),
    "openai_chat": (
        *(function_tool, one_text, empty_beside_calls, refusal_as_field),
        *(image_as_object, chat_arguments),
    ),
    "openai_responses": (one_user_message,),
    "openresponses": (one_user_message,),
    "portable": (plain_tool, one_text, empty_beside_calls, chat_arguments),
}
"""Dialect -> its forms, applied in this order."""
