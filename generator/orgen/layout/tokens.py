"""The tokens of a statement, spaced and quoted as black does it.

Only what the generator prints is known here: names, calls, displays, subscripts, comparisons and
the like. Anything else (comprehensions, conditional expressions, lambdas, f-strings, slices,
powers, comments behind code) is refused, and black lays it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

COMMA, CONDITION, LOGIC, COMPARATOR, DOT = 18, 16, 14, 10, 1
"""Where black splits first: the higher, the earlier."""
_MATH = {"|": 9, "^": 8, "&": 7, "<<": 6, ">>": 6, "+": 5, "-": 5, "*": 4, "/": 4, "//": 4, "%": 4}
_COMPARATORS = frozenset({"<", ">", "==", "!=", "<=", ">=", "in", "is"})
_PLAIN_OPERATORS = frozenset({":=", "->", "**", *_MATH, *_COMPARATORS}) - {"in", "is"}
_WORDS = frozenset({"and", "or", "not", "in", "is", "return", "raise", "if", "else", "elif",
                    "match", "case", "from", "import", "for", "yield"})  # fmt: skip
_UNKNOWN = frozenset({"lambda", "await", "async"})
_FIRST_ONLY = frozenset({"for", "yield"})
_SPLITTING = frozenset({"and", "or", "is", "in", "if", "else"})
_PAIRS = {")": "(", "]": "[", "}": "{"}

_TOKEN = re.compile(
    r"""[ ]* (?:
      ((?![bBfFrRuU]+["'])[A-Za-z_]\w*)
    | ((?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|f"[^"\\\n]*"
      |r"[^"\n]*[^"\\\n]"|r'[^"'\n]*[^"'\\\n]') (?!["']))
    | ((?:[0-9]+\.[0-9]+|[0-9]+) (?![\w.]))
    | (:=|->|(?:\*\*|<<|>>|//|[-+*/%|&^])(?!=)|[=!<>]=|\.\.\.|[<>=.,:()\[\]{}])
    | ([^ ])
    )""",
    re.VERBOSE | re.ASCII,
)
_ESCAPES = re.compile(r"\\(?:[\\nrtabfv]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})|[^\\]")
_NARROW = re.compile(r"[\x20-\x7e\xa1-\xac\xae-\u02ff]*")


class Unknown(Exception):
    """Something that only black knows how to lay out."""


@dataclass(slots=True, eq=False)
class Token:
    """One token; `gap` is the white space before it."""

    text: str
    gap: str = ""
    priority: int = 0
    """Of a split before it; of a comma, behind it."""
    bracket: str = ""
    """Of a bracket its character, also if the bracket is not visible."""
    pair: Token | None = None
    """Of a closing bracket the opening one."""
    trailer: bool = False
    """Whether a bracket is that of a call, a subscript or parameters, and not of a display."""
    tight: bool = False
    """Whether what follows stands beside it."""
    comment: bool = False
    """Whether it is a comment with a line for itself."""
    added: bool = False
    """Whether it was not in the text."""

    @property
    def opens(self) -> bool:
        return self.bracket in ("(", "[", "{")

    @property
    def closes(self) -> bool:
        return self.pair is not None

    @property
    def length(self) -> int:
        return len(self.gap) + len(self.text)


def string(text: str) -> str:
    """A string literal in the quotes that black prefers.

    Raises:
        Unknown: if that would change what is escaped.
    """
    if text[0] == "r":
        return f'r"{text[2:-1]}"'
    body = text[1:-1]
    if "\\" in body and _ESCAPES.sub("", body):
        raise Unknown
    if text[0] == '"' or text[0] == "f" or '"' in body:
        return text
    if "\\" in body:
        raise Unknown
    return f'"{body}"'


@dataclass(slots=True)
class Reader:
    """Makes tokens of words, which come in the order in which they stand."""

    definition: bool = False
    """Whether it is the first line of a function."""
    tokens: list[Token] = field(default_factory=list)
    slots: list[int] = field(default_factory=lambda: [0])
    """Where the expression began that is being read, in each of the open brackets."""
    conditions: list[int] = field(default_factory=list)
    """How many brackets were open at each `if` of the expressions that are being read."""
    open: list[Token] = field(default_factory=list)
    annotated: bool = False
    """Whether a parameter has a type, so that its `=` stands in spaces."""
    loops: bool = False
    """Whether there is a comprehension, which only black can split."""
    explicit: bool = False
    """Whether a trailing comma, parentheses or a comment ask for more than one look."""

    def read(self, line: str) -> bool:
        """Read a physical line; whether the logical line goes on behind it.

        Raises:
            Unknown: if there is something that only black knows.
        """
        tokens = self.tokens
        previous = tokens[-1] if tokens else None
        for name, literal, number, operator, other in _TOKEN.findall(line):
            if name:
                token = self.name(name, previous)
            elif operator:
                token = self.operator(operator, previous)
            elif literal:
                if previous and previous.text[-1] in "\"'":
                    raise Unknown  # strings that are joined
                token = Token(string(literal), _gap(previous))
            elif number:
                token = Token(_number(number), _gap(previous))
            elif other:
                raise Unknown
            tokens.append(token)
            previous = token
        return bool(self.open)

    def comment(self, line: str) -> None:
        """Read a comment that has a line for itself."""
        self.tokens.append(Token(line, comment=True))
        self.explicit = True

    def name(self, text: str, previous: Token | None) -> Token:
        if text in _UNKNOWN or (text in _FIRST_ONLY and previous is not None):
            if text != "for" or not self.open:
                raise Unknown
            self.loops = True
        gap = _gap(previous)
        if text not in _SPLITTING:
            return Token(text, gap)
        before = previous.text if previous else ""
        priority = 0
        if text in ("if", "else") and previous is not None:
            return self.condition(text)
        if text in ("and", "or"):
            priority = LOGIC
        elif text in ("is", "in"):
            priority = 0 if before == "not" and text == "in" else COMPARATOR
        token = Token(text, gap, priority)
        if text == "in" and before == "not":
            assert previous is not None
            previous.priority = COMPARATOR  # `not in` is split before its first word
        return token

    def condition(self, text: str) -> Token:
        """A word of a conditional expression, which is not one inside of another."""
        depth = len(self.open)
        known = depth in self.conditions
        if known == (text == "if") or self.definition or self.loops:
            raise Unknown
        if not known:
            self.conditions.append(depth)
        return Token(text, " ", CONDITION)

    def settle(self, closing: bool = False) -> None:
        """Put parentheses that are not written around a conditional expression that ends here."""
        depth = len(self.open)
        if depth not in self.conditions:
            return
        self.conditions.remove(depth)
        start = self.slots[-1]
        before = self.tokens[start - 1] if start else None
        alone = closing and before is not None and before.text == "("
        if not depth:
            raise Unknown  # in a tuple without parentheses
        first = self.tokens[start]
        if first.text in ("*", "**"):
            raise Unknown
        if alone:
            return  # there are some
        opening = Token("", first.gap, bracket="(")
        first.gap = ""
        self.tokens.insert(start, opening)
        self.tokens.append(Token("", bracket=")", pair=opening))

    def operator(self, text: str, previous: Token | None) -> Token:
        if text in "([{":
            return self.opening(text, previous)
        if text in ")]}":
            return self.closing(text)
        if text == ",":
            self.settle()
            self.slots[-1] = len(self.tokens) + 1
            self.annotated = self.annotated and len(self.open) > 1
            return Token(",", "", COMMA)
        if text == ".":
            if previous is None or (previous.text[-1:].isdigit() and previous.text[:1].isdigit()):
                raise Unknown
            return Token(".", "", DOT if previous.closes else 0, tight=True)
        if text == ":":
            return self.colon()
        if text == "=":
            return self.equal()
        if text == "...":
            return Token(text, _gap(previous))
        if text in _PLAIN_OPERATORS:
            return self.binary(text, previous)
        raise Unknown

    def opening(self, text: str, previous: Token | None) -> Token:
        calls = previous is not None and _ends_value(previous)
        if text == "{" and calls:
            raise Unknown
        token = Token(text, "" if calls else _gap(previous), bracket=text, trailer=calls)
        if text == "(" and not calls:
            self.explicit = True
        self.open.append(token)
        self.slots.append(len(self.tokens) + 1)
        return token

    def closing(self, text: str) -> Token:
        if not self.open or self.open[-1].text != _PAIRS[text]:
            raise Unknown
        before = self.tokens[-1]
        if before.comment:
            raise Unknown
        if before.text == ",":
            self.explicit = True
        self.settle(closing=True)
        self.slots.pop()
        start = self.open.pop()
        return Token(text, "", bracket=text, pair=start, trailer=start.trailer)

    def colon(self) -> Token:
        inside = self.open[-1].text if self.open else ""
        parameter = self.definition and len(self.open) == 1
        if inside == "[" or (inside == "(" and not parameter):
            raise Unknown
        if len(self.open) in self.conditions and inside:
            raise Unknown  # a key
        if inside == "(":
            self.annotated = True
        self.slots[-1] = len(self.tokens) + 1
        return Token(":")

    def equal(self) -> Token:
        """Of an assignment or a typed default in spaces; of another default or argument without."""
        spaced = not self.open or (len(self.open) == 1 and self.annotated)
        self.slots[-1] = len(self.tokens) + 1
        return Token("=", " " if spaced else "", tight=not spaced)

    def binary(self, text: str, previous: Token | None) -> Token:
        if previous is not None and _ends_value(previous):
            if text == "**":
                raise Unknown
            if text == ":=":
                self.slots[-1] = len(self.tokens) + 1
            priority = _MATH.get(text) or (COMPARATOR if text in _COMPARATORS else 0)
            return Token(text, " ", priority)
        if text not in ("+", "-", "*", "**"):
            raise Unknown
        return Token(text, _gap(previous), tight=True)  # a sign, or a star


def _gap(previous: Token | None) -> str:
    """White space behind a token, before a word or the bracket of a display."""
    return "" if previous is None or previous.tight or previous.opens else " "


def _ends_value(token: Token) -> bool:
    """Whether an operator behind the token has two sides, and a bracket is a trailer."""
    first = token.text[-1]
    word = first.isalnum() or first in "_\"'"
    return token.closes or (word and token.text not in _WORDS) or token.text == "..."


def _number(text: str) -> str:
    """A number that black writes as it is."""
    if "." not in text and len(text) > 1 and text[0] == "0":
        raise Unknown
    return text


def is_narrow(text: str) -> bool:
    """Whether each character takes one column."""
    return text.isascii() or _NARROW.fullmatch(text) is not None


def joined(tokens: Iterable[Token]) -> str:
    """The tokens on one line, without the white space before the first."""
    return "".join([part for token in tokens for part in (token.gap, token.text)]).lstrip(" ")
