"""Where each key and value of a TOML file stands: `tomllib` tells values, but no positions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from orgen.diagnostics import Span

Steps: TypeAlias = "tuple[str | int, ...]"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}#\n\r]*")
_STRINGS = (
    re.compile(r'"""(?:\\.|[^\\])*?"""("{0,2})', re.DOTALL),
    re.compile(r"'''.*?'''('{0,2})", re.DOTALL),
    re.compile(r'"(?:\\.|[^"\\\n])*"'),
    re.compile(r"'[^'\n]*'"),
)


@dataclass(slots=True)
class Places:
    """Spans of the keys and values of one file that `tomllib` has read without a fault."""

    file: str
    text: str
    keys: dict[Steps, tuple[int, int]] = field(default_factory=dict)
    values: dict[Steps, tuple[int, int]] = field(default_factory=dict)

    def key(self, steps: Steps) -> Span:
        """Where the last of `steps` is written as a key; else what is nearest around it."""
        return self._nearest(self.keys, steps)

    def value(self, steps: Steps) -> Span:
        """Where the value at `steps` is written; else its key, or what is nearest around it."""
        return self._span(*self.values[steps]) if steps in self.values else self.key(steps)

    def _nearest(self, found: dict[Steps, tuple[int, int]], steps: Steps) -> Span:
        for length in range(len(steps), 0, -1):
            if steps[:length] in found:
                return self._span(*found[steps[:length]])
        return Span(self.file)

    def _span(self, start: int, end: int) -> Span:
        return Span(self.file, *self._position(start), *self._position(end))

    def _position(self, offset: int) -> tuple[int, int]:
        """Line and column; a line of TOML ends at LF or CRLF."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - before.rfind("\n")


def places_of(file: str, text: str) -> Places:
    """Scan the text of a file that is valid TOML; of any other, as much as can be told."""
    scanner = _Scanner(text, Places(file, text))
    scanner.scan()
    return scanner.places


@dataclass(slots=True)
class _Scanner:
    text: str
    places: Places
    at: int = 0
    tables: dict[Steps, int] = field(default_factory=dict)
    """Arrays of tables: how many there are so far."""

    def scan(self) -> None:
        table: Steps = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            start = self.at
            if self._take("[["):
                steps = self._current(self._keys(()))
                self.tables[steps] = self.tables.get(steps, -1) + 1
                table = (*steps, self.tables[steps])
                self._take("]]")
            elif self._take("["):
                table = self._current(self._keys(()))
                self._take("]")
            else:
                self._pair(table)
            self._skip(_BLANK)
            if self.at == start:
                return  # no TOML: nothing more can be told

    def _current(self, steps: Steps) -> Steps:
        """The steps with the index of the last table wherever they lead into an array."""
        found: Steps = ()
        for step in steps[:-1]:
            found = (*found, step)
            if found in self.tables:
                found = (*found, self.tables[found])
        return (*found, *steps[-1:])

    def _keys(self, table: Steps) -> Steps:
        """A key, with dots or without, below `table`."""
        steps = table
        while True:
            self._skip(_SPACE)
            steps = (*steps, self._key(steps))
            self._skip(_SPACE)
            if not self._take("."):
                return steps

    def _key(self, above: Steps) -> str:
        start = self.at
        quoted = next((m for s in _STRINGS[2:] if (m := s.match(self.text, start))), None)
        match = quoted or _BARE.match(self.text, start)
        if match is None:
            return ""
        self.at = match.end()
        name = match[0][1:-1] if quoted else match[0]
        inset = 1 if quoted else 0
        self.places.keys.setdefault((*above, name), (start + inset, self.at - inset))
        return name

    def _pair(self, table: Steps) -> None:
        steps = self._keys(table)
        if self._take("="):
            self._value(steps)

    def _value(self, steps: Steps) -> None:
        self._skip(_SPACE)
        start = self.at
        if self._take("["):
            self._items(steps)
        elif self._take("{"):
            self._fields(steps)
        else:
            string = next((m for s in _STRINGS if (m := s.match(self.text, start))), None)
            match = string or _SCALAR.match(self.text, start)
            self.at = match.end() if match else start
        end = start + len(self.text[start : self.at].rstrip())
        self.places.values[steps] = (start, end)

    def _items(self, steps: Steps) -> None:
        index = 0
        self._skip(_BLANK)
        while self.at < len(self.text) and not self._take("]"):
            self._value((*steps, index))
            index += 1
            self._skip(_BLANK)
            before = self.at
            if self._take(","):
                self._skip(_BLANK)
            elif self.text[before : before + 1] != "]":
                return

    def _fields(self, steps: Steps) -> None:
        self._skip(_BLANK)
        while self.at < len(self.text) and not self._take("}"):
            self._pair(steps)
            self._skip(_BLANK)
            before = self.at
            if self._take(","):
                self._skip(_BLANK)
            elif self.text[before : before + 1] != "}":
                return

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _take(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True
