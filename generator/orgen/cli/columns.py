"""Tables for a terminal: columns as wide as their cells, the last cut at the screen's edge."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TextIO

from orgen.excerpt import harmless

_TONES = {
    "mapped": "\x1b[32m",
    "emulated": "\x1b[34m",
    "dropped": "\x1b[33m",
    "rejected": "\x1b[31m",
    "ignored": "\x1b[2m",
}
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def table_text(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool, width: int | None = None
) -> str:
    """The table as text. Words for statuses are coloured; `width` is that of the screen, if any."""
    shown = [[harmless(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[index]) for row in shown) for index in range(len(head))]
    lines = []
    for number, row in enumerate(shown):
        cells = [cell.ljust(size) for cell, size in zip(row, widths, strict=True)]
        line = "  ".join(cells).rstrip()
        if width is not None and len(line) > width:
            line = line[: width - 1] + "…"
        lines.append(_painted(line, row, number == 0) if color else line)
    return "".join(line + "\n" for line in lines)


def _painted(line: str, row: Sequence[str], head: bool) -> str:
    if head:
        return f"{_BOLD}{line}{_PLAIN}"
    for cell in row:
        if cell in _TONES:
            return line.replace(f"  {cell}", f"  {_TONES[cell]}{cell}{_PLAIN}", 1)
    return line


def painted(word: str, color: bool) -> str:
    """A status in its colour."""
    return f"{_TONES[word]}{word}{_PLAIN}" if color and word in _TONES else word


def screen_width(stream: TextIO = sys.stdout) -> int | None:
    """Columns of the terminal that `stream` writes to; None if it is none."""
    return shutil.get_terminal_size().columns if stream.isatty() else None
