"""When two native responses say the same: the declared normal forms of answers.

`lost(dialect, said, again)` compares an answer with what decoding and encoding
made of it. Each dialect file lists its forms under `normal_forms`. For every
dialect: key order says nothing, null and what is empty are absent, counters of
zero are none; and what an answer leaves out may be filled in, so that only
what it says is compared.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from normal_forms import camel_case, objects, parse_arguments, refusal_as_field
from places import pointer

Form = Callable[[dict[str, Any]], None]


def lost(dialect: str, said: Any, again: Any) -> list[str]:
    """What `said` says and `again` does not, as pointers with both values."""
    return list(missing(normal_response(dialect, said), normal_response(dialect, again), ()))


def missing(said: Any, again: Any, path: tuple[str | int, ...]) -> Iterator[str]:
    if isinstance(said, dict) and isinstance(again, dict):
        for key, value in said.items():
            yield from missing(value, again.get(key), (*path, key))
    elif isinstance(said, list) and isinstance(again, list) and len(said) == len(again):
        for index, (value, other) in enumerate(zip(said, again, strict=True)):
            yield from missing(value, other, (*path, index))
    elif said != again:
        yield f"{pointer(path)}: {said!r:.200} became {again!r:.200}"


def normal_response(dialect: str, body: Any) -> Any:
    """The normal form of a response; the body itself stays as it is."""
    body = copy.deepcopy(body)
    for form in FORMS[dialect]:
        form(body)
    for holder in (body, body.get("usage"), body.get("usageMetadata")):
        without_zeros(holder)
    return without_nothing(body)


def without_zeros(usage: Any) -> None:
    """A counter of zero is the same as none."""
    if isinstance(usage, dict):
        for key, value in list(usage.items()):
            if value == 0 and ("count" in key.lower() or "tokens" in key):
                del usage[key]
            elif key.endswith("tokens_details"):
                without_zeros(value)


def without_nothing(value: Any) -> Any:
    """The value without nulls, empty objects and empty lists."""
    if isinstance(value, dict):
        plain = {key: without_nothing(inner) for key, inner in value.items()}
        return {key: inner for key, inner in plain.items() if inner not in (None, {}, [])}
    if isinstance(value, list):
        return [without_nothing(inner) for inner in value]
    return value


# Chat Completions


def messages_of_choices(body: dict[str, Any]) -> None:
    """Arguments are JSON, a refusal is the field; roles and empty texts may be left out."""
    for choice in objects(body.get("choices")):
        message = choice.get("message")
        if isinstance(message, dict):
            message.pop("role", None)
            refusal_as_field({"messages": [message]})
            parts = list(objects(message.get("content")))
            if parts and all(part.keys() == {"type", "text"} for part in parts):
                message["content"] = "".join(part["text"] for part in parts)
            if message.get("content") == "":
                del message["content"]
            for call in objects(message.get("tool_calls")):
                parse_arguments(call.get("function"))


def code_as_text(body: dict[str, Any]) -> None:
    """The code of an error may be a number."""
    holders = [body, *objects(body.get("choices"))]
    for error in (holder.get("error") for holder in holders):
        if isinstance(error, dict) and isinstance(error.get("code"), int | float):
            error["code"] = str(error["code"])


# Gemini


def candidates(body: dict[str, Any]) -> None:
    """Candidates and contents that hold nothing are none; so is an empty message of the end."""
    for candidate in objects(body.get("candidates")):
        content = candidate.get("content")
        if isinstance(content, dict) and not any(map(says, objects(content.get("parts")))):
            told = content.keys() - {"role", "parts"}
            candidate["content"] = {key: content[key] for key in told}
        if candidate.get("finishMessage") == "":
            del candidate["finishMessage"]
    found = body.get("candidates")
    if isinstance(found, list):
        body["candidates"] = [candidate for candidate in found if without_nothing(candidate)]


def says(part: dict[str, Any]) -> bool:
    """Whether a part holds anything: that it is no thought is nothing."""
    return any(value is not False for key, value in without_nothing(part).items())


def no_time(body: dict[str, Any]) -> None:
    """Answers do not say again when they were made."""
    body.pop("createTime", None)


def no_model(body: dict[str, Any]) -> None:
    """An empty name of a model is none."""
    if body.get("modelVersion") == "":
        del body["modelVersion"]


# Portable


def joined_text(body: dict[str, Any]) -> None:
    """In an answer, all texts are one; one string of reasoning is a list of one."""
    message = body.get("message")
    if not isinstance(message, dict):
        return
    parts = list(objects(message.get("content")))
    if parts and all(part.keys() == {"type", "text"} for part in parts):
        message["content"] = "".join(part["text"] for part in parts)
    if message.get("content") == "":
        del message["content"]
    for thought in objects(message.get("reasoning")):
        for key in ("summary", "text"):
            if isinstance(thought.get(key), str):
                thought[key] = [thought[key]]


# Responses


def bare_citation(body: dict[str, Any]) -> None:
    """A citation may leave out an empty title and positions of zero."""
    for item in objects(body.get("output")):
        lists = (item.get(key) for key in ("content", "summary", "output"))
        for part in (part for parts in lists for part in objects(parts)):
            for note in objects(part.get("annotations")):
                for key in ("title", "start_index", "end_index"):
                    if note.get(key) in ("", 0):
                        del note[key]


FORMS: dict[str, tuple[Form, ...]] = {
    "anthropic_messages": (),
    "gemini_generate_content": (camel_case, no_time, no_model, candidates),
    "ollama_chat": (),
    "openai_chat": (messages_of_choices, code_as_text),
    "openai_responses": (bare_citation,),
    "openresponses": (bare_citation, code_as_text),
    "portable": (joined_text,),
}
"""Dialect -> its forms, applied in this order."""
