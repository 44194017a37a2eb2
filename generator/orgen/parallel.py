"""Runs pure functions in a few helper processes beside this one; all results, in order."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def processors() -> int:
    """How many processes can run at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    function: Callable[[_In], _Out], values: Sequence[_In], *, alone: bool = False
) -> list[_Out]:
    """`function` of each value. In this process if `alone`, or if no helper can be started.

    Raises:
        Exception: the first that `function` raises.
    """
    workers = min(processors(), len(values))
    if alone or workers < 2:
        return [function(value) for value in values]
    try:
        pool = ProcessPoolExecutor(workers, _context(), _end_with_parent)
    except OSError:  # no semaphores, no memory
        return [function(value) for value in values]
    with pool:
        return list(pool.map(function, values))


def forks() -> bool:
    """Whether helpers can begin with all that this process has in memory."""
    return processors() > 1 and "fork" in multiprocessing.get_all_start_methods()


def beside(function: Callable[[_In], _Out], value: _In) -> Callable[[], _Out]:
    """Begin `function` of a value in a helper; the result waits for it.

    Where no helper can be started, the work is done here, when it is asked for.
    """
    try:
        pool = ProcessPoolExecutor(1, _context(), _end_with_parent)
        future = pool.submit(function, value)
    except OSError:
        return lambda: function(value)

    def result() -> _Out:
        with pool:
            return future.result()

    return result


def _context() -> multiprocessing.context.BaseContext:
    """Forked helpers have in memory what is imported; where there is no fork, they import it."""
    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork" if "fork" in methods else None)


def _end_with_parent() -> None:
    """Let a helper end when the run is killed; it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel

        def watch() -> None:
            multiprocessing.connection.wait([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()
