"""The hash of a contract: what the document demands, without prose, order or layout."""

from __future__ import annotations

import hashlib
import json
from typing import Any

_PROSE = frozenset(
    {"description", "summary", "examples", "example", "$comment", "x-enumDescriptions"}
)
_NAMED = frozenset({"properties", "schemas", "patternProperties", "mapping", "paths", "content"})
_DATA = frozenset({"default", "const", "enum"})


def contract_hash(value: object) -> str:
    """sha256 of the normal form, as 64 hexadecimal digits."""
    text = json.dumps(normal_form(value), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def normal_form(value: Any, names: bool = False) -> Any:
    """The value without prose; the order of `required` does not count.

    `names` says that the keys of this object are names of the author's choice,
    among which `description` is a property like others.
    """
    if isinstance(value, list):
        return [normal_form(part) for part in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, part in value.items():
        if not names and (key in _PROSE or str(key).startswith("x-orgen-")):
            continue
        if not names and key in _DATA:
            kept[key] = part
        elif not names and key == "required" and isinstance(part, list):
            kept[key] = sorted(part, key=str)
        else:
            kept[key] = normal_form(part, not names and key in _NAMED)
    return kept
