"""`orgen translate --stream`: a stream that is translated while it comes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from orgen.cli.failures import FAULT, FOUND, OK
from orgen.cli.table import check_known
from orgen.diagnostics import Diagnostics, Span
from orgen.progress import wants_color
from orgen.translation import CANONICAL, Job, Lost

if TYPE_CHECKING:
    from orgen.config import Config
    from orgen.streaming import StreamTranslator

INPUT = "<standard input>"
_CHUNK = 65_536


def translate_stream(config: Config, job: Job, events: bool, diagnostics: Diagnostics) -> int:
    """Write what comes to standard output at once; losses follow at the end. The exit code.

    With `events`, the canonical events are shown instead of the target's bytes.
    """
    from orgen.generated import generated_package
    from orgen.streaming import StreamTranslator

    with generated_package(config, diagnostics) as package:
        names = sorted({*package.dialects.names(), CANONICAL})
        for name in (job.source, *([job.target] if job.target else [])):
            check_known(name, names, "dialect")
            if name in package.dialects.names() and package.dialects.get(name).stream is None:
                raise click.UsageError(f"{name} has no streams")
        translator = StreamTranslator(package, job.source, job.target or None, job.provider)
        _pass_on(translator, events)
        return _ended(translator, job.strict, diagnostics)


def _pass_on(translator: StreamTranslator, events: bool) -> None:
    from orgen.cli.columns import screen_width
    from orgen.cli.event_lines import event_line

    output = sys.stdout.buffer
    color, width = wants_color(sys.stdout), screen_width(sys.stdout)
    for found, data in translator.run(_reader()):
        if events:
            lines = (event_line(event, color=color, width=width) for event in found)
            data = "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")
        if data:
            output.write(data)
            output.flush()


def _reader() -> Callable[[], bytes]:
    """Reads what has come, without waiting for more."""
    source = sys.stdin.buffer
    read = getattr(source, "read1", source.read)
    return lambda: bytes(read(_CHUNK))


def _ended(translator: StreamTranslator, strict: bool, diagnostics: Diagnostics) -> int:
    from orgen.cli.translate import print_losses

    lost = translator.losses()
    if translator.fault is not None or not translator.count:
        message = translator.fault or "there is no event"
        diagnostics.error(Span(INPUT), "D090", f"/: {message}")
    if strict:
        for each in lost:
            _refuse(each, diagnostics)
    else:
        print_losses(lost)
    if translator.fault is not None or not translator.count:
        return FAULT
    return FOUND if strict and lost else OK


def _refuse(lost: Lost, diagnostics: Diagnostics) -> None:
    where = f"{lost.path} ({lost.half})"
    diagnostics.error(Span(INPUT), "D092", f"{where}: {lost.action}: {lost.reason}")
