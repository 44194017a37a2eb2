"""The scalars of a JSON text: where they stand, and whether bytes are whole literals.

A text without its scalars is a constant frame. Two texts with the same frame differ in
nothing but what the scalars say, so whoever knows the frame need not read it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from .jsontext import loads, loads_strings

Key = str | int
Kind = Literal["string", "blank", "integer", "decimal", "word"]
"""`blank` is the empty string, `decimal` a number with a fraction; `word` all other scalars."""

MAX_SCALARS = 256
"""Texts with more are not looked into."""

_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)|:"
    rb'|"(?P<string>[^"\\]*+(?:\\.[^"\\]*+)*+)"|(?P<other>[^ \t\r\n,:{}\[\]"]++))',
    re.DOTALL,
)
_INTEGER = rb"-?(?:0|[1-9][0-9]{0,17})"
_DECIMAL = _INTEGER + rb"\.[0-9]{1,18}"
_STRING = rb'[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+'
_COLUMNS = {
    "string": re.compile(rb"(?:%s\n)*+" % _STRING),
    "integer": re.compile(rb"(?:%s\n)*+" % _INTEGER),
    "decimal": re.compile(rb"(?:%s\n)*+" % _DECIMAL),
}
"""Literals of one kind, each with a line end behind it, which no literal holds."""


class Scalar(NamedTuple):
    """A scalar of a text; the literal of a string is what its quotes hold."""

    path: tuple[Key, ...]
    kind: Kind
    literal: bytes
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.literal)


def scalars(text: bytes) -> list[Scalar] | None:
    """The scalars of a valid JSON text, in order.

    None where they do not tell all that the text says (a key that comes twice, of
    which but one counts), or where there are more than MAX_SCALARS.
    """
    found: list[Scalar] = []
    path: list[Any] = []
    keys: list[set[str] | None] = []  # those of each object around; None for a list
    for token in _TOKEN.finditer(text):
        mark = token.lastgroup
        if mark == "string" and path and path[-1] is None:
            path[-1] = key = _said(token["string"])
            known = keys[-1]
            if known is None or key in known:
                return None
            known.add(key)
        elif mark == "string" or mark == "other":
            literal = token[mark]
            found.append(Scalar(tuple(path), _kind(mark, literal), literal, token.start(mark)))
            if len(found) > MAX_SCALARS:
                return None
        elif mark == "comma":
            last = path.pop()
            path.append(last + 1 if keys[-1] is None else None)
        elif mark == "open":
            listed = token["open"] == b"["
            keys.append(None if listed else set())
            path.append(0 if listed else None)
        elif mark == "close":
            keys.pop()
            path.pop()
    return found


def _kind(kind: str, token: bytes) -> Kind:
    if kind == "string":
        return "string" if token else "blank"
    if re.fullmatch(_INTEGER, token):
        return "integer"
    return "decimal" if re.fullmatch(_DECIMAL, token) else "word"


def are_literals(kind: Kind, literals: Sequence[bytes]) -> bool:
    """Whether all are whole literals of that kind; of strings, what lies between the quotes.

    A string has no quote of its own and none of its escapes reaches beyond its end.
    Whether its escapes and its UTF-8 are right is seen when it is read.
    """
    lines = b"\n".join(literals) + b"\n"
    if lines.count(b"\n") != len(literals):
        return False
    if kind == "string" and b'"' not in lines and b"\\" not in lines:
        return True
    return _COLUMNS[kind].fullmatch(lines) is not None


def texts_of(literals: Sequence[bytes]) -> list[str]:
    """What string literals say. Raises ValueError where one is none after all."""
    return loads_strings(b'["' + b'","'.join(literals) + b'"]')


def _said(literal: bytes) -> str:
    if b"\\" in literal or not literal.isascii():
        text: str = loads(b'"' + literal + b'"')
        return text
    return literal.decode()
