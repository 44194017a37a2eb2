"""Where a part of a dialect is written, in words that are the same on every machine."""

from __future__ import annotations

from pathlib import PurePosixPath

from orgen.diagnostics import Span

_FOLDERS = ("dialects", "providers")


def spec_file(span: Span) -> str:
    """The path of its file below the spec's folder: `dialects/openai_chat/dialect.yaml`.

    A dialect that extends another one has parts that stand in the other's file.
    """
    parts = PurePosixPath(span.file).parts
    starts = [index for index, part in enumerate(parts[:-1]) if part in _FOLDERS]
    return "/".join(parts[starts[-1] if starts else -1 :])
