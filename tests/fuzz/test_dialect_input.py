"""Hostile bodies: every translation of every dialect ends in time, in a result or in our error.

Bodies are broken at every leaf, nested too deep, huge, cyclic in no way but
shared, and no objects at all. A DecodeError points at a place of the body.
"""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bodies import decode, few
from normal_forms import in_camel_case
from openresponses import dialects
from openresponses.dialects import DecodeError, OpenResponsesError, UnsupportedError
from places import at, changed, containers, leaves, path_of

SAMPLE = 1500
SECONDS = 5.0

WRONG: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 0.5, 10**400, -(2**63)),
    *(float("nan"), float("inf"), float("-inf")),
    *("", "x", "\ud800", "\x00", "a" * 10_000, "é\u2028", "1e999", "{", "[" * 2000),
    *("data:;base64,", "data:image/png;base64", "https://", "::", "a:b", "@x", "x.0.y~1"),
    *([], [[]], [None], [0], [""], [{}], [[{}]], ["\ud800"]),
    *({}, {"type": None}, {"type": "message"}, {"type": "x:y"}, {"type": []}, {"": ""}),
    *({"type": "function"}, {"a:b": 1}, {"openai_chat:@x": 1}, {"role": "user", "content": 3}),
)


def translations(name: str) -> dict[str, Callable[[Any], Any]]:
    """Every translation of a dialect, as a function of one body."""
    dialect = dialects.get(name)
    return {
        "encode_request": dialect.encode_request,
        "decode_request": dialect.decode_request,
        "encode_response": dialect.encode_response,
        "decode_response": dialect.decode_response,
        "encode_error": dialect.encode_error,
        "decode_error": lambda body: dialect.decode_error(500, body),
    }


def bodies(name: str) -> Iterator[tuple[str, Any]]:
    """(translation, body that it takes)."""
    for body in few(name):
        canonical = decode(name, body).body
        yield f"decode_{body.kind}", body.value
        yield f"encode_{body.kind}", canonical
    error = {"type": "invalid_request", "code": "c", "message": "m", "param": "p"}
    yield "encode_error", {"error": error}
    yield "decode_error", {"error": {**error, "status": "X", "details": [{"reason": "r"}]}}


def outcome(translate: Callable[[Any], Any], body: Any) -> str | None:
    """What is wrong with the way a translation ends, if anything."""
    try:
        result = translate(body)
        json.dumps(result.body)
    except DecodeError as error:
        if not isinstance(body, dict | list):
            return None
        return None if is_place(body, error.path) else f"no such place: {error}"
    except UnsupportedError as error:
        lost = [p for p in error.problems if not is_place(body, p.path) or not p.reason]
        return f"no such place: {lost}" if lost else None
    except OpenResponsesError:
        return None
    except Exception as error:  # whatever else comes is what this test looks for
        return f"{type(error).__name__}: {error!s:.200}"
    return None


def is_place(body: Any, place: str) -> bool:
    """Whether a pointer names a place of the body, perhaps in the API's usual spelling."""
    return any(path_of(value, place) is not None for value in (body, in_camel_case(body)))


@pytest.mark.parametrize("name", dialects.names())
def test_wrong_values_anywhere_are_told_or_taken(name: str, full: bool) -> None:
    calls = translations(name)
    spots = [
        (call, body, path)
        for call, body in bodies(name)
        for path, _ in {**dict(leaves(body)), **dict(containers(body))}.items()
        if path
    ]
    chance = random.Random(3)
    size = SAMPLE * (10 if full else 1)
    cases = [(*chance.choice(spots), chance.choice(WRONG)) for _ in range(size)]
    faults = {}
    for call, body, path, wrong in cases:
        broken = changed(body, path, wrong)
        fault = outcome(calls[call], broken)
        if fault:
            faults[f"{call} {path}: {wrong!r:.40}"] = fault
    shown = "\n".join(f"{case}: {fault}" for case, fault in list(faults.items())[:15])
    assert not faults, f"{len(faults)} of {len(cases)}\n{shown}"


def nested(depth: int, leaf: Any, wrap: Callable[[Any], Any]) -> Any:
    for _ in range(depth):
        leaf = wrap(leaf)
    return leaf


DEEP: dict[str, Any] = {
    "lists": nested(50_000, 1, lambda inner: [inner]),
    "objects": nested(50_000, 1, lambda inner: {"a": inner}),
    "contents": nested(5_000, "x", lambda inner: [{"type": "text", "content": inner}]),
    "json text": "[" * 100_000,
    "wide": [{"type": "text", "text": "x"}] * 50_000,
    "long": "x" * 2_000_000,
    "many keys": {f"k{index}": index for index in range(20_000)},
    "number": "9" * 5_000,
}


@pytest.mark.parametrize("name", dialects.names())
@pytest.mark.parametrize("kind", DEEP)
def test_huge_and_deep_values_end_in_time(name: str, kind: str) -> None:
    value = DEEP[kind]
    places: dict[str, list[str]] = {
        "request": ["model", "input", "messages", "contents", "tools", "system", "text", "zz"],
        "response": ["output", "content", "choices", "candidates", "message", "usage", "id", "zz"],
        "error": ["error", "message", "detail", "zz"],
    }
    for call, translate in translations(name).items():
        for key in places[call.partition("_")[2]]:
            start = time.perf_counter()
            fault = deep_outcome(translate, {key: value})
            assert fault is None, f"{call} {key}: {fault}"
            assert time.perf_counter() - start < SECONDS, f"{call} {key}"


def deep_outcome(translate: Callable[[Any], Any], body: Any) -> str | None:
    try:
        translate(body)
    except OpenResponsesError:
        return None
    except Exception as error:  # whatever else comes is what this test looks for
        return f"{type(error).__name__}: {error!s:.200}"
    return None


@pytest.mark.parametrize("name", dialects.names())
@pytest.mark.parametrize("body", [None, 1, "x", b"x", [], [1], True, object(), float("nan"), {}])
def test_bodies_that_are_no_objects(name: str, body: Any) -> None:
    for call, translate in translations(name).items():
        if call == "decode_error":
            assert translate(body).body["error"]["message"]
        elif body != {}:
            with pytest.raises(DecodeError):
                translate(body)
        else:
            assert deep_outcome(translate, body) is None


@pytest.mark.parametrize("name", dialects.names())
def test_shared_objects_are_read_as_often_as_they_occur(name: str) -> None:
    """The same object in two places is two values; neither is changed."""
    for call, body in bodies(name):
        lists = [path for path, inner in containers(body) if isinstance(inner, list) and inner]
        for path in lists[:6]:
            doubled = copy.deepcopy(body)
            shared = at(doubled, path)
            shared.append(shared[0])
            apart = json.loads(json.dumps(doubled))
            before = json.dumps(doubled)
            assert said(translations(name)[call], doubled) == said(translations(name)[call], apart)
            assert json.dumps(doubled) == before


def said(translate: Callable[[Any], Any], body: Any) -> Any:
    """The result of a translation as text, or its error; times of day aside."""
    try:
        result = translate(body).body
    except OpenResponsesError as error:
        return type(error).__name__
    for key in ("created_at", "completed_at", "created"):
        result.pop(key, None)
    return json.dumps(result, sort_keys=True)
