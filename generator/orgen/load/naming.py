"""Names for what has none of its own: schemas known only by a title, a file or a pointer."""

from __future__ import annotations

import re

from orgen.ir.schema import Json

_WORD = re.compile(r"[A-Za-z0-9]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*")


def component_name(title: Json, fallback: str) -> str:
    """A component name made of a title, or of `fallback` if the title has no usable word.

    >>> component_name("my first schema", "file")
    'MyFirstSchema'
    """
    for text in (title, fallback):
        if not isinstance(text, str):
            continue
        if _NAME.fullmatch(text):
            return text[:1].upper() + text[1:]
        words = _WORD.findall(text[:1000])
        name = "".join(word[:1].upper() + word[1:] for word in words)
        if name:
            return name if not name[0].isdigit() else "Schema" + name
    return "Schema"
