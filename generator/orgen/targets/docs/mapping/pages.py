"""Lowers the mapping of one dialect to its page: what becomes of each field, and of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from orgen.dialect.mapping import Cell, Mapping, Status
from orgen.dialect.primitives import FIXUPS
from orgen.targets.docs.escape import code, comment, escape, json_code
from orgen.targets.docs.lower import header
from orgen.targets.docs.mapping.streams import TableSection, stream_sections
from orgen.targets.docs.model import Header, Table

if TYPE_CHECKING:
    from orgen.dialect.ast import Dialect, EnumMap
    from orgen.ir.schema import Schema


@dataclass(frozen=True, slots=True)
class MappingPage:
    """What `mapping.md.jinja` prints; every string is Markdown."""

    header: Header
    source: str
    title: str
    facts: Table
    counts: Table
    fields: tuple[TableSection, ...]
    words: tuple[TableSection, ...]
    streams: tuple[TableSection, ...]
    rest: tuple[TableSection, ...]


class Named(Protocol):
    """What the list of dialects tells of each."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def slug(self) -> str: ...


def page_name(dialect: Named) -> str:
    """The file of a dialect's page. The meta-schema makes names of dialects plain words."""
    return f"mapping-{dialect.name}.md"


def file_of(dialect: Dialect) -> str:
    """The dialect's file below the spec's folder: the same on every machine."""
    return f"dialects/{dialect.name}/dialect.yaml"


def lower_mapping(schema: Schema, mapping: Mapping) -> MappingPage:
    """The page of one dialect."""
    dialect = mapping.dialect
    sections = groupby(mapping.cells, key=lambda cell: cell.field.section)
    return MappingPage(
        header=header(schema),
        source=f"From {comment(file_of(dialect))}",
        title=escape(dialect.title),
        facts=_facts(dialect),
        counts=Table(
            ("Status", "Fields", "Meaning"),
            tuple((each.value, str(mapping.count(each)), each.meaning) for each in Status),
        ),
        fields=tuple(_section(title, tuple(cells)) for title, cells in sections),
        words=tuple(_words(each) for each in dialect.maps.values()),
        streams=tuple(stream_sections(dialect)),
        rest=tuple(_rest(mapping)),
    )


def lower_dialects(dialects: Sequence[Named]) -> Table | None:
    """The list of dialects for the front page."""
    rows = [
        (f"[{escape(each.title)}]({page_name(each)})", code(each.name), code(each.slug))
        for each in sorted(dialects, key=lambda each: each.name)
    ]
    return Table(("Dialect", "Name", "Vendor"), tuple(rows)) if rows else None


def _facts(dialect: Dialect) -> Table:
    endpoint = dialect.endpoint
    rows = [
        ("Dialect", code(dialect.name)),
        ("Vendor", code(dialect.slug)),
        ("Endpoint", code(f"{endpoint.method} {endpoint.path}")),
    ]
    if endpoint.stream_path != endpoint.path:
        rows.append(("Endpoint of streams", code(f"{endpoint.method} {endpoint.stream_path}")))
    rows.append(("Vendor's page", code(dialect.source)))
    if dialect.protected:
        rows.append(("Protected from extensions", ", ".join(map(code, dialect.protected))))
    rows += [(f"Policy {code(name)}", escape(FIXUPS.get(name, ""))) for name in dialect.fixups]
    return Table(("", ""), tuple(rows))


def _section(title: str, cells: tuple[Cell, ...]) -> TableSection:
    columns = ("Open Responses", "Native", "Status", "Filters", "Notes")
    return TableSection(escape(title), None, Table(columns, tuple(map(_row, cells))))


def _row(cell: Cell) -> tuple[str, ...]:
    filters = dict.fromkeys(name for use in cell.uses for name in use.filters)
    return (
        code(cell.field.name),
        "<br>".join(map(code, cell.natives)),
        cell.status.value,
        " ".join(map(code, filters)),
        "<br>".join(escape(note) for note in notes_of(cell)),
    )


def notes_of(cell: Cell) -> list[str]:
    """The reason of a cell, and what happens where its rules do not apply."""
    notes = [cell.reason] if cell.reason else []
    for use in cell.uses:
        if use.only is not None and use.because != cell.reason:
            because = f": {use.because}" if use.because else ""
            notes.append(f"{use.only.value} only{because}")
    if cell.uses and cell.status is not Status.IGNORED:
        notes += [
            f"{remark.status.value} where no rule applies: {remark.reason}"
            for remark in cell.remarks
            if remark.reason not in (cell.reason or "")
        ]
    return list(dict.fromkeys(notes))


def _words(words: EnumMap) -> TableSection:
    aliases: dict[str, list[str]] = {}
    for native, canonical in words.decode:
        aliases.setdefault(canonical, []).append(json_code(native))
    rows = tuple(
        (code(canonical), json_code(native), ", ".join(aliases.get(canonical, [])))
        for canonical, native in words.encode.items()
    )
    columns = ("Open Responses", "Sent as", "Read from")
    return TableSection(f"Words: {code(words.name)}", None, Table(columns, rows))


def _rest(mapping: Mapping) -> list[TableSection]:
    found = []
    if mapping.residue:
        rows = tuple(
            (code(component), ", ".join(map(code, names))) for component, names in mapping.residue
        )
        about = (
            "No rule reads these. They travel with the nearest object, as "
            f"{code(mapping.dialect.name + ':<path>')}, and return to this vendor unchanged."
        )
        found.append(TableSection("Residue", about, Table(("Component", "Fields"), rows)))
    if mapping.ignored:
        split = [remark.reason.partition(": ") for remark in mapping.ignored]
        ignored = tuple((code(place), escape(reason)) for place, _, reason in split)
        about = "These say nothing that Open Responses could tell, and are left out."
        found.append(TableSection("Ignored", about, Table(("Native", "Why"), ignored)))
    return found
