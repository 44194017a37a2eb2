"""Faulty dialects: the exact diagnostics of each, with position, caret and hint.

A case is a folder with `tiny/dialect.yaml`, a copy of the faultless one in
`dialect_errors/tiny` with something wrong, and `diagnostics.txt`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from orgen.diagnostics import Diagnostics
from orgen.dialect.check import check
from orgen.dialect.load import load_dialect
from orgen.ir.schema import Schema
from orgen.load import load_spec
from orgen.report import render
from orgen.resolve import resolve

if TYPE_CHECKING:
    from tests.conftest import Golden

FOLDER = Path(__file__).parent / "dialect_errors"
CASES = sorted(p for p in FOLDER.iterdir() if (p / "tiny").is_dir())


@cache
def schema(name: str) -> Schema:
    diagnostics = Diagnostics()
    document = load_spec(FOLDER / name, diagnostics)
    assert document is not None
    found = resolve(document, diagnostics)
    diagnostics.check()
    return found


def diagnose(path: Path, root: Path) -> Diagnostics:
    diagnostics = Diagnostics()
    dialect = load_dialect(path, root, diagnostics)
    if dialect is not None:
        check(dialect, schema("contract.yaml"), schema("native.yaml"), diagnostics)
    return diagnostics


def test_the_original_has_no_fault() -> None:
    found = diagnose(FOLDER / "tiny" / "dialect.yaml", FOLDER)
    assert render(found, "text", color=False) == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reports_exactly(case: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    found = diagnose(Path("tiny/dialect.yaml"), Path())
    golden.check(case / "diagnostics.txt", render(found, "text", color=False))
    assert found.items, "a case without a fault shows nothing"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 25
