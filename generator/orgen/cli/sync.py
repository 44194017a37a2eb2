"""`orgen sync`."""

from __future__ import annotations

from pathlib import Path

import click

from orgen.cli.failures import FAULT, OK
from orgen.cli.options import (
    error_format_option,
    load_settings,
    path_callback,
    quiet_option,
)
from orgen.cli.output import print_faults
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import terminal_progress
from orgen.report import Format

_EPILOG = """\b
Examples:
  orgen sync openapi.json --dry-run           what would change, as a diff
  orgen sync openapi.json                     change the spec folder, all files at once
  orgen sync openapi.json --spec spec
  orgen validate spec                         afterwards: what is left to describe and decide

Comments, order, descriptions and anchors of the spec's files stay as they are. What is new is
marked x-orgen-describe-me until somebody has described it. A second sync changes nothing.

\b
Exit codes: 0 synced, or nothing to do; 2 faults, and then nothing has changed.
"""


@click.command(epilog=_EPILOG)
@click.argument("published", metavar="PUBLISHED", callback=path_callback)
@click.option("--dry-run", is_flag=True, help="Change nothing; print what would change as a diff.")
@click.option(
    "--spec",
    metavar="DIR",
    callback=path_callback,
    help="The spec folder to change (default: as configured, or spec).",
)
@error_format_option
@quiet_option
def sync(published: str, dry_run: bool, spec: str | None, error_format: Format, quiet: bool) -> int:
    """Bring a published openapi.json into the spec folder.

    PUBLISHED is the OpenAPI 3.1 document of a release of Open Responses. A summary names what
    came and went, and what each dialect must decide now, with the line to add.
    """
    diagnostics = Diagnostics()
    try:
        # Never the spec that orgen brings along: that one is not the user's to change.
        folder = Path(spec or load_settings(diagnostics).text("spec") or "spec")
        return _sync(folder, Path(published), dry_run, diagnostics, quiet)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)


def _sync(
    folder: Path, published: Path, dry_run: bool, diagnostics: Diagnostics, quiet: bool
) -> int:
    from orgen.sync import diff_lines, prepare_sync, summary_lines, write_sync

    synced = prepare_sync(folder, published, diagnostics, terminal_progress(quiet))
    if dry_run:
        click.echo("".join(diff_lines(folder, synced)), nl=False)
    else:
        write_sync(folder, synced, diagnostics)
    if not quiet:
        # Beside a diff, which may be piped into a file, the summary is for people.
        click.echo("\n".join(summary_lines(synced, str(folder))), err=dry_run)
    return OK
