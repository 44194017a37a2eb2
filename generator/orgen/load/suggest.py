"""Close matches for a name that is not known: the "did you mean" of a hint."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 80
_MOST = 2_000


def close_hint(name: str, known: Iterable[str]) -> str | None:
    """A hint naming the known names closest to `name`, or None if none is close.

    >>> close_hint("requierd", ["required", "type"])
    'did you mean required?'
    """
    if len(name) > _LONGEST:
        return None
    # Bounded, as the comparison is quadratic in the length of names.
    short = [other for other in list(known)[:_MOST] if len(other) <= _LONGEST]
    folded = {other.lower(): other for other in reversed(short)}
    found = difflib.get_close_matches(name.lower(), folded, n=2, cutoff=0.72)
    if not found:
        return None
    return f"did you mean {' or '.join(folded[match] for match in found)}?"
