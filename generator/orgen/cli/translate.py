"""`orgen translate`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, get_args

import click

from orgen.cli.failures import FAULT, FOUND, OK
from orgen.cli.options import (
    check_package,
    error_format_option,
    load_settings,
    merge_config,
    path_callback,
    spec_option,
)
from orgen.cli.output import print_faults
from orgen.cli.table import check_known
from orgen.diagnostics import DiagnosticError, Diagnostics, Span
from orgen.progress import wants_color
from orgen.report import Format
from orgen.translation import CANONICAL, Job, Kind, Lost, Refused

if TYPE_CHECKING:
    from orgen.config import Config
    from orgen.ir.schema import Json
    from orgen.load import Document

_EPILOG = """\b
Examples:
  orgen translate --from openai_chat --to anthropic_messages < request.json
  orgen translate --from anthropic_messages --to openresponses --kind response < reply.json
  orgen translate --from openresponses --to ollama_chat --strict < request.json
  orgen translate --from anthropic_messages --to openai_chat --kind error --status 429 < error.json
  curl -sN ... | orgen translate --stream --from gemini_generate_content --to openai_chat
  orgen translate --stream --events --from anthropic_messages < recording.sse

\b
The translated body goes to standard output, what it lost to standard error. `openresponses` is
the canonical form. The translators are those of the generated package; run `orgen generate` first.
A stream is passed on while it comes; --events shows its Open Responses events, one a line.

\b
Exit codes: 0 translated; 1 the target cannot carry it, or --strict and something is lost;
2 the body is malformed or the stream broken off, or there is no generated package.
"""
INPUT = "<standard input>"
MAX_BYTES = 64 * 1024 * 1024


@click.command(epilog=_EPILOG)
@click.option("--from", "source", required=True, metavar="DIALECT", help="What the body is in.")
@click.option("--to", "target", metavar="DIALECT", help="What to make of it.")
@click.option(
    "--kind",
    type=click.Choice(get_args(Kind)),
    default="request",
    show_default=True,
    help="What the body is.",
)
@click.option("--stream", is_flag=True, help="Translate a stream of a response while it comes.")
@click.option("--events", is_flag=True, help="Show the events of a stream, for people.")
@click.option("--strict", is_flag=True, help="Refuse the translation if anything is lost.")
@click.option("--provider", metavar="NAME", help="The provider that is called, or that replied.")
@click.option(
    "--status",
    type=click.IntRange(400, 599),
    default=400,
    show_default=True,
    help="The HTTP status that an error came with.",
)
@click.option("--path", "url", metavar="PATH", help="The URL path that a request was sent to.")
@spec_option
@click.option("--out", metavar="DIR", callback=path_callback, help="Folder of generated files.")
@click.option(
    "--package", metavar="NAME", callback=check_package, help="Import name of the Python package."
)
@error_format_option
def translate(
    source: str,
    target: str | None,
    kind: Kind,
    stream: bool,
    events: bool,
    strict: bool,
    provider: str | None,
    status: int,
    url: str | None,
    spec: str | None,
    out: str | None,
    package: str | None,
    error_format: Format,
) -> int:
    """Translate a body or a stream from one dialect to another; reads standard input."""
    stream = stream or events
    if target is None and not events:
        raise click.UsageError("Missing option '--to'.")
    if stream and kind == "error":
        raise click.UsageError("--stream translates responses; errors in them, too")
    job = Job(source, target or "", kind, strict, provider, status, url)
    diagnostics = Diagnostics()
    try:
        config = merge_config(
            load_settings(diagnostics),
            spec=spec,
            out=out,
            targets=(),
            models=None,
            package=package,
        )
        if stream:
            from orgen.cli.translate_stream import translate_stream

            return translate_stream(config, job, events, diagnostics)
        made, lost = _translated(config, job, diagnostics)
    except Refused as refused:
        return FAULT if refused.malformed else FOUND
    except DiagnosticError:
        return FAULT
    finally:
        print_faults(diagnostics, error_format)
    _print(made, lost)
    return OK


def _translated(config: Config, job: Job, diagnostics: Diagnostics) -> tuple[Json, list[Lost]]:
    from orgen.generated import generated_package
    from orgen.translation import Translator

    with generated_package(config, diagnostics) as package:
        names = sorted({*package.dialects.names(), CANONICAL})
        for name in (job.source, job.target):
            check_known(name, names, "dialect")
        body = read_body(diagnostics)
        return Translator(package, body, diagnostics).run(job)


def read_body(diagnostics: Diagnostics) -> Document:
    """The JSON on standard input, with positions.

    Raises:
        DiagnosticError: if there is none, or too much.
    """
    from orgen.load import Document
    from orgen.load.json import parse_json
    from orgen.load.limits import BODY
    from orgen.load.source import Source

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        diagnostics.error(Span(INPUT), "L004", f"the body has more than {MAX_BYTES:,} bytes")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        diagnostics.error(Span(INPUT), "L005", f"byte {error.start + 1} is not UTF-8")
    diagnostics.check()
    diagnostics.sources[INPUT] = text
    node = parse_json(Source(INPUT, text), diagnostics, BODY)
    diagnostics.check()
    assert node is not None  # or else `check` has raised
    return Document(node.value, node.place, INPUT, (INPUT,))


def _print(made: Json, lost: list[Lost]) -> None:
    import json

    text = json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
    sys.stdout.flush()
    print_losses(lost)


def print_losses(lost: list[Lost]) -> None:
    """The table of losses, on standard error."""
    from orgen.cli.columns import screen_width, table_text

    if lost:
        rows = [(each.half, _shown(each), each.action, each.reason) for each in lost]
        head = ("lost on", "at", "action", "reason")
        color, width = wants_color(sys.stderr), screen_width(sys.stderr)
        sys.stderr.write(table_text(head, rows, color=color, width=width))
        sys.stderr.flush()


def _shown(lost: Lost) -> str:
    return f"{lost.path} ({lost.place.line}:{lost.place.column})" if lost.place else lost.path
