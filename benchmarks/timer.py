"""Times contestants in turns, so that whatever else the machine does meets all of them.

Rounds go A B C A B C ... Each turn repeats its function until it takes a while, on the clock
of this thread's processor time. What counts is the ratio to the first contestant, the floor,
in the same round; reported are medians over the rounds, and quartiles as their spread.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Run = Callable[[], object]
Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: nanoseconds of a turn, rounds, and nanoseconds a contestant may cost."""

    turn: int
    rounds: int
    budget: int


QUICK = Effort(turn=1_500_000, rounds=15, budget=250_000_000)
FULL = Effort(turn=8_000_000, rounds=41, budget=3_000_000_000)
ONCE = Effort(turn=1, rounds=1, budget=1)
FEWEST = 3
"""Rounds that even the slowest contestant takes part in, unless there are fewer."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Nanoseconds of one call, and the ratio to the floor with its quartiles."""

    median: float
    ratio: float
    low: float
    high: float


@dataclass(slots=True)
class _Contestant:
    run: Run
    repeats: int
    rounds: int
    times: dict[int, float]
    """By the number of the round."""


def measure(
    contestants: Mapping[str, Run], effort: Effort, clock: Clock = time.thread_time_ns
) -> dict[str, Timing]:
    """The timings by name. The first of the contestants is the floor."""
    gc.collect()
    gc.freeze()
    try:
        entered = {name: _entered(run, effort, clock) for name, run in contestants.items()}
        next(iter(entered.values())).rounds = effort.rounds  # the floor: all are divided by it
        for number in range(effort.rounds):
            for contestant in entered.values():
                if _takes_part(contestant.rounds, number, effort.rounds):
                    contestant.times[number] = _turn(contestant, clock)
    finally:
        gc.unfreeze()
    floor = next(iter(entered.values())).times
    return {name: _timing(contestant.times, floor) for name, contestant in entered.items()}


def _entered(run: Run, effort: Effort, clock: Clock) -> _Contestant:
    """Runs it twice, so that it is warm, and plans its turns by the second time.

    One whose first run is beyond its budget is done: that run is its round.
    """
    start = clock()
    run()
    spent = clock() - start
    if spent > effort.budget:
        return _Contestant(run, 1, 0, {0: spent})
    start = clock()
    run()
    spent = max(clock() - start, 1)
    repeats = max(1, round(effort.turn / spent))
    affordable = effort.budget // (spent * repeats)
    rounds = max(min(FEWEST, effort.rounds), min(effort.rounds, affordable))
    return _Contestant(run, repeats, rounds, {})


def _takes_part(rounds: int, number: int, total: int) -> bool:
    """Whether one that can afford so many of all rounds takes this one: they are spread evenly."""
    return (number + 1) * rounds // total > number * rounds // total


def _turn(contestant: _Contestant, clock: Clock) -> float:
    run = contestant.run
    gc.collect()
    start = clock()
    for _ in range(contestant.repeats):
        run()
    return (clock() - start) / contestant.repeats


def _timing(times: Mapping[int, float], floor: Mapping[int, float]) -> Timing:
    ratios = sorted(spent / max(floor[number], 1e-9) for number, spent in times.items())
    quarter = len(ratios) // 4
    return Timing(
        statistics.median(times.values()),
        statistics.median(ratios),
        ratios[quarter],
        ratios[-1 - quarter],
    )
