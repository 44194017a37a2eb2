"""Prints a report: for people, for programs, for GitHub's annotations, and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, TypeAlias

from orgen.breaking.change import ApiChange, Change, Group, GroupKind, Party, Report
from orgen.breaking.markdown import render_markdown
from orgen.breaking.wording import api_lines, counted, heading, release_line, summary
from orgen.diagnostics import Span
from orgen.excerpt import harmless

ReportFormat: TypeAlias = Literal["text", "json", "github", "markdown"]
REPORT_FORMATS: tuple[ReportFormat, ...] = ("text", "json", "github", "markdown")

MAX_PRINTED = 1_000
"""Changes printed for people; the JSON has all."""

_BOLD, _RED, _GREEN, _DIM, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"


def render_report(report: Report, format: ReportFormat, color: bool = False) -> str:
    """The report in one of the formats; ends with a newline."""
    match format:
        case "text":
            return _Text(color).text(report)
        case "json":
            return _json(report)
        case "github":
            return _github(report)
        case "markdown":
            return render_markdown(report)


class _Text:
    def __init__(self, color: bool) -> None:
        self.color = color

    def text(self, report: Report) -> str:
        lines = [self._paint(harmless(f"{report.old} -> {report.new}"), _BOLD), summary(report)]
        printed = 0
        for group, changes in report.groups():
            if printed >= MAX_PRINTED:
                break
            lines += ["", self._paint(harmless(heading(group)), _BOLD)]
            for change in changes[: MAX_PRINTED - printed]:
                lines += self._change(change)
            printed += len(changes)
        if len(report.changes) > MAX_PRINTED:
            lines.append(
                f"... and {len(report.changes) - MAX_PRINTED:,} more; --format json has all"
            )
        lines += ["", *self._release(report)]
        return "".join(line + "\n" for line in lines)

    def _change(self, change: Change) -> list[str]:
        tone = _RED if change.breaks else _GREEN
        verdict = self._paint(change.verdict, tone)
        rule = self._paint(f"[{change.rule}]", _DIM)
        return [
            f"  {verdict}: {harmless(change.message)} {rule}",
            f"      {harmless(change.reason)}",
            f"      old {_place(change.left)}",
            f"      new {_place(change.right)}",
        ]

    def _release(self, report: Report) -> list[str]:
        head, reason = release_line(report.release)
        return [f"{self._paint(head, _BOLD)} {reason}", *map(harmless, api_lines(report.release))]

    def _paint(self, text: str, tone: str) -> str:
        return f"{tone}{text}{_PLAIN}" if self.color else text


def _place(span: Span) -> str:
    return harmless(str(span))


def _json(report: Report) -> str:
    breaks = {p.value: sum(p in c.breaks for c in report.changes) for p in Party}
    release = report.release
    value = {
        "old": report.old,
        "new": report.new,
        "summary": {
            "changes": len(report.changes),
            "breaking": len(report.breaking),
            "compatible": len(report.changes) - len(report.breaking),
            "breaking_for": breaks,
        },
        "release": {
            "level": release.level.word,
            "reason": release.reason,
            "api": _api(release.api),
            "python": _api(release.python),
        },
        "changes": [_change(c) for _, changes in report.groups() for c in changes],
    }
    return json.dumps(value, indent=2) + "\n"


def _api(changes: Sequence[ApiChange]) -> list[dict[str, str]]:
    return [{"name": c.name, "level": c.level.word, "message": c.message} for c in changes]


def _change(change: Change) -> dict[str, object]:
    return {
        "rule": change.rule,
        "group": {"kind": change.group.kind.value, "name": change.group.name},
        "path": change.path,
        "verdict": change.verdict,
        "breaks": [party.value for party in Party if party in change.breaks],
        "message": change.message,
        "reason": change.reason,
        "old": _span(change.left),
        "new": _span(change.right),
    }


def _span(span: Span) -> dict[str, object]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def _github(report: Report) -> str:
    """Workflow commands at the lines of the new spec; errors for what breaks, notices else."""
    lines = []
    for group, changes in report.groups():
        lines += [_annotation(group, change) for change in changes]
    lines = lines[:MAX_PRINTED]
    head, reason = release_line(report.release)
    lines.append(f"::notice title=orgen breaking::{_data(f'{summary(report)} {head} {reason}')}")
    return "".join(line + "\n" for line in lines)


def _annotation(group: Group, change: Change) -> str:
    level = "error" if change.breaks else "notice"
    where = "" if group.kind is GroupKind.API else f"{heading(group)}: "
    message = f"{where}{change.message}\n{change.verdict}: {change.reason}\nold: {change.left}"
    span = change.right
    place = f"file={_property(span.file)},line={span.line},col={span.column}"
    return f"::{level} {place},title={_property(change.rule)}::{_data(message)}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return harmless(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


__all__ = ["REPORT_FORMATS", "ReportFormat", "counted", "render_report"]
