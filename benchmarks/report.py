"""The table that a run prints."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.results import Figure, Report, Result, groups

NAMES = 46
COLUMN = 11


def lines(report: Report) -> Iterator[str]:
    """The whole report as text."""
    yield ", ".join(f"{name} {version}" for name, version in report.versions.items())
    yield report.machine
    for name, results in groups(report.results).items():
        yield ""
        yield from table(name, results)
    if report.proofs:
        yield ""
    for proof in report.proofs:
        yield f"{'holds' if proof.held else 'FAILS':<7}{proof.title}: {proof.seen}"
    yield ""
    yield from verdict(report)


def table(name: str, results: list[Result]) -> Iterator[str]:
    """One group: value and ratio of ours, the ratios of peers."""
    peers = list(dict.fromkeys(peer for result in results for peer in result.peers))
    unit = results[0].unit
    head = "".join(f"{column:>{COLUMN}}" for column in ("floor", "ours", "ratio", "goal"))
    named = "".join(f"{peer[: COLUMN + 6]:>{COLUMN + 7}}" for peer in peers)
    yield f"{f'{name} ({unit})':<{NAMES}}{head}  {'':<7}{named}"
    for result in results:
        yield row(result, peers)


def row(result: Result, peers: list[str]) -> str:
    goal = "" if result.goal is None else f"{result.goal:g}"
    if result.absolute and goal:
        goal += f" {result.unit}"
    numbers = (number(result.floor), number(result.ours.value), f"{result.ours.ratio:.2f}", goal)
    verdict = "" if result.met else "MISSED"
    beside = "".join(f"{_ratio(result.peers.get(peer)):>{COLUMN + 7}}" for peer in peers)
    columns = "".join(f"{text:>{COLUMN}}" for text in numbers)
    return f"  {result.title:<{NAMES - 2}}{columns}  {verdict:<7}{beside}".rstrip()


def _ratio(figure: Figure | None) -> str:
    return "-" if figure is None else f"{number(figure.ratio)}x"


def number(value: float) -> str:
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def verdict(report: Report) -> Iterator[str]:
    """What was missed, or that nothing was."""
    missed = [result for result in report.results if not result.met]
    failed = [proof for proof in report.proofs if not proof.held]
    for result in missed:
        yield (
            f"missed: {result.key}: {number(result.judged)}, goal {result.goal:g}"
            f" ({result.ours.low:.2f} to {result.ours.high:.2f} in the middle half of the rounds)"
        )
    for proof in failed:
        yield f"failed: {proof.key}: {proof.seen}"
    judged = sum(result.goal is not None for result in report.results)
    yield f"{judged - len(missed)} of {judged} goals met"
    for peer in report.absent:
        yield f"{peer}: not installed (make bench-peers)"
