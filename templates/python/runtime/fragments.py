"""Arguments of a call that arrive as values at JSONPaths (Gemini's `partialArgs`)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

FRAGMENT_KEYS = ("partialArgs", "willContinue")
"""What stands beside the name of a call only while it is streamed."""

MAX_INDEX = 100_000
"""Lists of arguments may be this long: a path must not make us fill memory."""

MAX_STEPS = 100

_STEP = re.compile(r"""\.?([^.\[\]'"$]+)|\[(\d+)\]|\[(?:'([^']*)'|"([^"]*)")\]""")
_VALUES = ("stringValue", "numberValue", "boolValue", "nullValue")


def steps_of(path: str) -> list[str | int] | None:
    """The steps of a JSONPath such as `$.a.b[0]['c d']`; None for any other text."""
    if not path.startswith("$"):
        return None
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or len(steps) == MAX_STEPS:
            return None
        name, index, single, double = match.groups()
        if index is not None:
            steps.append(int(index[:9]))
        else:
            steps.append(next(text for text in (name, single, double) if text is not None))
        at = match.end()
    return steps


def add_fragments(args: dict[str, Any], fragments: list[Any]) -> None:
    """Puts the values of fragments at their places; texts at one place concatenate."""
    for fragment in fragments:
        if not isinstance(fragment, dict):
            continue
        steps = steps_of(str(fragment.get("jsonPath", "")))
        kind = next((name for name in _VALUES if name in fragment), None)
        if steps and kind and isinstance(steps[0], str):
            _put(args, steps, None if kind == "nullValue" else fragment[kind])


def _put(args: dict[str, Any], steps: list[str | int], value: Any) -> None:
    holder: Any = args
    for step, following in pairwise(steps):
        held = _held(holder, step)
        if not isinstance(held, list if isinstance(following, int) else dict):
            held = [] if isinstance(following, int) else {}
            if not _set(holder, step, held):
                return
        holder = held
    found = _held(holder, steps[-1])
    if isinstance(found, str) and isinstance(value, str):
        value = found + value
    _set(holder, steps[-1], value)


def _held(holder: Any, step: str | int) -> Any:
    if isinstance(holder, list):
        return holder[step] if isinstance(step, int) and step < len(holder) else None
    return holder.get(step)


def _set(holder: Any, step: str | int, value: Any) -> bool:
    if isinstance(holder, list):
        if not isinstance(step, int) or step > MAX_INDEX:
            return False
        holder.extend([None] * (step + 1 - len(holder)))
        holder[step] = value
    else:
        holder[step] = value
    return True
