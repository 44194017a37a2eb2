"""What a run found, as values and as the JSON file that pages and plots are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Unit = Literal["us", "s", "MB"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A median in the result's unit; its ratio to the floor, and the quartiles of that."""

    value: float
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """One row: the floor, ours, and the peers by name. A peer without a figure has its reason.

    `goal` bounds our ratio, or our value where `absolute`.
    """

    key: str
    group: str
    title: str
    unit: Unit
    floor: float
    ours: Figure
    goal: float | None = None
    absolute: bool = False
    peers: dict[str, Figure] = field(default_factory=dict)

    @property
    def judged(self) -> float:
        return self.ours.value if self.absolute else self.ours.ratio

    @property
    def met(self) -> bool:
        return self.goal is None or self.judged <= self.goal


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that holds or not, with what was seen."""

    key: str
    title: str
    seen: str
    held: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All of one run. `versions` tells Python and every package that took part, `machine`
    the system and the number of processors.

    `absent` are peers that are not installed.
    """

    mode: str
    machine: str
    versions: dict[str, str]
    results: tuple[Result, ...]
    proofs: tuple[Proof, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return all(result.met for result in self.results) and all(p.held for p in self.proofs)


def write(report: Report, file: Path) -> None:
    """Figures are rounded: more digits than these mean nothing."""
    value = _rounded(asdict(report))
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read(file: Path) -> Report:
    """The report in a file that `write` made."""
    value = json.loads(file.read_text("utf-8"))
    return Report(
        mode=value["mode"],
        machine=value["machine"],
        versions=value["versions"],
        results=tuple(_result(entry) for entry in value["results"]),
        proofs=tuple(Proof(**entry) for entry in value["proofs"]),
        absent=tuple(value["absent"]),
    )


def _result(value: dict[str, Any]) -> Result:
    peers = {name: Figure(**figure) for name, figure in value["peers"].items()}
    return Result(**{**value, "ours": Figure(**value["ours"]), "peers": peers})


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return float(f"{value:.4g}")
        case dict():
            return {key: _rounded(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_rounded(inner) for inner in value]
        case _:
            return value


def groups(results: Iterable[Result]) -> dict[str, list[Result]]:
    """By group, in order of appearance."""
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.group, []).append(result)
    return found
