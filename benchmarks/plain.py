"""The same cases where orjson is not installed: json is the floor then, and ours use it too.

A process of its own blocks orjson before anything is imported. It sends back figures, and a
digest of each case's result, which must be the same as with orjson.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

from benchmarks.cases import cases
from benchmarks.ours import ROOT
from benchmarks.results import Figure, Proof, Result
from benchmarks.suite import run
from benchmarks.tasks import Case
from benchmarks.timer import FULL, QUICK

GOAL = 4.0
"""Times json's own floor, wherever there is a goal with orjson."""

_START = "import sys; sys.modules['orjson'] = None; from benchmarks.plain import main; main()"
_CLOCK = frozenset({"created", "created_at", "completed_at"})
"""What depends on the time of day, in events and in vendors' streams."""


def results(keys: Iterable[str], full: bool) -> tuple[list[Result], dict[str, str]]:
    """The figures of these cases without orjson, and the digests of their results by key."""
    wanted = json.dumps({"keys": list(keys), "full": full})
    command = [sys.executable, "-c", _START]
    done = subprocess.run(
        command, cwd=ROOT, input=wanted, stdout=subprocess.PIPE, text=True, check=True
    )
    found, digests = [], {}
    for line in done.stdout.splitlines():
        value = json.loads(line)
        digests[value["key"]] = value["digest"]
        result = value["result"]
        found.append(Result(**{**result, "ours": Figure(**result["ours"])}))
    return found, digests


def proof(found: Iterable[Case], digests: dict[str, str]) -> Proof:
    """Whether the results are the same with orjson, which this process has, and without."""
    here = {case.key: digest(case.ours()) for case in found if case.key in digests}
    other = [key for key in here if here[key] != digests[key]]
    seen = f"{len(here) - len(other)} of {len(here)} are"
    if other:
        seen += f"; not {', '.join(other[:3])}"
    return Proof("json/same", "results with orjson and without are identical", seen, not other)


def digest(result: Any) -> str:
    """Of a body, events or a vendor's stream, times of day and the order of keys aside."""
    plain: Any = result
    if isinstance(result, bytes):
        plain = [_line(line) for line in result.splitlines()]
    elif hasattr(result, "body"):
        plain = [result.body, list(map(repr, result.losses))]
    text = json.dumps(_timeless(plain), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _line(line: bytes) -> Any:
    """The value of a line of a stream that has one, else its text."""
    text = line.decode().removeprefix("data: ")
    return json.loads(text) if text.startswith("{") else text


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(value[key]) for key in value if key not in _CLOCK}
    return [_timeless(entry) for entry in value] if isinstance(value, list) else value


def main() -> None:
    """Measures the cases that stdin names; a line of JSON for each."""
    wanted = json.loads(sys.stdin.read())
    for line in _measured(set(wanted["keys"]), wanted["full"]):
        print(json.dumps(line), flush=True)


def _measured(keys: set[str], full: bool) -> Iterator[dict[str, Any]]:
    if sys.modules.get("orjson", "") is not None:
        raise RuntimeError("orjson is here")
    for case in cases():
        if case.key in keys:
            result = run(case, FULL if full else QUICK)
            named = replace(
                result,
                key=f"json/{case.key}",
                group=f"{case.group}, without orjson",
                goal=GOAL if case.goal is not None else None,
            )
            yield {"key": case.key, "result": asdict(named), "digest": digest(case.ours())}
