"""Editing YAML: the new value is there, and the text around it is untouched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orgen.diagnostics import Diagnostics
from orgen.load.source import Source
from orgen.load.yaml import parse_yaml
from orgen.sync.blend import kin
from orgen.sync.emit import block_lines
from orgen.sync.patch import patch, same

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["a", "yes", "null", "2026-04-24", "a: b", "# no", "it's", "", " x ", "- y"])
    | st.sampled_from(
        ["two\nlines", "tab\t", '"', "\u0085", "\u2028\x07", "ü\U0001f600", "a " * 80]
    )
)
KEYS = st.sampled_from(["a", "b", "c", "$ref", "200", "on", "x y", "k:", "#", "'"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=5)


def read(text: str) -> Any:
    diagnostics = Diagnostics()
    node = parse_yaml(Source("x.yaml", text), diagnostics)
    assert node is not None and not diagnostics, (text, [item.message for item in diagnostics])
    return node.value


def edited(text: str, new: Any) -> str:
    made = patch(text, read(text), new, kin)
    assert same(read(made), new)
    return made


def written(value: dict[str, Any]) -> str:
    return "\n".join(block_lines(value, 0)) + "\n"


@settings(max_examples=100)
@given(OBJECTS)
def test_what_is_written_is_read(value: dict[str, Any]) -> None:
    assert same(read(written(value)), value)


@settings(max_examples=100)
@given(OBJECTS, OBJECTS, st.sampled_from(["block", "flow", "crlf"]))
def test_any_value_becomes_any_other(old: dict[str, Any], new: dict[str, Any], style: str) -> None:
    text = json.dumps(old) if style == "flow" and json.dumps(old).isascii() else written(old)
    if style == "flow" and "\\u" in text:
        text = written(old)
    # A key that stays gives the root something to hold on to.
    old, new = {**old, "stays": 1}, {"stays": 1, **new}
    text = text[:-1] + ', "stays": 1}' if text.startswith("{") else text + "stays: 1\n"
    if style == "crlf":
        text = text.replace("\n", "\r\n")
    assert same(read(text), old)
    made = patch(text, old, new, kin)
    assert same(read(made), new)
    assert patch(made, read(made), new, kin) == made


@settings(max_examples=50)
@given(OBJECTS, st.sampled_from(["a", "b", "c"]))
def test_entries_that_stay_keep_their_bytes(value: dict[str, Any], name: str) -> None:
    text = written({**value, name: value.get(name, 1)})
    noted = f"# first\n\n{text}# last\n"
    new = {key: entry for key, entry in read(noted).items() if key != name}
    new["stays"] = {"deep": [1, {"x": None}]}
    made = patch(noted + "end: 1\n", read(noted + "end: 1\n"), {**new, "end": 1}, kin)
    assert same(read(made), {**new, "end": 1})
    assert made.startswith("# first\n\n") and "\n# last\nend: 1\n" in "\n" + made


FILE = """\
# About the file.
first: 1  # one

# About b.
b:
  - $ref: '#/x'   # the x
  # about y
  - $ref: "#/y"

c: [p, 'q']
d: &base {k: 1}
e: *base
last: >-
  folded
  text
"""


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({"first": 2}, ("first: 1  # one", "first: 2  # one")),
        ({"c": ["p", "q", "r"]}, ("c: [p, 'q']", "c: [p, 'q', r]")),
        ({"c": ["q"]}, ("c: [p, 'q']", "c: ['q']")),
        ({"c": ["o", "p"]}, ("c: [p, 'q']", "c: [o, p]")),
        ({"c": []}, ("c: [p, 'q']", "c: []")),
        ({"e": {"k": 2}}, ("e: *base", "e:\n  k: 2")),
        ({"d": {"k": 2}}, ("d: &base {k: 1}\ne: *base", "d: &base {k: 2}\ne:\n  k: 1")),
        (
            {"d": {"k": 2}, "e": {"k": 2}},
            ("d: &base {k: 1}", "d: &base {k: 2}"),
        ),
        (
            {"b": [{"$ref": "#/y"}]},
            ("  - $ref: '#/x'   # the x\n", ""),
        ),
        (
            {"b": [{"$ref": "#/x"}]},
            ('  # about y\n  - $ref: "#/y"\n', ""),
        ),
        (
            {"b": [{"$ref": "#/x"}, {"$ref": "#/z"}, {"$ref": "#/y"}]},
            ("# the x\n", "# the x\n  - $ref: '#/z'\n"),
        ),
        ({"last": "other"}, ("last: >-\n  folded\n  text", "last: other")),
    ],
)
def test_only_the_entry_changes(change: dict[str, Any], lines: tuple[str, str]) -> None:
    assert lines[0] in FILE
    assert edited(FILE, {**read(FILE), **change}) == FILE.replace(*lines)


def test_an_entry_goes_with_the_comment_right_above_it() -> None:
    new = {key: value for key, value in read(FILE).items() if key != "b"}
    gone = FILE[FILE.index("\n# About b.") : FILE.index("\nc:")]
    assert edited(FILE, new) == FILE.replace(gone, "")


def test_an_alias_whose_anchor_goes_is_written_out() -> None:
    new = {key: value for key, value in read(FILE).items() if key != "d"}
    assert "e:\n  k: 1\n" in edited(FILE, new)


def test_a_long_list_is_wrapped() -> None:
    names = [f"property_number_{number}" for number in range(8)]
    made = edited("required: [a, b]\nx: 1\n", {"required": ["a", "b", *names], "x": 1})
    assert made.startswith("required:\n  [\n    a, b, property_number_0")
    assert all(len(line) <= 100 for line in made.splitlines())


def test_a_file_without_a_last_line_end() -> None:
    assert edited("a: 1", {"a": 1, "b": 2}) == "a: 1\nb: 2"


def test_the_first_entry_behind_a_dash() -> None:
    text = "l:\n  - a: 1\n    b: 2\n"
    assert edited(text, {"l": [{"b": 2}]}) == "l:\n  - b: 2\n"
    assert edited(text, {"l": [{"z": 0, "a": 1, "b": 2}]}) == "l:\n  - z: 0\n    a: 1\n    b: 2\n"


def test_text_that_is_indented_far() -> None:
    deep: Any = {"text": "word " * 40 + "end", "list": ["item"] * 40}
    for _ in range(55):
        deep = {"a": deep}
    assert same(read(written(deep)), deep)
