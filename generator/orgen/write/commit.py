"""Carries a plan out: one exchange of folders, or the journal where that is impossible."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orgen.diagnostics import Diagnostics, Span
from orgen.write import stage
from orgen.write.durable import flush_folder
from orgen.write.exchange import UNSUPPORTED, exchange
from orgen.write.faults import report, report_leftover
from orgen.write.journal import commit_by_journal, recover_journal
from orgen.write.paths import nearest_folder
from orgen.write.plan import Plan, Tree


@contextmanager
def alone(out: Path, diagnostics: Diagnostics, patience: float = 30.0) -> Iterator[bool]:
    """Hold the lock on `out` and clean up after a killed run; yields False if that failed.

    The lock is taken on the folder that holds `out`: it exists, it stays when
    `out` is exchanged, and the system releases the lock of a process that dies.
    """
    real = out.resolve()
    if not nearest_folder(real.parent).is_dir():
        yield True  # `prepare` says that the folder cannot be made
        return
    try:
        descriptor = _lock(real.parent, patience)
    except OSError as error:
        report(out, error, diagnostics, "the folder around the output cannot be locked")
        yield False
        return
    try:
        if descriptor is None:
            diagnostics.error(
                Span(str(out)),
                "W005",
                "another run of orgen is writing here and does not end",
                "wait for it, or end it",
            )
            yield False
            return
        yield _recovered(out, real, diagnostics)
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _lock(folder: Path, patience: float) -> int | None:
    """Lock `folder`, or while that does not exist its nearest ancestor; None if others keep it."""
    deadline = time.monotonic() + patience
    while True:
        holder = nearest_folder(folder)
        descriptor = os.open(holder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if nearest_folder(folder) == holder and os.path.samestat(
                os.fstat(descriptor), holder.stat()
            ):
                return descriptor
        except BlockingIOError:
            time.sleep(0.05)
        os.close(descriptor)
        if time.monotonic() >= deadline:
            return None


def _recovered(out: Path, real: Path, diagnostics: Diagnostics) -> bool:
    try:
        stage.recover(real)
        recover_journal(real)
    except (OSError, ValueError) as error:
        report(out, error, diagnostics, "the rest of an interrupted run cannot be cleaned up")
        return False
    return True


def write_tree(out: Path, wanted: Tree, plan: Plan, diagnostics: Diagnostics) -> bool:
    """Make `out` hold `wanted`, all at once; False, with a diagnostic, if it could not be."""
    if plan.is_empty:
        return True
    real = out.resolve()
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        if not _commit_by_exchange(out, real, wanted, plan, diagnostics):
            commit_by_journal(real, wanted, plan)
    except OSError as error:
        report(out, error, diagnostics, "the generated files cannot be written")
        return False
    return True


def _commit_by_exchange(
    out: Path, real: Path, wanted: Tree, plan: Plan, diagnostics: Diagnostics
) -> bool:
    """False, with nothing changed, where folders cannot be exchanged."""
    exists = real.exists()
    if exists and real in (Path.cwd(), *Path.cwd().parents):
        return False  # the caller's shell would be left standing in the folder that goes
    try:
        record = stage.build(real, wanted, plan)
        tree = stage.work_folder(real) / "tree"
        if exists:
            exchange(tree, real)
        else:
            tree.rename(real)
    except BaseException as error:
        with suppress(OSError):  # what remains is cleaned up by the next run
            stage.recover(real)
        if exists and isinstance(error, OSError) and error.errno in UNSUPPORTED:
            return False
        raise
    try:
        flush_folder(real.parent)
        stage.settle(real, record)
    except OSError as error:
        report_leftover(out, error, diagnostics)
    return True
