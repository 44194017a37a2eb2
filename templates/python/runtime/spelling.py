"""Another spelling of native keys: `generation_config` for `generationConfig`.

Looked at only where a translation meets a key that no rule knows; bodies in
the vendor's own spelling never come here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ANY = "*"
"""In a tree of known keys: every key of this object names a value."""

_WORD = re.compile("_([a-z0-9])")


class OtherSpelling(Exception):
    """A key may be a known one in another spelling: the body has to be spelled anew."""


def in_snake_case(value: Any) -> bool:
    """Whether a key of the value, however deep, is in snake_case."""
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            if any("_" in key for key in here):
                return True
            stack += here.values()
        elif isinstance(here, list):
            stack += here
    return False


def respelled(value: Any, known: Mapping[str, Any]) -> Any:
    """The value with its known keys in camelCase; what lies in other keys stays as it is."""
    if not known:
        return value
    if isinstance(value, list):
        return [respelled(inner, known) for inner in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = _camel(key)
        if name in value or (name not in known and ANY not in known):
            name = key
        found[name] = respelled(inner, known.get(name, {}))
    return found


def _camel(key: str) -> str:
    return _WORD.sub(lambda match: match.group(1).upper(), key)
