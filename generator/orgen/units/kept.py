"""Units as tables of texts, which is how they lie in the cache. What is read is not trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import PurePosixPath
from typing import Any

from orgen.dialect.mapping import Status
from orgen.render import SourceFile
from orgen.targets.docs.mapping import DialectColumn
from orgen.targets.docs.mapping.coverage import CellText, Column, Segment
from orgen.targets.python.dialects.profiles import Entry

_ROWS = "rows"
_PAGE, _TABLE, _COLUMN, _SETTINGS = "page", "table", "column", "settings"


@dataclass(frozen=True, slots=True)
class PythonUnit:
    """What the Python package has of one dialect: modules, and rows of the list of profiles."""

    files: Mapping[str, str]
    rows: tuple[Entry, ...]


def dump_python(unit: PythonUnit) -> dict[str, str]:
    """The unit as a table."""
    return {**unit.files, _ROWS: json.dumps([astuple(row) for row in unit.rows])}


def parse_python(table: Mapping[str, str]) -> PythonUnit:
    """The unit that `dump_python` has made a table of.

    Raises:
        ValueError: if it is something else.
    """
    try:
        rows = tuple(_row(row) for row in json.loads(table[_ROWS]))
    except (KeyError, TypeError, ValueError, RecursionError) as fault:
        raise ValueError(f"no unit: {fault}") from fault
    return PythonUnit({path: text for path, text in table.items() if path != _ROWS}, rows)


def _row(value: Any) -> Entry:
    *words, families = value
    dialect, provider, path, stream_path, compact_path, module = _words(words, 6)
    known = tuple((tuple(_words(patterns)), _words([name], 1)[0]) for patterns, name in families)
    return Entry(dialect, provider, path, stream_path, compact_path, module, known)


def dump_column(column: DialectColumn) -> dict[str, str]:
    """What the reference says about one dialect as a table."""
    value = {
        "name": column.name,
        "path": str(column.page.path),
        "column": astuple(column.column),
        "counts": dict(column.counts),
        "cells": [astuple(cell) for cell in column.cells],
    }
    settings = [(str(page.path), page.text) for page in column.settings]
    return {
        _PAGE: column.page.text,
        _TABLE: column.table,
        _COLUMN: json.dumps(value),
        _SETTINGS: json.dumps(settings),
    }


def parse_column(table: Mapping[str, str]) -> DialectColumn:
    """What `dump_column` has made a table of.

    Raises:
        ValueError: if it is something else.
    """
    try:
        value = json.loads(table[_COLUMN])
        *words, bar = value["column"]
        counts = {status.value: value["counts"][status.value] for status in Status}
        if not all(isinstance(count, int) for count in counts.values()):
            raise TypeError("no number")
        name, path = _words([value["name"], value["path"]], 2)
        title, dialect, page, share = _words(words, 4)
        segments = tuple(Segment(*_words(each, 4)) for each in bar)
        return DialectColumn(
            name,
            SourceFile(PurePosixPath(path), table[_PAGE]),
            table[_TABLE],
            Column(title, dialect, page, share, segments),
            counts,
            tuple(CellText(*_words(cell, 8)) for cell in value["cells"]),
            tuple(_page(*_words(each, 2)) for each in json.loads(table[_SETTINGS])),
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError(f"no column: {fault}") from fault


def _page(path: str, text: str) -> SourceFile:
    return SourceFile(PurePosixPath(path), text)


def _words(value: Any, number: int | None = None) -> list[str]:
    """So many texts, or any number.

    Raises:
        TypeError: if they are something else.
    """
    if number not in (None, len(value)) or not all(isinstance(word, str) for word in value):
        raise TypeError("no words")
    found: list[str] = list(value)
    return found
