"""What `orgen generate --check` shows: the wanted tree against the folder, as a unified diff."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from orgen.write.paths import Kind, kind_of, read_bytes
from orgen.write.plan import Plan, Tree

MAX_LINES = 400
"""Lines of diff shown for one file."""


def differences(
    out: Path, wanted: Tree, plan: Plan, label: str, *, cut: bool = True
) -> Iterator[str]:
    """Lines, each with its end, that turn the folder into `wanted`; files in order of path.

    `label` stands before the paths, after `a/` and `b/`. Long ones are cut unless a patch is
    wanted that can be applied.
    """
    for path in sorted({*plan.write, *plan.remove}):
        lines = list(_file(out, path, wanted.get(path), f"{label}/{path}"))
        yield from _cut(lines) if cut else lines


def _file(out: Path, path: str, content: bytes | None, label: str) -> Iterator[str]:
    present = read_bytes(out / path) if kind_of(out, path) is Kind.FILE else None
    before = "/dev/null" if present is None else f"a/{label}"
    after = "/dev/null" if content is None else f"b/{label}"
    lines = difflib.unified_diff(_lines(present), _lines(content), before, after)
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes | None) -> list[str]:
    """Split at line feeds only, as patch tools do."""
    text = (content or b"").decode("utf-8", "backslashreplace")
    return [line + "\n" for line in text.split("\n")[:-1]] + [
        last for last in [text.rpartition("\n")[2]] if last
    ]


def _cut(lines: list[str]) -> list[str]:
    if len(lines) <= MAX_LINES:
        return lines
    changed = sum(line[0] in "+-" for line in lines[2:])
    shown = sum(line[0] in "+-" for line in lines[2:MAX_LINES])
    note = f"# ... {changed - shown} of {changed} changed lines of this file are not shown\n"
    return [*lines[:MAX_LINES], note]
