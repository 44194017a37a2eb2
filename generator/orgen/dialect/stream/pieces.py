"""Rows of events that are pieces of the response, which may stand in each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ITSELF = "."
"""Names the piece whose rows these are."""


def piece_rows(
    rows: dict[str, Any], path: str = "", at: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Rows of pieces, and rows of what is in a piece: path, where it is written, text.

    `{delta: {.: as message, content: append}}` has the paths `delta` and `delta.content`.
    """
    for key, inner in rows.items():
        here = ".".join(part for part in (path, key) if part and part != _ITSELF) or key
        if isinstance(inner, dict):
            yield from piece_rows(inner, here, (*at, key))
        else:
            yield here, (*at, key), inner
