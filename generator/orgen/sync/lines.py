"""The lines of a text around an entry: its comments, its end, the empty lines beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """Positions are indices of characters; a line ends with a line feed."""

    text: str

    def start(self, index: int) -> int:
        """Where the line of a character begins."""
        return self.text.rfind("\n", 0, index) + 1

    def behind(self, index: int) -> int:
        """Where the line after that of a character begins, or the end of the text."""
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def column(self, index: int) -> int:
        """How many characters stand before one on its line."""
        return index - self.start(index)

    def width(self, index: int) -> int:
        """The length of the line of a character."""
        return len(self._line(self.start(index)).rstrip())

    def shares_line(self, index: int) -> bool:
        """Whether something else than space stands before a character on its line."""
        return bool(self.text[self.start(index) : index].strip())

    def lead(self, index: int, column: int) -> int:
        """Where an entry begins with the comments right above it, at its own indentation."""
        start = self.start(index)
        while start > 0:
            above = self.start(start - 1)
            if self._comment_column(above) != column:
                break
            start = above
        return start

    def entry_end(self, index: int, column: int) -> int:
        """Behind the last line of an entry that ends at `index`, and the comments inside it."""
        end = self.behind(index)
        while end < len(self.text) and self._comment_column(end) > column:
            end = self.behind(end)
        return end

    def blank_before(self, start: int) -> int:
        """Where the empty lines right above a line begin."""
        while start > 0 and not self._line(self.start(start - 1)).strip():
            start = self.start(start - 1)
        return start

    def blank_behind(self, end: int) -> int:
        """Behind the empty lines that begin at `end`."""
        while end < len(self.text) and not self._line(end).strip():
            end = self.behind(end)
        return end

    def _line(self, start: int) -> str:
        return self.text[start : self.behind(start)]

    def _comment_column(self, start: int) -> int:
        """The indentation of a line that holds a comment alone; -1 for any other."""
        line = self._line(start)
        return len(line) - len(line.lstrip()) if line.lstrip().startswith("#") else -1
