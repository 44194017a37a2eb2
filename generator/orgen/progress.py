"""Tells a person at a terminal which step runs and how long each took; silent otherwise."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO


def wants_color(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what goes to `stream`.

    Follows https://no-color.org and https://bixense.com/clicolors: NO_COLOR wins,
    then CLICOLOR_FORCE, then CLICOLOR=0, TERM=dumb and the absence of a terminal.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("CLICOLOR_FORCE", "0") != "0":
        return True
    if environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


@dataclass(frozen=True, slots=True)
class Progress:
    """Prints one line a step to `stream`, or nothing if it is None."""

    stream: TextIO | None = None
    color: bool = False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step; it is printed when it has ended, also by an error."""
        start = time.perf_counter()
        try:
            yield
        finally:
            if self.stream is not None:
                seconds = f"{time.perf_counter() - start:6.2f} s"
                shown = f"\x1b[2m{seconds}\x1b[0m" if self.color else seconds
                self.stream.write(f"  {name:<18}{shown}\n")
                self.stream.flush()


def terminal_progress(quiet: bool = False) -> Progress:
    """Progress on standard error if that is a terminal."""
    if quiet or not sys.stderr.isatty():
        return Progress()
    return Progress(sys.stderr, wants_color(sys.stderr))
