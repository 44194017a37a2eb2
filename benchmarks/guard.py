"""Tells a real loss of speed from noise, by ratios alone: absolute times belong to a machine.

A case is suspected if its ratio is above the checked-in one by more than the tolerance. What
is suspected is measured again; the best of all runs counts, since noise only ever adds. Only
what is slow every time is a loss.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.results import Report

TOLERANCE = 0.25
"""Cases in one process: medians of ratios on a busy machine differ by a tenth."""
LOOSE = 0.5
"""Whole processes, on which the disk and other programs tell more."""
LOOSE_PARTS = ("import/", "generate/")
REPEATS = 3
"""Times that a suspected case is measured again."""

Ratios = Mapping[str, float]
Again = Callable[[frozenset[str]], Ratios]
"""Measures these keys once more."""


@dataclass(frozen=True, slots=True)
class Change:
    """A case whose ratio was `before`, and is `now` at best."""

    key: str
    before: float
    now: float

    @property
    def factor(self) -> float:
        return self.now / self.before


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became slower and faster, and which keys only one side has."""

    lost: tuple[Change, ...] = ()
    gained: tuple[Change, ...] = ()
    unmeasured: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """A case that is no longer measured would hide its loss, so it must not be missing."""
        return not self.lost and not self.unmeasured


def ratios(report: Report) -> dict[str, float]:
    """Our ratio to the floor, by key."""
    return {result.key: result.ours.ratio for result in report.results}


def judge(baseline: Ratios, measured: Ratios, again: Again, repeats: int = REPEATS) -> Verdict:
    """Compares, and measures again what is suspected, until it is cleared or stays slow."""
    best = dict(measured)
    for _ in range(repeats):
        suspected = frozenset(change.key for change in changes(baseline, best) if _slower(change))
        if not suspected:
            break
        for key, ratio in again(suspected).items():
            if key in suspected:
                best[key] = min(best[key], ratio)
    found = list(changes(baseline, best))
    return Verdict(
        lost=tuple(change for change in found if _slower(change)),
        gained=tuple(change for change in found if _faster(change)),
        unmeasured=tuple(sorted(set(baseline) - set(measured))),
        unknown=tuple(sorted(set(measured) - set(baseline))),
    )


def changes(baseline: Ratios, measured: Ratios) -> Iterator[Change]:
    """What both have."""
    for key, before in baseline.items():
        if key in measured:
            yield Change(key, before, measured[key])


def tolerance(key: str) -> float:
    return LOOSE if key.startswith(LOOSE_PARTS) else TOLERANCE


def _slower(change: Change) -> bool:
    return change.factor > 1 + tolerance(change.key)


def _faster(change: Change) -> bool:
    return change.factor < 1 / (1 + tolerance(change.key))


def lines(verdict: Verdict) -> Iterator[str]:
    """The verdict as text, the worst first."""
    for change in sorted(verdict.lost, key=lambda change: -change.factor):
        yield (
            f"SLOWER  {change.key}: {change.before:.2f} -> {change.now:.2f} times the floor"
            f" ({change.factor - 1:+.0%}, allowed {tolerance(change.key):+.0%})"
        )
    for change in sorted(verdict.gained, key=lambda change: change.factor):
        yield f"faster  {change.key}: {change.before:.2f} -> {change.now:.2f} times the floor"
    for key in verdict.unmeasured:
        yield f"GONE    {key} is in the baseline, but is no longer measured"
    for key in verdict.unknown:
        yield f"new     {key} is not in the baseline"
    if verdict.gained or verdict.unknown or verdict.unmeasured:
        yield "`make bench-guard ARGS=--update-baseline` makes these figures the ones to keep"
    yield "no loss of speed" if verdict.passed else "speed was lost"


def read(file: Path) -> dict[str, float]:
    """The checked-in ratios."""
    value: dict[str, float] = json.loads(file.read_text("utf-8"))["ratios"]
    return value


def write(report: Report, file: Path) -> None:
    """Makes these ratios the ones to keep. Versions are for those who wonder later."""
    kept = {key: float(f"{ratio:.3g}") for key, ratio in sorted(ratios(report).items())}
    value = {"versions": report.versions, "ratios": kept}
    file.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
