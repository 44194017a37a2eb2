"""Static checks of dialects: what must hold before anything is compiled."""

from __future__ import annotations

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.check.agreement import check_agreement
from orgen.dialect.check.binding import check_binding
from orgen.dialect.check.coverage import (
    Coverage,
    Covered,
    Status,
    check_coverage,
    check_unknown,
    coverage,
)
from orgen.dialect.check.findings import findings
from orgen.dialect.check.notes import check_notes
from orgen.dialect.check.order import check_order
from orgen.dialect.check.streams import check_stream
from orgen.dialect.check.unused import check_unused
from orgen.ir.schema import Schema

__all__ = ["Coverage", "Covered", "Status", "check", "coverage"]


def check(
    dialect: Dialect, schema: Schema, native: Schema | None, diagnostics: Diagnostics
) -> None:
    """Report everything that is wrong with a parsed dialect, all faults at once.

    `native` is the vendor's schema; without it, that side is not looked at.
    """
    found = findings(dialect, schema, native)
    check_unknown(found, diagnostics)
    check_coverage(found, diagnostics)
    check_notes(found, diagnostics)
    check_agreement(found, diagnostics)
    check_order(found, diagnostics)
    check_binding(found, diagnostics)
    check_unused(found, diagnostics)
    check_stream(dialect, native, diagnostics)
