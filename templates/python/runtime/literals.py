"""The scalars of a JSON text: where they stand, and whether bytes are whole literals.

A text without its scalars is a constant frame. Two texts with the same frame differ in
nothing but what the scalars say, so whoever knows the frame need not read it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .jsontext import loads

Key = str | int
Kind = Literal["string", "blank", "integer", "decimal", "word"]
"""`blank` is the empty string, `decimal` a number with a fraction; `word` all other scalars."""

MAX_SCALARS = 256
"""Texts with more are not looked into."""

_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)|(?P<colon>:)"
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


@dataclass(frozen=True, slots=True)
class Scalar:
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
    walk = _Walk()
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if not walk.take(kind, token[kind], token.start(kind)) or len(walk.found) > MAX_SCALARS:
            return None
    return walk.found


@dataclass(slots=True)
class _Walk:
    """Reads tokens of a valid text. `keys` holds those of each object around, None for a list."""

    found: list[Scalar] = field(default_factory=list)
    path: list[Any] = field(default_factory=list)
    keys: list[set[str] | None] = field(default_factory=list)

    def take(self, kind: str, token: bytes, start: int) -> bool:
        """Reads one token; False for a key that came before."""
        match kind:
            case "open":
                self.keys.append(set() if token == b"{" else None)
                self.path.append(None if token == b"{" else 0)
            case "close":
                self.keys.pop()
                self.path.pop()
            case "comma":
                self.path[-1] = None if self.keys[-1] is not None else self.path[-1] + 1
            case "string" if self.path and self.path[-1] is None:
                return self._key(loads(b'"' + token + b'"'))
            case "string" | "other":
                self.found.append(Scalar(tuple(self.path), _kind(kind, token), token, start))
        return True

    def _key(self, key: str) -> bool:
        known = self.keys[-1]
        self.path[-1] = key
        if known is None or key in known:
            return False
        known.add(key)
        return True


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
    texts: list[str] = loads(b'["' + b'","'.join(literals) + b'"]')
    return texts
