"""Where diagnostics go: standard error, or standard output for a command that is about them."""

from __future__ import annotations

import sys

from orgen.diagnostics import Diagnostics
from orgen.progress import wants_color
from orgen.report import Format, render


def print_faults(diagnostics: Diagnostics, format: Format, *, found: bool = False) -> None:
    """Print all diagnostics. With `found` they are the command's result, which may be empty."""
    stream = sys.stdout if found else sys.stderr
    if diagnostics or (found and format == "json"):
        stream.write(render(diagnostics, format, wants_color(stream)))
        stream.flush()
