"""Regular expressions: valid, portable between languages, and safe to run.

A pattern is run by every generated language on whatever a peer sends. What one
engine reads otherwise than another, or what can take exponential time, is a
fault of the spec.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field

MAX_PATTERN_LENGTH = 1_000
"""Characters of a pattern."""

MAX_GROUP_DEPTH = 20
"""Groups inside groups of a pattern."""

_MANY = 100
"""From this count on, a counted repetition is treated like an unlimited one."""

_NOT_PORTABLE = {
    "(?P": "named groups are written differently in every language; use a plain group",
    "(?<": "look-behind and named groups are not portable",
    "(?i": "flags inside a pattern are not portable; write both cases",
    "(?s": "flags inside a pattern are not portable",
    "(?m": "flags inside a pattern are not portable",
    "(?x": "flags inside a pattern are not portable",
    "(?a": "flags inside a pattern are not portable",
    "(?u": "flags inside a pattern are not portable",
    "(?L": "flags inside a pattern are not portable",
    "(?#": "comments inside a pattern are not portable",
    "(?(": "conditions inside a pattern are not portable",
    "(?>": "atomic groups are not portable",
    "\\A": "use ^",
    "\\Z": "use $",
    "\\z": "use $",
    "\\p": "list the characters",
    "\\P": "list the characters",
}
_COUNTED = re.compile(r"\{(\d+)(,?)(\d*)\}", re.ASCII)


def pattern_fault(pattern: str) -> tuple[str, str, str | None] | None:
    """Code, message and hint of what is wrong with a pattern; None if it is fine."""
    if len(pattern) > MAX_PATTERN_LENGTH:
        return "V042", f"the pattern has more than {MAX_PATTERN_LENGTH:,} characters", None
    tokens = _tokens(pattern)
    for token in tokens:
        if token in _NOT_PORTABLE:
            return "V041", f"`{token}` in the pattern is not portable", _NOT_PORTABLE[token]
    fault = _shape_fault(tokens)
    if fault is not None:
        return fault
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, OverflowError, ValueError, RecursionError, Warning) as error:
        return "V041", f"this is not a regular expression: {error}", None
    return None


def _tokens(pattern: str) -> list[str]:
    """The pattern in pieces: escapes, character classes, group openings, repetitions, others."""
    tokens: list[str] = []
    index = 0
    while index < len(pattern):
        end = _token_end(pattern, index)
        tokens.append(pattern[index:end])
        index = end
    return tokens


def _token_end(pattern: str, index: int) -> int:
    match pattern[index]:
        case "\\":
            return index + 2
        case "[":
            return _class_end(pattern, index)
        case "(" if pattern.startswith("(?", index):
            return index + 3
        case "{":
            counted = _COUNTED.match(pattern, index)
            return counted.end() if counted else index + 1
        case _:
            return index + 1


def _class_end(pattern: str, index: int) -> int:
    end = index + 1
    if pattern[end : end + 1] == "^":
        end += 1
    if pattern[end : end + 1] == "]":
        end += 1
    while end < len(pattern) and pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    return end + 1


@dataclass(slots=True)
class _Group:
    """What is known of a group whose end has not been read."""

    opening: str | None = None
    """Its first token; a literal there separates the rounds of a repetition."""
    repeats: bool = False
    inner: list[str] = field(default_factory=list)
    """The tokens behind the first one."""


def _shape_fault(tokens: list[str]) -> tuple[str, str, str | None] | None:
    """Report repetitions of repetitions, and groups nested too deep."""
    groups = [_Group()]
    closed: _Group | None = None
    for token in tokens:
        if _is_many(token):
            if closed is not None and closed.repeats and not _is_separated(closed):
                return (
                    "V042",
                    "the pattern repeats a repetition, which can take exponential time",
                    "begin each round with a separator that the rest cannot match: (,[a-z]+)*",
                )
            groups[-1].repeats = True
            continue
        closed = None
        if token.startswith("("):
            groups.append(_Group())
            if len(groups) > MAX_GROUP_DEPTH:
                return "V042", f"groups are nested more than {MAX_GROUP_DEPTH} deep", None
        elif token == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1].repeats = groups[-1].repeats or closed.repeats
            groups[-1].inner += [closed.opening or "", *closed.inner]
        elif groups[-1].opening is None:
            groups[-1].opening = token
        else:
            groups[-1].inner.append(token)
    return None


def _is_separated(group: _Group) -> bool:
    """Whether each round of a repeated group begins with a character that is nowhere else in it."""
    opening = group.opening or ""
    separator = opening.removeprefix("\\")
    if len(separator) != 1 or separator.isalnum() or opening in (".", "[", "^", "$", "|"):
        return False
    return not any(token == "|" or _could_match(token, separator) for token in group.inner)


def _could_match(token: str, character: str) -> bool:
    """Whether a token, such as a class of characters, matches one character."""
    try:
        return token == "." or re.fullmatch(token, character) is not None
    except re.error:
        return token == character


def _is_many(token: str) -> bool:
    if token in ("*", "+"):
        return True
    counted = _COUNTED.fullmatch(token)
    if counted is None:
        return False
    least, comma, most = counted.groups()
    bound = most or (None if comma else least)
    return bound is None or len(bound) > 6 or int(bound) >= _MANY
