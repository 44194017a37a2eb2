"""Pages about dialects: one page each, all of them as data, and the matrix to look at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.dialect.mapping import canonical_fields, mapping_of
from orgen.memory import remembered
from orgen.render import SourceFile, environment
from orgen.targets.docs.mapping.coverage import lower_coverage
from orgen.targets.docs.mapping.pages import lower_dialects, lower_mapping, page_name
from orgen.targets.docs.mapping.tables import tables_text

if TYPE_CHECKING:
    from orgen.dialect.ast import Dialect
    from orgen.ir.schema import Schema

__all__ = ["COVERAGE_PAGE", "TABLES_FILE", "lower_dialects", "page_name", "render_mappings"]

COVERAGE_PAGE = "coverage.html"
TABLES_FILE = "tables.json"


def render_mappings(schema: Schema, dialects: Sequence[Dialect]) -> list[SourceFile]:
    """`mapping-<dialect>.md` for each, `tables.json`, `coverage.html`; or nothing."""
    if not dialects:
        return []
    fields = canonical_fields(schema)
    ordered = sorted(dialects, key=lambda dialect: dialect.name)
    mappings = [
        remembered(
            f"mapping {dialect.name}",
            (dialect, schema),
            partial(mapping_of, dialect, schema, fields),
        )
        for dialect in ordered
    ]
    jinja = environment("docs")
    page = jinja.get_template("mapping.md.jinja")
    texts = {
        page_name(each.dialect): page.render(page=lower_mapping(schema, each)) for each in mappings
    }
    texts[TABLES_FILE] = tables_text(schema, mappings)
    coverage = jinja.get_template("coverage.html.jinja")
    texts[COVERAGE_PAGE] = coverage.render(page=lower_coverage(schema, mappings))
    return [SourceFile(PurePosixPath(path), text) for path, text in texts.items()]
