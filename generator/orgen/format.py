"""Lays out generated Python, in this process and a few helpers beside it.

What the generator prints is laid out directly; what it does not know goes to black in pieces,
which are taken from a cache when an earlier run has had them. The result is the same without.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace

from orgen.cache import TextCache
from orgen.layout import blank, direct, lines, pieces, split, tokens
from orgen.layout.direct import laid_out
from orgen.layout.pieces import Pieces, cut
from orgen.parallel import spread
from orgen.render import SourceFile

_WORTH_SHARING = 300_000
"""Characters of source from which starting helpers costs less than it saves."""
_WORTH_SHARING_BLACK = 30_000
_BATCH = 60_000
"""Characters that a helper takes at a time: few enough that all end at about the same time."""


class FormatError(Exception):
    """A generated file is not Python, or black would change its meaning: a fault of ours."""


def format_files(
    files: Sequence[SourceFile], cache: TextCache | None = None, *, alone: bool = False
) -> list[SourceFile]:
    """The same files in the same order; generated Python laid out, others as they are.

    With `alone`, no helpers are started.

    Raises:
        FormatError: if a file cannot be formatted; names the file.
    """
    todo = {str(f.path): f.text for f in files if f.path.suffix == ".py" and not f.by_hand}
    known = {path: cache.get(_key(text)) for path, text in todo.items()} if cache else {}
    made = _made(
        {path: text for path, text in todo.items() if known.get(path) is None}, cache, alone
    )
    if cache:
        for path, text in made.items():
            cache.put(_key(todo[path]), text)
    return [_with(file, made.get(str(file.path)) or known.get(str(file.path))) for file in files]


def format_file(file: SourceFile) -> SourceFile:
    """One file, without cache and helpers."""
    return format_files([file])[0]


def _with(file: SourceFile, text: str | None) -> SourceFile:
    return file if text is None else replace(file, text=text)


def _made(files: Mapping[str, str], cache: TextCache | None, alone: bool) -> dict[str, str]:
    """Path -> text of files that are not known."""
    size = sum(map(len, files.values()))
    batches = _batches(files, max(1, size // _BATCH))
    shared = spread(_directly, batches, alone=alone or size < _WORTH_SHARING)
    made = {path: text for batch in shared for path, text in batch.items()}
    rest = {path: text for path, text in files.items() if made[path] is None}
    return {
        **{path: text for path, text in made.items() if text is not None},
        **_by_black(rest, cache, alone),
    }


def _batches(texts: Mapping[str, str], number: int) -> list[dict[str, str]]:
    """The texts in groups of about the same size, the large ones first."""
    groups: list[dict[str, str]] = [{} for _ in range(number)]
    sizes = [0] * number
    for path in sorted(texts, key=lambda path: (-len(texts[path]), path)):
        least = sizes.index(min(sizes))
        groups[least][path] = texts[path]
        sizes[least] += len(texts[path])
    return [group for group in groups if group]


def _directly(files: Mapping[str, str]) -> dict[str, str | None]:
    """The files laid out, those left to black as None."""
    for path, text in files.items():
        try:
            ast.parse(text)
        except (SyntaxError, ValueError) as fault:
            raise FormatError(f"{path}: {fault}") from fault
    return {path: laid_out(text) for path, text in files.items()}


def _by_black(files: Mapping[str, str], cache: TextCache | None, alone: bool) -> dict[str, str]:
    """Files laid out piece by piece, what can be directly, the rest by black."""
    parts = {path: _cut(path, text) for path, text in files.items()}
    known: dict[str, str] = {}
    missing: dict[str, str] = {}
    for path, part in parts.items():
        for text in part.texts:
            made = laid_out(text) or (cache.get(_key(text)) if cache else None)
            if made is None:
                missing[text] = path
            else:
                known[text] = made
    size = sum(map(len, missing))
    batches = _batches({text: text for text in missing}, max(1, size // _BATCH))
    run = [{text: missing[text] for text in batch} for batch in batches]
    for done in spread(_style, run, alone=alone or size < _WORTH_SHARING_BLACK):
        known |= done
        if cache:
            for text, made in done.items():
                cache.put(_key(text), made)
    return {path: part.joined(known) for path, part in parts.items()}


def _cut(path: str, text: str) -> Pieces:
    try:
        return cut(text)
    except (SyntaxError, ValueError) as fault:
        raise FormatError(f"{path}: {fault}") from fault


def _style(batch: Mapping[str, str]) -> dict[str, str]:
    """Piece -> the piece laid out by black; `batch` says which file each is of."""
    from orgen.layout.style import StyleError, styled  # heavy, and hardly ever needed

    done = {}
    for text, path in batch.items():
        try:
            done[text] = styled(text)
        except StyleError as fault:
            raise FormatError(f"{path}: {fault}") from fault
    return done


@functools.cache
def _tool() -> str:
    """What a laid out text depends on besides the text itself."""
    modules = (blank, direct, lines, pieces, split, tokens)
    sources = "".join(inspect.getsource(module) for module in modules)
    return f"{importlib.metadata.version('black')} {hashlib.sha256(sources.encode()).hexdigest()}"


def _key(text: str) -> str:
    return f"layout {_tool()} {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
