"""What is left to people once the structure is in place: descriptions, and every dialect's say."""

from __future__ import annotations

from pathlib import Path

from orgen.diagnostics import Diagnostics, Severity
from orgen.dialect.load import load_dialects
from orgen.lifecycle import FILE_NAME, load_lifecycle
from orgen.pipeline import Spec
from orgen.resolve import resolve
from orgen.validate import validate


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
