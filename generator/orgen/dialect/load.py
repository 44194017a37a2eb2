"""Finds the dialects of a spec folder, checks their shape, parses them and checks what they say."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.check import check
from orgen.dialect.parse import parse
from orgen.ir.schema import Json, Schema
from orgen.load import Document, load_file, load_spec
from orgen.resolve import resolve
from orgen.resources import spec_dir
from orgen.validate.structure import check_structure

_NATIVE = "native.yaml"


def load_dialects(spec: Path, schema: Schema, diagnostics: Diagnostics) -> list[Dialect]:
    """The dialects of `spec/dialects/*/dialect.yaml`, by name; none for a single-file spec.

    Dialects whose shape is wrong are reported and left out.
    """
    found = []
    for path in sorted(spec.glob("dialects/*/dialect.yaml")):
        dialect = load_dialect(path, spec, diagnostics)
        if dialect is not None:
            dialect = replace(dialect, native=load_native(path.parent, diagnostics))
            check(dialect, schema, dialect.native, diagnostics)
            found.append(dialect)
    return found


def load_dialect(path: Path, root: Path, diagnostics: Diagnostics) -> Dialect | None:
    """One dialect file, parsed; None after reporting what is wrong with its shape."""
    before = len(diagnostics.items)
    document = load_file(path, root, diagnostics)
    if document is None:
        return None
    check_structure(document, _meta_schema(), "D001", diagnostics)
    _folder(document, path, diagnostics)
    if len(diagnostics.items) > before:
        return None
    dialect = parse(document, diagnostics)
    return None if len(diagnostics.items) > before else dialect


def load_native(folder: Path, diagnostics: Diagnostics) -> Schema | None:
    """The native schema beside a dialect file; None where there is none."""
    path = folder / _NATIVE
    if not path.exists():
        return None
    document = load_spec(path, diagnostics)
    return resolve(document, diagnostics) if document is not None else None


def _folder(document: Document, path: Path, diagnostics: Diagnostics) -> None:
    """A dialect is called like its folder, because residue and modules are named after it."""
    name = document.value.get("dialect") if isinstance(document.value, dict) else None
    if isinstance(name, str) and name != path.parent.name:
        diagnostics.error(
            document.span(("dialect",)),
            "D001",
            f"the dialect is called '{name}', and its folder '{path.parent.name}'",
            "give both the same name",
        )


@functools.cache
def _meta_schema() -> dict[str, Json] | bool:
    diagnostics = Diagnostics()
    folder = spec_dir() / "meta"
    document = load_file(folder / "dialect.schema.yaml", folder, diagnostics)
    diagnostics.check()
    value = document.value if document else None
    return value if isinstance(value, dict) else True
