"""Lines that black would leave as they are, and the text without them.

Black takes time for every token. Most lines of a generated module are short
statements that the printer writes in black's style already; each is replaced by
a name while black lays out the lines around it. A line counts as plain only if
nothing in it is of interest to black: `tests/unit/test_layout.py` holds the
result against black's own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 100
_Simple: TypeAlias = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return

# What black rewrites, or may: other quotes, escapes, comments, trailing commas, parentheses that
# are not those of a call, powers, slices, wide characters, numbers but plain ones, spaces.
_OF_INTEREST = re.compile(
    r"""
    [\\#;'@`*/%~^&+-] | [ ][.] | [.][ ] | [^\x20-\x7e] | [ ]{2}
    | \blambda\b | \bawait\b | \byield\b
    | ,[ ]?[\])}] | (?<![\w\])([{])[(]
    | \b(?:return|in|not|and|or|if|else|is|del|for|from)[ ]?[(](?!\w+[ ]:=[ ])
    | \[[^\]]*:(?!=) | [ ,:=]$ | \b0[xXoObB] | \d[eEjJ_] | \b[bBfFrRuU]+" | [\[({][ ] | [ ][\])},]
    """,
    re.VERBOSE,
)
_SPACED = re.compile(r'"[^"]*"|,(?=[^ ])|[^ <>=!+\-*/%&|^:]=[^ =]|(?<=\w)[<>+*/%&|^-]')


@dataclass(frozen=True, slots=True)
class Shortened:
    """A text with a name in place of each plain line, and the lines."""

    text: str
    name: re.Pattern[str]
    lines: Mapping[str, str]

    def restored(self, made: str) -> str:
        """The lines in their places again, in a text that black made of `text`."""
        return self.name.sub(lambda found: self.lines[found[1]], made)


def without_plain_lines(text: str) -> Shortened:
    """The text with names for its plain lines.

    Raises:
        SyntaxError: if it is not Python.
    """
    word = free_word(text)
    lines = text.split("\n")
    plain: dict[str, str] = {}
    for node in _statements(ast.parse(text)):
        line = lines[node.lineno - 1]
        stand_in = _stand_in(node, line)
        if stand_in is None or len(line) > WIDTH or _of_interest(line.strip()):
            continue
        key = f"{word}{len(plain)}_"
        plain[key] = line.strip()
        indent = line[: len(line) - len(line.lstrip())]
        lines[node.lineno - 1] = indent + stand_in.format(key)
    pattern = rf"(?:return |if |elif )?\b({word}\d+_)(?:: _|:)?(?=\n)"
    return Shortened("\n".join(lines), re.compile(pattern), plain)


def free_word(text: str) -> str:
    """The beginning of names that the text does not have."""
    word = "_"
    while f"{word}0_" in text or re.search(rf"\b{word}\d+_\b", text):
        word += "_"
    return word


def _statements(tree: ast.AST) -> Iterator[_Simple | ast.If]:
    for node in ast.walk(tree):
        if isinstance(node, _Simple | ast.If):
            yield node


def _stand_in(node: _Simple | ast.If, line: str) -> str | None:
    """What stands for the line, `{}` for the name; None if it is not a whole logical line."""
    if isinstance(node, ast.If):
        return _stand_in_test(node, line)
    alone = node.lineno == node.end_lineno
    if not alone or line.strip() != line[node.col_offset : node.end_col_offset]:
        return None
    match node:
        case ast.Expr(ast.Constant()):
            return None  # a docstring, or what black may take for one
        case ast.Return(ast.expr() as made) if made.col_offset == node.col_offset + len("return "):
            return "return {}"
        case ast.Return():
            return None
        case ast.AnnAssign():
            return "{}: _"
        case _:
            return "{}"


def _stand_in_test(node: ast.If, line: str) -> str | None:
    word, test = line.split()[0], node.test
    alone = node.lineno == test.lineno == test.end_lineno != node.body[0].lineno
    # In parentheses as a whole, the test would begin behind the first of them.
    bare = word in ("if", "elif") and line[: test.col_offset].lstrip() == f"{word} "
    whole = alone and bare and line[test.end_col_offset or 0 :] == ":"
    return f"{word} {{}}:" if whole else None


def _of_interest(line: str) -> bool:
    if _OF_INTEREST.search(line) or line.count('"') % 2:
        return True
    return any(found[0][0] != '"' for found in _SPACED.finditer(line))
