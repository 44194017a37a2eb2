"""The source line under a diagnostic, as a terminal can show it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from orgen.diagnostics import Span

MAX_WIDTH = 120
"""Columns of a source line that are shown; longer lines are cut around the fault."""

_BEFORE = 60
"""Columns kept before the fault in a line that is cut."""

_CUT = "..."
_TAB = "    "
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A line fit to be printed, and the columns of it that are at fault."""

    text: str
    offset: int
    width: int


@dataclass(slots=True)
class Excerpts:
    """Finds lines in source texts; splits each text once."""

    sources: Mapping[str, str]
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def of(self, span: Span) -> Excerpt | None:
        """The first line of a span, or None if its file is unknown or has no such line."""
        text = self.sources.get(span.file)
        if not text:
            return None
        if span.file not in self._lines:
            self._lines[span.file] = _LINE_END.split(text)
        lines = self._lines[span.file]
        return excerpt(lines[span.line - 1], span) if 1 <= span.line <= len(lines) else None


def excerpt(line: str, span: Span) -> Excerpt:
    """Cut a line around the part of it that a span covers, and make it printable."""
    start = min(span.column - 1, len(line))
    end = len(line.rstrip()) if span.end_line > span.line else span.end_column - 1
    end = max(start + 1, min(end, len(line)))
    first, last = _window(line, start, end)
    before = "".join(map(_shown, line[first:start]))
    fault = "".join(map(_shown, line[start : min(end, last)]))
    after = "".join(map(_shown, line[end:last]))
    head = _CUT if first > 0 else ""
    tail = _CUT if last < len(line) else ""
    offset = _width(head + before)
    return Excerpt(head + before + fault + after + tail, offset, max(1, _width(fault)))


def _window(line: str, start: int, end: int) -> tuple[int, int]:
    """The characters to show: all of a short line, else some before and after the fault."""
    if len(line) <= MAX_WIDTH:
        return 0, len(line)
    first = max(0, start - _BEFORE)
    last = min(len(line), first + MAX_WIDTH)
    return max(0, min(first, last - MAX_WIDTH)), last


def harmless(text: str) -> str:
    """The text with every character escaped that could control a terminal or hide text."""
    return text if text.isascii() and text.isprintable() else "".join(map(_escaped, text))


def _shown(character: str) -> str:
    return _TAB if character == "\t" else _escaped(character)


def _escaped(character: str) -> str:
    # Categories C*: controls, formats (which reorder text), surrogates, private use,
    # unassigned; Zl and Zp: line and paragraph separators.
    category = unicodedata.category(character)
    if category[0] != "C" and category not in ("Zl", "Zp"):
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _width(text: str) -> int:
    """Columns that a terminal needs for a text."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
