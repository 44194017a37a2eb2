"""The whole comparison: two names in, a report out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from orgen.breaking.change import Report
from orgen.breaking.compare import compare_specs
from orgen.breaking.differ import TooManyChanges
from orgen.breaking.release import recommend
from orgen.breaking.source import SpecSource, check_pair, place_of, read_source
from orgen.diagnostics import DiagnosticError, Diagnostics, Span
from orgen.progress import Progress

if TYPE_CHECKING:
    from orgen.ir.schema import Json
    from orgen.load import Document


def report_breaking(
    against: str,
    spec: Path,
    diagnostics: Diagnostics,
    progress: Progress,
    *,
    core: bool = False,
    prose: bool = False,
) -> Report:
    """What changed from `against`, a file, folder or commit, to `spec`.

    Overlays count where both are spec folders, unless `core` leaves them out.

    Raises:
        DiagnosticError: if either cannot be read; the faults of both are reported.
    """
    with place_of(against, spec, diagnostics) as (path, relabel):
        with progress.step("read the old spec"):
            old = read_source(path, against, diagnostics, relabel)
        with progress.step("read the new spec"):
            new = read_source(spec, spec.as_posix(), diagnostics)
        diagnostics.check()
        assert old is not None and new is not None  # or else `check` has raised
        check_pair(old, new, diagnostics)
        diagnostics.check()
    try:
        with progress.step("compare"):
            return compare_sources(old, new, core=core, prose=prose)
    except TooManyChanges:
        span = Span(new.spec.core.file)
        message = "the specs have too little in common to be compared"
        diagnostics.error(span, "B008", message, "compare two versions of one spec")
        raise DiagnosticError(diagnostics) from None


def compare_sources(
    old: SpecSource, new: SpecSource, *, core: bool = False, prose: bool = False
) -> Report:
    """The report on two specs that were read."""
    both = old.is_folder and new.is_folder
    whole = both and not core
    documents = [source.spec.full if whole else source.spec.core for source in (old, new)]
    changes = tuple(
        replace(change, left=old.span(change.left), right=new.span(change.right))
        for change in compare_specs(documents[0], documents[1], prose=prose)
    )
    # A single document has no dialects: nothing can be said about them.
    dialects = (old.dialects, new.dialects) if both else ((), ())
    release = recommend(documents[0], documents[1], dialects, changes)
    titles = [_title(document) for document in documents]
    if titles[0] == titles[1]:
        titles = [f"{t} ({s.label})" for t, s in zip(titles, (old, new), strict=True)]
    return Report(titles[0], titles[1], changes, release)


def _title(document: Document) -> str:
    """Title and version, such as `Open Responses 2026-04-24`."""
    info: Json = document.value.get("info") if isinstance(document.value, dict) else None
    facts = info if isinstance(info, dict) else {}
    return " ".join(str(facts.get(key) or "") for key in ("title", "version")).strip() or "spec"
