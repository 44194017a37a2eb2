"""Single tasks, as helper processes do them: what is forked has the work in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from orgen.parallel import processors
from orgen.units import facts as facts_module
from orgen.units.facts import Facts
from orgen.units.kept import dump_column, dump_python
from orgen.units.work import Wanted, Work

Table: TypeAlias = "dict[str, str]"
Task: TypeAlias = "tuple[str, str]"
"""What to do, and for which dialect or target; of a profile, `dialect/provider`."""


@dataclass(frozen=True, slots=True)
class Job:
    """A task with all that its result depends on besides the files."""

    kind: str
    dialect: str
    provider: str
    """Empty for tasks that are no profile."""
    wanted: Wanted | None
    """None if the Python package does not have the dialect."""
    facts: Facts
    parents: frozenset[str]
    """The providers that a profile may begin as."""


_WORK: Work | None = None
"""What helpers have in memory when they begin."""


def begin(work: Work) -> None:
    """Set the work that tasks are about; helpers are forked afterwards."""
    global _WORK
    _WORK = work


def bundles_of(tasks: Sequence[Task]) -> list[list[Task]]:
    """What each helper does in one go: of many dialects, all that needs the same one compiled."""
    dialects = {name.partition("/")[0] for _, name in tasks}
    if len(dialects) <= processors():
        return [[task] for task in tasks]
    bundles: dict[Task, list[Task]] = {}
    for kind, name in tasks:
        together = kind in ("python", "profile")
        place = ("python", name.partition("/")[0]) if together else (kind, name)
        bundles.setdefault(place, []).append((kind, name))
    return sorted(bundles.values(), key=len, reverse=True)


def several(jobs: list[Job]) -> list[Table]:
    """Do some tasks, one after the other."""
    return [_one(job) for job in jobs]


def contracts(targets: list[str]) -> dict[str, Table]:
    """What some targets make of the contract alone."""
    assert _WORK is not None
    return {target: _WORK.contract(target) for target in targets}


def _one(job: Job) -> Table:
    """Do one task."""
    assert _WORK is not None
    match job:
        case Job("profile"):
            return dump_python(_WORK.profile(job.dialect, job.provider, job.wanted, job.parents))
        case Job("python", wanted=Wanted() as wanted):
            return dump_python(_WORK.python(wanted))
        case Job("settings", wanted=Wanted() as wanted):
            return dump_python(_WORK.settings(wanted))
        case Job("docs"):
            return dump_column(_WORK.column(job.dialect))
    _WORK.check(job.dialect)
    return {"facts": facts_module.dump(job.facts)}
