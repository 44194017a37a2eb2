"""Imports, each in a fresh process: time beside bare Python's, and memory.

Runs go in turns, as in `timer`. Time is processor time of the process, memory its peak.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from benchmarks.ours import PYTHON
from benchmarks.results import Figure, Result

GOAL = 1.8
"""Times the processor time of bare Python."""

BARE = "pass"
PEERS = {
    "llm-rosetta": "import llm_rosetta",
    "litellm": "import litellm",
    "openai": "import openai",
    "anthropic": "import anthropic",
    "google-genai": "import google.genai",
    "openresponses-types": "import openresponses_types",
}
OURS = {
    "openresponses": "import openresponses",
    "a translator": "from openresponses import dialects; dialects.get('anthropic_messages')",
    "models (pydantic)": "from openresponses import models; models.ResponseResource",
}
SLOW = 1.0
"""Seconds: imports that take longer run twice only."""

_PEAK = """
import re, sys
try:
    with open("/proc/self/status") as status:
        print(int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) * 1024)
except OSError:
    import resource
    unit = 1 if sys.platform == "darwin" else 1024
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
"""


def keys() -> list[str]:
    """Of all results."""
    return [f"import/{what}/{_word(name)}" for what in ("time", "memory") for name in OURS]


def _word(name: str) -> str:
    return name.split()[-1].strip("()")


def results(rounds: int, present: Iterable[str]) -> list[Result]:
    """Time and memory of our imports; peers stand beside the first."""
    codes = {BARE: BARE, **OURS, **{name: PEERS[name] for name in present}}
    times = _in_turns(codes, rounds, _spent)
    peaks = _in_turns(codes, 3, _peak)
    return [*_rows("time", times, 1e6, GOAL), *_rows("memory", peaks, 1e-6, None)]


def _rows(
    what: str, measured: Mapping[str, Sequence[float]], scale: float, goal: float | None
) -> list[Result]:
    floor = measured[BARE]
    peers = {
        name: _figure(values, floor, scale)
        for name, values in measured.items()
        if name not in OURS and name != BARE
    }
    return [
        Result(
            key=f"import/{what}/{_word(name)}",
            group=f"import, {what}",
            title=f"import {name}" if name == "openresponses" else f"with {name}",
            unit="us" if what == "time" else "MB",
            floor=median(floor) * scale,
            ours=_figure(measured[name], floor, scale),
            goal=goal if name == "openresponses" else None,
            peers=peers if name == "openresponses" else {},
        )
        for name in OURS
    ]


def _figure(values: Sequence[float], floor: Sequence[float], scale: float) -> Figure:
    ratios = sorted(mine / bare for mine, bare in zip(values, floor, strict=False))
    quarter = len(ratios) // 4
    ends = (ratios[quarter], ratios[-1 - quarter])
    return Figure(median(values) * scale, median(values) / median(floor), *ends)


def _in_turns(
    codes: Mapping[str, str], rounds: int, measure: Callable[[str], float]
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in codes}
    for name, code in codes.items():
        start = time.perf_counter()
        measure(code)  # so that its bytecode is there
        if time.perf_counter() - start > SLOW:
            found[name] = [measure(code) for _ in range(2)]
    quick = [name for name in codes if not found[name]]
    for _ in range(rounds):
        for name in quick:
            found[name].append(measure(codes[name]))
    return found


def _spent(code: str) -> float:
    """Seconds of processor time of a process that runs the code."""
    process = subprocess.Popen([sys.executable, "-c", code], env=_environment())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"`{code}` fails")
    return used.ru_utime + used.ru_stime


def _peak(code: str) -> float:
    """Bytes at the peak of a process that runs the code."""
    command = [sys.executable, "-c", f"{code}\n{_PEAK}"]
    return float(subprocess.check_output(command, env=_environment(), text=True))


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PYTHON), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
