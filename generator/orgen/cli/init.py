"""`orgen init`: configuration, hook and workflow for a project with a vendored package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orgen.cli.failures import FAULT, OK
from orgen.cli.options import error_format_option, load_settings, path_callback, spec_path
from orgen.cli.output import print_faults
from orgen.cli.vendor import split_dialects
from orgen.config import MODEL_FLAVOURS, ModelFlavour
from orgen.config_file import import_name_fault
from orgen.diagnostics import DiagnosticError, Diagnostics, Span
from orgen.report import Format

if TYPE_CHECKING:
    from orgen.vendor.project import Choices, Part

_PARTS = ("config", "pre-commit", "workflow")
_EPILOG = """\b
Examples:
  orgen init
  orgen init --dest src/acme/_openresponses --dialects anthropic_messages,openai_chat
  orgen init ../consumer --models pydantic --skip workflow

\b
Writes, and overwrites nothing:
  pyproject.toml                 gets a table [tool.orgen.vendor]; without such a file, orgen.toml
  .pre-commit-config.yaml        runs `orgen vendor --check`
  .github/workflows/orgen.yml    runs it in CI
`orgen vendor` then vendors the package.
"""


@click.command(epilog=_EPILOG)
@click.argument("folder", required=False, metavar="[DIR]", callback=path_callback)
@click.option("--dest", metavar="PATH", help="Folder of the package; default: in your package.")
@click.option("--package", metavar="NAME", help="Dotted import name; default: by the folders.")
@click.option(
    "--dialects", multiple=True, metavar="A,B", callback=split_dialects, help="Default: all."
)
@click.option("--models", type=click.Choice(MODEL_FLAVOURS), default="none", show_default=True)
@click.option("--client", is_flag=True, help="With the client, which needs httpx.")
@click.option(
    "--skip", multiple=True, type=click.Choice(_PARTS), help="Leave this out; may be repeated."
)
@error_format_option
def init(
    folder: str | None,
    dest: str | None,
    package: str | None,
    dialects: tuple[str, ...] | None,
    models: ModelFlavour,
    client: bool,
    skip: tuple[Part, ...],
    error_format: Format,
) -> int:
    """Prepare a project for a vendored package."""
    from orgen.vendor.project import Choices, dest_fault, likely_dest

    root = Path(folder or ".")
    place = dest or likely_dest(root)
    if (fault := dest_fault(place)) is not None:
        raise click.BadParameter(fault, param_hint="--dest")
    if package is not None and (fault := import_name_fault(package)) is not None:
        raise click.BadParameter(fault, param_hint="--package")
    diagnostics = Diagnostics()
    try:
        names = _dialects(dialects, diagnostics)
        choices = Choices(Path(place).as_posix(), names, models, package, client)
        written = _write(root, choices, skip, diagnostics)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)
    for path in written:
        click.echo(f"{(root / path).as_posix()}: written")
    click.echo("next: `orgen vendor`, and commit what it writes")
    return OK


def _dialects(asked: tuple[str, ...] | None, diagnostics: Diagnostics) -> tuple[str, ...]:
    """The names to write down: those asked for, or all that the spec has.

    Raises:
        DiagnosticError: if the spec lacks one.
    """
    from orgen.load.suggest import close_hint

    spec = spec_path(None, load_settings(diagnostics))
    known = sorted(path.parent.name for path in spec.glob("dialects/*/dialect.yaml"))
    for name in asked or ():
        if name not in known:
            hint = close_hint(name, known) or f"it has {', '.join(known) or 'none at all'}"
            message = f"the spec has no dialect named {name[:80]!a}"
            diagnostics.error(Span(spec.as_posix()), "C006", message, hint)
    diagnostics.check()
    return asked or tuple(known)


def _write(
    root: Path, choices: Choices, skip: tuple[Part, ...], diagnostics: Diagnostics
) -> list[str]:
    """Write all files or none; returns their paths below `root`.

    Raises:
        DiagnosticError: if something is in the way.
    """
    from orgen.vendor.place import check_name, usable
    from orgen.vendor.project import files
    from orgen.write import alone
    from orgen.write.faults import report
    from orgen.write.journal import commit_by_journal
    from orgen.write.plan import Plan

    if not root.is_dir():
        message = "there is no such folder"
        diagnostics.error(Span(root.as_posix()), "C005", message, "make it first")
        diagnostics.check()
    dest = root / choices.dest
    usable(dest, diagnostics, force=True)
    if choices.package is not None:
        check_name(choices.package, dest, diagnostics)
    diagnostics.check()
    with alone(root, diagnostics) as locked:
        if locked:
            wanted = files(root, choices, skip, diagnostics)
            diagnostics.check()
            try:
                commit_by_journal(root.resolve(), wanted, Plan(tuple(sorted(wanted)), (), ()))
            except OSError as error:
                report(root, error, diagnostics, "the files cannot be written")
    diagnostics.check()
    return sorted(wanted)
