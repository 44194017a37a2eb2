"""Vendors a package, checks one, and brings one up to date: all files at once, or none."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import Progress
from orgen.vendor import manifest as manifests
from orgen.vendor.api import Change, api_of, changes
from orgen.vendor.build import Wanted, build
from orgen.vendor.manifest import NAME, Manifest
from orgen.vendor.options import Options
from orgen.vendor.place import normal, usable
from orgen.vendor.state import State, find, state_of
from orgen.write import Plan, alone, prepare, write_tree
from orgen.write.faults import report
from orgen.write.paths import read_bytes
from orgen.write.plan import digest

_EMPTY = State({}, (), (), (), ())


@dataclass(frozen=True, slots=True)
class Request:
    """What a command asks for: the folder, the choices, and what to make them from."""

    dest: Path
    options: Options
    spec: Path
    cache: Path | None = None
    force: bool = False
    dry: bool = False
    """Write nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """What was done, or would be."""

    plan: Plan
    before: Manifest | None
    after: Manifest
    api: tuple[Change, ...]
    kept: tuple[str, ...]
    """Files edited by hand for which there is nothing new, so that the edit stays."""
    additions: tuple[str, ...]


def check(
    dest: Path,
    spec: Path,
    cache: Path | None,
    asked: Options | None,
    diagnostics: Diagnostics,
    progress: Progress,
) -> State:
    """Report every finding about the package in `dest`; writes nothing.

    `asked` are the options of a configuration file, if that tells them.

    Raises:
        DiagnosticError: if there is no package, or the spec has faults.
    """
    present = _present(dest, diagnostics)
    wanted = build(asked or present.options, spec, cache, diagnostics, progress)
    state = _state(dest, present, diagnostics)
    find(dest, present, state, wanted, asked, diagnostics)
    return state


def _present(dest: Path, diagnostics: Diagnostics) -> Manifest:
    usable(dest, diagnostics)
    diagnostics.check()
    manifest = manifests.read(normal(dest), diagnostics)
    diagnostics.check()
    assert manifest is not None  # or else `check` has raised
    return manifest


def _state(dest: Path, manifest: Manifest, diagnostics: Diagnostics) -> State:
    try:
        return state_of(normal(dest), manifest)
    except OSError as error:
        report(dest, error, diagnostics, "the package cannot be read")
        raise DiagnosticError(diagnostics) from error


def update(request: Request, diagnostics: Diagnostics, progress: Progress) -> Result:
    """Make `request.dest` hold the package. Local edits are refused unless `force`d.

    Raises:
        DiagnosticError: if anything is wrong; then nothing was written.
    """
    with _alone(request, diagnostics):
        _before(request, diagnostics)  # a fault in it is told before the work, not after
    wanted = build(request.options, request.spec, request.cache, diagnostics, progress)
    with progress.step("write"), _alone(request, diagnostics):
        before = _before(request, diagnostics)
        state = _state(request.dest, before, diagnostics) if before else _EMPTY
        return _write(request, before, state, wanted, diagnostics)


@contextmanager
def _alone(request: Request, diagnostics: Diagnostics) -> Iterator[None]:
    """Keep other runs away, and clean up after one that was killed."""
    usable(request.dest, diagnostics, force=request.force)
    diagnostics.check()
    with alone(normal(request.dest), diagnostics) as locked:
        if not locked:
            raise DiagnosticError(diagnostics)
        yield


def _before(request: Request, diagnostics: Diagnostics) -> Manifest | None:
    """The manifest that is there; with `force`, a broken one is as good as none."""
    folder = normal(request.dest)
    if not os.path.lexists(folder / NAME):
        return None
    manifest = manifests.read(folder, Diagnostics() if request.force else diagnostics)
    diagnostics.check()
    return manifest


def _write(
    request: Request,
    before: Manifest | None,
    state: State,
    wanted: Wanted,
    diagnostics: Diagnostics,
) -> Result:
    folder = normal(request.dest)
    owned = dict(before.files) if before else {}
    kept = () if request.force else _kept(state, owned, wanted)
    tree = {path: content for path, content in wanted.tree.items() if path not in kept}
    for path in kept:
        del owned[path]
    if before is not None:
        owned[NAME] = digest(read_bytes(folder / NAME))  # ours as it stands, like any lock
    plan = prepare(folder, tree, owned, diagnostics, force=request.force)
    diagnostics.check()
    if not request.dry:
        write_tree(folder, tree, plan, diagnostics)
        diagnostics.check()
    old = api_of(_texts(state.present)) if before else {}
    api = changes(old, api_of(_texts(wanted.files))) if before else []
    return Result(plan, before, wanted.manifest, tuple(api), kept, state.additions)


def _kept(state: State, owned: Mapping[str, str], wanted: Wanted) -> tuple[str, ...]:
    """Edited files that are wanted as they were before the edit: nothing new to take over."""
    return tuple(p for p in state.edited if wanted.manifest.files.get(p) == owned[p])


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "replace") for path, content in files.items()}
