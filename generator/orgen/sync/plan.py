"""The stages of a sync: read both sides, assemble, patch, prove the result, write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from orgen.contract import compare, contract_hash
from orgen.diagnostics import DiagnosticError, Diagnostics, Severity, Span
from orgen.ir.schema import Json
from orgen.load import Document, load_file, load_spec
from orgen.load.source import display_name, proposed
from orgen.load.spec import ROOT_NAME
from orgen.overlay import apply_overlays
from orgen.pipeline import Spec
from orgen.progress import Progress
from orgen.sync.assemble import Assembled, assemble
from orgen.sync.blend import kin, meaning
from orgen.sync.changes import Component, Synced
from orgen.sync.decisions import decisions, note_lines
from orgen.sync.patch import patch
from orgen.sync.published import read_published, refuse_strangers
from orgen.sync.written import Written, read_written, refuse_unusual_homes
from orgen.validate import validate
from orgen.validate.prose import UNDESCRIBED
from orgen.write import Plan, alone, differences, prepare, write_tree
from orgen.write.paths import Kind, kind_of, read_bytes
from orgen.write.plan import digest

RECORD = "x-orgen-contract"
"""Key in `info` of the root that records the release and the hash of its normal form."""
_BOM = "\ufeff"
_TOO_MANY = "V099"
"""Ends validation; of no weight when all it found was that much is to be described."""
_SHOWN = 10
"""Differences that are reported if orgen fails to bring a document in."""
_BUILDS_ON = "the published document does not fit this overlay: change it first, then sync"


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both sides, loaded: ours (merged and as written) and the published one."""

    core: Document
    ours: Written
    published: Document
    theirs: Written


def prepare_sync(
    folder: Path, published: Path, diagnostics: Diagnostics, progress: Progress
) -> Synced:
    """Work out what a spec folder has to become. Nothing is written.

    Raises:
        DiagnosticError: if the published document cannot be brought in.
    """
    with progress.step("read"):
        sides = _read(folder, published, diagnostics)
    with progress.step("compare"):
        before, after, assembled = _texts(folder, sides)
    with progress.step("prove"), proposed({folder / file: after[file] for file in after}):
        spec = _proven(folder, sides, diagnostics)
        found = decisions(folder, spec)
    return _synced(sides, spec, assembled, before, after, found, note_lines(folder, found))


def _read(folder: Path, published: Path, diagnostics: Diagnostics) -> _Sides:
    if not folder.is_dir():
        diagnostics.error(
            Span(display_name(folder)),
            "S006",
            "sync edits a spec folder, and this is none",
            f"name a folder that holds {ROOT_NAME} with --spec",
        )
    found = read_published(published, diagnostics)
    diagnostics.check()
    core = load_spec(folder, diagnostics)
    diagnostics.check()
    ours = read_written(folder / ROOT_NAME, diagnostics)
    assert found is not None and core is not None and ours is not None
    refuse_unusual_homes(ours, diagnostics)
    refuse_strangers(list(core.schemas), found[0], diagnostics)
    diagnostics.check()
    return _Sides(core, ours, *found)


def _texts(folder: Path, sides: _Sides) -> tuple[dict[str, bytes], dict[str, bytes], Assembled]:
    """The files that change, before and after."""
    ours = sides.ours
    version = str(sides.published.get(("info", "version")))
    assembled = assemble(folder, ours, sides.theirs, version)
    values = dict(assembled.values)
    values[ours.root] = _recorded(values[ours.root], sides.published, version)
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    for file, value in values.items():
        content = read_bytes(folder / file)
        text = content.decode("utf-8")
        bare = text.removeprefix(_BOM)
        new = patch(bare, ours.documents[file].value, value, kin)
        if new != bare:
            before[file] = content
            after[file] = (text[: len(text) - len(bare)] + new).encode("utf-8")
    return before, after, assembled


def _recorded(root: Json, published: Document, version: str) -> Json:
    """The root with the release and the hash of the contract in its `info`."""
    assert isinstance(root, dict)
    info = root["info"]
    assert isinstance(info, dict)
    known = info.get(RECORD)
    record = {
        **(known if isinstance(known, dict) else {}),
        "version": version,
        "sha256": contract_hash(published.value),
    }
    return {**root, "info": {**info, RECORD: record}}


def _proven(folder: Path, sides: _Sides, diagnostics: Diagnostics) -> Spec:
    """The folder as it will be, read anew: equal to the published contract, and sound.

    An overlay that builds on something that has gone is reported here.
    """
    core = load_spec(folder, diagnostics)
    diagnostics.check()
    assert core is not None
    for difference in compare(sides.published.value, core.value)[:_SHOWN]:
        diagnostics.error(
            sides.published.span(()),
            "S007",
            f"sync cannot write this part of the document: {difference}",
            "this is a fault of orgen; please report it with the document",
        )
    paths = sorted((folder / "overlays").glob("*.yaml"))
    overlays = [load_file(path, folder, diagnostics) for path in paths]
    found = Diagnostics(sources=diagnostics.sources)
    full = apply_overlays(core, [one for one in overlays if one is not None], found)
    validate(full, found)
    ours = {one.file for one in overlays if one is not None}
    faults = [
        item
        for item in found.items
        if item.severity is Severity.ERROR and item.code not in UNDESCRIBED
    ]
    if any(item.code != _TOO_MANY for item in faults):
        diagnostics.items += [
            replace(item, hint=item.hint or _BUILDS_ON) if item.span.file in ours else item
            for item in faults
        ]
    diagnostics.check()
    return Spec(core, full)


def _synced(
    sides: _Sides,
    spec: Spec,
    assembled: Assembled,
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    found: Diagnostics,
    notes: Mapping[str, Mapping[str, int]],
) -> Synced:
    old, new = sides.core, spec.core

    def at(document: Document, name: str) -> Component:
        span = document.key_span(("components", "schemas", name))
        return Component(name, span.file, span.line)

    return Synced(
        before=before,
        after=after,
        old_version=str(old.get(("info", "version"))),
        version=str(new.get(("info", "version"))),
        added=tuple(at(new, name) for name in assembled.homes if name not in old.schemas),
        changed=tuple(
            at(new, name)
            for name, schema in new.schemas.items()
            if name in old.schemas and meaning(schema) != meaning(old.schemas[name])
        ),
        removed=tuple(at(old, name) for name in old.schemas if name not in new.schemas),
        decisions=found,
        notes=notes,
    )


def diff_lines(folder: Path, synced: Synced) -> list[str]:
    """The lines of a unified diff of all files that change."""
    plan = Plan(tuple(sorted(synced.after)), (), ())
    label = folder.name if folder.is_absolute() else folder.as_posix()
    return list(differences(folder, synced.after, plan, label or ".", cut=False))


def write_sync(folder: Path, synced: Synced, diagnostics: Diagnostics) -> None:
    """Put all files on disk at once. A file that was edited meanwhile is not overwritten.

    Raises:
        DiagnosticError: if they cannot be written; then nothing has changed.
    """
    if synced.is_empty:
        return
    known = {file: digest(content) for file, content in synced.before.items()}
    with alone(folder, diagnostics) as locked:
        if not locked:
            raise DiagnosticError(diagnostics)
        for file, content in synced.before.items():
            if kind_of(folder, file) is Kind.FILE and read_bytes(folder / file) != content:
                diagnostics.error(
                    Span(display_name(folder / file)),
                    "S008",
                    "this file was edited while sync was at work",
                    "run sync again",
                )
        diagnostics.check()
        plan = prepare(folder, synced.after, known, diagnostics)
        diagnostics.check()
        write_tree(folder, synced.after, plan, diagnostics)
    diagnostics.check()
