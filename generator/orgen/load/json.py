"""JSON (RFC 8259) with positions: bounded, strict, and telling where each value stands."""

from __future__ import annotations

import math
import re
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]

from orgen.diagnostics import Diagnostics, Span
from orgen.ir.schema import Json
from orgen.load.building import Budget, Node, ObjectBuilder, Refused, quote
from orgen.load.document import Place
from orgen.load.limits import SPEC, Limits
from orgen.load.source import Source

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", re.ASCII)
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_CONSTANTS: dict[str, bool | None] = {"null": None, "true": True, "false": False}
_NOT_JSON = frozenset({"NaN", "Infinity", "-Infinity"})


def parse_json(source: Source, diagnostics: Diagnostics, limits: Limits = SPEC) -> Node | None:
    """The value of a JSON file; reports the faults and returns None if it has no value."""
    budget = Budget(source, diagnostics, limits)
    try:
        return _Reader(budget).read()
    except Refused:
        return None


class _Reader:
    """A recursive descent over the text; recursion is bounded by the limit on depth."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.source = budget.source
        self.text = budget.source.text

    def read(self) -> Node:
        start = self._skip(0)
        if start == len(self.text):
            raise self.budget.refuse(Span(self.source.file), "L007", "the file is empty")
        node, end = self._value(start, 1)
        end = self._skip(end)
        if end < len(self.text):
            raise self._syntax(end, "there is more text after the end of the value")
        return node

    def _skip(self, index: int) -> int:
        found = _SPACE.match(self.text, index)
        return found.end() if found else index

    def _syntax(self, index: int, problem: str, hint: str | None = None) -> Refused:
        index = min(index, len(self.text))
        return self.budget.refuse(self.source.span(index), "L011", f"JSON syntax: {problem}", hint)

    def _value(self, start: int, depth: int) -> tuple[Node, int]:
        """The value that begins at `start`, and the index behind it."""
        self.budget.count(start)
        match self.text[start : start + 1]:
            case "{":
                return self._object(start, depth)
            case "[":
                return self._array(start, depth)
            case '"':
                text, end = self._string(start)
                return Node(text, Place(self.source.span(start, end))), end
            case "":
                raise self._syntax(start, "the file ends before its value does")
            case _:
                return self._word(start)

    def _word(self, start: int) -> tuple[Node, int]:
        number = _NUMBER.match(self.text, start)
        word = _WORD.match(self.text, start)
        end = word.end() if word else start + 1
        text = self.text[start:end]
        span = self.source.span(start, end)
        if number and number.end() == end:
            whole = number[1] is None and number[2] is None
            return Node(self._number(text, whole, span), Place(span)), end
        if text in _NOT_JSON:
            self.budget.report_not_json(text, span)
            return Node(0, Place(span)), end
        if text in _CONSTANTS:
            return Node(_CONSTANTS[text], Place(span)), end
        raise self._syntax(start, f"no value can begin with {quote(text)}", _word_hint(text))

    def _number(self, text: str, whole: bool, span: Span) -> Json:
        if not self.budget.check_number(text, span):
            return 0
        if whole:
            return int(text)
        value = float(text)
        if math.isinf(value):
            self.budget.report_not_json(text, span)
            return 0
        return value

    def _string(self, start: int) -> tuple[str, int]:
        try:
            text, end = scanstring(self.text, start + 1, True)
        except JSONDecodeError as error:
            raise self._string_fault(start, error) from None
        return self.budget.check_string(text, self.source.span(start, end)), end

    def _string_fault(self, start: int, error: JSONDecodeError) -> Refused:
        if error.msg.startswith("Unterminated"):
            return self._syntax(start, "this string has no end")
        if error.msg.startswith("Invalid control character"):
            found = self.text[error.pos : error.pos + 1]
            return self._syntax(
                error.pos,
                f"the character U+{ord(found):04X} may not be written in a string",
                "write it as an escape, such as \\n or \\t",
            )
        return self._syntax(error.pos, "this escape is not one that JSON has")

    def _object(self, start: int, depth: int) -> tuple[Node, int]:
        self.budget.check_depth(depth, start)
        builder = ObjectBuilder()
        index = self._skip(start + 1)
        if self.text[index : index + 1] == "}":
            return self._finish(builder.value, builder.inside, start, index + 1)
        while True:
            index = self._entry(builder, index, depth)
            closed, index = self._separator(index, "}", start)
            if closed:
                return self._finish(builder.value, builder.inside, start, index)

    def _entry(self, builder: ObjectBuilder, index: int, depth: int) -> int:
        if self.text[index : index + 1] != '"':
            raise self._key_fault(index)
        key, end = self._string(index)
        key_span = self.source.span(index, end)
        self.budget.count(index)
        index = self._skip(end)
        if self.text[index : index + 1] != ":":
            raise self._syntax(index, f"a colon is missing after the key {quote(key)}")
        node, index = self._value(self._skip(index + 1), depth + 1)
        self.budget.add(builder, key, key_span, node)
        return self._skip(index)

    def _key_fault(self, index: int) -> Refused:
        if self.text[index : index + 1] == "}":
            return self._syntax(index, "a comma stands before the end of the object")
        hint = _word_hint(self.text[index : index + 2])
        return self._syntax(index, "a key in double quotes is missing here", hint)

    def _array(self, start: int, depth: int) -> tuple[Node, int]:
        self.budget.check_depth(depth, start)
        items: list[Json] = []
        places: dict[str | int, Place] = {}
        index = self._skip(start + 1)
        if self.text[index : index + 1] == "]":
            return self._finish(items, places, start, index + 1)
        while True:
            if items and self.text[index : index + 1] == "]":
                raise self._syntax(index, "a comma stands before the end of the array")
            node, index = self._value(index, depth + 1)
            places[len(items)] = node.place
            items.append(node.value)
            closed, index = self._separator(self._skip(index), "]", start)
            if closed:
                return self._finish(items, places, start, index)

    def _separator(self, index: int, closing: str, start: int) -> tuple[bool, int]:
        """Whether the collection closes at `index`, and the index of what follows."""
        found = self.text[index : index + 1]
        if found == closing:
            return True, index + 1
        if found == ",":
            return False, self._skip(index + 1)
        if not found:
            raise self._syntax(start, f"no {closing} closes what begins here")
        raise self._syntax(index, f"a comma or {closing} is missing here")

    def _finish(
        self, value: Json, inside: dict[str | int, Place], start: int, end: int
    ) -> tuple[Node, int]:
        return Node(value, Place(self.source.span(start, end), None, inside)), end


def _word_hint(text: str) -> str | None:
    if text.startswith(("//", "/*", "#")):
        return "JSON has no comments; name the file .yaml to have them"
    if text.startswith("'"):
        return "JSON strings stand in double quotes"
    if text.lower() in _CONSTANTS:
        return f"write {text.lower()}"
    return None
