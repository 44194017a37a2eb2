"""`orgen breaking`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from orgen.cli.failures import FAULT, FOUND, OK
from orgen.cli.options import load_settings, path_callback, quiet_option, spec_option, spec_path
from orgen.cli.output import print_faults
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import terminal_progress, wants_color

if TYPE_CHECKING:
    from orgen.breaking.change import Report
    from orgen.breaking.render import ReportFormat

FORMATS = ("text", "json", "github", "markdown")

_EPILOG = """\b
Examples:
  orgen breaking --against main                      the spec as the branch main has it
  orgen breaking --against v1.2.0 --for clients      exit with 1 only if clients break
  orgen breaking --against 2026-01-15.openapi.json --spec 2026-04-24.openapi.json
  orgen breaking --against HEAD~1:old/openapi.yaml --spec new/openapi.yaml
  orgen breaking --against main --format markdown > comment.md
  orgen breaking --against main --format github      annotations in a pull request

\b
Clients write requests and read responses and events, servers the other way round: a change
breaks writers if what they write may be refused now, and readers if they may meet what they
do not know. docs/breaking-changes.md lists all rules.

\b
Exit codes: 0 nothing breaks; 1 something does; 2 faults in the input or the arguments.
"""


@click.command(epilog=_EPILOG)
@click.option(
    "--against",
    required=True,
    metavar="FILE|DIR|REF",
    callback=path_callback,
    help="The old spec: a file, a spec folder, or a git commit (branch, tag, REF or REF:PATH).",
)
@spec_option
@click.option(
    "--for",
    "party",
    type=click.Choice(("clients", "servers", "both")),
    default="both",
    show_default=True,
    help="Whose breakage counts for the exit code.",
)
@click.option("--core", is_flag=True, help="Leave out the overlays of spec folders.")
@click.option("--prose", is_flag=True, help="List changed titles and descriptions, too.")
@click.option(
    "--format",
    "--error-format",
    "format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How the report and faults are printed.",
)
@quiet_option
def breaking(
    against: str,
    spec: str | None,
    party: str,
    core: bool,
    prose: bool,
    format: ReportFormat,
    quiet: bool,
) -> int:
    """List what changed since an older spec, whom it breaks, and the release that it takes."""
    from orgen.breaking.run import report_breaking

    diagnostics = Diagnostics()
    try:
        path = spec_path(spec, load_settings(diagnostics))
        progress = terminal_progress(quiet)
        report = report_breaking(against, path, diagnostics, progress, core=core, prose=prose)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, "text" if format == "markdown" else format)
    code = _code(report, party)
    if not quiet or code != OK:
        _print(report, format)
    return code


def _print(report: Report, format: ReportFormat) -> None:
    from orgen.breaking.render import render_report

    text = render_report(report, format, wants_color(sys.stdout))
    # A name that the terminal's encoding lacks is shown as an escape.
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def _code(report: Report, party: str) -> int:
    counts = (
        any(one.value == party for one in change.breaks) if party != "both" else bool(change.breaks)
        for change in report.changes
    )
    return FOUND if any(counts) else OK
