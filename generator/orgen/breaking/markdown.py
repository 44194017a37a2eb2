"""A report as Markdown, fit for the comment of a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orgen.breaking.change import Change, Report
from orgen.breaking.wording import api_changes, counted, heading, release_line, summary
from orgen.excerpt import harmless

MAX_PRINTED = 300
"""Changes listed; comments of pull requests have a limit."""

_CODE = re.compile(r"`([^`]*)`")
_SPECIAL = re.compile(r"([\\*_{}\[\]<>#|&@!~])")


def render_markdown(report: Report) -> str:
    head, reason = release_line(report.release)
    lines = [
        f"## {_prose(report.old)} &rarr; {_prose(report.new)}",
        "",
        f"**{summary(report)}** {head} {reason}",
    ]
    lines += _section(report, "Breaking", breaking=True)
    lines += _section(report, "Compatible", breaking=False)
    changes = api_changes(report.release)
    if changes:
        names = [
            f"- {c.level.word}: {_code(c.name)} {_prose(c.message)}" for c in changes[:MAX_PRINTED]
        ]
        title = f"{counted(len(changes), 'difference')} of the generated packages"
        lines += ["", "<details>", f"<summary>{title}</summary>", "", *names, "", "</details>"]
    return "".join(line + "\n" for line in lines)


def _section(report: Report, title: str, *, breaking: bool) -> list[str]:
    lines: list[str] = []
    left = MAX_PRINTED
    for group, changes in report.groups():
        chosen = [change for change in changes if bool(change.breaks) is breaking][:left]
        left -= len(chosen)
        if chosen:
            lines += ["", f"#### {_prose(heading(group))}", "", *_items(chosen)]
    return ["", f"### {title}", *lines] if lines else []


def _items(changes: Sequence[Change]) -> list[str]:
    lines = []
    for change in changes:
        message = _sentence(change.message)
        verdict = f"**{change.verdict}**: " if change.breaks else ""
        places = f"{_code(str(change.left))} &rarr; {_code(str(change.right))}"
        lines.append(f"- {verdict}{message} ({_code(change.rule)})  ")
        lines.append(f"  {_prose(change.reason)}  ")
        lines.append(f"  {places}")
    return lines


def _sentence(text: str) -> str:
    """Prose in which code stands in backticks."""
    pieces = _CODE.split(text)
    return "".join(_code(p) if index % 2 else _prose(p) for index, p in enumerate(pieces))


def _code(text: str) -> str:
    """Code that no character of the text can end."""
    plain = harmless(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    padding = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{padding}{plain}{padding}{fence}"


def _prose(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", harmless(text)).replace("`", "\\`")
