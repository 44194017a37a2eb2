"""A module in pieces that are laid out one by one: its large statements, and the rest.

What stands between the statements (blank lines, comments, imports) is laid out
with a short statement of the same kind in place of each large one.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

_LARGE = 120
"""Characters from which a statement is a piece of its own."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A module: `frame` with stand-ins, and name of a stand-in -> (stand-in, statement)."""

    frame: str
    statements: dict[str, tuple[str, str]]

    @property
    def texts(self) -> list[str]:
        """Everything that is to be laid out, each once."""
        return list(dict.fromkeys([self.frame, *(text for _, text in self.statements.values())]))

    def joined(self, styled: dict[str, str]) -> str:
        """The whole module; `styled` has every one of `texts` laid out.

        Raises:
            ValueError: if a stand-in has not kept its form.
        """
        made = styled[self.frame]
        parts = []
        for stand_in, text in self.statements.values():
            before, found, made = made.partition(stand_in)
            if not found:
                raise ValueError(f"{stand_in!r} is gone from the frame")
            parts += [before, styled[text]]
        return "".join([*parts, made])


def cut(text: str) -> Pieces:
    """The module in pieces.

    Raises:
        SyntaxError: if it is not Python.
    """
    if "fmt:" in text or "\f" in text:
        return Pieces(text, {})  # black's own marks may reach from one statement to the next
    word = free_word(text)
    lines = text.split("\n")
    frame: list[str] = []
    done = 0
    statements: dict[str, tuple[str, str]] = {}
    for node in ast.parse(text).body:
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        statement = "\n".join(lines[first:last]) + "\n"
        name = f"{word}{len(statements)}_"
        stand_in = _stand_in(node, name)
        if stand_in is None or len(statement) < _LARGE or not _alone(node, lines):
            continue
        frame += [*lines[done:first], stand_in.removesuffix("\n")]
        done = last
        statements[name] = (stand_in, statement)
    return Pieces("\n".join([*frame, *lines[done:]]), statements)


def _stand_in(node: ast.stmt, name: str) -> str | None:
    match node:
        case ast.FunctionDef(decorator_list=[]):
            return f"def {name}():\n    return _\n"
        case ast.ClassDef(decorator_list=[]):
            return f"class {name}:\n    _ = _\n"
        case ast.Assign():
            return f"{name} = _\n"
        case _:
            return None


def _alone(node: ast.stmt, lines: list[str]) -> bool:
    """Whether a statement has its lines for itself."""
    end = lines[(node.end_lineno or node.lineno) - 1].encode("utf-8")
    return node.col_offset == 0 and len(end) == node.end_col_offset


def free_word(text: str) -> str:
    """The beginning of names that the text does not have."""
    word = "_"
    while f"{word}0_" in text or re.search(rf"\b{word}\d+_\b", text):
        word += "_"
    return word
