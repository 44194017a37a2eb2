"""Turns what the system refuses into diagnostics."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from orgen.diagnostics import Diagnostics, Span

_HINTS = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room within your quota",
    errno.EROFS: "name a folder on a writable file system with --out",
    errno.EACCES: "allow writing there, or name another folder with --out",
    errno.EPERM: "allow writing there, or name another folder with --out",
    errno.EEXIST: "move it away",
}


def report(out: Path, error: Exception, diagnostics: Diagnostics, message: str) -> None:
    """W006: the system refuses to read or write below `out`."""
    number = error.errno if isinstance(error, OSError) else None
    diagnostics.error(
        Span(str(out)), "W006", f"{message}: {_reason(error)}", _HINTS.get(number or 0)
    )


def report_leftover(out: Path, error: Exception, diagnostics: Diagnostics) -> None:
    """W009: the switch is done, but something of the old folder is left beside it."""
    diagnostics.warning(
        Span(str(out)),
        "W009",
        f"the new files stand, but the old ones remain beside them: {_reason(error)}",
        "the next run tries again to clean up",
    )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        known = error.strerror or os.strerror(error.errno)
        return f"{known} ({error.filename})" if error.filename else known
    return str(error)
