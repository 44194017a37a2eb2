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


class Hollow(dict[str, Any]):
    """What was an object of nulls: it may come back empty, or not at all."""


def without_null(value: Any, opaque: set[str]) -> Any:
    if isinstance(value, dict):
        plain = {
            key: inner if key in opaque else without_null(inner, opaque)
            for key, inner in value.items()
            if inner is not None
        }
        return Hollow(plain) if value and not plain else plain
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


def inline_data(body: dict[str, Any]) -> None:
    """A source with a data URL is the same as its data."""
    for source in sources(body.get("messages")):
        url = re.fullmatch("data:(.*?);base64,(.*)", str(source.get("url")))
        if source.get("type") == "url" and url:
            source.clear()
            source.update(type="base64", media_type=url[1], data=url[2])


def plain_citations(body: dict[str, Any]) -> None:
    """An empty list of citations is none, and a citation without a title has an empty one."""
    for message in objects(body.get("messages")):
        for block in objects(message.get("content")):
            if block.get("citations") == []:
                del block["citations"]
            for citation in objects(block.get("citations")):
                if citation.get("type") == "web_search_result_location":
                    citation.setdefault("title", "")


def sources(value: Any) -> Iterator[dict[str, Any]]:
    """Every `source` of images and documents, those in tool results included."""
    if isinstance(value, list):
        for inner in value:
            yield from sources(inner)
    elif isinstance(value, dict):
        if isinstance(value.get("source"), dict):
            yield value["source"]
        yield from sources(value.get("content"))


def results_first(body: dict[str, Any]) -> None:
    """Tool results come before the other content of their message."""
    for message in objects(body.get("messages")):
        if message.get("role") == "user" and isinstance(message.get("content"), list):
            message["content"].sort(key=lambda b: b.get("type") != "tool_result")


def without_empty_text(body: dict[str, Any]) -> None:
    """Empty texts beside other blocks are left out."""
    for message in objects(body.get("messages")):
        content = message.get("content")
        if isinstance(content, list) and len(content) > 1:
            message["content"] = [part for part in content if part != {"type": "text", "text": ""}]


# Chat Completions


def function_tool(body: dict[str, Any]) -> None:
    """A tool, call or choice that holds a function is of type function."""
    calls = [c for m in objects(body.get("messages")) for c in objects(m.get("tool_calls"))]
    choice = body.get("tool_choice")
    allowed = choice.get("allowed_tools") if isinstance(choice, dict) else None
    narrowed = objects(allowed.get("tools")) if isinstance(allowed, dict) else ()
    for holder in [*objects(body.get("tools")), *calls, choice, *narrowed]:
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
    """Empty content of an assistant is absent; so is an empty list of tool calls."""
    for message in objects(body.get("messages")):
        if message.get("tool_calls") == []:
            del message["tool_calls"]
        if message.get("tool_calls") and message.get("content") == []:
            del message["content"]
        if message.get("role") == "assistant" and message.get("content") == "":
            del message["content"]


def refusal_as_field(body: dict[str, Any]) -> None:
    """The only refusal part is the same as the field `refusal`."""
    for message in objects(body.get("messages")):
        parts = list(objects(message.get("content")))
        refusals = [part for part in parts if part.get("type") == "refusal"]
        if len(refusals) == 1 and message.get("refusal") is None:
            message["content"] = [part for part in parts if part is not refusals[0]]
            if not message["content"]:
                del message["content"]
            message.update((k, v) for k, v in refusals[0].items() if k != "type")


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
            if isinstance(call.get("function"), dict):
                call["function"].setdefault("arguments", "{}")
            parse_arguments(call.get("function"))


def file_as_url(body: dict[str, Any]) -> None:
    """Data of a file without a media type is the same as a data URL of the type it shows."""
    for message in objects(body.get("messages")):
        for part in objects(message.get("content")):
            file = part.get("file")
            if isinstance(file, dict) and isinstance(file.get("file_data"), str):
                file["file_data"] = re.sub("^data:[^,]*,", "", file["file_data"])


def results_adjacent(body: dict[str, Any]) -> None:
    """A tool message directly follows the message that calls."""
    messages = body.get("messages")
    if not isinstance(messages, list):
        return
    ordered: list[Any] = []
    for message in messages:
        ordered += [] if any(message is other for other in ordered) else [message]
        ids = [call.get("id") for call in objects(message.get("tool_calls"))]
        for result in messages[messages.index(message) :]:
            answers = result.get("role") == "tool" and result.get("tool_call_id") in ids
            if answers and not any(result is other for other in ordered):
                ordered.append(result)
    body["messages"] = ordered


def log_probabilities(body: dict[str, Any]) -> None:
    """Asking for `top_logprobs` is asking for `logprobs`."""
    if body.get("top_logprobs") and "logprobs" not in body:
        body["logprobs"] = True


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


def text_of_one(body: dict[str, Any]) -> None:
    """One string of reasoning is the same as a list of one."""
    for message in objects(body.get("messages")):
        for thought in objects(message.get("reasoning")):
            for key in ("summary", "text"):
                if isinstance(thought.get(key), str):
                    thought[key] = [thought[key]]


def media_as_data(body: dict[str, Any]) -> None:
    """A data URL is the same as its data with the media type."""
    for message in objects(body.get("messages")):
        for part in objects(message.get("content")):
            url = re.fullmatch("data:(.*?);base64,(.*)", str(part.get("url")))
            if url and part.get("type") in ("image", "file"):
                del part["url"]
                part.setdefault("media_type", url[1])
                part["data"] = url[2]


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
    out = type(value)()
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


def no_logprobs(body: dict[str, Any]) -> None:
    """Not asking for log probabilities goes without saying."""
    config = body.get("generationConfig")
    if isinstance(config, dict) and config.get("responseLogprobs") is False:
        del config["responseLogprobs"]


def empty_config(body: dict[str, Any]) -> None:
    """An empty generationConfig is none."""
    if body.get("generationConfig") == {}:
        del body["generationConfig"]


def empty_tools(body: dict[str, Any]) -> None:
    """A tool without function declarations is no tool."""
    for tool in objects(body.get("tools")):
        if tool.get("functionDeclarations") == []:
            del tool["functionDeclarations"]
    if isinstance(body.get("tools"), list):
        body["tools"] = [t for t in body["tools"] if t not in ({}, {"functionDeclarations": []})]


def media_type_of_file(body: dict[str, Any]) -> None:
    """A file by URI has the media type that its ending suggests, if it says none."""
    for file in files(body.get("contents")):
        kind = ENDINGS.get(str(file.get("fileUri")).rpartition(".")[2])
        if kind:
            file.setdefault("mimeType", kind)


ENDINGS = {"png": "image/png", "pdf": "application/pdf", "mp4": "video/mp4"}


def files(value: Any) -> Iterator[dict[str, Any]]:
    """Every file by URI, those in function responses included."""
    for inner in value if isinstance(value, list) else ():
        if isinstance(inner, dict):
            if isinstance(inner.get("fileData"), dict):
                yield inner["fileData"]
            yield from files(inner.get("parts"))
            yield from files((inner.get("functionResponse") or {}).get("parts"))


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


def names_of_results(body: dict[str, Any]) -> None:
    """A tool's result may leave out the name of its call."""
    messages = list(objects(body.get("messages")))
    calls = [call for message in messages for call in objects(message.get("tool_calls"))]
    names = {c["id"]: (c.get("function") or {}).get("name") for c in calls if c.get("id")}
    for message in messages:
        if message.get("role") == "tool" and names.get(message.get("tool_call_id")):
            message.setdefault("tool_name", names[message["tool_call_id"]])


def empty_content(body: dict[str, Any]) -> None:
    """A message without content has an empty one."""
    for message in objects(body.get("messages")):
        message.setdefault("content", "")


# Responses


def one_user_message(body: dict[str, Any]) -> None:
    """Input as text is one message of the user; a message or reference need not say its type."""
    if isinstance(body.get("input"), str):
        body["input"] = [{"role": "user", "content": body["input"]}]
    for item in objects(body.get("input")):
        if item.get("type") in ("message", "item_reference"):
            del item["type"]
        parse_arguments(item)


def empty_options(body: dict[str, Any]) -> None:
    """Settings in which nothing is set are none."""
    for key in ("reasoning", "text"):
        if body.get(key) == {}:
            del body[key]


FORMS: dict[str, tuple[Form, ...]] = {
    "anthropic_messages": (
        *(custom_tool, inline_data, results_first),
        *(plain_citations, without_empty_text),
    ),
    "gemini_generate_content": (
        *(camel_case, standard_base64, user_role),
        *(empty_args, no_logprobs, empty_config, empty_tools, media_type_of_file),
    ),
    "ollama_chat": (empty_settings, true_by_default, empty_content, names_of_results),
    "openai_chat": (
        *(function_tool, one_text, empty_beside_calls, refusal_as_field),
        *(image_as_object, chat_arguments, file_as_url, log_probabilities),
        results_adjacent,
    ),
    "openai_responses": (one_user_message, empty_options),
    "openresponses": (one_user_message, empty_options),
    "portable": (
        *(plain_tool, one_text, empty_beside_calls, chat_arguments),
        *(text_of_one, media_as_data),
    ),
}
"""Dialect -> its forms, applied in this order."""
