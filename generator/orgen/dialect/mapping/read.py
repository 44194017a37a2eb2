"""Reads a spec just far enough to tell what its dialects do with every field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.load import load_dialect
from orgen.dialect.mapping.fields import canonical_fields
from orgen.dialect.mapping.model import Field, Mapping
from orgen.dialect.mapping.table import mapping_of
from orgen.ir.schema import Schema
from orgen.pipeline import read_spec
from orgen.progress import Progress
from orgen.resolve import resolve


@dataclass(frozen=True, slots=True)
class Atlas:
    """The fields of a contract and its dialects, by name. Mappings are made when asked for."""

    schema: Schema
    fields: tuple[Field, ...]
    dialects: dict[str, Dialect]

    def mapping(self, name: str) -> Mapping:
        """The column of one dialect; KeyError if there is none of that name."""
        return mapping_of(self.dialects[name], self.schema, self.fields)


def read_atlas(spec: Path, diagnostics: Diagnostics, only: str | None = None) -> Atlas:
    """The contract and its dialects, or just one of them. What dialects lack is not checked.

    Raises:
        DiagnosticError: if the spec, or a dialect that is asked for, cannot be read.
    """
    loaded = read_spec(spec, diagnostics, Progress())
    schema = resolve(loaded.full, diagnostics)
    diagnostics.check()
    dialects: dict[str, Dialect] = {}
    for name in dialect_names(spec):
        if only in (None, name):
            found = load_dialect(spec / "dialects" / name / "dialect.yaml", spec, diagnostics)
            if found is not None:
                dialects[name] = found
    diagnostics.check()
    return Atlas(schema, canonical_fields(schema), dialects)


def dialect_names(spec: Path) -> list[str]:
    """The dialects of a spec folder by the names of their folders, sorted."""
    return sorted(path.parent.name for path in spec.glob("dialects/*/dialect.yaml"))
