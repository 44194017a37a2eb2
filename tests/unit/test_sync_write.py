"""A sync that is interrupted, or that others interfere with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from interrupting import killed_at
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.progress import Progress
from orgen.sync import prepare_sync, write_sync

CASE = Path(__file__).parents[1] / "golden" / "sync" / "components_added"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_an_interrupted_sync_leaves_the_old_state_or_the_new(tmp_path: Path, full: bool) -> None:
    old = contents(CASE / "spec")
    folder = tmp_path / "spec"
    shutil.copytree(CASE / "spec", folder)
    made = prepare_sync(folder, CASE / "published.json", Diagnostics(), Progress())
    new = {**old, **made.after}
    seen: set[bool] = set()
    for number in range(1, 400, 1 if full else 4):
        shutil.rmtree(folder)
        shutil.copytree(CASE / "spec", folder)
        killed = killed_at(number, lambda: write_sync(folder, made, Diagnostics()))
        found = contents(folder)
        assert found in (old, new), number
        seen.add(found == new)
        if not killed:
            break
        diagnostics = Diagnostics()
        if found == old:
            write_sync(folder, made, diagnostics)
        assert contents(folder) == new and not diagnostics, number
    else:
        pytest.fail("the sync never ended")
    assert seen == {False, True}


def test_an_edit_meanwhile_is_not_lost(tmp_path: Path) -> None:
    folder = tmp_path / "spec"
    shutil.copytree(CASE / "spec", folder)
    made = prepare_sync(folder, CASE / "published.json", Diagnostics(), Progress())
    edited = folder / "schemas" / "items.yaml"
    edited.write_text(edited.read_text("utf-8") + "# mine\n", "utf-8")
    before = contents(folder)
    diagnostics = Diagnostics()
    with pytest.raises(DiagnosticError, match="edited while sync was at work"):
        write_sync(folder, made, diagnostics)
    assert [item.code for item in diagnostics] == ["S008"]
    assert contents(folder) == before
