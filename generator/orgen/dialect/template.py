"""Reads templates: the small language inside the strings of a dialect file.

`$name`, `$name|filter(argument)|filter`, `$_`, `"text $name text"`; `$$` is a
dollar sign. A fault is reported at its column inside the string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.ast import (
    Array,
    Entry,
    Filter,
    Literal,
    Object,
    Path,
    Template,
    Text,
    Total,
    Variable,
    Wildcard,
)
from orgen.dialect.primitives import FILTERS, filter_hint
from orgen.ir.schema import Json
from orgen.load import Document

_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_TOTAL = re.compile(r"\$[A-Za-z]\w*(?: \+ \$[A-Za-z]\w*)+")
_FILTER = re.compile(r"\|\s*([A-Za-z_][A-Za-z0-9_]*)(?:\(([^()]*)\))?")
_STEP = re.compile(r"[^.\[\]|()+?\s]+")


@dataclass(frozen=True, slots=True)
class TemplateReader:
    """Turns plain values of a document into templates, with spans."""

    document: Document
    diagnostics: Diagnostics

    def template(self, value: Json, at: Path) -> Template:
        """The template written at the pointer `at` of the document."""
        span = self.document.span(at)
        if isinstance(value, str):
            return self._string(value, span)
        if isinstance(value, dict):
            return Object(tuple(self._entry(k, v, (*at, k)) for k, v in value.items()), span)
        if isinstance(value, list):
            return Array(tuple(self.template(v, (*at, i)) for i, v in enumerate(value)), span)
        return Literal(value, span)

    def _entry(self, key: str, value: Json, at: Path) -> Entry:
        optional = key.endswith("?")
        template = self.template(value, at)
        written = False
        if isinstance(template, Literal) and isinstance(template.value, str):
            text = template.value
            if optional and text.endswith("!"):
                written = True
                template = Literal(text[:-1], template.span)
        name = key[:-1] if optional else key
        return Entry(name, template, optional, written, self.document.key_span(at))

    def _string(self, text: str, span: Span) -> Template:
        if "$" not in text:
            return Literal(text, span)
        if _TOTAL.fullmatch(text):
            return Total(tuple(_VARIABLE.findall(text)), span)
        whole = _VARIABLE.match(text)
        if whole:
            filters, end = self.filters(text, whole.end(), span)
            if end == len(text):
                if whole.group(1) == "_":
                    return Wildcard(filters, span)
                return Variable(whole.group(1), filters, span)
        return self._interpolation(text, span)

    def _interpolation(self, text: str, span: Span) -> Template:
        parts: list[str | Variable] = []
        plain = ""
        index = 0
        while index < len(text):
            match = _VARIABLE.match(text, index)
            if text.startswith("$$", index):
                plain, index = plain + "$", index + 2
            elif match:
                if parts and not plain:
                    self.fault(span, text, index, "two variables stand side by side")
                parts += [plain] if plain else []
                parts.append(Variable(match.group(1), (), column(span, text, index)))
                plain, index = "", match.end()
            elif text[index] == "$":
                self.fault(span, text, index, "'$' is not followed by a name", "write '$$'")
                index += 1
            else:
                plain, index = plain + text[index], index + 1
        parts += [plain] if plain else []
        if not any(isinstance(part, Variable) for part in parts):
            return Literal("".join(str(part) for part in parts), span)
        return Text(tuple(parts), span)

    def filters(self, text: str, index: int, span: Span) -> tuple[tuple[Filter, ...], int]:
        """The filters that begin at `index`, and where they end."""
        found: list[Filter] = []
        while match := _FILTER.match(text, index):
            name, raw = match.group(1), match.group(2)
            arguments = tuple(part.strip() for part in raw.split(",")) if raw else ()
            at = column(span, text, match.start(1), len(name))
            if name not in FILTERS:
                self.diagnostics.error(at, "D003", f"unknown filter '{name}'", filter_hint(name))
            elif len(arguments) not in FILTERS[name].arity:
                self.diagnostics.error(
                    at,
                    "D004",
                    f"filter '{name}' takes {FILTERS[name].usage}, not {len(arguments)} arguments",
                    FILTERS[name].example,
                )
            found.append(Filter(name, arguments, at))
            index = match.end()
        return tuple(found), index

    def path(self, text: str, span: Span, offset: int = 0) -> Path:
        """A dotted path; digits are list positions."""
        steps: list[str | int] = []
        for step in text.split("."):
            if not _STEP.fullmatch(step):
                self.fault(span, text, offset, f"'{text}' is not a path", "write a.b or a.0.b")
                return ()
            steps.append(int(step) if step.isdecimal() else step)
        return tuple(steps)

    def fault(self, span: Span, text: str, index: int, message: str, hint: str = "") -> None:
        self.diagnostics.error(column(span, text, index), "D002", message, hint or None)


def column(span: Span, text: str, index: int, width: int = 1) -> Span:
    """The span of `text[index:index + width]` inside the scalar at `span`."""
    if span.end_line != span.line:
        return span
    quoted = (span.end_column - span.column) - len(text) >= 2
    start = span.column + index + (1 if quoted else 0)
    return replace(span, column=start, end_column=start + width)
