"""Measures `orgen generate` as a user waits for it: whole processes, best and median of runs.

make bench
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = str(ROOT / "spec")
ORGEN = [sys.executable, "-m", "orgen.cli"]


def measure(name: str, command: list[str], runs: int, limit: float | None = None) -> bool:
    """Print the times of `runs` runs; whether the best is under `limit` seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    goal = "" if limit is None else f"   goal {limit:.2f} s"
    best, middle = min(times), statistics.median(times)
    print(f"{name:<28} best {best:6.2f} s   median {middle:6.2f} s   of {runs}{goal}")
    return limit is None or best < limit


def main() -> int:
    """Run all measurements; 1 if a goal is missed."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "out"))
        generate = [*ORGEN, "generate", "--spec", SPEC, "--out", out]
        results = [
            measure("start of Python", [sys.executable, "-c", "pass"], 5),
            measure("orgen --help", [*ORGEN, "--help"], 5, 0.15),
            measure("orgen validate", [*ORGEN, "validate", SPEC], 3),
            measure("generate, everything", [*generate, "--no-cache"], 3, 6.0),
            measure("generate, nothing changed", generate, 5, 0.3),
            measure("generate --check", [*generate, "--check"], 3),
        ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
