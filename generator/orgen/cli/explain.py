"""`orgen explain`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from orgen.cli.columns import painted
from orgen.cli.failures import FAULT, OK
from orgen.cli.options import error_format_option, spec_option
from orgen.cli.output import print_faults
from orgen.cli.table import atlas_of, check_known, spoken_by, term_rows
from orgen.diagnostics import DiagnosticError, Diagnostics, Span
from orgen.excerpt import harmless
from orgen.progress import wants_color
from orgen.report import Format

if TYPE_CHECKING:
    from orgen.dialect.mapping import Cell, Mapping, Use
    from orgen.provider.find import Spoken

_EPILOG = """\b
Examples:
  orgen explain anthropic_messages temperature
  orgen explain anthropic_messages reasoning.effort
  orgen explain openai_chat input_image.detail        a property of a content part
  orgen explain openai_chat function_call             a type of item
  orgen explain openai_chat 'tool_choice<required>'   a form of a field
  orgen explain openai_chat response.usage            all fields of that part of a response
  orgen explain anthropic_messages top_k              a native field: what becomes of it
  orgen explain openai_chat temperature --provider openai --model o3   as a provider has it
"""
_MOST_LINES = 14
"""Lines of a rule that are shown."""


@click.command(epilog=_EPILOG)
@click.argument("dialect")
@click.argument("field")
@click.option("--provider", metavar="NAME", help="The provider that speaks the dialect.")
@click.option("--model", metavar="NAME", help="The model that it is asked for.")
@spec_option
@error_format_option
def explain(
    dialect: str,
    field: str,
    provider: str | None,
    model: str | None,
    spec: str | None,
    error_format: Format,
) -> int:
    """Tell what a dialect does with a field: its rules, both directions, and the reasons."""
    from orgen.dialect.mapping.table import mapping_of

    diagnostics = Diagnostics()
    try:
        atlas = atlas_of(spec, diagnostics, dialect)
        color = wants_color(sys.stdout)
        mapping, terms = atlas.mapping(dialect), []
        if provider is not None:
            spoken = spoken_by(spec, atlas, diagnostics, dialect, provider, model)
            mapping = mapping_of(spoken.dialect, atlas.schema, atlas.fields)
            terms = [_term(spoken, row) for row in term_rows(spoken) if field in (row[0], row[2])]
        printer = _Printer(mapping, diagnostics.sources, color)
        lines = [*terms, *([""] if terms else []), *printer.about(field)]
        if not lines:
            everything = f"`orgen table {dialect}` lists them all"
            check_known(field, printer.names(), "field", everything)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)
    click.echo("\n".join(lines), color=color)
    return OK


def _term(spoken: Spoken, row: tuple[str, str, str, str]) -> str:
    """What a provider has not, in a line."""
    field, status, native, reason = row
    place = harmless(native or field)
    return f"{place} with {harmless(spoken.title)}: {status}: {harmless(reason)}"


class _Printer:
    """Says what one mapping holds; `sources` are the texts of the files that it came from."""

    def __init__(self, mapping: Mapping, sources: dict[str, str], color: bool) -> None:
        self.mapping = mapping
        self.sources = sources
        self.color = color

    def names(self) -> list[str]:
        """Every name that `about` knows, the canonical ones first."""
        fields = [cell.field for cell in self.mapping.cells]
        native = [name for _, names in self.mapping.residue for name in names]
        return list(dict.fromkeys([*(f.name for f in fields), *(f.path for f in fields), *native]))

    def about(self, name: str) -> Iterator[str]:
        """Lines about the fields of that name, those inside it, or the native field."""
        cells = self.mapping.cells
        exact = [c for c in cells if name == c.field.name] or [
            c for c in cells if name == c.field.path
        ]
        inside = [c for c in cells if c.field.name.startswith((f"{name}.", f"{name}<"))]
        for number, cell in enumerate(exact or inside):
            yield from ([""] if number else [])
            yield from self.cell(cell)
        if exact and inside:
            yield ""
            yield "See also: " + ", ".join(harmless(cell.field.name) for cell in inside)
        if not exact and not inside:
            yield from self.native(name)

    def native(self, name: str) -> Iterator[str]:
        dialect = self.mapping.dialect
        for component, names in self.mapping.residue:
            if name in names or name in (f"{component}.{each}" for each in names):
                yield f"{harmless(name)} of native {component}: no rule reads it"
                yield f'  decode   kept as "{dialect.name}:<path>" on the nearest object'
                yield f"  encode   put back for {dialect.name}; for other dialects it is a loss"
        for cell in self.mapping.cells:
            for use in cell.uses:
                if name in [native.partition(" = ")[0] for native in use.natives]:
                    yield f"{harmless(name)} is the native place of {harmless(cell.field.name)}"
                    break
        for remark in self.mapping.ignored:
            place, _, reason = remark.reason.partition(": ")
            if name == place:
                yield f"{harmless(name)}: ignored: {harmless(reason)}"

    def cell(self, cell: Cell) -> Iterator[str]:
        status = painted(cell.status.value, self.color)
        yield f"{harmless(cell.field.name)} in {self.mapping.dialect.name}: {status}"
        if cell.field.about:
            yield f"  {harmless(cell.field.about)}"
        if cell.reason is not None:
            yield f"  because  {harmless(cell.reason)}"
        for use in cell.uses:
            yield from self.use(cell, use)
        for remark in cell.remarks:
            where = "where no rule applies, " if cell.uses else ""
            yield f"  {where}{remark.status.value}: {harmless(remark.reason)}"
            yield from self.source(remark.span)

    def use(self, cell: Cell, use: Use) -> Iterator[str]:
        from orgen.dialect.ast import Direction

        name = harmless(cell.field.name)
        native = harmless(", ".join(use.natives)) or ("a constant" if use.carried else "nothing")
        filters = f"   {harmless(' '.join(use.filters))}" if use.filters else ""
        yield ""
        if use.goes(Direction.ENCODE):
            yield f"  encode   {name} -> {native}{filters}"
        if use.goes(Direction.DECODE):
            yield f"  decode   {native} -> {name}{filters}"
        if use.because is not None:
            yield f"  because  {harmless(use.because)}"
        yield from self.words(use)
        yield from self.source(use.span)

    def words(self, use: Use) -> Iterator[str]:
        for name, table in self.mapping.dialect.maps.items():
            if f"map({name})" not in use.filters:
                continue
            sent = [f"{word} -> {native}" for word, native in table.encode.items()]
            read = [f"{native} -> {word}" for native, word in table.decode]
            yield f"  words    sent: {harmless(', '.join(sent))}"
            yield f"           read: {harmless(', '.join(read))}"

    def source(self, span: Span) -> Iterator[str]:
        """The lines of the dialect file that a span covers."""
        yield f"  {harmless(span.file)}:{span.line}"
        lines = self.sources.get(span.file, "").split("\n")
        last = max(span.line, span.end_line - (span.end_column == 1))
        shown = lines[span.line - 1 : min(last, span.line + _MOST_LINES - 1)]
        for number, line in enumerate(shown, span.line):
            yield f"{number:>7} | {harmless(line.rstrip())}"
        if last - span.line >= _MOST_LINES:
            yield "        | ..."
