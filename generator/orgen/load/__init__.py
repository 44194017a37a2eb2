"""Reads specs, dialects and overlays: the only stage that opens input files.

`load_file` reads one YAML or JSON file; `load_spec` reads a spec folder or any
single OpenAPI 3.1 / JSON Schema 2020-12 file and merges the files it refers to
into one document, whose every value keeps its own file, line and column.
"""

from __future__ import annotations

from orgen.load.document import (
    Document,
    Place,
    Pointer,
    child,
    format_pointer,
    parse_pointer,
)
from orgen.load.file import load_file
from orgen.load.spec import load_spec

__all__ = [
    "Document",
    "Place",
    "Pointer",
    "child",
    "format_pointer",
    "load_file",
    "load_spec",
    "parse_pointer",
]
