"""Framing: the WHATWG rules, NDJSON and JSON arrays, however the bytes are cut."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openresponses.runtime.framing import (
    ArrayReader,
    Frame,
    FrameReader,
    LineReader,
    SseReader,
)

Make = Callable[..., FrameReader]
READERS: list[Make] = [SseReader, LineReader, ArrayReader]


def frames(reader: FrameReader, pieces: list[bytes]) -> list[Frame]:
    blocks = [block for piece in pieces for block in reader.feed(piece)] + reader.close()
    return [frame for block in blocks if (frame := reader.frame(block)) is not None]


def data(make: Make, text: bytes) -> list[bytes]:
    """The data of the frames; the same whole and byte by byte."""
    whole = frames(make(), [text])
    assert frames(make(), [bytes([byte]) for byte in text]) == whole
    return [frame.data for frame in whole]


SSE = [
    (b"data: a\n\n", [b"a"]),
    (b"data:a\n\ndata:  b\n\n", [b"a", b" b"]),
    (b"data: a\r\rdata: b\r\n\r\n", [b"a", b"b"]),
    (b"data: a\r\ndata: b\r\rdata: c\n\n", [b"a\nb", b"c"]),
    (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
    (b"\xef\xbb\xbf\n\xef\xbb\xbfdata: a\n\ndata: b\n\n", [b"b"]),
    (b": keep-alive\n\n: b\ndata: a\n: c\n\n", [b"a"]),
    (b"data: a", [b"a"]),
    (b"data: a\n", [b"a"]),
    (b"data: a\ndata", [b"a\n"]),
    (b"data\n\n", [b""]),
    (b"data:\ndata:\n\n", [b"\n"]),
    (b"id: 1\nretry: 3\nother: x\ndata: a\n\n", [b"a"]),
    (b"event: only\n\n", []),
    (b"datax: a\n\n data: b\n\nDATA: c\n\n", []),
    (b"data: \xe2\x82\xac\x00\n\n", [b"\xe2\x82\xac\x00"]),
    (b"data: a\x0bb\x0cc\x85d\x1e\n\n", [b"a\x0bb\x0cc\x85d\x1e"]),
    (b"", []),
    (b"\xef\xbb", []),
]


@pytest.mark.parametrize(("text", "expected"), SSE)
def test_server_sent_events(text: bytes, expected: list[bytes]) -> None:
    assert data(SseReader, text) == expected


def test_the_name_of_an_event_is_its_own() -> None:
    text = b"event: a\ndata: 1\n\ndata: 2\n\nevent: b\n\ndata: 3\n\nevent:c\xff\nevent: d\ndata: 4"
    assert frames(SseReader(), [text]) == [
        Frame("a", b"1"),
        Frame("", b"2"),
        Frame("", b"3"),
        Frame("d", b"4"),
    ]


NDJSON = [
    (b'{"a":1}\n{"b":2}\r\n\n \n3', [b'{"a":1}', b'{"b":2}', b"3"]),
    (b"\xef\xbb\xbf{}\n", [b"{}"]),
    (b"", []),
]


@pytest.mark.parametrize(("text", "expected"), NDJSON)
def test_lines(text: bytes, expected: list[bytes]) -> None:
    assert data(LineReader, text) == expected


ARRAYS = [
    (b'[{"a":1},\r\n{"b":[2,{}]}]', [b'{"a":1}', b'{"b":[2,{}]}']),
    (b'{"a":"}"}', [b'{"a":"}"}']),
    (b'[{"a":"]\\"}\\\\"}]', [b'{"a":"]\\"}\\\\"}']),
    (b'\xef\xbb\xbf[{"a":1}]', [b'{"a":1}']),
    (b" [ ] ", []),
    (b"[{}][{}]", [b"{}", b"{}"]),
    (b"[[1],[2]]", [b"[1]", b"[2]"]),
    (b'[{"a":1}, {"b', [b'{"a":1}', b'{"b']),
    (b'[{"a', [b'{"a']),
    (b"upstream error", [b"upstream error"]),
    (b'["text", {}, 5]', [b'"text"', b"{}", b"5"]),
    (b"{}]}[1]", [b"{}", b"]}", b"1"]),
    (b'"[{', [b'"[{']),
]


@pytest.mark.parametrize(("text", "expected"), ARRAYS)
def test_arrays(text: bytes, expected: list[bytes]) -> None:
    assert data(ArrayReader, text) == expected


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.text(max_size=6) | st.integers(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), max_size=4),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_the_elements_of_an_array_are_found(
    values: list[Any], indent: int | None, ascii: bool
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=ascii).encode("utf-8", "replace")
    assert [json.loads(each) for each in data(ArrayReader, text)] == json.loads(text)


ALPHABET = st.sampled_from(
    b'data:| |\n|\r|\r\n|:|event: x|{|}|[|]|"|\\|,|abcdefgh|\xef\xbb\xbf|\xc3\xa9'.split(b"|")
)


@pytest.mark.parametrize("make", READERS)
@given(parts=st.lists(ALPHABET), data=st.data(), limit=st.sampled_from([4, 9, 1000]))
def test_no_cut_matters(make: Make, parts: list[bytes], data: st.DataObject, limit: int) -> None:
    text = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole, cut, bytewise = make(limit), make(limit), make(limit)
    expected = frames(whole, [text])
    assert frames(cut, pieces) == expected
    assert frames(bytewise, [bytes([byte]) for byte in text]) == expected
    assert whole.overflow == cut.overflow == bytewise.overflow


LIMITED = [
    (SseReader, b"data: 1\n\n", b"data: " + b"x" * 30),
    (SseReader, b"data: 1\n\n", b": " + b"x" * 30),
    (SseReader, b"data: 1\n\n", b"data: 123456\n" * 4),
    (SseReader, b"data: 1\n\n", b"data:\n" * 40),
    (LineReader, b"1\n", b"x" * 30),
    (ArrayReader, b"[{},", b'{"a": "' + b"x" * 30),
    (ArrayReader, b"[{},", b"x" * 30),
]


@pytest.mark.parametrize(("make", "good", "long"), LIMITED)
def test_what_is_too_long_ends_the_frames(make: Make, good: bytes, long: bytes) -> None:
    for ending in (b"", b"\n\n" + good):
        text = good + long + ending
        for size in (1, 5, len(text)):
            reader = make(limit=20)
            found = frames(reader, [text[i : i + size] for i in range(0, len(text), size)])
            assert len(found) == 1
            assert reader.overflow
            assert reader.feed(good) == []


@pytest.mark.parametrize("size", [1, 4096])
@pytest.mark.parametrize("make", READERS)
def test_time_is_linear(make: Make, size: int) -> None:
    """Eight times the text in one line takes about eight times as long."""

    def seconds(length: int) -> float:
        text = b'data: {"a": "' + b"x" * length + b'"}\n\n'
        text = text[6:] if make is ArrayReader else text
        pieces = [text[i : i + size] for i in range(0, len(text), size)]
        start = time.process_time()
        assert len(frames(make(), pieces)) == 1
        return time.process_time() - start

    length = 40_000 if size == 1 else 4_000_000
    small = min(seconds(length) for _ in range(3))
    assert min(seconds(8 * length) for _ in range(2)) < 8 * 4 * max(small, 0.001)


def test_keep_alives_are_not_kept() -> None:
    reader = SseReader(limit=100)
    for _ in range(1000):
        assert [reader.frame(block) for block in reader.feed(b": keep-alive\n\n")] == [None]
    assert not reader.overflow
    array = ArrayReader(limit=100)
    for _ in range(1000):
        assert array.feed(b" \n") == []
    assert not array.overflow
