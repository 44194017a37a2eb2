"""The primitives that generated translators call: small, pure, total.

None of them raises on JSON values; a value of the wrong kind gives None, and
the caller decides what that means.
"""

from __future__ import annotations

import functools
import json
import mimetypes
import re
from collections.abc import Mapping
from typing import Any

__all__ = [
    "as_list",
    "both",
    "default",
    "element",
    "field",
    "filled",
    "is_integer",
    "is_minted",
    "is_number",
    "join",
    "json_or",
    "json_or_text",
    "lookup",
    "matches",
    "media_type",
    "negate",
    "or_empty",
    "pieces",
    "push",
    "put",
    "remainder",
    "strings",
    "total",
    "unless_absent",
    "unless_minted",
    "whole",
    "word",
]

MINTED = "_og_"
"""Marks ids that we made: `call_og_<base>_<position>`."""


def is_number(value: Any) -> bool:
    """A JSON number: an int or float that is not a boolean."""
    return type(value) is float or type(value) is int


def is_integer(value: Any) -> bool:
    """A JSON integer: no boolean, no fraction."""
    return type(value) is int or (type(value) is float and value.is_integer())


def field(value: Any, key: Any) -> Any:
    """`value[key]` of an object or list, None where there is none."""
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and -1 < key < len(value):
        return value[key]
    return None


def element(value: Any, index: int) -> Any:
    """`value[index]` of a list or tuple, None where there is none."""
    if isinstance(value, list | tuple) and index < len(value):
        return value[index]
    return None


def put(target: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    """Writes `value` below `target`, making objects and lists on the way."""
    here: Any = target
    for step, following in zip(path, path[1:], strict=False):
        here = _enter(here, step, [] if isinstance(following, int) else {})
    last = path[-1]
    if isinstance(here, list) and isinstance(last, int):
        if last < len(here):
            here[last] = value
        else:
            here.append(value)
    else:
        here[last] = value


def _enter(here: Any, step: str | int, fresh: Any) -> Any:
    if isinstance(here, list) and isinstance(step, int):
        if step < len(here):
            return here[step]
        here.append(fresh)
        return fresh
    found = here.get(step)
    if not isinstance(found, dict | list):
        found = here[step] = fresh
    return found


def push(items: list[Any], value: Any) -> None:
    items.append(value)


def default(value: Any, otherwise: Any) -> Any:
    """`value`, or a copy of `otherwise` where it is absent."""
    if value is not None:
        return value
    return dict(otherwise) if isinstance(otherwise, dict) else otherwise


def filled(value: Any) -> Any:
    """The value, or None where it is an empty text, list or object."""
    return None if value in ("", [], {}) else value


def word(value: Any) -> str | None:
    """A text, or a number's digits as one; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if is_number(value) else None


def negate(value: Any) -> bool | None:
    return None if value is None else not value


def or_empty(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def unless_absent(value: Any, otherwise: Any) -> Any:
    """None where `value` is absent, else `otherwise`."""
    return None if value is None else otherwise


def lookup(table: Mapping[Any, Any], value: Any) -> Any:
    """The word that `table` gives for a scalar; booleans are not numbers."""
    if isinstance(value, str | bool) or type(value) is int:
        for word in (value,):
            found = table.get(word)
            if found is not None and (type(word) is not int or True not in table):
                return found
    return None


def total(*terms: Any) -> int | float | None:
    """The sum of the numbers among the terms; None if there is none."""
    numbers = [term for term in terms if is_number(term)]
    return sum(numbers) if numbers else None


def remainder(whole: Any, *terms: Any) -> int | float:
    """What the other terms leave of the whole, at least zero."""
    return max(0, (whole or 0) - (total(*terms) or 0))


def whole(value: Any) -> int | None:
    """A number cut to a whole one."""
    return int(value) if is_number(value) and abs(value) < 2**63 else None


def pieces(text: Any, *separators: str) -> tuple[str, ...] | None:
    """The texts between the separators of a string template, or None.

    `pieces("data:a/b;base64,Zm8=", "data:", ";base64,", "")` gives
    `("a/b", "Zm8=")`. The last piece takes the rest.
    """
    first, *between = separators
    if not isinstance(text, str) or not text.startswith(first):
        return None
    start = len(first)
    found = []
    for separator in between[:-1]:
        end = text.find(separator, start)
        if end < 0:
            return None
        found.append(text[start:end])
        start = end + len(separator)
    last = between[-1]
    if not text.endswith(last):
        return None
    found.append(text[start : len(text) - len(last)])
    return tuple(found)


def join(texts: Any) -> str | None:
    """The strings of a list as one; None for no list or an empty one."""
    if not isinstance(texts, list):
        return None
    return "".join(text for text in texts if isinstance(text, str))


def as_list(value: Any) -> list[Any] | None:
    """A value as a list of one; an empty string as an empty list."""
    if value is None:
        return None
    return [] if value == "" else [value]


def strings(value: Any) -> list[Any] | None:
    """One string as a list of one; a list as it is."""
    return [value] if isinstance(value, str) else value if isinstance(value, list) else None


def both(first: Any, second: Any) -> Any:
    """Two lists as one."""
    return [*(first or []), *(second or [])]


def json_or(text: Any, key: str) -> dict[str, Any]:
    """The JSON object that the text holds, else `{key: text}`."""
    if isinstance(text, str):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return {key: text}
        if isinstance(value, dict) and value.keys() != {key}:
            return value
    return {key: text}


def json_or_text(value: Any, key: str) -> Any:
    """The reverse of `json_or`."""
    if isinstance(value, dict) and value.keys() == {key}:
        return value[key]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def is_minted(identifier: Any) -> bool:
    """Whether we made this id, because the vendor gave none."""
    return isinstance(identifier, str) and MINTED in identifier


def unless_minted(identifier: Any) -> Any:
    return None if is_minted(identifier) else identifier


def media_type(text: Any) -> str | None:
    """The media type of a data URL, or the one that a name's ending suggests."""
    if not isinstance(text, str):
        return None
    if text.startswith("data:"):
        return text[5:].partition(",")[0].partition(";")[0] or None
    return mimetypes.guess_type(text.partition("?")[0])[0]


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: str, text: Any) -> bool:
    """Whether a JSON Schema pattern is found in the text."""
    return isinstance(text, str) and _compiled(pattern).search(text) is not None
