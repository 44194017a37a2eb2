"""Lays out generated Python, in this process and a few helpers beside it.

Files are laid out in pieces, and pieces of an earlier run are taken from a cache:
a change of one function costs one function. The result is the same without.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from orgen.cache import TextCache
from orgen.layout import pieces, plain
from orgen.layout.pieces import Pieces, cut
from orgen.parallel import spread
from orgen.render import SourceFile

_WORTH_SHARING = 60_000
"""Characters of source from which starting helpers costs less than it saves."""
_BATCH = 12_000
"""Characters that a helper takes at a time: few enough that all end at about the same time."""
_Styled: TypeAlias = "dict[str, str]"
"""Piece -> the piece laid out."""


class FormatError(Exception):
    """A generated file is not Python, or black would change its meaning: a fault of ours."""


def format_files(files: Sequence[SourceFile], cache: TextCache | None = None) -> list[SourceFile]:
    """The same files in the same order; generated Python laid out, others as they are.

    Raises:
        FormatError: if a file cannot be formatted; names the file.
    """
    todo = {str(f.path): f.text for f in files if f.path.suffix == ".py" and not f.by_hand}
    known = {path: cache.get(_key(text)) for path, text in todo.items()} if cache else {}
    made = _made({path: text for path, text in todo.items() if known.get(path) is None}, cache)
    if cache:
        for path, text in made.items():
            cache.put(_key(todo[path]), text)
    return [_with(file, made.get(str(file.path)) or known.get(str(file.path))) for file in files]


def format_file(file: SourceFile) -> SourceFile:
    """One file, without cache and helpers."""
    return format_files([file])[0]


def _with(file: SourceFile, text: str | None) -> SourceFile:
    return file if text is None else replace(file, text=text)


def _made(files: Mapping[str, str], cache: TextCache | None) -> dict[str, str]:
    """Path -> text of files that are not known as a whole."""
    parts = {path: _cut(path, text) for path, text in files.items()}
    known = {path: _remembered(path, parts[path], cache) for path in parts}
    missing = {
        text: path for path, part in parts.items() for text in part.texts if text not in known[path]
    }
    made = _style(missing)
    texts = {}
    for path, part in parts.items():
        styled = {text: known[path].get(text) or made[text] for text in part.texts}
        texts[path] = part.joined(styled)
        if cache:
            cache.put_table(_slot(path), {_digest(text): styled[text] for text in styled})
    return texts


def _cut(path: str, text: str) -> Pieces:
    try:
        return cut(text)
    except (SyntaxError, ValueError) as fault:
        raise FormatError(f"{path}: {fault}") from fault


def _remembered(path: str, parts: Pieces, cache: TextCache | None) -> _Styled:
    """The pieces that the last run laid out for this path."""
    table = cache.get_table(_slot(path)) if cache else None
    found = {text: (table or {}).get(_digest(text)) for text in parts.texts} if table else {}
    return {text: styled for text, styled in found.items() if styled}


def _style(missing: Mapping[str, str]) -> _Styled:
    """Lay pieces out; `missing` says which file each is of."""
    ordered = sorted(missing, key=lambda text: (-len(text), text))
    size = sum(map(len, ordered))
    batches = _batches(ordered, max(1, size // _BATCH))
    run = [(batch, [missing[text] for text in batch]) for batch in batches]
    made = spread(_style_batch, run, alone=size < _WORTH_SHARING)
    styled: _Styled = {}
    for batch, texts in zip(batches, made, strict=True):
        styled.update(zip(batch, texts, strict=True))
    return styled


def _batches(texts: Sequence[str], number: int) -> list[list[str]]:
    """The texts in groups of about the same size, the large ones first."""
    groups: list[list[str]] = [[] for _ in range(number)]
    sizes = [0] * number
    for text in texts:
        least = sizes.index(min(sizes))
        groups[least].append(text)
        sizes[least] += len(text)
    return [group for group in groups if group]


def _style_batch(batch: tuple[list[str], list[str]]) -> list[str]:
    from orgen.layout.style import StyleError, styled  # heavy: not needed when all is known

    done = []
    for text, path in zip(*batch, strict=True):
        try:
            done.append(styled(text))
        except StyleError as fault:
            raise FormatError(f"{path}: {fault}") from fault
    return done


@functools.cache
def _rules() -> str:
    """What decides on the layout beside the text: black's version, and our own modules."""
    own = "".join(inspect.getsource(module) for module in (pieces, plain))
    return f"black {importlib.metadata.version('black')} {_digest(own)}"


def _key(text: str) -> str:
    return f"{_rules()}\n{text}"


def _slot(path: str) -> str:
    return f"pieces of {path}\n{_rules()}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
