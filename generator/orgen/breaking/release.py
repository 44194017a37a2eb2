"""Recommends the release that a change of the spec takes, after Semantic Versioning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from orgen.breaking.api import describe, diff_api
from orgen.breaking.change import ApiChange, Change, Level, Release
from orgen.breaking.python_api import diff_names, python_names
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.resolve import resolve

if TYPE_CHECKING:
    from orgen.ir.schema import Json
    from orgen.load import Document

_WHY = {
    Level.NONE: "Both specs say the same.",
    Level.PATCH: "The generated types are the same.",
    Level.MINOR: "The packages gain something, and code that uses them goes on to work.",
    Level.MAJOR: "Code that uses the packages may have to change.",
}
_ALONE = "This follows from the changes alone."
MAX_COMPONENTS = 2_000
MAX_VARIANTS = 300


def recommend(
    old: Document, new: Document, dialects: tuple[Sequence[str], Sequence[str]],
    changes: Sequence[Change],
) -> Release:  # fmt: skip
    """The release of the packages generated from `new`, for who has those from `old`."""
    wire = _wire_level(old, new, changes)
    if _is_large(old) or _is_large(new):
        return Release(
            _guess(wire, changes), "The specs are too large to compare packages. " + _ALONE
        )
    diagnostics = Diagnostics()
    try:
        api, python = _api(old, new, dialects, diagnostics)
    except DiagnosticError:
        reason = "Packages cannot be generated from both specs. " + _ALONE
        return Release(_guess(wire, changes), reason)
    level = max([wire, *(change.level for change in (*api, *python))])
    release = Release(level, _WHY[level], api, python)
    if level is Level.MAJOR and wire is Level.MAJOR and not _is_major(api, python):
        reason = "The types are the same, but values that were valid are refused, or calls fail."
        release = replace(release, reason=reason)
    return release


def _is_large(document: Document) -> bool:
    """Whether resolving would take longer than a recommendation is worth."""
    schemas = document.schemas
    if len(schemas) > MAX_COMPONENTS:
        return True
    stack: list[Json] = [*schemas.values(), document.value]
    while stack:
        part = stack.pop()
        if isinstance(part, dict):
            stack += part.values()
        elif isinstance(part, list):
            if len(part) > MAX_VARIANTS and isinstance(part[0], dict):
                return True
            stack += part
    return False


def _guess(wire: Level, changes: Sequence[Change]) -> Level:
    """The level without a look at packages: what breaks anybody may break their code."""
    if any(change.breaks for change in changes):
        return Level.MAJOR
    return Level.MINOR if changes else wire


def _is_major(*changes: Sequence[ApiChange]) -> bool:
    return any(change.level is Level.MAJOR for several in changes for change in several)


def _wire_level(old: Document, new: Document, changes: Sequence[Change]) -> Level:
    if any(change.withdraws for change in changes):
        return Level.MAJOR
    if any(change.breaks for change in changes):
        return Level.MINOR
    return Level.PATCH if changes or old.value != new.value else Level.NONE


def _api(
    old: Document,
    new: Document,
    dialects: tuple[Sequence[str], Sequence[str]],
    diagnostics: Diagnostics,
) -> tuple[tuple[ApiChange, ...], tuple[ApiChange, ...]]:
    schemas = [resolve(document, diagnostics) for document in (old, new)]
    diagnostics.check()
    neutral = [describe(s, d) for s, d in zip(schemas, dialects, strict=True)]
    names = [python_names(s, d, diagnostics) for s, d in zip(schemas, dialects, strict=True)]
    api = diff_api(neutral[0], neutral[1])
    told = {change.name for change in api}
    python = tuple(c for c in diff_names(names[0], names[1]) if c.name not in told)
    return api, python
