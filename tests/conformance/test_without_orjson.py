"""Results with orjson and without are identical, down to the spelling of numbers in texts.

On all vectors and recorded shapes, and on what JSON libraries disagree about:
numbers of many digits, exponents, NaN, keys said twice, halves of surrogate pairs, deep nesting.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from bodies import recorded, vectors
from dialect_builds import events_of, streams, timeless
from openresponses import dialects
from openresponses.dialects import OpenResponsesError
from orjson_or_not import without_orjson

NAMES = dialects.names()
each = pytest.mark.parametrize("name", NAMES)


def told(name: str, method: str, body: Any, **options: Any) -> tuple[Any, str]:
    """The result, and everything that is told of it as text."""
    dialect = dialects.get(name)
    try:
        result = getattr(dialect, method)(copy.deepcopy(body), **options)
    except OpenResponsesError as error:
        return None, f"{type(error).__name__}: {error}"
    return result.body, json.dumps([timeless(result.body), [str(loss) for loss in result.losses]])


def same(name: str, method: str, body: Any, **options: Any) -> Any:
    found, text = told(name, method, body, **options)
    with without_orjson():
        assert told(name, method, body, **options)[1] == text
    return found


@each
def test_bodies(name: str) -> None:
    for body in (*vectors(name), *recorded(name)):
        options = {"path": body.path} if body.kind == "request" else {}
        canonical = same(name, f"decode_{body.kind}", body.value, **options)
        if canonical is not None:
            same(name, f"encode_{body.kind}", canonical)


@each
def test_streams(name: str) -> None:
    dialect = dialects.get(name)
    for data in streams(name).values() if dialect.stream is not None else ():
        found = timeless(events_of(dialect, data))
        with without_orjson():
            slow = timeless(events_of(dialect, data))
        assert found[:-1] == slow[:-1]


ARGUMENTS = (
    '{"a": 1, "a": 2}',
    '{"n": 12345678901234567890123456789, "m": 18446744073709551615, "f": 1e16}',
    '{"n": NaN}',
    '{"n": 1e400}',
    '{"s": "\\ud800", "t": "\\ud83d\\ude00"}',
    '{"s": "\ud800"}',
    '{"x": ' * 400 + "1" + "}" * 400,
    '{"n": -0.0, "m": 1e-7, "z": null}',
    "[1, 2",
    " ",
)


@each
@pytest.mark.parametrize("text", ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_arguments_of_calls(name: str, text: str) -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": text}
    output = {"type": "function_call_output", "call_id": "c", "output": text}
    body = same(name, "encode_request", {"model": "m", "input": [call, output]})
    if body is not None:
        path = dialects.get(name).path.replace("{model}", "m")
        same(name, "decode_request", body, path=path)
