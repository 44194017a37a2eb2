"""A profile: what a provider says upon a dialect, as a dialect of the same name."""

from __future__ import annotations

import functools
from dataclasses import replace

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.extend import extend
from orgen.dialect.extend.node import Node
from orgen.dialect.load import dialect_schema
from orgen.dialect.parse import parse
from orgen.ir.schema import Json
from orgen.load import Document
from orgen.validate.structure import check_structure

OWN = frozenset({"extends", "forms", "lacks", "refuses"})
"""What a profile says beyond what a dialect does."""


def upon(
    base: Document, file: Document, at: tuple[str | int, ...], diagnostics: Diagnostics
) -> Document | None:
    """The document of a dialect with what the provider file says at `at`; None after a fault."""
    said = Node(file.value, file.place)
    for step in at:
        said = said.child(step)
    own = said.with_entries({k: n for k, n in said.entries().items() if k not in OWN})
    document = Document(own.value, own.place, file.file, file.files)
    check_structure(document, _sections(), "D060", diagnostics)
    if diagnostics.items:
        return None
    found = extend(base, document, diagnostics)
    return None if diagnostics.items else found


def profile_of(document: Document, base: Dialect, diagnostics: Diagnostics) -> Dialect | None:
    """The syntax tree of a profile's document; it knows what the dialect itself knows."""
    local = Diagnostics(sources=diagnostics.sources)
    dialect = parse(document, local)
    diagnostics.items += local.items
    if local.items:
        return None
    return replace(dialect, native=base.native, borrowed=base.borrowed, extends=base.name)


@functools.cache
def _sections() -> dict[str, Json] | bool:
    """The schema of dialect files, for one that has neither name nor vendor of its own."""
    schema = dialect_schema()
    if isinstance(schema, bool):
        return schema
    return {k: v for k, v in schema.items() if k not in ("required", "if", "then")}
