"""Pages about dialects: one page each, all of them as data, and the matrix to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.dialect.mapping import canonical_fields, mapping_of
from orgen.memory import remembered
from orgen.render import SourceFile, environment
from orgen.targets.docs.mapping.coverage import CellText, Column, column_texts, lower_coverage
from orgen.targets.docs.mapping.pages import lower_dialects, lower_mapping, page_name
from orgen.targets.docs.mapping.tables import table_of, tables_text
from orgen.targets.docs.settings import render_settings

if TYPE_CHECKING:
    from orgen.dialect.ast import Dialect
    from orgen.dialect.mapping import Field
    from orgen.dialect.mapping import Mapping as DialectMapping
    from orgen.ir.schema import Schema
    from orgen.provider.model import Provider

__all__ = ["COVERAGE_PAGE", "TABLES_FILE", "lower_dialects", "page_name", "render_mappings"]

COVERAGE_PAGE = "coverage.html"
TABLES_FILE = "tables.json"


def render_mappings(
    schema: Schema, dialects: Sequence[Dialect], providers: Sequence[Provider] = ()
) -> list[SourceFile]:
    """`mapping-<dialect>.md` for each, `tables.json`, `coverage.html`; or nothing.

    With `settings-<dialect>.md` for those that `providers` serve.
    """
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
    columns = [column_of(schema, mapping, providers) for mapping in mappings]
    pages = [page for column in columns for page in (column.page, *column.settings)]
    return [*pages, *overviews(schema, fields, columns)]


@dataclass(frozen=True, slots=True)
class DialectColumn:
    """What the overviews say about one dialect, and its own page."""

    name: str
    page: SourceFile
    table: str
    """Its part of `tables.json`."""
    column: Column
    counts: Mapping[str, int]
    """Status -> number of fields."""
    cells: tuple[CellText, ...]
    settings: tuple[SourceFile, ...] = ()
    """The page of its settings, if there are providers that serve it."""


def column_of(
    schema: Schema, mapping: DialectMapping, providers: Sequence[Provider] = ()
) -> DialectColumn:
    """One dialect's pages and its part of the overviews; `providers` have their terms."""
    page = environment("docs").get_template("mapping.md.jinja")
    text = page.render(page=lower_mapping(schema, mapping))
    return DialectColumn(
        mapping.dialect.name,
        SourceFile(PurePosixPath(page_name(mapping.dialect)), text),
        table_of(mapping),
        *column_texts(mapping),
        tuple(render_settings(schema, mapping.dialect, providers)),
    )


def overviews(
    schema: Schema, fields: Sequence[Field], columns: Sequence[DialectColumn]
) -> list[SourceFile]:
    """`tables.json` and `coverage.html`."""
    tables = tables_text(schema, fields, {each.name: each.table for each in columns})
    coverage = environment("docs").get_template("coverage.html.jinja")
    parts = [(each.column, each.counts, each.cells) for each in columns]
    page = coverage.render(page=lower_coverage(schema, fields, parts))
    texts = {TABLES_FILE: tables, COVERAGE_PAGE: page}
    return [SourceFile(PurePosixPath(path), text) for path, text in texts.items()]
