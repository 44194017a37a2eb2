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
  orgen new provider acme                     speaks openai_chat
  orgen new provider acme --extends vllm      speaks what vllm speaks, with its quirks
"""


@click.group(
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def new() -> None:
    """Begin a dialect or a provider from a skeleton that validates."""


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


@new.command(epilog=_EPILOG)
@click.argument("name")
@click.option(
    "--extends",
    default="openai_chat",
    show_default=True,
    help="The dialect that it speaks, or a provider that it is like.",
)
@click.option("--title", help="The name for readers; default: made from NAME.")
@spec_option
@error_format_option
def provider(
    name: str, extends: str, title: str | None, spec: str | None, error_format: Format
) -> int:
    """Write spec/providers/NAME.yaml."""
    from orgen.cli.table import check_known
    from orgen.provider.skeleton import provider_text, starting_points

    title = title or name.replace("-", " ").replace("_", " ").capitalize()
    _check_words(name, title, "NAME")
    diagnostics = Diagnostics()
    try:
        folder = spec_path(spec, load_settings(diagnostics))
        path = folder / "providers" / f"{name}.yaml"
        _check_free(folder, path, diagnostics)
        diagnostics.check()
        check_known(extends, starting_points(folder, diagnostics), "dialect or provider")
        _write_file(path, provider_text(name, title, extends, folder, diagnostics), diagnostics)
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)
    click.echo(f"{path.as_posix()}: a provider that validates. Next:")
    click.echo("  edit it; run `orgen validate` after each step")
    click.echo(f"  orgen table openai_chat --provider {name}")
    return OK


def _write_file(path: Path, text: str, diagnostics: Diagnostics) -> None:
    from orgen.write.durable import write_durably
    from orgen.write.faults import report

    try:
        path.parent.mkdir(exist_ok=True)
        write_durably(path, text.encode("utf-8"))
    except OSError as error:
        report(path, error, diagnostics, "the skeleton cannot be written")
    diagnostics.check()


def _check_words(slug: str, title: str, hint: str = "--slug") -> None:
    from orgen.dialect.skeleton import SLUG

    if SLUG.fullmatch(slug) is None:
        raise click.BadParameter(
            "has to be lower-case letters, digits, - and _, a letter first", param_hint=hint
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
