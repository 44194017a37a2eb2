"""Lowers all mappings to one page: a matrix of fields and dialects, complete in itself.

The page loads nothing. Its policy allows only its own style and script, by
their hashes; whatever the spec or a dialect says is text, escaped here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from orgen.dialect.mapping import Cell, Field, Mapping, Status
from orgen.dialect.origin import spec_file
from orgen.resources import templates_dir
from orgen.targets.docs.escape import xml
from orgen.targets.docs.lower import header
from orgen.targets.docs.mapping.pages import notes_of, page_name
from orgen.targets.docs.model import Header

if TYPE_CHECKING:
    from orgen.ir.schema import Schema

BAR = 100
"""Width of a column's bar, in its own units."""


@dataclass(frozen=True, slots=True)
class LegendEntry:
    status: str
    meaning: str
    count: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a column's bar."""

    status: str
    start: str
    width: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    name: str
    page: str
    share: str
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class CellText:
    """One cell. `shown` is what stands in it, the rest what the card beside it says."""

    status: str
    label: str
    shown: str
    said: str
    """What is shown where there is no native place: the reason."""
    native: str
    filters: str
    notes: str
    place: str


@dataclass(frozen=True, slots=True)
class RowText:
    name: str
    before: str
    last: str
    kind: str
    about: str
    cells: tuple[CellText, ...]


@dataclass(frozen=True, slots=True)
class MatrixSection:
    title: str
    rows: tuple[RowText, ...]


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """What `coverage.html.jinja` prints; every string is HTML but for `style` and `script`."""

    header: Header
    title: str
    version: str
    policy: str
    style: str
    script: str
    legend: tuple[LegendEntry, ...]
    columns: tuple[Column, ...]
    sections: tuple[MatrixSection, ...]
    fields: int


Part: TypeAlias = "tuple[Column, Table[str, int], tuple[CellText, ...]]"
"""What the page says about one dialect: its column, fields of each status, and one cell a field."""


def column_texts(mapping: Mapping) -> Part:
    """What the page says about one dialect."""
    counts = {status.value: mapping.count(status) for status in Status}
    return _column(mapping), counts, tuple(_cell(cell, mapping) for cell in mapping.cells)


def lower_coverage(schema: Schema, fields: Sequence[Field], parts: Sequence[Part]) -> CoveragePage:
    """The page of all dialects."""
    style, script = (_asset(name) for name in ("coverage.css", "coverage.js"))
    rows = list(zip(fields, zip(*(cells for _, _, cells in parts), strict=True), strict=True))
    return CoveragePage(
        header=header(schema),
        title=xml(schema.title),
        version=xml(schema.version),
        policy=(
            "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"style-src '{_hash(style)}'; script-src '{_hash(script)}'"
        ),
        style=style,
        script=script,
        legend=tuple(
            LegendEntry(each.value, xml(each.meaning), sum(c[each.value] for _, c, _ in parts))
            for each in Status
        ),
        columns=tuple(column for column, _, _ in parts),
        sections=tuple(
            MatrixSection(xml(title), tuple(_row(field, cells) for field, cells in group))
            for title, group in groupby(rows, key=lambda row: row[0].section)
        ),
        fields=len(rows),
    )


def _asset(name: str) -> str:
    return (templates_dir() / "docs" / name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _column(mapping: Mapping) -> Column:
    dialect = mapping.dialect
    total = max(1, len(mapping.cells))
    carried = mapping.count(Status.MAPPED) + mapping.count(Status.EMULATED)
    segments, start = [], 0.0
    for status in Status:
        width = BAR * mapping.count(status) / total
        label = f"{mapping.count(status)} {status.value}"
        segments.append(Segment(status.value, f"{start:.2f}", f"{width:.2f}", label))
        start += width
    share = f"{100 * carried / total:.0f}"
    return Column(
        xml(dialect.title), xml(dialect.name), xml(page_name(dialect)), share, tuple(segments)
    )


def _row(field: Field, texts: tuple[CellText, ...]) -> RowText:
    before, last = _split(field)
    kind = "part" if field.owner or "<" in field.path else "whole"
    return RowText(xml(field.name), xml(before), xml(last), kind, xml(field.about), texts)


def _split(field: Field) -> tuple[str, str]:
    """What stands before the last step of a field's name, and that step."""
    if "<" in field.name:
        path, angle, form = field.name.partition("<")
        return path, angle + form
    before, dot, last = field.name.rpartition(".")
    return before + dot, last


def _cell(cell: Cell, mapping: Mapping) -> CellText:
    dialect = mapping.dialect
    filters = dict.fromkeys(name for use in cell.uses for name in use.filters)
    place = f"{spec_file(cell.span)}:{cell.span.line}" if cell.span else ""
    return CellText(
        status=cell.status.value,
        label=xml(f"{cell.field.name}, {dialect.title}: {cell.status.value}"),
        shown=xml(cell.natives[0].rpartition("].")[2] if cell.natives else ""),
        said=xml(cell.reason or "") if not cell.natives else "",
        native=_lines(cell.natives),
        filters=xml(" ".join(filters)),
        notes=_lines(notes_of(cell)),
        place=xml(place),
    )


def _lines(texts: Sequence[str]) -> str:
    """Several texts as one attribute; a line feed parts them."""
    return "&#10;".join(map(xml, texts))
