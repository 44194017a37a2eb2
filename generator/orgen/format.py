"""Formats generated Python with black, in this process and a few helpers beside it."""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import black
from black.mode import TargetVersion
from black.parsing import ASTSafetyError, InvalidInput

from orgen.cache import TextCache
from orgen.render import SourceFile

MODE = black.Mode(target_versions={TargetVersion.PY311}, line_length=100)

_WORTH_SHARING = 60_000
"""Characters of source from which starting helpers costs less than it saves."""


class FormatError(Exception):
    """A generated file is not Python, or black would change its meaning: a fault of ours."""


def format_files(files: Sequence[SourceFile], cache: TextCache | None = None) -> list[SourceFile]:
    """The same files in the same order; Python files formatted, others as they are.

    Raises:
        FormatError: if a file cannot be formatted; names the file.
    """
    python = [file for file in files if file.path.suffix == ".py"]
    known = {file.path: _known(file, cache) for file in python}
    made = _format_all([file for file in python if known[file.path] is None])
    if cache:
        originals = {file.path: file for file in python}
        for file in made:
            cache.put(_key(originals[file.path]), file.text)
        cache.prune()
    formatted = {**known, **{file.path: file for file in made}}
    return [formatted.get(file.path) or file for file in files]


def _known(file: SourceFile, cache: TextCache | None) -> SourceFile | None:
    """The file as an earlier run formatted it."""
    text = cache.get(_key(file)) if cache else None
    return None if text is None else replace(file, text=text)


def _key(file: SourceFile) -> str:
    version = importlib.metadata.version("black")
    return f"{version}\n{MODE.get_cache_key()}\n{file.text}"


def _format_all(files: list[SourceFile]) -> list[SourceFile]:
    workers = min(os.cpu_count() or 1, len(files))
    if workers < 2 or sum(len(file.text) for file in files) < _WORTH_SHARING:
        return [format_file(file) for file in files]
    largest_first = sorted(range(len(files)), key=lambda i: (-len(files[i].text), i))
    done: dict[int, SourceFile] = {}
    with ProcessPoolExecutor(workers, _context(), _end_with_parent) as pool:
        results = pool.map(format_file, [files[i] for i in largest_first])
        done.update(zip(largest_first, results, strict=True))
    return [done[i] for i in range(len(files))]


def _context() -> multiprocessing.context.BaseContext:
    """Forked helpers have black in memory already; where there is no fork, they import it."""
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


def format_file(file: SourceFile) -> SourceFile:
    """One file in black's style.

    Checked to mean the same before and after; black's second pass, which only
    checks that the style is stable, is left out because it doubles the time.
    """
    try:
        text = black.format_str(file.text, mode=MODE)
        black.assert_equivalent(file.text, text)
    except (InvalidInput, ASTSafetyError) as fault:
        raise FormatError(f"{file.path}: {fault}") from fault
    return replace(file, text=text)
