"""Positions of keys and values in TOML, which `tomllib` does not tell."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orgen.toml_places import Steps, places_of

TEXT = '''\
top = 1 # one
"a b".'c' = """
two = 2
"""
[tool.orgen] # ours
  list = [
    "x", # = "no"
    ["y", {deep = '[z]'}],
  ]
inner = {one = 1, two."t w" = "}"}
when = 1979-05-27 07:32:00
[[rows]]
id = 1
[[rows]]
id = 2
[rows.more]
ok = true
'''


def shown(steps: Steps) -> str:
    """Line, column and text of the value at `steps`."""
    places = places_of("f.toml", TEXT)
    start, end = places.values[steps]
    span = places.value(steps)
    return f"{span.line}:{span.column} {TEXT[start:end]}"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("top",), "1:7 1"),
        (("a b", "c"), '2:13 """\ntwo = 2\n"""'),
        (("tool", "orgen", "list", 0), '7:5 "x"'),
        (("tool", "orgen", "list", 1, 0), '8:6 "y"'),
        (("tool", "orgen", "list", 1, 1, "deep"), "8:19 '[z]'"),
        (("tool", "orgen", "inner", "two", "t w"), '10:31 "}"'),
        (("tool", "orgen", "when"), "11:8 1979-05-27 07:32:00"),
        (("rows", 0, "id"), "13:6 1"),
        (("rows", 1, "id"), "15:6 2"),
        (("rows", 1, "more", "ok"), "17:6 true"),
    ],
)
def test_values_are_found(steps: Steps, expected: str) -> None:
    assert shown(steps) == expected


def test_keys_are_found_without_their_quotes() -> None:
    places = places_of("f.toml", TEXT)
    assert str(places.key(("a b", "c"))) == "f.toml:2:8"
    assert str(places.key(("tool", "orgen"))) == "f.toml:5:7"
    assert str(places.key(("tool", "orgen", "nothing"))) == "f.toml:5:7"
    assert str(places.key(("nothing",))) == "f.toml:1:1"


@given(st.text(alphabet="[]{}.,=\"'\\# \nab1", max_size=60))
def test_any_text_is_scanned_to_an_end(text: str) -> None:
    places = places_of("f.toml", text)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert {steps[0] for steps in places.keys} == set(value)
