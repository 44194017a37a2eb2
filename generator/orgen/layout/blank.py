"""Blank lines between statements, as black sets them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Kind(enum.Enum):
    """What a logical line is, as far as blank lines depend on it."""

    PLAIN = enum.auto()
    BLOCK = enum.auto()
    DEF = enum.auto()
    CLASS = enum.auto()
    STUB = enum.auto()
    """A function whose body, an ellipsis, stands on the same line."""
    DECORATOR = enum.auto()
    IMPORT = enum.auto()
    COMMENT = enum.auto()
    DOCSTRING = enum.auto()

    @property
    def opens(self) -> bool:
        """Whether it is the first line of a block."""
        return self in (Kind.BLOCK, Kind.DEF, Kind.CLASS)

    @property
    def defines(self) -> bool:
        return self in (Kind.DEF, Kind.CLASS, Kind.STUB)


@dataclass(slots=True)
class _Comment:
    """The first of the comments before a line: where it stands, and what stands before it."""

    at: int
    before: int
    kind: Kind | None


@dataclass(slots=True)
class Blank:
    """Sets blank lines before each logical line, by the lines before it."""

    made: list[str]
    """The lines of the text so far."""
    kind: Kind | None = None
    depth: int = 0
    after: int = 0
    """Blank lines that the last line wants behind it."""
    definitions: list[int] = field(default_factory=list)
    """Depths of the functions and classes whose bodies may go on."""
    comment: _Comment | None = None
    head: bool = True
    """Whether nothing but comments has come."""
    module_docstring: bool = False

    def add(self, kind: Kind, depth: int, empty: int, lines: list[str]) -> None:
        """Add a logical line, which has had `empty` blank lines before it."""
        wanted, after = self._wanted(kind, depth, empty)
        number = max(0, wanted - self.after)
        if self.module_docstring and kind not in (Kind.DEF, Kind.CLASS, Kind.STUB):
            number = 1
        if kind is not Kind.COMMENT:
            self.comment = None
        elif self.kind is not Kind.COMMENT or number:
            self.comment = _Comment(len(self.made), number, self.kind)
        self.made += [""] * (number + self.after)
        self.made += lines
        self.module_docstring = kind is Kind.DOCSTRING and depth == 0 and self.head
        self.head = self.head and kind is Kind.COMMENT
        self.kind, self.depth, self.after = kind, depth, after

    def _wanted(self, kind: Kind, depth: int, empty: int) -> tuple[int, int]:
        """Blank lines before and behind."""
        before = min(empty, 1 if depth else 2)
        ended = False
        while self.definitions and self.definitions[-1] >= depth:
            self.definitions.pop()
            ended = True
        if kind.defines:
            self.definitions.append(depth)
        if self.kind is None:
            return 0, 0
        if kind is Kind.DOCSTRING and self.kind is Kind.CLASS:
            return 0, 1
        if kind is Kind.DOCSTRING and self.kind is Kind.DEF:
            return 0, 0
        given = bool(before)
        if ended:
            before = 1 if depth else 2
        if kind.defines or kind is Kind.DECORATOR:
            return self._before_definition(depth, before, given), 0
        if self.kind is Kind.IMPORT and kind is not Kind.IMPORT and depth == self.depth:
            return (before or 1) if depth else 1, 0
        return before, 0

    def _before_definition(self, depth: int, before: int, given: bool) -> int:
        if self.kind is Kind.DECORATOR:
            return 0
        if self.depth < depth and self.kind in (Kind.CLASS, Kind.DEF):
            return 1 if given else 0
        number = 1 if depth else 2
        if self.kind is Kind.STUB and not given:
            number = 0
        if self.kind is not Kind.COMMENT or self.depth != depth or before:
            return number
        first = self.comment
        if first is None or first.kind is None or first.kind.opens or first.before > 1:
            return 0
        # The comment belongs to the definition: the blank lines come before it.
        self.made[first.at : first.at] = [""] * max(0, number - first.before - self._gap(first))
        return 0

    def _gap(self, first: _Comment) -> int:
        """Blank lines before a comment that the line before it has wanted."""
        lines = 0
        while lines < first.at and not self.made[first.at + lines]:
            lines += 1
        return lines - first.before
