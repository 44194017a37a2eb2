"""One run of everything that is wanted, part by part, as a report."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from benchmarks import generation, growth, modelled, plain, processes
from benchmarks.cases import cases
from benchmarks.ours import CODEC
from benchmarks.peers import Field
from benchmarks.results import Proof, Report, Result
from benchmarks.suite import matches, run
from benchmarks.tasks import Case
from benchmarks.timer import FULL, QUICK, Effort


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run: how thoroughly, which keys, beside which peers.

    `only` are patterns, and `keys` exact ones; without either all are wanted.
    """

    full: bool = False
    only: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()
    peers: Field = field(default_factory=Field)

    @property
    def effort(self) -> Effort:
        return FULL if self.full else QUICK

    def __call__(self, key: str) -> bool:
        return key in self.keys if self.keys else matches(key, list(self.only))


def report(wanted: Wanted) -> Report:
    """Runs it all. Raises WrongResult as soon as some result is wrong."""
    found: list[Result] = []
    proofs: list[Proof] = []
    with tempfile.TemporaryDirectory() as folder:
        picked = [case for case in chain(cases(), _modelled(wanted, folder)) if wanted(case.key)]
        for case in picked:
            _tell(case.group)
            found.append(run(case, wanted.effort, wanted.peers))
    _plain(wanted, found, proofs)
    if any(map(wanted, processes.keys())):
        _tell("import")
        imports = processes.results(41 if wanted.full else 15, wanted.peers.present)
        found += [result for result in imports if wanted(result.key)]
    if any(map(wanted, generation.keys())):
        _tell("generate")
        found += generation.results(5 if wanted.full else 1, wanted)
    if any(map(wanted, growth.KEYS)):
        _tell("growth")
        proofs += growth.proofs(wanted.full)
    return Report(
        mode="full" if wanted.full else "quick",
        machine=f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors",
        versions=versions(wanted.peers),
        results=tuple(found),
        proofs=tuple(proofs),
        absent=tuple(wanted.peers.absent),
    )


def _modelled(wanted: Wanted, folder: str) -> Iterator[Case]:
    if any(map(wanted, modelled.keys())):
        yield from modelled.cases(Path(folder))


def _plain(wanted: Wanted, found: list[Result], proofs: list[Proof]) -> None:
    """The cases that have goals, once more without orjson, if there is orjson to do without."""
    picked = [case for case in cases() if case.goal is not None and wanted(f"json/{case.key}")]
    if CODEC != "orjson" or not picked:
        return
    _tell("without orjson")
    results, digests = plain.results([case.key for case in picked], wanted.full)
    found += results
    proofs.append(plain.proof(picked, digests))


_told: list[str] = []


def _tell(part: str) -> None:
    if part not in _told:
        _told.append(part)
        print(f"measuring: {part}", file=sys.stderr, flush=True)


_MODULES = {"datamodel-code-generator": "datamodel_code_generator"}


def versions(peers: Field) -> dict[str, str]:
    """Of Python, and of all libraries that take part."""
    libraries = ("orjson", "pydantic", "msgspec", "datamodel-code-generator")
    return {
        platform.python_implementation(): platform.python_version(),
        **{
            name: metadata.version(name)
            for name in libraries
            if find_spec(_MODULES.get(name, name))
        },
        **dict(peers.versions()),
    }


def all_keys() -> Iterator[str]:
    """All keys, in the order of the table."""
    for case in cases(40):
        yield case.key
    for case in cases(40):
        if case.goal is not None:
            yield f"json/{case.key}"
    yield from (*modelled.keys(), *processes.keys(), *generation.keys(), *growth.KEYS)
