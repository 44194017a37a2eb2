"""`orgen generate`."""

from __future__ import annotations

from dataclasses import replace

import click

from orgen.cache import cache_folder
from orgen.cli.failures import FAULT, FOUND, OK
from orgen.cli.options import (
    check_package,
    error_format_option,
    load_settings,
    merge_config,
    path_callback,
    quiet_option,
    spec_option,
)
from orgen.cli.output import print_faults
from orgen.config import MODEL_FLAVOURS, TARGETS, Config, ModelFlavour
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import terminal_progress
from orgen.report import Format

_EPILOG = """\b
Examples:
  orgen generate                                        as pyproject.toml or orgen.toml says
  orgen generate --check                                in CI: exit 1 and a diff if out of date
  orgen generate --watch                                while editing the spec or a dialect
  orgen generate --target python --models msgspec
  orgen generate --spec openapi.json --out build --package acme_api

Files that were edited by hand are not overwritten without --force; files that orgen did not
write are never removed. All files change at once or not at all.
"""


@click.command(epilog=_EPILOG)
@click.option("--check", is_flag=True, help="Write nothing; print what would change as a diff.")
@click.option(
    "-t",
    "--target",
    "targets",
    multiple=True,
    type=click.Choice(TARGETS),
    help="Generate this target only; may be repeated.",
)
@spec_option
@click.option("--out", metavar="DIR", callback=path_callback, help="Folder for the output.")
@click.option("--models", type=click.Choice(MODEL_FLAVOURS), help="Flavour of the model classes.")
@click.option(
    "--package", metavar="NAME", callback=check_package, help="Import name of the Python package."
)
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand.")
@click.option("--no-cache", is_flag=True, help="Generate all anew, even if no input has changed.")
@click.option(
    "--watch", "watching", is_flag=True, help="Generate again after every change, until Ctrl-C."
)
@error_format_option
@quiet_option
def generate(
    check: bool,
    targets: tuple[str, ...],
    spec: str | None,
    out: str | None,
    models: ModelFlavour | None,
    package: str | None,
    force: bool,
    no_cache: bool,
    watching: bool,
    error_format: Format,
    quiet: bool,
) -> int:
    """Generate code, documents and reference from a spec."""

    def read(found: Diagnostics) -> Config:
        settings = load_settings(found)
        config = merge_config(
            settings, spec=spec, out=out, targets=targets, models=models, package=package
        )
        return config if no_cache else replace(config, cache=cache_folder())

    if watching:
        if check:
            raise click.UsageError("--watch writes, and --check does not: give one of them")
        from orgen.cli.watching import watch

        return watch(read, error_format, force=force, cache=not no_cache, quiet=quiet)
    diagnostics = Diagnostics()
    try:
        config = read(diagnostics)
        if check:
            return _check(config, diagnostics, quiet)
        return _update(config, diagnostics, force, not no_cache, quiet)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)


def _update(config: Config, diagnostics: Diagnostics, force: bool, cache: bool, quiet: bool) -> int:
    from orgen.update import update

    done = update(config, diagnostics, terminal_progress(quiet), force=force, cache=cache)
    if not quiet:
        click.echo(
            f"{config.out}: {done.written} written, {done.removed} removed, "
            f"{done.unchanged} unchanged"
        )
    return OK


def _check(config: Config, diagnostics: Diagnostics, quiet: bool) -> int:
    from orgen.update import drift

    lines = drift(config, diagnostics, terminal_progress(quiet))
    if lines:
        click.echo("".join(lines), nl=False)
        click.echo(f"{config.out} is out of date; run `orgen generate`", err=True)
        return FOUND
    if not quiet:
        click.echo(f"{config.out} is up to date")
    return OK
