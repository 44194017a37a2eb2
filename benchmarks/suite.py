"""Runs cases: checks each, measures it in turns with its floor and its peers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from benchmarks.results import Figure, Result
from benchmarks.tasks import Case, Run, Task
from benchmarks.timer import Effort, Timing, measure

Peers = Callable[[Task], Mapping[str, Run]]
"""What others have for a task, by name."""

FLOOR, OURS = "floor", "ours"


def alone(_: Task) -> Mapping[str, Run]:
    """No peers."""
    return {}


def picked(found: Iterable[Case], patterns: Iterable[str]) -> list[Case]:
    """The cases of which some pattern matches the key: part of it, or with * and ? the whole."""
    wanted = list(patterns)
    return [case for case in found if matches(case.key, wanted)]


def matches(key: str, patterns: list[str]) -> bool:
    """Whether a key is wanted; without patterns all are."""
    return not patterns or any(pattern in key or fnmatchcase(key, pattern) for pattern in patterns)


def run(case: Case, effort: Effort, peers: Peers = alone) -> Result:
    """The figures of one case. Raises WrongResult if ours are wrong.

    A peer that fails at the task is left out, and told of.
    """
    case.check()
    beside = {name: _Attempt(name, attempt) for name, attempt in peers(case.task).items()}
    timings = _measured(case, beside, effort)
    each = 1e-3 / case.count
    figures = {name: _figure(timing, each) for name, timing in timings.items()}
    floor, ours = figures.pop(FLOOR), figures.pop(OURS)
    return Result(
        case.key, case.group, case.title, "us", floor.value, ours, case.goal, peers=figures
    )


def _measured(case: Case, beside: Mapping[str, _Attempt], effort: Effort) -> Mapping[str, Timing]:
    try:
        return measure({FLOOR: case.floor, OURS: case.ours, **beside}, effort)
    except PeerFailed as failed:
        print(f"{case.key}: {failed.name} fails: {failed.__cause__!r}"[:300], file=sys.stderr)
        rest = {name: attempt for name, attempt in beside.items() if name != failed.name}
        return _measured(case, rest, effort)


class PeerFailed(Exception):
    """A peer raised something; what, is the cause."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A peer's function, whose errors are told from ours."""

    name: str
    run: Run

    def __call__(self) -> object:
        try:
            return self.run()
        except Exception as error:  # whatever a library of others raises
            raise PeerFailed(self.name) from error


def _figure(timing: Timing, each: float) -> Figure:
    return Figure(timing.median * each, timing.ratio, timing.low, timing.high)
