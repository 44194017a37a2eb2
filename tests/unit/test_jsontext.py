"""JSON text: the same values and refusals with orjson and without."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openresponses.runtime import jsontext
from orjson_or_not import without_orjson


def both(text: bytes | str) -> Any:
    """What both ways read; `ValueError` and its message where both refuse."""
    results = []
    for slow in (False, True):
        try:
            if slow:
                with without_orjson():
                    results.append(jsontext.loads(text))
            else:
                results.append(jsontext.loads(text))
        except ValueError as error:
            results.append((ValueError, str(error)))
    first, second = results
    assert repr(first) == repr(second)
    return ValueError if isinstance(first, tuple) else first


READ: list[tuple[bytes | str, Any]] = [
    (b'{"a": [1, -2.5, true, null, "\\u00e9"]}', {"a": [1, -2.5, True, None, "é"]}),
    ("[1]", [1]),
    (b" 1 \n", 1),
    (b'"\xff\xc3"', "\ufffd\ufffd"),
    (b'"\xed\xa0\x80"', "\ufffd\ufffd\ufffd"),
    (b'"\\ud83d\\ude00"', "\U0001f600"),
    (b'"a\\ud83d"', "a\ufffd"),
    (b'{"\\uDE00": ["\\uD83D"]}', {"\ufffd": ["\ufffd"]}),
    ('"\ud83d"', "\ufffd"),
    (b"18446744073709551616", 18446744073709551616),
    (b"-123456789012345678901234567890", -123456789012345678901234567890),
    (b"[9223372036854775808]", [9223372036854775808]),
    (b"-0", 0),
    (b"-0.0", -0.0),
    (b"1e5", 100000.0),
    (b"12345678901234567890.5", 12345678901234567890.5),
    (b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
    (b'"\\u0000\x7f"', "\0\x7f"),
    (b"[" * 200 + b"]" * 200, None),
    (b'"' + b"[" * 300 + b'"', "[" * 300),
    (b"[" + b"[],{}," * 300 + b"1]", [[], {}] * 300 + [1]),
]
REFUSED: list[bytes | str] = [
    b"",
    b"NaN",
    b"[Infinity]",
    b"-Infinity",
    b"1e400",
    b"[-1e400]",
    b"[1,]",
    b"01",
    b"1.",
    b"{'a': 1}",
    b'"\t"',
    b"1 2",
    b"\xef\xbb\xbf1",
    "\ufeff1",
    b"[" * 201 + b"]" * 201,
    b'{"a":' * 201 + b"1" + b"}" * 201,
    b"[" * 1_000_000,
    b'["' + b"\\" * 1_000_001,
    b"9" * 5000,
    b"tru",
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_both_ways_read_the_same(text: bytes | str, value: Any) -> None:
    read = both(text)
    assert read is not ValueError
    if value is not None:
        assert repr(read) == repr(value)


@pytest.mark.parametrize("text", REFUSED)
def test_both_ways_refuse_the_same(text: bytes | str) -> None:
    assert both(text) is ValueError


@given(st.text(alphabet='[]{}:,"\\ud83-+.e0195 \ud800\x00', max_size=40))
def test_both_ways_agree_on_anything(text: str) -> None:
    both(text)
    both(text.encode("utf-8", "surrogatepass"))
    both(text.encode("utf-16-le", "surrogatepass"))


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    written = jsontext.dumps(value)
    with without_orjson():
        slow = jsontext.dumps(value)
    assert both(written) == both(slow) == value
    if not any(mark in slow for mark in (b"e+", b"e-")):
        assert written == slow


WRITTEN = [
    ({"a": [1, None, "é\n\x1f\x7f"]}, '{"a":[1,null,"é\\n\\u001f\x7f"]}'),
    ("\ud83d", '"\ufffd"'),
    ({"\ud83d": [2**70]}, '{"\ufffd":[1180591620717411303424]}'),
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_both_ways_write_the_same(value: Any, text: str) -> None:
    assert jsontext.dumps(value) == text.encode()
    with without_orjson():
        assert jsontext.dumps(value) == text.encode()


def _deep() -> Any:
    value: Any = None
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize("value", [math.nan, [math.inf], {"a": -math.inf}, {1, 2}, b"x", _deep()])
def test_both_ways_refuse_to_write_the_same(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        jsontext.dumps(value)
    with without_orjson(), pytest.raises((ValueError, TypeError)):
        jsontext.dumps(value)


@pytest.mark.parametrize("part", [b'"\\"', b"[", b'"', b"\\", b'{"a":'])
def test_refusing_takes_linear_time(part: bytes) -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        with pytest.raises(ValueError):
            jsontext.loads(b"[" * 300 + part * count)
        return time.process_time() - start

    small = min(seconds(50_000) for _ in range(3))
    assert min(seconds(400_000) for _ in range(2)) < 8 * 4 * max(small, 0.001)


def test_typed_values_are_plain() -> None:
    assert json.loads(jsontext.dumps({"a": (1, 2)})) == {"a": [1, 2]}


def outcome(read: Any, value: Any) -> str:
    """What a function gives, or the kind of its error, as text."""
    try:
        return repr(read(value))
    except (ValueError, TypeError, RecursionError) as error:
        return type(error).__name__


INNER_TEXTS = [
    *(text for text in REFUSED if isinstance(text, str)),
    *("NaN", "1e400", "[1,]", "", "\ufeff1", '{"a": 1, "a": 2}', '"\\ud800"', '"\ud800"'),
    *("12345678901234567890123", "-0", "1E5", "[" * 500 + "]" * 500, '{"n": 0.1e-7}'),
]
"""Texts that lie in values, such as the arguments of calls."""


@pytest.mark.parametrize("text", INNER_TEXTS)
def test_inner_texts_are_read_the_same(text: str) -> None:
    found = outcome(jsontext.value_of, text)
    with without_orjson():
        assert outcome(jsontext.value_of, text) == found


@given(st.text(alphabet='[]{}:,"\\ud83-+.e0195 \ud800\x00', max_size=40))
def test_any_inner_text_is_read_the_same(text: str) -> None:
    found = outcome(jsontext.value_of, text)
    with without_orjson():
        assert outcome(jsontext.value_of, text) == found


INNER_VALUES = [
    *(1e16, 1e-7, -0.0, 2**70, math.nan, [math.inf], None, {"a": None}, "3e5", "\ud800", {1: 2}),
    *({"\ud800": 1}, (1, 2), {1, 2}, b"x", [[]] * 3, "\x00\x1f\x7f\n"),
]


@pytest.mark.parametrize("value", INNER_VALUES, ids=repr)
def test_inner_values_are_written_the_same(value: Any) -> None:
    found = outcome(jsontext.text_of, value)
    with without_orjson():
        assert outcome(jsontext.text_of, value) == found


@given(VALUES)
def test_any_inner_value_is_written_the_same(value: Any) -> None:
    written = jsontext.text_of(value)
    with without_orjson():
        assert jsontext.text_of(value) == written
    assert jsontext.value_of(written) == value
