"""A line of tokens: its width, and where it may be split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from orgen.layout.tokens import COMMA, Token, joined

WIDTH = 100


@dataclass(slots=True)
class Line:
    """Tokens on one line, as deep as its first one is indented."""

    tokens: list[Token]
    depth: int
    kind: str = ""
    """`import`, `def` or `case`, where that makes a difference."""
    inside: bool = False
    """Whether brackets of the logical line stand around it."""
    explode: bool = False
    """Whether it has to be split at its commas."""
    magic: bool = False
    """Whether brackets in it end with a comma, and so have to be split."""
    delimiters: dict[int, int] = field(default_factory=dict)
    """Index of a token behind which it may be split -> rank."""
    optional: list[Token] = field(default_factory=list)
    """Brackets that stand in no others and are not written."""

    def __str__(self) -> str:
        return " " * (4 * self.depth) + joined(self.tokens)

    @property
    def short(self) -> bool:
        return not any(token.comment for token in self.tokens) and len(str(self)) <= WIDTH

    def lengths(self) -> list[int]:
        """Of each token with the white space before it."""
        found = [token.length for token in self.tokens]
        if found:
            found[0] = len(self.tokens[0].text)
        return found

    def copy(self) -> Line:
        """The line with tokens of its own."""
        old = self.tokens
        copies = {id(token): replace(token) for token in old}
        for token in copies.values():
            if token.pair is not None:
                token.pair = copies[id(token.pair)]
        optional = [copies[id(token)] for token in self.optional]
        return replace(self, tokens=[copies[id(token)] for token in old], optional=optional)


def tracked(line: Line) -> Line:
    """The line, with its delimiters and magic commas found."""
    depth = 0
    tokens = line.tokens
    for index, token in enumerate(tokens):
        if token.pair is not None:
            if depth == 0:
                continue  # opened on an earlier line
            depth -= 1
            line.magic = line.magic or is_magic(tokens, index, line.kind)
        if depth == 0 and token.bracket and not token.text:
            line.optional.append(token)
        if depth == 0 and token.priority:
            if token.text == ",":
                line.delimiters[index] = COMMA
            elif index:
                line.delimiters[index - 1] = token.priority
        if token.opens:
            depth += 1
    return line


def is_magic(tokens: Sequence[Token], index: int, kind: str = "") -> bool:
    """Whether a comma before the closing bracket at `index` asks for one element a line."""
    closing = tokens[index]
    if index == 0 or tokens[index - 1].text != ",":
        return False
    if closing.bracket == "}" or kind == "import":
        return True
    if closing.bracket == "]":
        return not (closing.trailer and has_one(tokens, index))
    return closing.trailer or not has_one(tokens, index)


def has_one(tokens: Sequence[Token], index: int) -> bool:
    """Whether there is one element with a comma behind it in the brackets that end at `index`."""
    depth = commas = 0
    for token in reversed(tokens[:index]):
        if token is tokens[index].pair:
            return commas == 1
        if token.pair is not None:
            depth += 1
        elif token.opens:
            depth -= 1
        commas += depth == 0 and token.text == ","
    return False


def matched(tokens: Sequence[Token]) -> set[int]:
    """The numbers of the tokens that stand in brackets which open and close here."""
    start = next((i for i, token in enumerate(tokens) if token.opens), len(tokens))
    found: set[int] = set()
    waiting: list[tuple[Token, list[int]]] = []
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.opens:
            waiting.append((token, [index]))
        elif token.pair is not None:
            if not waiting or waiting[-1][0] is not token.pair:
                break
            found.update(waiting.pop()[1], [index])
        elif waiting:
            waiting[-1][1].append(index)
    return found
