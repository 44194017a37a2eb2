"""Measures `orgen generate` as a user waits for it: whole processes, best and median of runs.

make bench-generation                  all, a minute or two
make bench-generation ARGS=--quick     one run each

Beside the time on the wall stands the processor time of the process and its helpers, which
says more where other programs run. Exits with 1 if the median of any misses its goal.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORGEN = [sys.executable, "-m", "orgen.cli"]
DIALECT = Path("dialects", "anthropic_messages", "dialect.yaml")


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to wait for. `before` prepares each run and is not measured."""

    name: str
    command: Sequence[str]
    goal: float | None = None
    """Seconds that the median must stay below."""
    before: Callable[[], None] | None = None


def measure(case: Case, runs: int, environ: Mapping[str, str]) -> bool:
    """Print the times of some runs; whether their median is below the goal."""
    times, spent = [], []
    for _ in range(runs):
        if case.before:
            case.before()
        begun = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(case.command, cwd=ROOT, env=environ, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime)
    middle = statistics.median(times)
    met = case.goal is None or middle < case.goal
    goal = "" if case.goal is None else f"   goal {case.goal:.2f} s {'met' if met else 'MISSED'}"
    print(
        f"{case.name:<28} best {min(times):6.2f} s   median {middle:6.2f} s   "
        f"processor {statistics.median(spent):6.2f} s{goal}",
        flush=True,
    )
    return met


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


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def cases(spec: Path, out: Path, edit: Callable[[], None]) -> list[Case]:
    """What is measured, in this order: later ones find what earlier ones made."""
    generate = [*ORGEN, "generate", "--spec", str(spec), "--out", str(out)]
    return [
        Case("start of Python", [sys.executable, "-c", "pass"]),
        Case("orgen --help", [*ORGEN, "--help"], 0.15),
        Case("orgen validate", [*ORGEN, "validate", str(spec)]),
        Case("generate, cold", [*generate, "--no-cache"], 6.0),
        Case("generate, first with cache", generate, None, partial(remove, out)),
        Case("generate, nothing changed", generate, 0.3),
        Case("generate, one dialect", generate, 0.9, edit),
        Case("generate --check", [*generate, "--check"]),
    ]


def main() -> int:
    """Run all measurements; 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description="Measure `orgen generate` against its goals.")
    parser.add_argument("--quick", action="store_true", help="one run each")
    quick = parser.parse_args().quick
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "spec")
        shutil.copytree(ROOT / "spec", spec)
        environ = {**os.environ, "ORGEN_CACHE_DIR": str(Path(folder, "cache"))}
        wanted = cases(spec, Path(folder, "out"), Edits(spec / DIALECT))
        results = [measure(case, 1 if quick else _runs(case), environ) for case in wanted]
    return 0 if all(results) else 1


def _runs(case: Case) -> int:
    return 5 if case.goal is not None and case.goal < 1 else 3


if __name__ == "__main__":
    sys.exit(main())
