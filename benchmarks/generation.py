"""`orgen generate` as a user waits for it: whole processes, on the wall clock.

The floor is datamodel-code-generator alone at the same spec, as one process too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.checks import WrongResult
from benchmarks.ours import ROOT
from benchmarks.results import Figure, Result

ORGEN = [sys.executable, "-m", "orgen.cli"]
DIALECT = Path("dialects", "anthropic_messages", "dialect.yaml")
OPENAPI = ROOT / "generated" / "openapi" / "openapi.json"
FLOOR = "datamodel-code-generator alone"


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing to wait for. `before` prepares each run and is not measured."""

    key: str
    title: str
    command: Sequence[str]
    goal: float | None = None
    """Seconds that the median must stay below."""
    before: Callable[[], None] | None = None
    rounds: int = 1
    """How often, of one in quick mode; short ones more often."""
    times: list[float] = field(default_factory=list)


class Edits:
    """Gives a dialect of a copied spec another title, a new one each time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.text = file.read_text("utf-8")
        self.number = 0

    def __call__(self) -> None:
        self.number += 1
        lines = self.text.splitlines(keepends=True)
        edited = [
            f"title: Edited {self.number}\n" if line.startswith("title:") else line
            for line in lines
        ]
        self.file.write_text("".join(edited), "utf-8")


def results(rounds: int, wanted: Callable[[str], bool]) -> Iterator[Result]:
    """The waits whose key is wanted, each beside the floor. Raises WrongResult for bad output."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "spec", folder / "spec")
        waits = [wait for wait in _waits(folder) if wanted(wait.key)]
        if not waits:
            return
        environ = {**os.environ, "ORGEN_CACHE_DIR": str(folder / "cache")}
        # Of an installed package, the bytecode is compiled.
        environ["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        floor = Wait(FLOOR, FLOOR, _alone(folder), rounds=2)
        if any(wait.key != "generate/cold" for wait in waits):
            _once(_generate(folder), environ)
        for _ in range(rounds):
            for wait in (floor, *waits):
                for _ in range(wait.rounds):
                    wait.times.append(_spent(wait, environ))
        _checked(folder / "out")
        yield from (_result(wait, floor) for wait in waits)


def keys() -> list[str]:
    """Of all waits."""
    return ["generate/cold", "generate/unchanged", "generate/dialect"]


def _generate(folder: Path) -> list[str]:
    return [*ORGEN, "generate", "--spec", str(folder / "spec"), "--out", str(folder / "out")]


def _waits(folder: Path) -> list[Wait]:
    generate = _generate(folder)
    away = [*generate[:-1], str(folder / "cold")]
    empty = partial(shutil.rmtree, folder / "cold", ignore_errors=True)
    edit = Edits(folder / "spec" / DIALECT)
    return [
        Wait("generate/cold", "generate, cold", [*away, "--no-cache"], 6.0, empty),
        Wait("generate/dialect", "generate, one dialect changed", generate, 0.9, edit, 3),
        Wait("generate/unchanged", "generate, nothing changed", generate, 0.3, None, 3),
    ]


def _alone(folder: Path) -> list[str]:
    made = ["--output", str(folder / "models.py"), "--output-model-type", "pydantic_v2.BaseModel"]
    read = ["--input", str(OPENAPI), "--input-file-type", "openapi"]
    return [sys.executable, "-m", "datamodel_code_generator", *read, *made]


def _spent(wait: Wait, environ: dict[str, str]) -> float:
    if wait.before:
        wait.before()
    start = time.perf_counter()
    _once(wait.command, environ)
    return time.perf_counter() - start


def _once(command: Sequence[str], environ: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise WrongResult(f"{' '.join(command[1:4])} fails: {done.stderr[-500:]}")


def _checked(out: Path) -> None:
    """What was generated last holds the edited title, if there is any output."""
    found = sorted(path.name for path in out.iterdir()) if out.exists() else ["python"]
    if "python" not in found:
        raise WrongResult(f"generate leaves {found}")


def _result(wait: Wait, floor: Wait) -> Result:
    ratios = sorted(spent / median(floor.times) for spent in wait.times)
    quarter = len(ratios) // 4
    figure = Figure(median(wait.times), median(ratios), ratios[quarter], ratios[-1 - quarter])
    return Result(
        wait.key, "generate", wait.title, "s", median(floor.times), figure, wait.goal, absolute=True
    )
