"""`orgen generate --watch`: one line a round, diagnostics when they come and when they go."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import click

from orgen.cli.failures import OK
from orgen.cli.output import print_faults
from orgen.config import Config
from orgen.diagnostics import Diagnostic, DiagnosticError, Diagnostics
from orgen.excerpt import harmless
from orgen.memory import Memory
from orgen.progress import Progress
from orgen.report import Format
from orgen.resources import templates_dir
from orgen.watch import Told, Watcher

Reader = Callable[[Diagnostics], Config]
"""Reads the configuration anew; raises `DiagnosticError` if it has faults."""
_SETTINGS = (Path("orgen.toml"), Path("pyproject.toml"))


class _Rounds:
    """What lasts from one round to the next."""

    def __init__(self, read: Reader, error_format: Format, *, cache: bool, quiet: bool) -> None:
        self.read = read
        self.error_format = error_format
        self.cache = cache
        self.quiet = quiet
        self.told = Told()
        self.memory = Memory()
        self.sources: tuple[Path, ...] = ()
        """The spec of the last configuration that could be read."""

    def roots(self) -> tuple[Path, ...]:
        return (*self.sources, *_SETTINGS, templates_dir())

    def run(self, force: bool) -> None:
        """Generate once and say what came of it."""
        start = time.perf_counter()
        diagnostics = Diagnostics()
        result = self._update(diagnostics, force)
        new, gone = self.told.take(diagnostics)
        print_faults(new, self.error_format)
        for item in gone:
            _say_fixed(item)
        if diagnostics.has_errors:
            count = sum(1 for item in self.told.standing)
            said = f"{count} {'fault' if count == 1 else 'faults'}; nothing written"
        else:
            said = result
        if said and not (self.quiet and not diagnostics.has_errors):
            click.echo(f"{said} ({time.perf_counter() - start:.2f} s)")

    def _update(self, diagnostics: Diagnostics, force: bool) -> str:
        """The summary of a round; empty after a fault or if there was nothing to do."""
        from orgen.update import update

        try:
            config = self.read(diagnostics)
            self.sources = (_folder_of(config.spec),)
            with self.memory.in_use():
                done = update(config, diagnostics, Progress(), force=force, cache=self.cache)
        except DiagnosticError:
            return ""
        except OSError as error:  # a file went away while it was read: the next look sees that
            click.echo(f"orgen: {error.strerror or error}", err=True)
            return ""
        return (
            f"{config.out}: {done.written} written, {done.removed} removed, "
            f"{done.unchanged} unchanged"
        )


def watch(read: Reader, error_format: Format, *, force: bool, cache: bool, quiet: bool) -> int:
    """Generate now and after every change, until Ctrl-C ends it."""
    rounds = _Rounds(read, error_format, cache=cache, quiet=quiet)
    watcher = Watcher(rounds.roots)
    try:
        rounds.sources = (_folder_of(read(Diagnostics()).spec),)
    except DiagnosticError:
        rounds.sources = ()  # told by the first round
    try:
        watcher.settle()
        rounds.run(force)
        if not quiet:
            click.echo("watching; Ctrl-C ends it")
        while True:
            watcher.wait()
            rounds.run(force=False)
    except KeyboardInterrupt:
        return OK


def _folder_of(spec: Path) -> Path:
    """A spec folder, or the folder of a single file, which may refer to its neighbours."""
    return spec if spec.is_dir() else spec.parent


def _say_fixed(item: Diagnostic) -> None:
    place = f"{harmless(item.span.file)}:{item.span.line}:{item.span.column}"
    click.echo(f"{place}: {item.code} fixed: {harmless(item.message)}", err=True)
