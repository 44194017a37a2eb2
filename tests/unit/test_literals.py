"""The scalars of JSON texts, and which bytes are whole literals."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openresponses.runtime.literals import MAX_SCALARS, are_literals, scalars, texts_of

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def count(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(map(count, value.values() if isinstance(value, dict) else value))
    return 1


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
def test_scalars_stand_where_they_are_found(value: Any, indent: int | None, ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii).encode("utf-8", "replace")
    value, found = json.loads(text), scalars(text)
    assert found is not None and len(found) == count(value)
    for each in found:
        assert text[each.start : each.end] == each.literal
        quoted = each.kind in ("string", "blank")
        literal = b'"' + each.literal + b'"' if quoted else each.literal
        assert json.loads(literal) == at(value, each.path)


@pytest.mark.parametrize(
    "text", [b'{"a":1,"a":2}', b'{"a":{"b":1,"\\u0062":2}}', b"[" + b"0," * MAX_SCALARS + b"0]"]
)
def test_texts_that_their_scalars_do_not_tell(text: bytes) -> None:
    assert scalars(text) is None


def test_kinds() -> None:
    found = scalars(b'["a","",-1,0.5,1e5,123456789012345678901,null,true]')
    kinds = ["string", "blank", "integer", "decimal", "word", "word", "word", "word"]
    assert found is not None and [each.kind for each in found] == kinds


STRINGS = [b"", b"a", b'\\"', b"\\\\", b'\\\\\\"', b"\xc3\xa9", b"\\u00e9"]
BROKEN = [b'"', b"\\", b'a"b', b'\\\\"', b'x"\\', b"a\nb", b'",\n"', b"\\\n"]


@pytest.mark.parametrize("broken", BROKEN)
def test_one_broken_string_among_others_is_seen(broken: bytes) -> None:
    assert are_literals("string", STRINGS)
    for place in range(len(STRINGS) + 1):
        assert not are_literals("string", [*STRINGS[:place], broken, *STRINGS[place:]])


def alone(literal: bytes) -> str | None:
    try:
        return texts_of([literal])[0]
    except ValueError:
        return None


@given(st.lists(st.binary(max_size=6) | st.sampled_from(STRINGS + BROKEN), min_size=1))
def test_literals_are_read_as_they_are_one_by_one(literals: list[bytes]) -> None:
    if not are_literals("string", literals):
        return
    single = [alone(each) for each in literals]
    if None in single:
        with pytest.raises(ValueError):
            texts_of(literals)
    else:
        assert texts_of(literals) == single


NUMBERS = {
    "integer": ([b"0", b"-12"], [b"", b"007", b"1.5", b"+1", b"1\n2", b"1" * 19]),
    "decimal": ([b"0.5", b"-1.25"], [b"1", b".5", b"1.", b"1.5e3", b"01.5"]),
}


@pytest.mark.parametrize("kind", sorted(NUMBERS))
def test_numbers(kind: Any) -> None:
    good, bad = NUMBERS[kind]
    assert are_literals(kind, good)
    for each in bad:
        assert not are_literals(kind, [*good, each])
