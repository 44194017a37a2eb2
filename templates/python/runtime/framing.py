"""Framing: bytes of a stream in, payloads out. No I/O, and linear time however they are cut.

`SseReader` follows the WHATWG rules for event streams, with what real servers
need beside them: a last event without a blank line counts. `LineReader` reads
NDJSON, `ArrayReader` one JSON array (or object) that arrives in pieces.

Each cuts the bytes into blocks, one an event: what stands between two blank
lines, a line, an element. `frame` tells what a block says, so that whoever knows
a block by its looks need not ask. The frames are the same however the bytes are
cut. A reader that meets an event longer than its limit gives what came before,
sets `overflow`, and reads no further.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

MAX_EVENT_BYTES = 64 * 1024 * 1024
"""Default limit of one event, in bytes: room for an image, no room for a runaway."""

_BOM = b"\xef\xbb\xbf"
_MARKS = re.compile(rb'["{}\[\]]')
_STRING_MARKS = re.compile(rb'["\\]')
_HEAD = re.compile(rb"(?:event: [^\n]*\n)?data: ")
_PLAIN = re.compile(rb"(?:event: ([^\n]*)\n)?data: ([^\n]*)")
_BLANK_LINE = re.compile(rb"\n\n")  # splits faster than bytes do
_BLANK_CRLF = re.compile(rb"\r\n\r\n")
_CRLF = re.compile(rb"\r\n")
_BETWEEN = b" \t\r\n,"
"""What may stand between the elements of an array."""

_MOST_KEPT = 1 << 16
"""Bytes of a block of several lines that are kept together; longer ones are read line by line."""


def bytes_of(chunk: Any) -> bytes:
    """Any kind of bytes as bytes. Raises TypeError for anything else."""
    if not isinstance(chunk, bytes | bytearray | memoryview):
        hint = "; give text messages to feed_message" if isinstance(chunk, str) else ""
        raise TypeError(f"feed takes bytes, not {type(chunk).__name__}{hint}")
    return bytes(chunk)


class Frame(NamedTuple):
    """One event: the name of its `event` field (empty if it had none), and its data."""

    name: str
    data: bytes


class FrameReader(Protocol):
    """What the readers of this module have in common."""

    @property
    def overflow(self) -> bool: ...

    def feed(self, chunk: bytes) -> list[bytes]:
        """The blocks that this chunk completes."""
        ...

    def close(self) -> list[bytes]:
        """The block that was still open at the end, if any."""
        ...

    def frame(self, block: bytes) -> Frame | None:
        """What a block says; None where it says nothing (comments)."""
        ...


@dataclass(slots=True)
class _Lines:
    """Cuts bytes into lines that end with LF, CR or CRLF."""

    limit: int
    pending: bytearray = field(default_factory=bytearray)
    after_cr: bool = False
    started: bool = False
    overflow: bool = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes, up to one that is too long."""
        if self.overflow or not chunk:
            return []
        if self.after_cr:
            self.after_cr = False
            chunk = chunk[1:] if chunk[:1] == b"\n" else chunk
        if b"\n" not in chunk and b"\r" not in chunk:
            self.pending += chunk
            self.overflow = len(self.pending) > self.limit
            return []
        text = bytes(self.pending) + chunk if self.pending else chunk
        lines = text.splitlines()
        self.after_cr = text[-1:] == b"\r"
        self.pending = bytearray() if text[-1:] in (b"\r", b"\n") else bytearray(lines.pop())
        self.overflow = len(self.pending) > self.limit
        if len(text) > self.limit:
            lines = self._until_too_long(lines)
        if not self.started and lines:
            lines[0] = lines[0].removeprefix(_BOM)
        self.started = True
        return lines

    def _until_too_long(self, lines: list[bytes]) -> list[bytes]:
        for number, line in enumerate(lines):
            if len(line) > self.limit:
                self.overflow = True
                return lines[:number]
        return lines

    def rest(self) -> bytes:
        """The line that no line end follows."""
        text = b"" if self.overflow else bytes(self.pending)
        self.pending = bytearray()
        return text if self.started else text.removeprefix(_BOM)


@dataclass(slots=True)
class _Fields:
    """What the lines of one event have said so far."""

    name: bytes = b""
    data: list[bytes] = field(default_factory=list)
    size: int = 0

    def take(self, line: bytes) -> None:
        """Reads one line that is not empty."""
        if line.startswith(b"data:"):
            self._add(line[6:] if line[5:6] == b" " else line[5:])
            return
        name, _, value = line.partition(b":")
        if name == b"event":
            self.name = value.removeprefix(b" ")
        elif name == b"data":
            self._add(b"")

    def _add(self, data: bytes) -> None:
        self.data.append(data)
        self.size += len(data) + 1

    def block(self) -> bytes:
        """The event as a block that says the same."""
        head = b"event: " + self.name + b"\n" if self.name else b""
        return head + b"\n".join(b"data: " + data for data in self.data)


class SseReader:
    """Server-sent events (WHATWG HTML, section 9.2).

    Bytes are cut at blank lines, all of a chunk at once. What does not allow it
    (a lone CR, a BOM, a block that becomes long) is read line by line up to the
    next blank line; the block is then put together again.
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self.overflow = False
        self._limit = limit
        self._kept: bytearray | None = None
        """The block that is not whole yet, with LF as line end; None between its lines."""
        self._lines = _Lines(limit)
        self._fields = _Fields()
        self.head = b""
        """What the events that `alike` found had before their data."""

    def alike(self, chunk: bytes) -> list[bytes] | None:
        """What follows the first `head` in the blocks that this chunk completes, cut at others.

        That is the data of the events if no line end is in it. None for a chunk of
        another kind; then nothing was read, and `feed` is to be used.
        """
        kept, end = self._kept, chunk.rfind(b"\n\n")
        if kept is None or end < 0 or b"\r" in chunk or kept[-1:] == b"\r":
            return None
        text = bytes(kept) + chunk[:end]
        if not (self.head and text.startswith(self.head)):
            found = _HEAD.match(text)
            if found is None:
                return None
            self.head = found[0]
        if len(kept) + len(chunk) > self._limit:
            return None
        self._kept = bytearray(chunk[end + 2 :])
        return text[len(self.head) :].split(b"\n\n" + self.head)

    def feed(self, chunk: bytes) -> list[bytes]:
        """The blocks that this chunk completes."""
        if self.overflow or not chunk:
            return []
        lines = self._lines
        if not lines.started and chunk[:1] != _BOM[:1] and not lines.pending:
            lines.started, self._kept = True, bytearray()
        if self._kept is not None:
            blocks = self._cut(self._kept, chunk)
            if blocks is not None:
                return blocks
            chunk, self._kept = bytes(self._kept) + chunk, None
        blocks = self._read(chunk)
        amid = self._fields.data or self._fields.name or lines.after_cr
        if lines.started and not amid and len(lines.pending) < _MOST_KEPT:
            self._kept, lines.pending = lines.pending, bytearray()
        return blocks

    def _cut(self, kept: bytearray, chunk: bytes) -> list[bytes] | None:
        """The blocks, cut at blank lines; None where that needs a look at each line."""
        if len(kept) + len(chunk) > self._limit or len(kept) > _MOST_KEPT:
            return None
        if b"\r" in chunk or kept[-1:] == b"\r":
            return self._cut_crlf(bytes(kept) + chunk)
        if b"\n\n" in chunk or (chunk[:1] == b"\n" and kept[-1:] == b"\n"):
            text = bytes(kept) + chunk
        else:
            kept += chunk
            return []
        blocks = _BLANK_LINE.split(text)
        self._kept = bytearray(blocks.pop())
        return blocks

    def _cut_crlf(self, text: bytes) -> list[bytes] | None:
        """The same where lines end with CRLF."""
        held = text[-1:] if text[-1:] == b"\r" else b""
        text = text[: len(text) - len(held)]
        blocks = _BLANK_CRLF.split(text)
        inner = b"".join(blocks)
        if b"\r" in inner or b"\n" in inner:
            text = b"\n".join(_CRLF.split(text))
            if b"\r" in text:
                return None
            blocks = _BLANK_LINE.split(text)
        self._kept = bytearray(blocks.pop() + held)
        return blocks

    def _read(self, chunk: bytes) -> list[bytes]:
        """The blocks, read line by line."""
        blocks: list[bytes] = []
        for line in self._lines.feed(chunk):
            if line:
                self._fields.take(line)
                if self._fields.size > self._limit + 1:
                    self.overflow = True
                    return blocks
            else:
                if self._fields.data:
                    blocks.append(self._fields.block())
                self._fields = _Fields()
        self.overflow = self._lines.overflow
        return blocks

    def close(self) -> list[bytes]:
        """The event that was still open at the end, if any."""
        blocks = []
        if self._kept is not None:
            rest, self._kept = bytes(self._kept), None
            blocks = self._read(rest)
        line = self._lines.rest()
        if line and not self.overflow:
            self._fields.take(line)
        if self._fields.data and self._fields.size <= self._limit + 1 and not self.overflow:
            blocks.append(self._fields.block())
        return blocks

    def frame(self, block: bytes) -> Frame | None:
        """The name and the data of a block; None if it has no data."""
        plain = _PLAIN.fullmatch(block)
        if plain is not None:
            name, data = plain[1] or b"", plain[2]
        else:
            fields = _Fields()
            for line in block.split(b"\n"):
                if line:
                    fields.take(line)
            if not fields.data:
                return None
            name, data = fields.name, b"\n".join(fields.data)
        return Frame(name.decode("utf-8", "replace") if name else "", data)


class LineReader:
    """Newline-delimited JSON: one value a line, empty lines skipped."""

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._lines = _Lines(limit)

    @property
    def overflow(self) -> bool:
        return self._lines.overflow

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes."""
        return self._lines.feed(chunk)

    def close(self) -> list[bytes]:
        """The last line, if no line end follows it."""
        line = self._lines.rest()
        return [line] if line else []

    def frame(self, block: bytes) -> Frame | None:
        """A line, unless it is empty."""
        return Frame("", block) if block.strip() else None


class ArrayReader:
    """The elements of one JSON array, each as soon as it is whole; or one JSON object.

    Whatever stands outside the elements and is neither space nor comma (text of
    a proxy, a bare string) is a block too, so that nobody takes it for silence.
    """

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self.overflow = False
        self._limit = limit
        self._kept = bytearray()
        self._depth = 0
        self._base = 0
        self._in_string = False
        self._escaped = False
        self._started = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The elements that this chunk completes."""
        blocks: list[bytes] = []
        start = index = 0
        while index < len(chunk) and not self.overflow:
            if self._escaped:
                self._escaped = False
                index += 1
                continue
            found = (_STRING_MARKS if self._in_string else _MARKS).search(chunk, index)
            if found is None:
                break
            index = found.end()
            start = self._mark(chunk, found.group(), index, start, blocks)
        if not self.overflow:
            self._keep(chunk[start:])
        return blocks

    def close(self) -> list[bytes]:
        """An element that was cut off, as it is."""
        blocks: list[bytes] = []
        if not self.overflow:
            self._cut(blocks)
        return blocks

    def frame(self, block: bytes) -> Frame | None:
        """The element."""
        return Frame("", block)

    def _mark(self, chunk: bytes, mark: bytes, end: int, start: int, blocks: list[bytes]) -> int:
        """Acts on one bracket, quote or backslash; gives where the text not yet kept starts."""
        if mark == b'"':
            self._in_string = not self._in_string
        elif mark == b"\\":
            self._escaped = True
        elif mark in b"{[":
            return self._open(chunk, mark, end, start, blocks)
        else:
            return self._close(chunk, mark, end, start, blocks)
        return start

    def _open(self, chunk: bytes, mark: bytes, end: int, start: int, blocks: list[bytes]) -> int:
        if self._depth > self._base:
            self._depth += 1
            return start
        self._keep(chunk[start : end - 1])
        self._cut(blocks)
        self._depth += 1
        if mark == b"[" and self._base == 0:
            self._base = 1
            return end
        return end - 1

    def _close(self, chunk: bytes, mark: bytes, end: int, start: int, blocks: list[bytes]) -> int:
        if self._depth > self._base:
            self._depth -= 1
            if self._depth > self._base:
                return start
            self._keep(chunk[start:end])
            self._cut(blocks)
            return end
        if mark == b"]" and self._base == 1:
            self._keep(chunk[start : end - 1])
            self._cut(blocks)
            self._depth = self._base = 0
            return end
        return start

    def _keep(self, piece: bytes) -> None:
        if not self._kept and self._depth == self._base:
            piece = piece.lstrip(_BETWEEN)
        self._kept += piece
        self.overflow = len(self._kept) > self._limit

    def _cut(self, blocks: list[bytes]) -> None:
        """What was kept is a block, unless it is but space and commas."""
        text = bytes(self._kept)
        self._kept = bytearray()
        if not self._started:
            self._started = True
            text = text.removeprefix(_BOM)
        text = text.strip(_BETWEEN)
        if text and not self.overflow:
            blocks.append(text)
