"""A sync in words: what came, what went, and what people have to decide now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from orgen.diagnostics import Diagnostic
from orgen.excerpt import harmless
from orgen.sync.changes import Component, Synced
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
    lines += _decisions([item for item in found if item.code not in UNDESCRIBED])
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


def _decisions(found: Sequence[Diagnostic]) -> Iterator[str]:
    """For each file, what it has to decide and the line that would settle it."""
    for file, items in groupby(found, key=lambda item: item.span.file):
        listed = list(items)
        yield f"to decide in {file}, {_counted(len(listed), 'place')}:"
        for item in listed:
            yield f"  {item.span}: {item.code} {item.message}"
            if item.hint:
                yield f"      {item.hint}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
