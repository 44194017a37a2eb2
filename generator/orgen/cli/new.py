"""`orgen new`: skeletons to start from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from orgen.cli.failures import FAULT, OK
from orgen.cli.options import error_format_option, load_settings, spec_option, spec_path
from orgen.cli.output import print_faults
from orgen.diagnostics import DiagnosticError, Diagnostics, Span
from orgen.report import Format

_EPILOG = """\b
Examples:
  orgen new dialect acme_chat
  orgen new dialect acme_chat --slug acme --title 'Acme Chat'
"""


@click.group(
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def new() -> None:
    """Begin a dialect from a skeleton that validates."""


@new.command(epilog=_EPILOG)
@click.argument("name")
@click.option("--slug", help="The vendor's short name; default: the name's first word.")
@click.option("--title", help="The name for readers; default: made from NAME.")
@spec_option
@error_format_option
def dialect(
    name: str, slug: str | None, title: str | None, spec: str | None, error_format: Format
) -> int:
    """Write spec/dialects/NAME/ with dialect.yaml, native.yaml and vectors/."""
    from orgen.dialect.skeleton import name_fault

    fault = name_fault(name)
    if fault is not None:
        raise click.BadParameter(f"the name {fault}", param_hint="NAME")
    slug = slug or name.partition("_")[0]
    title = title or name.replace("_", " ").capitalize()
    _check_words(slug, title)
    diagnostics = Diagnostics()
    try:
        path = spec_path(spec, load_settings(diagnostics))
        folder = _begin(path, name, slug, title, diagnostics)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)
    click.echo(f"{folder}: a dialect that validates. Next:")
    click.echo("  edit native.yaml, then dialect.yaml; run `orgen validate` after each step")
    click.echo(f"  orgen table {name}")
    return OK


def _check_words(slug: str, title: str) -> None:
    from orgen.dialect.skeleton import SLUG

    if SLUG.fullmatch(slug) is None:
        raise click.BadParameter(
            "has to be lower-case letters, digits, - and _, a letter first", param_hint="--slug"
        )
    plain = all(char.isalnum() or char in " .-_()" for char in title)
    if not plain or not 0 < len(title) <= 80 or not title.isprintable() or not title[0].isalpha():
        raise click.BadParameter("has to be plain words, a letter first", param_hint="--title")


def _begin(spec: Path, name: str, slug: str, title: str, diagnostics: Diagnostics) -> str:
    """Write the skeleton; returns its folder as one would type it.

    Raises:
        DiagnosticError: if the spec cannot be read, or something is in the way.
    """
    from orgen.dialect.skeleton import skeleton_files
    from orgen.pipeline import read_spec
    from orgen.progress import Progress
    from orgen.resolve import resolve

    folder = spec / "dialects" / name
    _check_free(spec, folder, diagnostics)
    diagnostics.check()
    schema = resolve(read_spec(spec, diagnostics, Progress()).full, diagnostics)
    diagnostics.check()
    texts = skeleton_files(name, slug, title, schema)
    try:
        _write(folder, texts)
    except OSError as error:
        from orgen.write.faults import report

        report(folder, error, diagnostics, "the skeleton cannot be written")
    diagnostics.check()
    return folder.as_posix()


def _check_free(spec: Path, folder: Path, diagnostics: Diagnostics) -> None:
    """Report what keeps the skeleton from being written where it belongs."""
    from orgen.load.file import inside

    if not spec.is_dir():
        diagnostics.error(
            Span(spec.as_posix()),
            "C005",
            "a spec that is a single file has no dialects",
            "name a spec folder with --spec",
        )
    elif os.path.lexists(folder):
        diagnostics.error(
            Span(folder.as_posix()),
            "C005",
            "there is something of that name already, and it is not overwritten",
            "choose another name, or move it away",
        )
    elif not inside(folder, spec):
        diagnostics.error(
            Span(folder.as_posix()), "C005", "the folder leads out of the spec through a link"
        )


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write the files beside their place, then put the folder there in one step."""
    from orgen.write.durable import remove_tree, write_durably

    folder.parent.mkdir(exist_ok=True)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.orgen")
    try:
        beside.mkdir()
        for path, text in texts.items():
            target = beside / path
            target.parent.mkdir(exist_ok=True)
            write_durably(target, text.encode("utf-8"))
        beside.rename(folder)
    finally:
        remove_tree(beside)
