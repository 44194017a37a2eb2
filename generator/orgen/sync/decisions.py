"""What is left to people once the structure is in place: descriptions, and every dialect's say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orgen.diagnostics import Diagnostics, Severity
from orgen.dialect.check.notes import DROP, IGNORE, REJECT
from orgen.dialect.load import load_dialects
from orgen.lifecycle import FILE_NAME, load_lifecycle
from orgen.load import load_file
from orgen.load.source import display_name
from orgen.pipeline import Spec
from orgen.resolve import resolve
from orgen.validate import validate

SECTIONS = (DROP, REJECT, IGNORE)
"""Where a dialect says why something has no counterpart."""


def decisions(folder: Path, spec: Spec) -> Diagnostics:
    """The faults that `orgen validate` will report for the synced folder, and the lifecycle's."""
    found = Diagnostics()
    validate(spec.full, found)
    schema = resolve(spec.full, found)
    load_dialects(folder, schema, found)
    path = folder / FILE_NAME
    if path.is_file():
        load_lifecycle(path, folder, schema, found)
    found.items = [item for item in found.items if item.severity is Severity.ERROR]
    return found


def note_lines(folder: Path, found: Diagnostics) -> dict[str, Mapping[str, int]]:
    """The lines of those sections in every dialect that has something to decide."""
    files = {item.span.file for item in found}
    lines: dict[str, Mapping[str, int]] = {}
    for path in sorted(folder.glob("dialects/*/dialect.yaml")):
        if display_name(path) not in files:
            continue
        document = load_file(path, folder, Diagnostics())
        if document is not None and isinstance(document.value, dict):
            lines[document.file] = {
                name: document.key_span((name,)).line for name in SECTIONS if name in document.value
            }
    return lines
