"""A sync in words: what came, what went, and what people have to decide now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from orgen.diagnostics import Diagnostic
from orgen.dialect.check.coverage import SETTLED_BY
from orgen.excerpt import harmless
from orgen.sync.changes import Component, Synced
from orgen.sync.decisions import SECTIONS
from orgen.validate.prose import UNDESCRIBED


def summary_lines(synced: Synced, folder: str) -> list[str]:
    """The summary, a line each, without line ends."""
    if synced.is_empty:
        lines = [f"{folder} holds release {synced.version} already"]
    elif synced.old_version == synced.version:
        lines = [f"{folder}: release {synced.version}, corrected"]
    else:
        lines = [f"{folder}: release {synced.old_version} -> {synced.version}"]
    for verb, components in (
        ("added", synced.added),
        ("changed", synced.changed),
        ("removed", synced.removed),
    ):
        lines += _components(verb, components)
    found = list(synced.decisions)
    lines += _undescribed([item for item in found if item.code in UNDESCRIBED])
    lines += _decisions(synced, [item for item in found if item.code not in UNDESCRIBED])
    return [harmless(line) for line in lines]


def _components(verb: str, components: Sequence[Component]) -> Iterator[str]:
    if components:
        yield f"{verb} {_counted(len(components), 'component')}:"
    for one in components:
        yield f"  {one.file}:{one.line} {one.name}"


def _undescribed(found: Sequence[Diagnostic]) -> Iterator[str]:
    if found:
        yield f"to describe, {_counted(len(found), 'place')}:"
    for item in found:
        yield f"  {item.span}: {item.message}"


def _decisions(synced: Synced, found: Sequence[Diagnostic]) -> Iterator[str]:
    """For each file, what it has to decide, and the lines that would settle it."""
    for file, items in groupby(found, key=lambda item: item.span.file):
        listed = list(items)
        yield f"to decide in {file}, {_counted(len(listed), 'place')}:"
        for item in listed:
            yield f"  {item.span}: {item.code} {item.message}"
            if item.hint and not item.hint.startswith(SETTLED_BY):
                yield f"      {item.hint}"
        yield from _lines_to_add(listed, synced.notes.get(file, {}))


def _lines_to_add(found: Sequence[Diagnostic], sections: Mapping[str, int]) -> Iterator[str]:
    """The lines that settle gaps of coverage, each once, and where they may stand."""
    hints = [item.hint for item in found if item.hint and item.hint.startswith(SETTLED_BY)]
    if not hints:
        return
    places = [f"{name} (line {sections[name]})" if name in sections else name for name in SECTIONS]
    yield f"  map these, or say why not below {places[0]}, {places[1]} or {places[2]}:"
    for hint in dict.fromkeys(hints):
        yield f"    {hint.removeprefix(SETTLED_BY)}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
