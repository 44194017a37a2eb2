"""Requests cross from vendor to vendor: each result is what the target's own SDK types allow.

Every request, own vector or recording, is decoded from its own format and
encoded to each format that has an SDK; so are generated requests. Either the
body is valid by that SDK's types, or the translation says with a pointer and a
reason what the target cannot carry.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from bodies import NativeBody, decode, decodes, vectors
from contract import components, validator
from generated_values import WORDS, Vocabulary, sensible, values
from hypothesis import given
from openresponses import dialects
from openresponses.dialects import DecodeError, UnsupportedError
from places import path_of
from recordings import recordings
from vendor_types import SDKS, faults

EXCEPTIONS = {
    "portable > openai_chat: reasoning/thoughts with the state of their model": (
        "the state goes back to the server it came from, whose fields OpenAI does not know"
    ),
    "portable > openai_chat: content/a block of one provider": "it is made up, and reported",
    "portable > openai_responses: content/a block of one provider": "it is made up, and reported",
    "portable > openai_responses: tools/a tool of one provider": "its setting is made up",
    "portable > openai_responses: tools/a provider's tool must be called": (
        "the API takes this word, and the types do not yet"
    ),
}
"""Own vectors in which an application speaks to one vendor in that vendor's words."""

PAIRS = [(source, target) for source in dialects.names() for target in SDKS if source != target]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_requests_of_one_vendor_are_valid_for_another(source: str, target: str) -> None:
    found: dict[str, list[str]] = {}
    valid = 0
    for name, canonical in requests(source):
        try:
            body = dialects.get(target).encode_request(copy.deepcopy(canonical)).body
        except UnsupportedError as error:
            assert error.problems
            for problem in error.problems:
                assert path_of(canonical, problem.path) and problem.reason.strip(), name
            continue
        wrong = faults(target, body)
        if wrong and f"{source} > {target}: {name}" not in EXCEPTIONS:
            found[name] = wrong
        valid += not wrong
    shown = "\n".join(f"{name}: {wrong}" for name, wrong in list(found.items())[:10])
    assert not found, f"{len(found)} are wrong, {valid} valid\n{shown}"
    assert valid > 10


def requests(source: str) -> Iterator[tuple[str, Any]]:
    """Canonical requests that came from a vendor's format."""
    for body in every(source):
        if body.kind == "request" and decodes(source, body):
            yield body.name, {"model": "some-model", **decode(source, body).body}


@cache
def every(dialect: str) -> tuple[NativeBody, ...]:
    """All vectors and all recorded requests of a format."""
    found = dialects.get(dialect)
    recorded = (
        NativeBody(case.name, "request", case.request(), case.path(found.path, found.stream_path))
        for case in recordings(dialect)
        if case.has_request
    )
    return (*vectors(dialect), *recorded)


STATUSES = ("in_progress", "completed", "incomplete")


@pytest.mark.parametrize("target", SDKS)
@given(
    made=values(
        {"components": components()},
        "#/components/schemas/CreateResponseBody",
        Vocabulary({**WORDS, "status": STATUSES}),
    )
)
def test_any_request_is_valid_for_a_vendor(target: str, made: Any) -> None:
    """Generated ones, too; only an assistant's messages have a status, as servers send it."""
    request = sensible(made)
    for item in request["input"] if isinstance(request["input"], list) else ():
        if item.get("role", "assistant") != "assistant":
            item.pop("status", None)
    try:
        body = dialects.get(target).encode_request(copy.deepcopy(request)).body
    except UnsupportedError as error:
        for problem in error.problems:
            assert path_of(request, problem.path) and problem.reason.strip()
        return
    except DecodeError:
        assert not validator("CreateResponseBody").is_valid(request)
        return
    assert not faults(target, body) or not validator("CreateResponseBody").is_valid(request)


TEXT = {"role": "user", "content": "Hello."}
WRONG: dict[str, list[dict[str, Any]]] = {
    "anthropic_messages": [
        {"messages": [TEXT]},
        {"max_tokens": 9, "messages": [{**TEXT, "name": "Ada"}]},
        {"max_tokens": "9", "messages": [TEXT]},
        {"max_tokens": 9, "messages": [{**TEXT, "content": [{"type": "text"}]}]},
    ],
    "gemini_generate_content": [
        {"contents": [{"parts": [{"text": "Hello."}]}], "generation_config": {"topP": 1}},
        {"contents": [{"parts": [{"text": "Hello."}]}], "generationConfig": {"top_p": 1}},
        {"contents": [{"parts": [{"text": "Hello.", "kind": 1}]}]},
        {
            "contents": [{"parts": [{"text": "Hello."}]}],
            "generationConfig": {"thinkingConfig": {"thinkingLevel": "low"}},
        },
        {
            "contents": [{"parts": [{"text": "Hello."}]}],
            "generationConfig": {"thinkingConfig": {"thinkingLevel": "GIGANTIC"}},
        },
    ],
    "openai_chat": [
        {"messages": [{**TEXT, "kind": "x"}]},
        {"messages": [{**TEXT, "content": [{"type": "image_url", "image_url": "x"}]}]},
        {"messages": [TEXT], "top_k": 5},
        {"messages": [TEXT], "n": 1.5},
    ],
    "openai_responses": [
        {"input": [{**TEXT, "id": "msg_1"}]},
        {"input": [{**TEXT, "content": [{"type": "input_image", "image_url": "x"}]}]},
        {"input": "Hello.", "tools": [{"type": "function", "name": "f"}]},
        {"input": "Hello.", "stop": ["x"]},
    ],
}
"""Requests that are just not what a vendor's types allow."""


@pytest.mark.parametrize(
    ("dialect", "body"), [(name, body) for name, bodies in WRONG.items() for body in bodies]
)
def test_the_types_forgive_nothing(dialect: str, body: dict[str, Any]) -> None:
    model = {} if dialect == "gemini_generate_content" else {"model": "some-model"}
    assert faults(dialect, {**model, **body})
