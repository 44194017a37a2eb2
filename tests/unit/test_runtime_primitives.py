"""Each primitive of the runtime: what it gives for values, and that it is total."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from openresponses.runtime import primitives
from openresponses.runtime.primitives import (
    base64_of,
    both,
    data_url,
    default,
    differs,
    element,
    field,
    filled,
    is_integer,
    is_minted,
    is_number,
    join,
    json_or,
    json_or_text,
    lookup,
    magic,
    matches,
    media_type,
    negate,
    object_schema,
    pieces,
    put,
    remainder,
    strings,
    timestamp,
    total,
    unix_time,
    unless_absent,
    unless_minted,
    whole,
    word,
)

PNG = "iVBORw0KGgoAAAANSUhEUgAA"

CASES: list[tuple[Any, tuple[Any, ...], Any]] = [
    (is_number, (1,), True),
    (is_number, (0.5,), True),
    (is_number, (True,), False),
    (is_number, ("1",), False),
    (is_integer, (2.0,), True),
    (is_integer, (2.5,), False),
    (is_integer, (False,), False),
    (field, ({"a": 1}, "a"), 1),
    (field, ({"a": 1}, "b"), None),
    (field, ([1, 2], 1), 2),
    (field, ([1, 2], 2), None),
    (field, ("text", "a"), None),
    (element, (["a"], 0), "a"),
    (element, (["a"], 1), None),
    (element, (("a", "b"), 1), "b"),
    (element, ("text", 0), None),
    (default, (None, 7), 7),
    (default, (0, 7), 0),
    (filled, ("",), None),
    (filled, ([],), None),
    (filled, ({},), None),
    (filled, (0,), None),
    (filled, (False,), False),
    (word, ("a",), "a"),
    (word, (429,), "429"),
    (word, (True,), None),
    (negate, (True,), False),
    (negate, (None,), None),
    (unless_absent, (None, 1), None),
    (unless_absent, (0, 1), 1),
    (lookup, ({"a": "b"}, "a"), "b"),
    (lookup, ({"a": "b"}, "c"), None),
    (lookup, ({"a": "b"}, ["a"]), None),
    (lookup, ({True: "yes"}, 1), None),
    (total, (1, 2.5, None, "3", True), 3.5),
    (total, (None,), None),
    (remainder, (10, 3, None), 7),
    (remainder, (2, 3), 0),
    (whole, (2.9,), 2),
    (whole, ("2",), None),
    (whole, (float("nan"),), None),
    (pieces, ("data:a/b;base64,Zm8=", "data:", ";base64,", ""), ("a/b", "Zm8=")),
    (pieces, ("data:a/b", "data:", ";base64,", ""), None),
    (pieces, ("xa", "x", "y"), None),
    (pieces, (3, "x", ""), None),
    (join, (["a", 1, "b"],), "ab"),
    (join, ([],), ""),
    (join, ("ab",), None),
    (strings, ("a",), ["a"]),
    (strings, (["a"],), ["a"]),
    (strings, (1,), None),
    (both, ([1], [2]), [1, 2]),
    (both, (None, [2]), [2]),
    (json_or, ('{"a": 1}', "output"), {"a": 1}),
    (json_or, ("plain", "output"), {"output": "plain"}),
    (json_or, ("[1]", "output"), {"output": "[1]"}),
    (json_or, ('{"output": 1}', "output"), {"output": 1}),
    (json_or, ('{"output": "x"}', "output"), {"output": '{"output": "x"}'}),
    (json_or_text, ({"output": 1}, "output"), '{"output":1}'),
    (json_or_text, ({"output": "plain"}, "output"), "plain"),
    (json_or_text, ({"a": 1}, "output"), '{"a":1}'),
    (is_minted, ("call_og_1_2",), True),
    (is_minted, ("call_1",), False),
    (is_minted, (None,), False),
    (unless_minted, ("call_og_1_2",), None),
    (unless_minted, ("call_1",), "call_1"),
    (magic, (PNG, "image/png"), PNG),
    (magic, (PNG, "image/gif"), None),
    (magic, ("not base64!", "image/png"), None),
    (data_url, (PNG,), f"data:image/png;base64,{PNG}"),
    (data_url, ("AAAA",), "data:application/octet-stream;base64,AAAA"),
    (data_url, (None,), None),
    (base64_of, ("data:text/plain;base64,SGk=",), "SGk="),
    (base64_of, ("data:text/plain,Hi",), None),
    (base64_of, ("https://example.org/a.png",), None),
    (object_schema, (None,), {"type": "object", "properties": {}}),
    (object_schema, ({"properties": {"a": {}}},), {"type": "object", "properties": {"a": {}}}),
    (timestamp, (0,), "1970-01-01T00:00:00Z"),
    (timestamp, (10**20,), None),
    (timestamp, ("0",), None),
    (unix_time, ("1970-01-01T00:00:01Z",), 1),
    (unix_time, ("1970-01-01T01:00:00.9+01:00",), 0),
    (unix_time, ("2023-13-01T00:00:00Z",), None),
    (unix_time, (3,), None),
    (differs, (None, ""), False),
    (differs, ("", ""), False),
    (differs, ("a", ""), True),
    (media_type, ("data:image/png;base64,AA",), "image/png"),
    (media_type, ("https://example.org/a.pdf?x=1",), "application/pdf"),
    (media_type, (3,), None),
    (matches, ("^a+$", "aaa"), True),
    (matches, ("^a+$", "b"), False),
    (matches, ("a", 3), False),
]


@pytest.mark.parametrize(
    ("primitive", "arguments", "expected"),
    [pytest.param(*case, id=f"{i}-{case[0].__name__}") for i, case in enumerate(CASES)],
)
def test_primitive(primitive: Any, arguments: tuple[Any, ...], expected: Any) -> None:
    assert primitive(*arguments) == expected


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (("a",), {}, {"a": 1}),
        (("a", "b"), {}, {"a": {"b": 1}}),
        (("a", 0, "b"), {}, {"a": [{"b": 1}]}),
        (("a", 0), {"a": [5]}, {"a": [1]}),
        (("a", 3), {"a": [5]}, {"a": [5, 1]}),
        (("a", "b"), {"a": 5}, {"a": {"b": 1}}),
    ],
)
def test_put_makes_what_is_missing(path: Any, before: Any, after: Any) -> None:
    put(before, path, 1)
    assert before == after


def test_default_gives_a_copy() -> None:
    otherwise: dict[str, Any] = {}
    default(None, otherwise)["a"] = 1
    assert otherwise == {}


HOSTILE: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**400, 0.5, float("nan"), float("inf"), "", "x", "\ud800", "data:"),
    *([], [None], [[]], {}, {"a": None}),
)
UNARY = [
    name
    for name in primitives.__all__
    if len(inspect.signature(getattr(primitives, name)).parameters) == 1
]


@pytest.mark.parametrize("name", sorted(set(UNARY) - {"typed"}))
def test_primitives_of_one_value_take_anything(name: str) -> None:
    """They never raise: a value of the wrong kind is the caller's business to report."""
    for value in HOSTILE:
        getattr(primitives, name)(value)
