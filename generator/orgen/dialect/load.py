"""Finds, reads and checks the dialects of a spec folder."""

from __future__ import annotations

from pathlib import Path

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.parse import parse
from orgen.ir.schema import Schema
from orgen.load import load_file


def load_dialects(spec: Path, schema: Schema, diagnostics: Diagnostics) -> list[Dialect]:
    """The dialects of `spec/dialects/*/dialect.yaml`, by name; none for a single-file spec."""
    found = []
    for path in sorted(spec.glob("dialects/*/dialect.yaml")):
        document = load_file(path, spec, diagnostics)
        if document is not None:
            found.append(parse(document, diagnostics))
    return found
