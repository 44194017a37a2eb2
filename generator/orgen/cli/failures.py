"""Turns every way a command can end into an exit code and something fit to read."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

OK, FOUND, FAULT, INTERRUPTED = 0, 1, 2, 130


def exit_code_of(command: click.Command, arguments: Sequence[str] | None) -> int:
    """Run `command`; faults of the tool itself are confessed, without a traceback."""
    try:
        result = command.main(arguments, prog_name="orgen", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return FAULT
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _silence_output()
        return FOUND
    except Exception as error:
        return _confess(error)
    return result if isinstance(result, int) else OK


def _silence_output() -> None:
    """Whoever read our output has gone; keep the interpreter from complaining at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _confess(error: Exception) -> int:
    if os.environ.get("ORGEN_TRACEBACK") == "1":
        traceback.print_exception(error)
    name = type(error).__name__
    click.echo(
        f"orgen: internal error: {name}: {str(error)[:500]}\n"
        "This is a fault of orgen, not of your input. Please report it with the input and the\n"
        "traceback that ORGEN_TRACEBACK=1 in the environment shows.",
        err=True,
    )
    return FAULT
