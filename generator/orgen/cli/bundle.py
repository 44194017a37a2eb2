"""`orgen bundle`."""

from __future__ import annotations

from pathlib import Path

import click

from orgen.cli.failures import FAULT, OK
from orgen.cli.options import (
    error_format_option,
    load_settings,
    path_callback,
    spec_option,
    spec_path,
)
from orgen.cli.output import print_faults
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import Progress
from orgen.report import Format

_EPILOG = """\b
Examples:
  orgen bundle > openapi.json
  orgen bundle --core -o openapi.core.json
  orgen bundle --spec schemas/api.yaml | jq .info
"""


@click.command(epilog=_EPILOG)
@click.option("--core", is_flag=True, help="Leave out the overlays: the published contract only.")
@spec_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    callback=path_callback,
    help="Where to write; - is standard output (the default).",
)
@error_format_option
def bundle(core: bool, spec: str | None, output: str, error_format: Format) -> int:
    """Write a spec as one OpenAPI 3.1 document in JSON."""
    diagnostics = Diagnostics()
    try:
        text = _text(core, spec, diagnostics)
        diagnostics.check()
        if output != "-":
            _write(output, text, diagnostics)
        diagnostics.check()
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)
    if output == "-":
        click.echo(text, nl=False)
    return OK


def _text(core: bool, spec: str | None, diagnostics: Diagnostics) -> str:
    from orgen.bundle import bundle_text
    from orgen.pipeline import check_spec
    from orgen.validate.prose import UNDESCRIBED

    path = spec_path(spec, load_settings(diagnostics))
    loaded = check_spec(path, diagnostics, Progress())
    # Right after a sync, descriptions are missing, and the document is complete all the same.
    diagnostics.items = [item for item in diagnostics.items if item.code not in UNDESCRIBED]
    return bundle_text(loaded.core if core else loaded.full, core)


def _write(output: str, text: str, diagnostics: Diagnostics) -> None:
    from orgen.write.durable import replace_file
    from orgen.write.faults import report

    try:
        replace_file(Path(output), text.encode("utf-8"))
    except OSError as error:
        report(Path(output), error, diagnostics, "the bundle cannot be written")
