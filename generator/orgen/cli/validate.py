"""`orgen validate`."""

from __future__ import annotations

from pathlib import Path

import click

from orgen.cli.failures import FAULT, FOUND, OK
from orgen.cli.options import (
    error_format_option,
    load_settings,
    path_callback,
    quiet_option,
    spec_path,
)
from orgen.cli.output import print_faults
from orgen.diagnostics import DiagnosticError, Diagnostics, Severity
from orgen.progress import terminal_progress
from orgen.report import Format

_EPILOG = """\b
Examples:
  orgen validate                              the spec that the configuration names
  orgen validate spec
  orgen validate openapi.json --error-format json
  orgen validate spec --error-format github   annotations in a pull request

\b
Exit codes: 0 without faults; 1 with --strict-warnings and warnings only; 2 with errors.
"""


@click.command(epilog=_EPILOG)
@click.argument("spec", required=False, metavar="[SPEC]", callback=path_callback)
@click.option("--strict-warnings", is_flag=True, help="Exit with 1 if there are warnings.")
@error_format_option
@quiet_option
def validate(spec: str | None, strict_warnings: bool, error_format: Format, quiet: bool) -> int:
    """Check a spec and report all its faults, each with its position."""
    diagnostics = Diagnostics()
    try:
        path = spec_path(spec, load_settings(diagnostics))
        found = _checked(path, diagnostics, quiet)
        diagnostics.check()
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format, found=True)
    if not quiet and error_format == "text":
        click.echo(f"{path}: {found}, {_count(diagnostics)}")
    return FOUND if diagnostics and strict_warnings else OK


def _checked(path: Path, diagnostics: Diagnostics, quiet: bool) -> str:
    """What there is, in words; goes on to `resolve` and the dialects, which find more faults."""
    from orgen.dialect.load import dialect_files, load_dialects
    from orgen.pipeline import check_spec
    from orgen.provider.load import load_providers
    from orgen.resolve import resolve
    from orgen.validate.prose import UNDESCRIBED

    progress = terminal_progress(quiet)
    spec = check_spec(path, diagnostics, progress)
    _stop(diagnostics, UNDESCRIBED)
    with progress.step("resolve"):
        schema = resolve(spec.full, diagnostics)
    _stop(diagnostics, UNDESCRIBED)
    with progress.step("check dialects"):
        files = dialect_files(path, diagnostics)
        dialects = load_dialects(path, schema, diagnostics, files)
        providers = load_providers(files, schema, dialects, diagnostics)
    counted = f"{len(schema.components)} components"
    parts = [("dialect", len(dialects)), ("provider", len(providers))]
    return ", ".join([counted, *(f"{n} {word}{'s' if n > 1 else ''}" for word, n in parts if n)])


def _stop(diagnostics: Diagnostics, harmless: frozenset[str]) -> None:
    """Go on in spite of missing descriptions: what dialects lack is told beside them."""
    if any(item.severity is Severity.ERROR and item.code not in harmless for item in diagnostics):
        diagnostics.check()


def _count(diagnostics: Diagnostics) -> str:
    number = len(list(diagnostics))
    return "no faults" if not number else f"{number} warning{'s' if number > 1 else ''}"
