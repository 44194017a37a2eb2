"""`orgen vendor`: a generated package inside another project, guarded and brought up to date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orgen.cache import cache_folder
from orgen.cli.failures import FAULT, FOUND, OK
from orgen.cli.options import (
    error_format_option,
    load_settings,
    path_callback,
    quiet_option,
    spec_option,
    spec_path,
)
from orgen.cli.output import print_faults
from orgen.config import MODEL_FLAVOURS, ModelFlavour
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import terminal_progress
from orgen.report import Format

if TYPE_CHECKING:
    from orgen.cli.vendor_request import Asked
    from orgen.vendor.update import Result

_EPILOG = """\b
Examples:
  orgen vendor python src/acme/_openresponses
  orgen vendor python src/acme/_openresponses --dialects anthropic_messages,openai_chat
  orgen vendor python src/acme/_openresponses --models pydantic
  orgen vendor python src/acme/_openresponses --client
  orgen vendor                                      as [tool.orgen.vendor] says
  orgen vendor --check src/acme/_openresponses      in CI: exit 1 if edited or out of date
  orgen vendor --update src/acme/_openresponses     what changes for your code, then the change
  orgen vendor --update --dry-run                   the same, and nothing is written

\b
DEST is the folder of the package, and its name the package's. It needs the standard library only;
models need their library, and a client needs httpx. Files of your own in it stay; vendored files
that you have edited are not overwritten without --force. All files change at once or not at all.

\b
Exit codes: 0 all is well; 1 findings of --check; 2 faults, and nothing was written.
"""
_SHOWN = 200
"""Lines of an API diff that are printed."""
_ALL = "all"


def split_dialects(
    _context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Names given with commas or by repetition, sorted; empty for `all`, None without the flag."""
    if not values:
        return None
    names = {name.strip() for value in values for name in value.split(",")} - {""}
    if not names or (_ALL in names and len(names) > 1):
        raise click.BadParameter("has to be names with commas between, or `all`", param=option)
    return tuple(sorted(names - {_ALL}))


@click.command(epilog=_EPILOG)
@click.argument("places", nargs=-1, metavar="[TARGET] [DEST]")
@click.option("--check", "checking", is_flag=True, help="Write nothing; report what is not right.")
@click.option("--update", "updating", is_flag=True, help="Bring a package up to date.")
@click.option("--package", metavar="NAME", help="Dotted import name; default: by the folders.")
@click.option(
    "--dialects",
    multiple=True,
    metavar="A,B",
    callback=split_dialects,
    help="Vendor these dialects only, or `all`.",
)
@click.option("--models", type=click.Choice(MODEL_FLAVOURS), help="Model classes; default: none.")
@click.option(
    "--client/--no-client",
    default=None,
    help="With the client, which needs httpx; default: without.",
)
@spec_option
@click.option("--force", is_flag=True, help="Overwrite files that were edited by hand.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--no-cache", is_flag=True, help="Use no texts kept from earlier runs.")
@error_format_option
@quiet_option
def vendor(
    places: tuple[str, ...],
    checking: bool,
    updating: bool,
    package: str | None,
    dialects: tuple[str, ...] | None,
    models: ModelFlavour | None,
    client: bool | None,
    spec: str | None,
    force: bool,
    dry_run: bool,
    no_cache: bool,
    error_format: Format,
    quiet: bool,
) -> int:
    """Put a self-contained generated package into your own source tree."""
    if checking and (updating or force or dry_run):
        raise click.UsageError("--check goes without --update, --force and --dry-run")
    for place in places:
        path_callback(click.get_current_context(), click.Argument(["DEST"]), place)
    from orgen.cli.vendor_request import Flags, asked_for

    diagnostics = Diagnostics()
    try:
        settings = load_settings(diagnostics)
        flags = Flags(package, dialects, models, client)
        asked = asked_for(places, flags, settings, diagnostics, existing=checking or updating)
        path = spec_path(spec, settings)
        asked.check_dialects(path, diagnostics)
        cache = None if no_cache else cache_folder()
        if checking:
            return _check(asked, path, cache, diagnostics, error_format, quiet)
        return _write(asked, path, cache, diagnostics, force, dry_run, quiet)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)


def _check(
    asked: Asked,
    spec: Path,
    cache: Path | None,
    diagnostics: Diagnostics,
    error_format: Format,
    quiet: bool,
) -> int:
    from orgen.vendor.update import check

    options = asked.options if asked.is_explicit else None
    progress = terminal_progress(quiet)
    state = check(asked.dest, spec, cache, options, diagnostics, progress)
    found = replace(diagnostics, items=list(diagnostics.items))
    diagnostics.items.clear()  # they are the result, not faults of the run
    print_faults(found, error_format, found=True)
    if error_format == "text" and not quiet:
        number = len(list(found))
        verdict = f"{number} finding{'s' if number > 1 else ''}" if number else "as it should be"
        click.echo(f"{asked.dest}: {verdict}{_additions(state.additions)}")
    return FOUND if found else OK


def _write(
    asked: Asked,
    spec: Path,
    cache: Path | None,
    diagnostics: Diagnostics,
    force: bool,
    dry: bool,
    quiet: bool,
) -> int:
    from orgen.vendor.update import Request, update

    request = Request(asked.dest, asked.options, spec, cache, force=force, dry=dry)
    result = update(request, diagnostics, terminal_progress(quiet))
    if not quiet:
        for line in _told(asked.dest, result, dry):
            click.echo(line)
    return OK


def _told(dest: Path, result: Result, dry: bool) -> list[str]:
    """What was done, for a reader: versions, the API diff, what stays, and counts."""
    before, after, plan = result.before, result.after, result.plan
    lines = []
    if before is not None and before.spec_hash != after.spec_hash:
        lines.append(
            f"spec {before.spec_version} ({before.spec_hash[:12]}) -> "
            f"{after.spec_version} ({after.spec_hash[:12]})"
        )
    if before is not None:
        lines.append("API: " + ("no change" if not result.api else f"{len(result.api)} changes"))
        lines += [f"  {change}" for change in result.api[:_SHOWN]]
        if len(result.api) > _SHOWN:
            lines.append(f"  ... and {len(result.api) - _SHOWN:,} more")
    lines += [f"kept: {path} was edited by hand, and nothing is new for it" for path in result.kept]
    would = "would be " if dry else ""
    lines.append(
        f"{dest}: {len(plan.write)} {would}written, {len(plan.remove)} {would}removed, "
        f"{len(plan.unchanged)} unchanged{_additions(result.additions)}"
    )
    return lines


def _additions(paths: tuple[str, ...]) -> str:
    if not paths:
        return ""
    shown = ", ".join(ascii(path)[1:-1] for path in paths[:5])
    rest = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return f"; files of your own: {shown}{rest}"
