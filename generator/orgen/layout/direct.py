"""Lays out the statements that the generator prints, without black and as black would.

A text with anything else in it is refused as a whole. `tests/unit/test_layout.py` holds the result
against black's own, for all that is generated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from orgen.layout.blank import Blank, Kind
from orgen.layout.lines import WIDTH, Line, is_magic, tracked
from orgen.layout.split import transformed
from orgen.layout.tokens import COMMA, DOT, Reader, Token, Unknown, is_narrow, joined

_COMMENT = re.compile(r"# \S.*\S|# \S|#")
_IMPORT = re.compile(r"(?:from (\.*[\w.]*) )?import (\(?)([\w, .]+?)\s*(\)?)", re.ASCII)
_NAME = re.compile(r"\w+(?: as \w+)?", re.ASCII)
_QUOTES = '"""'
_FIRM = frozenset({"if", "elif", "else", "for", "def", "class"})
_HEADS = _FIRM | {"match", "case"}
_RIGID = frozenset({"for", "yield"})
_DECORATOR = re.compile(r"@[a-z_]+", re.ASCII)
_REFUSED = frozenset({"while", "with", "try", "except", "finally", "assert", "del", "global",
                      "nonlocal", "async", "await", "lambda", "not"})  # fmt: skip
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def laid_out(text: str) -> str | None:
    """The source in black's style; None if only black knows how it is laid out."""
    try:
        made = _Layout(text.split("\n")).all()
    except Unknown:
        return None
    return made or None


@dataclass(slots=True)
class _Layout:
    """Reads physical lines, and writes them laid out."""

    lines: list[str]
    at: int = 0
    made: Blank = field(default_factory=lambda: Blank([]))
    indents: list[int] = field(default_factory=lambda: [0])
    opened: bool = False
    """Whether the last line was the first of a block."""
    first: bool = True
    """Whether the next statement is the first of its block, and may be its docstring."""

    def all(self) -> str:
        empty = 0
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if not line.strip(" "):
                empty += 1
                continue
            self.statement(line, empty)
            empty = 0
        return "\n".join([*self.made.made, ""])

    def statement(self, line: str, empty: int) -> None:
        """One logical line, which begins with `line`, and the blank lines before it."""
        text = line.lstrip(" ")
        if text[0] == "#":
            self.comment(line, text, empty)
            return
        depth = self.depth(len(line) - len(text))
        if text.startswith(_QUOTES):
            kind, lines = self.prose(text, depth)
        else:
            kind, lines = self.code(text, depth)
        self.made.add(kind, depth, empty, lines)
        self.first = self.opened = kind.opens

    def depth(self, indent: int) -> int:
        """How many blocks a line with that indent stands in."""
        if self.opened:
            if indent <= self.indents[-1]:
                raise Unknown
            self.indents.append(indent)
        while indent < self.indents[-1]:
            self.indents.pop()
        if indent != self.indents[-1]:
            raise Unknown
        return len(self.indents) - 1

    def comment(self, line: str, text: str, empty: int) -> None:
        """A comment belongs to the block of the next statement, whose indent it has to have."""
        following = next((other for other in self.lines[self.at :] if other.strip(" ")), "")
        indent = len(following) - len(following.lstrip(" "))
        comment = text.rstrip(" ")
        _check_comment(comment)
        if self.opened or indent != len(line) - len(text):
            raise Unknown
        if not following and len(self.indents) > 1:
            raise Unknown
        depth = self.depth(indent)
        self.made.add(Kind.COMMENT, depth, empty, [" " * 4 * depth + comment])

    def prose(self, text: str, depth: int) -> tuple[Kind, list[str]]:
        """A string in triple quotes that is a statement."""
        rest = text[3:]
        lines = [rest]
        while _QUOTES not in lines[-1]:
            if self.at == len(self.lines):
                raise Unknown
            lines.append(self.lines[self.at])
            self.at += 1
        last, _, behind = lines[-1].partition(_QUOTES)
        margin = " " * 4 * depth
        whole = "\n".join([*lines[:-1], last])
        if behind.strip(" ") or not whole.strip() or re.search(r"\\(?![\\nrtabfvxuU])", whole):
            raise Unknown
        if re.search(r"\\(?:x|u|U)[0-9a-f]*[A-F]|\t|\f|\v|\r", whole):
            raise Unknown
        if not self.first:
            return Kind.PLAIN, [f'{margin}"""{whole}"""']
        return Kind.DOCSTRING, [f'{margin}"""{_docstring(lines[:-1], last, margin)}"""']

    def code(self, text: str, depth: int) -> tuple[Kind, list[str]]:
        """A statement that is no string."""
        found = _WORD.match(text)
        word = found[0] if found else ""
        if word in _REFUSED:
            raise Unknown
        if word in ("from", "import"):
            return Kind.IMPORT, _import(self.import_text(text), depth)
        if text[0] == "@":
            if not _DECORATOR.fullmatch(text):
                raise Unknown
            return Kind.DECORATOR, [" " * 4 * depth + text]
        reader = self.tokens(text, word == "def")
        tokens = reader.tokens
        stub = word == "def" and [t.text for t in tokens[-2:]] == [":", "..."]
        head = word in _HEADS and (stub or tokens[-1].text == ":")
        if tokens[-1].text == "," or (word in _FIRM and not head) or tokens[0].text == "...":
            raise Unknown
        if tokens[0].text[-1:] in ('"', "'"):
            raise Unknown  # black may take it for a docstring
        if word == "class" and len(tokens) > 2 and tokens[-2].pair is tokens[-3]:
            raise Unknown  # parentheses with nothing in them
        kind = _kind(word, head, stub)
        if not reader.explicit:
            short = " " * 4 * depth + joined(tokens)
            if len(short) <= WIDTH and short.isascii():
                return kind, [short]
        rigid = reader.loops or word in _RIGID
        if rigid or (word == "def" and _is_odd_definition(tokens)):
            raise Unknown
        if head:
            del tokens[-2 if stub else -1 :]
        conditional = 0 in reader.conditions
        if conditional and any(tokens[i].text == "," for i in _outside(tokens)):
            raise Unknown
        line = _logical(word, tokens, depth, head, conditional)
        if stub:
            line.tokens.append(Token("...", " "))
        return kind, _split(line)

    def tokens(self, text: str, definition: bool) -> Reader:
        """The tokens of the logical line that begins with a text."""
        reader = Reader(definition)
        more = reader.read(text)
        while more:
            line = self.next_line()
            if line[:1] == "#":
                _check_comment(line)
                reader.comment(line)
            else:
                more = reader.read(line)
        return reader

    def import_text(self, text: str) -> str:
        parts = [text]
        while "(" in text and ")" not in parts[-1]:
            parts.append(self.next_line())
        return " ".join(parts)

    def next_line(self) -> str:
        """The next physical line, without the white space around it."""
        if self.at == len(self.lines):
            raise Unknown
        self.at += 1
        return self.lines[self.at - 1].strip(" ")


def _check_comment(comment: str) -> None:
    """Refuse a comment that black rewrites, or minds."""
    if not _COMMENT.fullmatch(comment) or comment.startswith(("# type:", "# fmt:", "# pylint:")):
        raise Unknown


def _docstring(lines: list[str], last: str, margin: str) -> str:
    """The text of a docstring that is laid out already."""
    if not lines:
        text = last.strip()
        if text[0] == '"' or text[-1] in '"\\':
            raise Unknown
        return text
    first, *others = lines
    inner = [line for line in others if line.strip()]
    if last.strip() or not first.strip() or first.strip()[0] == '"':
        raise Unknown
    if inner and min(len(line) - len(line.lstrip()) for line in inner) != len(margin):
        raise Unknown
    if not inner and last != margin:
        raise Unknown
    return "\n".join([first.strip(), *(line.rstrip() for line in others), margin])


def _import(text: str, depth: int) -> list[str]:
    found = _IMPORT.fullmatch(text.strip(" "))
    if not found or bool(found[2]) != bool(found[4]):
        raise Unknown
    module, _, names, _ = found.groups()
    comma = names.rstrip(" ").endswith(",")
    listed = [name.strip(" ") for name in names.rstrip(" ,").split(",")]
    if not all(_NAME.fullmatch(name) for name in listed) or (comma and not found[2]):
        raise Unknown
    margin = " " * 4 * depth
    if module is None:
        if len(listed) > 1:
            raise Unknown
        return [f"{margin}import {listed[0]}"]
    line = f"{margin}from {module} import {', '.join(listed)}"
    if len(line) <= WIDTH and not comma:
        return [line]
    if len(f"{margin}from {module} import (") > WIDTH:
        raise Unknown
    return [f"{margin}from {module} import (", *(f"{margin}    {n}," for n in listed), f"{margin})"]


def _logical(word: str, tokens: list[Token], depth: int, head: bool, conditional: bool) -> Line:
    """The line of a statement, with the parentheses that black may write or leave out.

    `conditional` says whether its expression is a condition with two values.
    """
    expressions = _expressions(word, tokens, head)
    if conditional and not expressions:
        raise Unknown
    for start, end in reversed(expressions):
        tokens = _with_optional(tokens, start, end, keeps_binding=not head)
    for index, token in enumerate(tokens):
        if token.bracket in ("[", "{") and token.opens and _is_wrapped(tokens, index + 1):
            raise Unknown
    if head:
        tokens.append(Token(":"))
    return tracked(Line(tokens, depth, word if word in ("def", "case") else ""))


def _expressions(word: str, tokens: list[Token], head: bool) -> list[tuple[int, int]]:
    """Where the expressions begin and end around which parentheses may be."""
    if word in ("return", "if", "elif", "case") and (head or word == "return"):
        return [(1, len(tokens))] if len(tokens) > 1 else []
    if head or word in ("raise", "yield"):
        return []
    marks = [i for i in _outside(tokens) if tokens[i].text in ("=", ":")]
    if [tokens[i].text for i in marks] not in ([], ["="], [":"], [":", "="]):
        raise Unknown  # a chain of assignments
    if not marks:
        _check_bare(tokens)
        return []
    if COMMA in tracked(Line(tokens[: marks[0]], 0)).delimiters.values():
        raise Unknown
    if len(marks) > 1:
        _check_annotation(tokens[: marks[1]])
    ends = [*marks[1:], len(tokens)]
    return [(start + 1, end) for start, end in zip(marks, ends, strict=True)]


def _check_annotation(tokens: list[Token]) -> None:
    """Refuse a type of an assignment that may have to be split, unless it is all subscripts."""
    plain = all(token.bracket in ("", "[", "]") for token in tokens)
    if not plain and (tracked(Line(tokens, 0)).magic or len(joined(tokens)) > WIDTH - 20):
        raise Unknown


def _check_bare(tokens: list[Token]) -> None:
    """Refuse an expression as a statement that is more than a call."""
    if any(rank != DOT for rank in tracked(Line(tokens, 0)).delimiters.values()):
        raise Unknown
    if tokens[0].bracket or (len(tokens) > 1 and tokens[1].gap) or tokens[0].text == "...":
        raise Unknown


def _outside(tokens: list[Token]) -> Iterator[int]:
    """Which tokens stand in no brackets."""
    depth = 0
    for index, token in enumerate(tokens):
        if token.opens:
            depth += 1
        elif token.pair is not None:
            depth -= 1
        elif not depth:
            yield index


def _with_optional(
    tokens: list[Token], start: int, end: int, *, keeps_binding: bool
) -> list[Token]:
    """The tokens with parentheses around an expression, which need not be written."""
    if start == end:
        raise Unknown
    inner = tokens[start:end]
    if not _is_wrapped(inner, 0, len(inner)):
        if inner[-1].text == ",":
            raise Unknown
        opening = Token("", inner[0].gap, bracket="(")
        inner[0].gap = ""
        return [
            *tokens[:start],
            opening,
            *inner,
            Token("", bracket=")", pair=opening),
            *tokens[end:],
        ]
    within = inner[1:-1]
    bound = len(within) > 1 and within[1].text == ":="
    if within and not (bound and keeps_binding):
        if _is_wrapped(within, 0, len(within)):
            raise Unknown
        if COMMA not in tracked(Line(within, 0)).delimiters.values():
            inner[0].text = inner[-1].text = ""
    return tokens


def _is_wrapped(tokens: list[Token], start: int, end: int | None = None) -> bool:
    """Whether there are parentheses around all from `start` to `end`, or to the next bracket."""
    opening = tokens[start] if start < len(tokens) else None
    if opening is None or opening.text != "(" or opening.trailer:
        return False
    close = next(i for i, token in enumerate(tokens) if token.pair is opening)
    if end is not None:
        return close == end - 1
    inner = tracked(Line(tokens[start + 1 : close], 0))
    return tokens[close + 1].pair is tokens[start - 1] and COMMA not in inner.delimiters.values()


def _is_odd_definition(tokens: list[Token]) -> bool:
    """Whether there are parentheses around a type, or a comma in what is returned that is magic."""
    arrow = next((i for i, token in enumerate(tokens) if token.text == "->"), len(tokens))
    types = (i for i, token in enumerate(tokens[:-1]) if token.text in ("->", ":"))
    return any(tokens[i + 1].text == "(" for i in types) or any(
        is_magic(tokens, i) for i in range(arrow, len(tokens)) if tokens[i].pair
    )


def _has_odd_result(tokens: list[Token]) -> bool:
    """Whether what a function returns is written with more than names and subscripts."""
    arrow = next((i for i, token in enumerate(tokens) if token.text == "->"), len(tokens))
    return any(token.bracket in ("(", "{") for token in tokens[arrow:])


def _split(line: Line) -> list[str]:
    """The lines of a logical line."""
    text = str(line)
    if not is_narrow(text):
        raise Unknown
    if line.short and not line.magic:
        return [text]
    if line.kind == "def" and _has_odd_result(line.tokens):
        raise Unknown
    parts = transformed(line)
    if line.kind == "def" and any(not part.short for part in parts):
        raise Unknown
    return [str(part) for part in parts]


def _kind(word: str, head: bool, stub: bool) -> Kind:
    if stub:
        return Kind.STUB
    defined = {"def": Kind.DEF, "class": Kind.CLASS}
    return defined.get(word, Kind.BLOCK if head else Kind.PLAIN)
