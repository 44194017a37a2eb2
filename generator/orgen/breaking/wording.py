"""The sentences that all formats of a report share."""

from __future__ import annotations

from orgen.breaking.change import ApiChange, Group, GroupKind, Level, Party, Release, Report

MAX_API_LINES = 40
"""API differences listed for people, the weightiest first."""


def heading(group: Group) -> str:
    """What a group is called: `Component Message`, `POST /responses`."""
    match group.kind:
        case GroupKind.API:
            return group.name
        case GroupKind.OPERATION:
            return f"Operation {group.name}"
        case GroupKind.COMPONENT:
            return f"Component {group.name}"
        case GroupKind.EVENT:
            return f"Event {group.name}"


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def summary(report: Report) -> str:
    """How much changed and whom it breaks, in a sentence."""
    total, breaking = len(report.changes), len(report.breaking)
    if not total:
        return "No changes."
    if not breaking:
        return f"{counted(total, 'change')}, none of them breaking."
    parties = [
        f"{count} for {party.value}"
        for party in Party
        if (count := sum(party in change.breaks for change in report.changes))
    ]
    return f"{counted(total, 'change')}, {breaking:,} of them breaking: {', '.join(parties)}."


def release_line(release: Release) -> tuple[str, str]:
    """The recommendation, and why."""
    if release.level is Level.NONE:
        return "No release of the generated packages is needed.", release.reason
    return f"Recommended release of the generated packages: {release.level.word}.", release.reason


def api_changes(release: Release) -> list[ApiChange]:
    """All API differences, the weightiest first."""
    found = [*release.api, *release.python]
    return sorted(found, key=lambda change: -change.level)


def api_lines(release: Release) -> list[str]:
    """API differences as lines of text."""
    changes = api_changes(release)
    lines = [f"  {c.level.word:<5}  {c.name} {c.message}" for c in changes[:MAX_API_LINES]]
    if len(changes) > MAX_API_LINES:
        lines.append(f"  ... and {len(changes) - MAX_API_LINES:,} more")
    return lines
