"""How dialects treat every canonical field: the one table behind pages, reports and `explain`.

`mapping_of(dialect, fields)` reads the syntax tree of one dialect;
`canonical_fields(schema)` are the rows that all dialects share.
"""

from __future__ import annotations

from orgen.dialect.mapping.fields import canonical_fields
from orgen.dialect.mapping.model import Cell, Field, Mapping, Remark, Scope, Status, Use
from orgen.dialect.mapping.table import mapping_of

__all__ = [
    "Cell",
    "Field",
    "Mapping",
    "Remark",
    "Scope",
    "Status",
    "Use",
    "canonical_fields",
    "mapping_of",
]
