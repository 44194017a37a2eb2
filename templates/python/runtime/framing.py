"""Framing: bytes of a stream in, payloads out. No I/O, and linear time however they are cut.

`SseReader` follows the WHATWG rules for event streams, with what real servers
need beside them: a last event without a blank line counts. `LineReader` reads
NDJSON, `ArrayReader` one JSON array (or object) that arrives in pieces.

Each gives the same frames however the bytes are cut. A reader that meets an
event longer than its limit gives what came before, sets `overflow`, and reads
no further.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

MAX_EVENT_BYTES = 64 * 1024 * 1024
"""Default limit of one event, in bytes: room for an image, no room for a runaway."""

_BOM = b"\xef\xbb\xbf"
_MARKS = re.compile(rb'["{}\[\]]')
_STRING_MARKS = re.compile(rb'["\\]')
_PLAIN = re.compile(rb"(?:(event: [^\n]*)\n)?data: ([^\n]*)\n\n")
_BETWEEN = b" \t\r\n,"
"""What may stand between the elements of an array."""


class Frame(NamedTuple):
    """One event: the name of its `event` field (empty if it had none), and its data."""

    name: str
    data: bytes


class FrameReader(Protocol):
    """What the readers of this module have in common."""

    @property
    def overflow(self) -> bool: ...

    def feed(self, chunk: bytes) -> list[Frame]: ...

    def close(self) -> list[Frame]: ...


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


class SseReader:
    """Server-sent events (WHATWG HTML, section 9.2)."""

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self.overflow = False
        self._lines = _Lines(limit)
        self._limit = limit
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Frame]:
        """The events that this chunk completes."""
        frames: list[Frame] = []
        if self.overflow:
            return frames
        for line in self._lines.feed(chunk):
            if not line:
                if self._data:
                    frames.append(self._frame())
                self._name = b""
            elif line[:6] == b"data: " and not self._data and len(line) < self._limit:
                self._data.append(line[6:])  # nearly all data comes in one such line
                self._size = len(line) - 5
            elif line[:1] != b":":
                self._field(line)
                if self.overflow:
                    return frames
        self.overflow = self._lines.overflow
        return frames

    def regular(self, chunk: bytes) -> tuple[list[bytes], list[bytes]] | None:
        """Names and data of the events in a chunk, where all are plain; None for `feed` to read.

        Plain is what servers send: at most a name, data in one line, LF or CRLF.
        """
        lines = self._lines
        if self._data or self._name or lines.after_cr or not lines.started:
            return None
        if b"\r" in chunk:
            if chunk.count(b"\r") != chunk.count(b"\r\n") or b"\r" in lines.pending:
                return None
            chunk = chunk.replace(b"\r\n", b"\n")
        end = chunk.rfind(b"\n\n")
        if end < 0 or len(lines.pending) + len(chunk) > self._limit:
            return None
        text = bytes(lines.pending) + chunk[: end + 2]
        pairs = _PLAIN.findall(text)
        names = [name for name, _ in pairs]
        data = [text for _, text in pairs]
        between = len(pairs) * len(b"data: \n\n") + (len(names) - names.count(b""))
        if sum(map(len, names)) + sum(map(len, data)) + between != len(text):
            return None  # something lies between what was found
        lines.pending = bytearray(chunk[end + 2 :])
        return names, data

    def close(self) -> list[Frame]:
        """The event that was still open at the end, if any."""
        for line in self._lines.rest().split(b"\n"):
            if line and not self.overflow:
                self._field(line)
        return [self._frame()] if self._data and not self.overflow else []

    def _field(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            self._add(line[6:] if line[5:6] == b" " else line[5:])
            return
        name, _, value = line.partition(b":")
        if name == b"event":
            self._name = value.removeprefix(b" ")
        elif name == b"data":
            self._add(b"")

    def _add(self, data: bytes) -> None:
        self._data.append(data)
        self._size += len(data) + 1
        if self._size > self._limit + 1:
            self.overflow = True
            self._data = []

    def _frame(self) -> Frame:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data, self._size = [], 0
        name = self._name
        return Frame(name.decode("utf-8", "replace") if name else "", data)


class LineReader:
    """Newline-delimited JSON: one value a line, empty lines skipped."""

    def __init__(self, limit: int = MAX_EVENT_BYTES) -> None:
        self._lines = _Lines(limit)

    @property
    def overflow(self) -> bool:
        return self._lines.overflow

    def regular(self, chunk: bytes) -> tuple[list[bytes], list[bytes]] | None:
        """No names, and the lines that this chunk completes."""
        lines = [line for line in self._lines.feed(chunk) if line.strip()]
        return [b""] * len(lines), lines

    def feed(self, chunk: bytes) -> list[Frame]:
        """The lines that this chunk completes."""
        return [Frame("", line) for line in self._lines.feed(chunk) if line.strip()]

    def close(self) -> list[Frame]:
        """The last line, if no line end follows it."""
        line = self._lines.rest()
        return [Frame("", line)] if line.strip() else []


class ArrayReader:
    """The elements of one JSON array, each as soon as it is whole; or one JSON object.

    Whatever stands outside the elements and is neither space nor comma (text of
    a proxy, a bare string) is a frame too, so that nobody takes it for silence.
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

    def feed(self, chunk: bytes) -> list[Frame]:
        """The elements that this chunk completes."""
        frames: list[Frame] = []
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
            start = self._mark(chunk, found.group(), index, start, frames)
        if not self.overflow:
            self._keep(chunk[start:])
        return frames

    def close(self) -> list[Frame]:
        """An element that was cut off, as it is."""
        frames: list[Frame] = []
        if not self.overflow:
            self._cut(frames)
        return frames

    def _mark(self, chunk: bytes, mark: bytes, end: int, start: int, frames: list[Frame]) -> int:
        """Acts on one bracket, quote or backslash; gives where the text not yet kept starts."""
        if mark == b'"':
            self._in_string = not self._in_string
        elif mark == b"\\":
            self._escaped = True
        elif mark in b"{[":
            return self._open(chunk, mark, end, start, frames)
        else:
            return self._close(chunk, mark, end, start, frames)
        return start

    def _open(self, chunk: bytes, mark: bytes, end: int, start: int, frames: list[Frame]) -> int:
        if self._depth > self._base:
            self._depth += 1
            return start
        self._keep(chunk[start : end - 1])
        self._cut(frames)
        self._depth += 1
        if mark == b"[" and self._base == 0:
            self._base = 1
            return end
        return end - 1

    def _close(self, chunk: bytes, mark: bytes, end: int, start: int, frames: list[Frame]) -> int:
        if self._depth > self._base:
            self._depth -= 1
            if self._depth > self._base:
                return start
            self._keep(chunk[start:end])
            self._cut(frames)
            return end
        if mark == b"]" and self._base == 1:
            self._keep(chunk[start : end - 1])
            self._cut(frames)
            self._depth = self._base = 0
            return end
        return start

    def _keep(self, piece: bytes) -> None:
        if not self._kept and self._depth == self._base:
            piece = piece.lstrip(_BETWEEN)
        self._kept += piece
        self.overflow = len(self._kept) > self._limit

    def _cut(self, frames: list[Frame]) -> None:
        """What was kept is a frame, unless it is but space and commas."""
        text = bytes(self._kept)
        self._kept = bytearray()
        if not self._started:
            self._started = True
            text = text.removeprefix(_BOM)
        text = text.strip(_BETWEEN)
        if text and not self.overflow:
            frames.append(Frame("", text))
