"""`orgen table`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from orgen.cli.failures import FAULT, OK
from orgen.cli.options import error_format_option, load_settings, spec_option, spec_path
from orgen.cli.output import print_faults
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import wants_color
from orgen.report import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orgen.dialect.mapping import Cell, Mapping
    from orgen.dialect.mapping.read import Atlas
    from orgen.provider.find import Spoken

STATUSES = ("mapped", "emulated", "dropped", "rejected", "ignored")

_EPILOG = """\b
Examples:
  orgen table                                    all dialects, with the number of fields by status
  orgen table anthropic_messages                 what one dialect does with every field
  orgen table openai_chat --status dropped       ... with those that it drops
  orgen table openai_chat --provider groq        in what a provider differs from the dialect

\b
The same as pages: `orgen generate`, then docs/coverage.html and docs/mapping-<dialect>.md.
"""


@click.command(epilog=_EPILOG)
@click.argument("dialect", required=False, metavar="[DIALECT]")
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(STATUSES),
    help="Show fields of this status only; may be repeated.",
)
@click.option("--provider", metavar="NAME", help="Show in what a provider differs from DIALECT.")
@click.option("--model", metavar="NAME", help="... when it is asked for this model.")
@spec_option
@error_format_option
def table(
    dialect: str | None,
    statuses: tuple[str, ...],
    provider: str | None,
    model: str | None,
    spec: str | None,
    error_format: Format,
) -> int:
    """Show which fields of the contract a dialect carries, and where."""
    if provider is not None and dialect is None:
        raise click.UsageError("--provider needs a DIALECT to compare with")
    diagnostics = Diagnostics()
    try:
        atlas = atlas_of(spec, diagnostics, dialect)
        color = wants_color(sys.stdout)
        if dialect is None:
            text = _all(atlas, color)
        elif provider is None:
            text = _one(atlas, dialect, statuses, color)
        else:
            spoken = spoken_by(spec, atlas, diagnostics, dialect, provider, model)
            text = _difference(atlas, dialect, spoken, statuses, color)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)
    click.echo(text, nl=False, color=color)
    return OK


def atlas_of(spec: str | None, diagnostics: Diagnostics, dialect: str | None) -> Atlas:
    """What the spec of this run says about a dialect, or about all.

    Raises:
        DiagnosticError: if it cannot be read.
        click.BadParameter: if it has no dialect of that name.
    """
    from orgen.dialect.mapping.read import dialect_names, read_atlas

    path = spec_path(spec, load_settings(diagnostics))
    if dialect is not None:
        check_known(dialect, dialect_names(path), "dialect")
    return read_atlas(path, diagnostics, dialect)


def spoken_by(
    spec: str | None,
    atlas: Atlas,
    diagnostics: Diagnostics,
    dialect: str,
    provider: str,
    model: str | None,
) -> Spoken:
    """A dialect as a provider speaks it.

    Raises:
        DiagnosticError: if it does not, or its file is wrong.
    """
    from orgen.provider.find import find_spoken

    path = spec_path(spec, load_settings(diagnostics))
    return find_spoken(path, atlas.schema, diagnostics, dialect, provider, model)


def check_known(name: str, known: list[str], kind: str, instead: str = "") -> None:
    """Refuse an unknown name, with the closest known ones, else with a hint or all of them."""
    from orgen.excerpt import harmless
    from orgen.load.suggest import close_hint

    if name not in known:
        listed = ", ".join(known) or "none"
        hint = close_hint(name, known) or instead or f"there are {listed}"
        raise click.BadParameter(f"no {kind} is called '{harmless(name)}'; {hint}")


def _all(atlas: Atlas, color: bool) -> str:
    from orgen.cli.columns import screen_width, table_text

    if not atlas.dialects:
        return "this spec has no dialects; `orgen new dialect NAME` begins one\n"
    mappings = [atlas.mapping(name) for name in atlas.dialects]
    rows = [(m.dialect.name, *_counts(m), m.dialect.title) for m in mappings]
    return table_text(("dialect", *STATUSES, "title"), rows, color=color, width=screen_width())


def _counts(mapping: Mapping) -> list[str]:
    counted = [cell.status.value for cell in mapping.cells]
    return [str(counted.count(status)) for status in STATUSES]


def _difference(
    atlas: Atlas, dialect: str, spoken: Spoken, statuses: tuple[str, ...], color: bool
) -> str:
    """The fields of which a provider makes something else than the dialect does."""
    from orgen.cli.columns import screen_width, table_text
    from orgen.dialect.mapping.table import mapping_of

    before = {cell.field: _row(cell) for cell in atlas.mapping(dialect).cells}
    cells = mapping_of(spoken.dialect, atlas.schema, atlas.fields).cells
    rows = [_row(cell) for cell in cells if _row(cell) != before.get(cell.field)]
    rows += list(term_rows(spoken))
    rows = [row for row in rows if not statuses or row[1] in statuses]
    if not rows:
        return f"{spoken.title} speaks {dialect} as the dialect says\n"
    head = ("field", "status", "native", "reason")
    return table_text(head, rows, color=color, width=screen_width())


def _row(cell: Cell) -> tuple[str, str, str, str]:
    native = cell.natives[0] if cell.natives else ""
    return cell.field.name, cell.status.value, native, cell.reason or ""


def term_rows(spoken: Spoken) -> Iterator[tuple[str, str, str, str]]:
    """What a provider lacks and refuses: field, status, native setting, and reason."""
    from orgen.provider.terms import sources

    for name, lack in spoken.terms.lacks.items():
        kept = ", ".join(f"{path}: {value}" for path, value in lack.unless.items())
        reason = f"{lack.because} (unless {kept})" if kept else lack.because
        for field in sources(spoken.dialect, name) or ("-",):
            yield field, "dropped", name, reason
    for place, reason in spoken.terms.refuses.items():
        yield place, "rejected", "", reason


def _one(atlas: Atlas, dialect: str, statuses: tuple[str, ...], color: bool) -> str:
    from orgen.cli.columns import screen_width, table_text

    rows = [
        (
            cell.field.name,
            cell.status.value,
            cell.natives[0] if cell.natives else "",
            cell.reason or "",
        )
        for cell in atlas.mapping(dialect).cells
        if not statuses or cell.status.value in statuses
    ]
    head = ("field", "status", "native", "reason")
    return table_text(head, rows, color=color, width=screen_width())
