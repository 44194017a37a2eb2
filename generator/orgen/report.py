"""Prints diagnostics: for people, for programs, and for GitHub's annotations.

For people, each looks like this:

    spec/items.yaml:14:24: V001 there is no component `Mesage`
       14 |   item: {$ref: '#/components/schemas/Mesage'}
          |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean Message?

Whatever is echoed from the input is made harmless first: control characters,
terminal escapes and characters that reorder text are shown as escapes.
"""

from __future__ import annotations

import json
from typing import Literal, TypeAlias

from orgen.diagnostics import Diagnostic, Diagnostics, Severity, Span
from orgen.excerpt import Excerpts, harmless

Format: TypeAlias = Literal["text", "json", "github"]

MAX_PRINTED = 200
"""Diagnostics printed for people; more would hide the first, which usually cause the rest."""

_BOLD, _RED, _YELLOW, _CYAN, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[0m"


def render(diagnostics: Diagnostics, format: Format = "text", color: bool = False) -> str:
    """All diagnostics in one of the formats, sorted by position; ends with a newline if any."""
    match format:
        case "text":
            return _text(diagnostics, color)
        case "json":
            return _json(diagnostics)
        case "github":
            return _github(diagnostics)


def _text(diagnostics: Diagnostics, color: bool) -> str:
    found = list(diagnostics)
    printer = _Printer(Excerpts(diagnostics.sources), color)
    lines = [line for item in found[:MAX_PRINTED] for line in printer.lines(item)]
    if len(found) > MAX_PRINTED:
        lines.append(f"... and {len(found) - MAX_PRINTED:,} more; fix these first")
    return "".join(line + "\n" for line in lines)


class _Printer:
    def __init__(self, excerpts: Excerpts, color: bool) -> None:
        self.excerpts = excerpts
        self.color = color

    def lines(self, item: Diagnostic) -> list[str]:
        """The lines that one diagnostic is printed as, its notes included."""
        warning = item.severity is Severity.WARNING
        tone = _YELLOW if warning else _RED
        code = self._paint(item.code, tone) + (" warning:" if warning else "")
        head = f"{self._place(item.span)} {code} {harmless(item.message)}"
        lines = [head, *self._excerpt(item.span, item.hint, tone)]
        for related in item.related:
            note = self._paint("note:", _CYAN)
            lines.append(f"{self._place(related.span)} {note} {harmless(related.message)}")
            lines.extend(self._excerpt(related.span, None, _CYAN))
        return lines

    def _place(self, span: Span) -> str:
        return self._paint(f"{harmless(span.file)}:{span.line}:{span.column}:", _BOLD)

    def _excerpt(self, span: Span, hint: str | None, tone: str) -> list[str]:
        excerpt = self.excerpts.of(span)
        tail = f" {harmless(hint)}" if hint else ""
        if excerpt is None:
            return [f"      |{tail}"] if tail else []
        gutter = max(5, len(str(span.line)))
        carets = self._paint("^" * excerpt.width, tone)
        return [
            f"{span.line:>{gutter}} | {excerpt.text}".rstrip(),
            f"{'':>{gutter}} | {'':>{excerpt.offset}}{carets}{tail}",
        ]

    def _paint(self, text: str, tone: str) -> str:
        return f"{tone}{text}{_PLAIN}" if self.color else text


def _json(diagnostics: Diagnostics) -> str:
    def place(span: Span) -> dict[str, object]:
        return {
            "file": span.file,
            "line": span.line,
            "column": span.column,
            "end_line": span.end_line,
            "end_column": span.end_column,
        }

    found = [
        {
            "code": item.code,
            "severity": item.severity.value,
            "message": item.message,
            "hint": item.hint,
            **place(item.span),
            "related": [{"message": one.message, **place(one.span)} for one in item.related],
        }
        for item in diagnostics
    ]
    return json.dumps(found, indent=2) + "\n"


def _github(diagnostics: Diagnostics) -> str:
    """Workflow commands, which GitHub shows as annotations of a pull request's lines."""
    found = list(diagnostics)
    lines = [_annotation(item) for item in found[:MAX_PRINTED]]
    if len(found) > MAX_PRINTED:
        lines.append(f"::notice::... and {len(found) - MAX_PRINTED:,} more; fix these first")
    return "".join(line + "\n" for line in lines)


def _annotation(item: Diagnostic) -> str:
    span = item.span
    properties: dict[str, str | int] = {
        "file": _property(span.file),
        "line": span.line,
        "col": span.column,
    }
    if span.end_line > span.line:
        properties["endLine"] = span.end_line
    elif span.end_column > span.column:
        # GitHub includes the end column, a span does not; it takes columns on one line only.
        properties["endColumn"] = span.end_column - 1
    properties["title"] = _property(item.code)
    message = item.message if item.hint is None else f"{item.message}\n{item.hint}"
    for related in item.related:
        message += f"\n{related.span}: {related.message}"
    listed = ",".join(f"{name}={value}" for name, value in properties.items())
    return f"::{item.severity.value} {listed}::{_data(message)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return harmless(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
