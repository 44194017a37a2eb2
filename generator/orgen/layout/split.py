"""Splits a logical line that is too long, or has a magic trailing comma, as black does.

The rules are those of black's right-hand split: what is in the last brackets goes on lines of its
own, unless the brackets before them serve better; each line that is still too long is split at
its delimiters of the highest rank, or again at its last brackets. Parentheses that may be written
but are not are brackets with an empty text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import TypeAlias

from orgen.layout.lines import WIDTH, Line, has_one, is_magic, matched, tracked
from orgen.layout.tokens import COMMA, DOT, Token, Unknown


class CannotSplit(Exception):
    """This way of splitting a line leads nowhere."""


Way: TypeAlias = Callable[[Line, bool], "list[Line]"]


@dataclass(frozen=True, slots=True)
class Parts:
    """A line split at a pair of brackets, which end the head and begin the tail."""

    head: Line
    body: Line
    tail: Line
    opening: Token
    closing: Token

    @property
    def optional(self) -> bool:
        return not self.opening.text and not self.closing.text

    def shown(self) -> list[Line]:
        """The lines, with the brackets written."""
        if self.opening.bracket == "(":
            self.opening.text, self.closing.text = "(", ")"
        return [line for line in (self.head, self.body, self.tail) if line.tokens]


def transformed(line: Line, force: bool = False) -> list[Line]:
    """The line as lines that fit, as far as that can be; `force` writes optional parentheses."""
    if not line.explode and not line.magic and line.short:
        return [line]
    ways: tuple[Way, ...] = (_right_hand,)
    if line.kind == "def" and not line.inside:
        ways = (_left_hand,)
    elif line.inside:
        ways = (_at_delimiters, _right_hand)
    for way in ways:
        try:
            return _run(line, way, force)
        except CannotSplit:
            continue
    return [line]


def _run(line: Line, way: Way, force: bool) -> list[Line]:
    text = str(line)
    optional = line.optional
    result: list[Line] = []
    for part in way(line, force):
        if str(part) == text:
            raise CannotSplit
        result += transformed(part, force)
    decided = force or way is not _right_hand or any(token.text for token in optional)
    if decided or not optional or result[0].short or any(t.added for t in line.tokens):
        return result
    second = _run(line.copy(), way, True)
    return second if all(part.short for part in second) else result


def _left_hand(line: Line, _: bool) -> list[Line]:
    """Split a function's first line at its parameters."""
    start = next((i for i, token in enumerate(line.tokens) if token.text == "("), None)
    if start is None:
        raise CannotSplit
    opening = line.tokens[start]
    end = next(i for i, token in enumerate(line.tokens) if token.pair is opening)
    return _parts(line, start, end).shown()


def _at_delimiters(line: Line, _: bool) -> list[Line]:
    """Split a line at all its delimiters of the highest rank; a comma goes behind the last one."""
    last = len(line.tokens) - 1
    inner = [rank for index, rank in line.delimiters.items() if index != last]
    if not inner:
        raise CannotSplit
    rank = max(inner)
    if rank == DOT and sum(other == rank for other in line.delimiters.values()) == 1:
        raise CannotSplit
    made: list[list[Token]] = [[]]
    depth = 0
    for index, token in enumerate(line.tokens):
        outside = not depth
        depth += token.opens - (token.pair is not None)
        if outside and token.comment and made[-1]:
            if not made[-1][-1].comment:
                raise Unknown
            made.append([])
        elif outside and made[-1] and made[-1][-1].comment:
            made.append([])
        made[-1].append(token)
        if line.delimiters.get(index) == rank:
            made.append([])
    made = [tokens for tokens in made if tokens]
    if rank == COMMA and made[-1][-1].text != ",":
        made[-1].append(Token(",", priority=COMMA, added=True))
    return [tracked(Line(part, line.depth, line.kind, inside=True)) for part in made]


def _right_hand(line: Line, force: bool) -> list[Line]:
    """Split at the last brackets, or at some before them after which all fits on one line."""
    first: list[Line] | None = None
    for omit in _trailers(line):
        if omit and _begins_too_late(line, omit):
            continue
        lines = _split_right(line, omit, force)
        if first is None and not omit:
            first = lines
        if lines[0].short:
            return lines
    return first if first is not None else _split_right(line, frozenset(), force)


def _begins_too_late(line: Line, omit: Set[int]) -> bool:
    """Whether the brackets that would be split open behind the end of a line."""
    target = next(
        (t.pair for t in reversed(line.tokens) if t.pair is not None and id(t) not in omit), None
    )
    if target is None or not target.text:
        return False
    before = 4 * line.depth
    for token, length in zip(line.tokens, line.lengths(), strict=True):
        if token is target:
            return before > WIDTH
        before += length
    return False


def _trailers(line: Line) -> Iterator[frozenset[int]]:
    """Sets of closing brackets, each larger, that a right-hand split may leave as they are."""
    omit: set[int] = set()
    inner: set[int] = set()
    if not line.magic:
        yield frozenset()
    length = 4 * line.depth
    opening: Token | None = None
    closing: Token | None = None
    lengths = line.lengths()
    for index in reversed(range(len(line.tokens))):
        token = line.tokens[index]
        length += lengths[index]
        if length > WIDTH or token.comment:
            break
        if opening is not None:
            if token is opening:
                opening = None
            elif token.pair is not None:
                if _keeps_comma(line, index):
                    break
                inner.add(id(token))
        elif token.pair is not None:
            if index and line.tokens[index - 1].opens:
                inner.add(id(token))
                continue
            if closing is not None:
                omit |= {id(closing), *inner}
                inner.clear()
                yield frozenset(omit)
            if _keeps_comma(line, index):
                break
            if token.text:
                opening, closing = token.pair, token


def _keeps_comma(line: Line, index: int) -> bool:
    """Whether there is a comma before a closing bracket, but for a tuple of one."""
    token = line.tokens[index]
    if not index or line.tokens[index - 1].text != ",":
        return False
    alone = token.bracket == ")" and not token.trailer and has_one(line.tokens, index)
    return not alone


def _split_right(line: Line, omit: Set[int], force: bool) -> list[Line]:
    return _without_optional(_last_brackets(line, omit), line, omit, force)


def _last_brackets(line: Line, omit: Set[int]) -> Parts:
    """Split at the last brackets that are not in `omit`, and not empty."""
    tokens = line.tokens
    for end in reversed(range(1, len(tokens))):
        opening = tokens[end].pair
        if opening is None or id(tokens[end]) in omit or tokens[end - 1] is opening:
            continue
        start = next((i for i in range(end) if tokens[i] is opening), None)
        if start is None:
            break
        return _parts(line, start, end)
    raise CannotSplit


def _parts(line: Line, start: int, end: int) -> Parts:
    """Split at the brackets at `start` and `end`."""
    opening, closing = line.tokens[start], line.tokens[end]
    head = Line(line.tokens[: start + 1], line.depth, line.kind)
    inside = matched(head.tokens)
    head.magic = any(
        head.tokens[i].pair is not None and is_magic(head.tokens, i, line.kind) for i in inside
    )
    tail = Line(line.tokens[end:], line.depth)
    made = line.tokens[start + 1 : end]
    if line.kind == "def" and opening.text == "(" and not _has_commas(made):
        made = [*made, Token(",", priority=COMMA, added=True)]
    body = tracked(Line(made, line.depth + 1, inside=True))
    body.explode = _explodes(body, opening)
    return Parts(head, body, tail, opening, closing)


def _has_commas(parameters: list[Token]) -> bool:
    """Whether there are several parameters; commas in annotations do not count."""
    within = 0
    for token in parameters:
        if token.bracket in ("[", "]"):
            within += 1 if token.opens else -1
        if token.text == "," and not within:
            return True
    return False


def _explodes(body: Line, opening: Token) -> bool:
    """Whether the body is to be split at its commas, though it may fit."""
    last = len(body.tokens) - 1
    trailing = body.tokens[last].text == ","
    ranks = [rank for index, rank in body.delimiters.items() if index != last or not trailing]
    return bool(ranks) and max(ranks) == COMMA and (trailing or not opening.trailer)


def _without_optional(parts: Parts, line: Line, omit: Set[int], force: bool) -> list[Line]:
    """The lines of a split, without parentheses that nobody needs."""
    if not force and parts.optional and _can_do_without(parts):
        omit = {id(parts.closing), *omit}
        try:
            other = _last_brackets(line, omit)
            if _is_better(other, parts):
                return _without_optional(other, line, omit, force)
        except CannotSplit:
            fits = _can_be_split(parts.body) or parts.body.short
            if not fits and line.kind != "case":
                raise
    return parts.shown()


def _can_do_without(parts: Parts) -> bool:
    """Whether the body can be laid out without the parentheses around it."""
    body = parts.body
    if not body.delimiters:
        return True
    rank = max(body.delimiters.values())
    if sum(other == rank for other in body.delimiters.values()) > 1:
        return False
    if rank == DOT:
        return True
    tokens = body.tokens
    if tokens[0].opens and tokens[1].pair is None and _opens_well(body):
        return True
    last = tokens[-1]
    if last.bracket == ")" or last.bracket == "}" or (last.bracket == "]" and not last.trailer):
        return not tokens[-2].opens and _closes_well(body)
    return False


def _opens_well(body: Line) -> bool:
    """Whether what follows the first brackets fits, or has brackets to be split at."""
    remainder = False
    length = 4 * body.depth
    for token, size in zip(body.tokens, body.lengths(), strict=True):
        if token.pair is body.tokens[0]:
            remainder = True
        if remainder:
            length += size
            if length > WIDTH:
                return False
            if token.opens:
                remainder = False
    return True


def _closes_well(body: Line) -> bool:
    """Whether what stands before the last brackets fits, or has brackets to be split at."""
    others = False
    length = 4 * body.depth
    for token, size in zip(body.tokens, body.lengths(), strict=True):
        length += size
        if token is body.tokens[-1].pair:
            return others or length <= WIDTH
        others = others or token.opens
    return False


def _is_better(other: Parts, parts: Parts) -> bool:
    """Whether a split without the optional parentheses is better than one at them."""
    head = parts.head.tokens
    if not (len(head) >= 2 and head[-2].text == "="):
        return True
    if not any(token.bracket for token in head[:-1]):
        return True
    if len(str(parts.head)) > WIDTH - 1 or parts.head.magic:
        return True
    equals = _equals(parts.head)
    if equals > 1 and equals > _equals(other.head):
        return False
    for token in reversed(other.head.tokens):
        if token.text == "=":
            break
        if token.pair is not None:
            return True
    return any(token.text == "=" for token in other.head.tokens) and other.head.short


def _equals(line: Line) -> int:
    return sum(token.text == "=" for token in line.tokens)


def _can_be_split(line: Line) -> bool:
    """False where there is certainly no place to split."""
    tokens = line.tokens
    if len(tokens) < 2:
        return False
    if tokens[0].text[:1] in ('"', "'") and tokens[1].text == ".":
        return _can_split_method(tokens)
    return True


def _can_split_method(tokens: list[Token]) -> bool:
    """Whether calls of methods of a string can be split."""
    calls = dots = 0
    following = tokens[-1]
    for token in reversed(tokens[:-1]):
        if token.opens:
            if following.pair is None:
                return False
            calls += 1
        elif token.text == ".":
            dots += 1
        elif token.text[0].isalpha() or token.text[0] == "_":
            if not (following.text == "." or following.opens):
                return False
        elif token.pair is None:
            return False
        if dots > 1 and calls > 1:
            return False
    return True
