"""Published documents brought into small spec folders: the exact diff, summary or diagnostics.

A case is a folder that holds `spec/` and `published.json`. What is expected is in `sync.diff` and
`summary.txt`, or in `diagnostics.txt` for the cases called `bad_...`, which change nothing.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from orgen.cli import run
from orgen.contract import compare, contract_hash
from orgen.diagnostics import Diagnostics
from orgen.load import load_spec

if TYPE_CHECKING:
    from tests.conftest import Golden

FOLDER = Path(__file__).parent / "sync"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
GOOD = [path for path in CASES if not path.name.startswith("bad_")]
BAD = [path for path in CASES if path.name.startswith("bad_")]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the case, and the working directory."""
    copy = tmp_path / "case"
    shutil.copytree(request.param, copy)
    monkeypatch.chdir(copy)
    return copy


def sync(*arguments: str) -> int:
    return run(["sync", "published.json", "--spec", "spec", *arguments])


@pytest.mark.parametrize(
    ("case", "place"),
    [(path, path) for path in GOOD],
    ids=[path.name for path in GOOD],
    indirect=["place"],
)
def test_brings_in(
    case: Path, place: Path, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(place / "spec")
    assert sync("--dry-run") == 0
    shown = capsys.readouterr()
    assert contents(place) == contents(case) or golden.update  # a dry run touches nothing
    golden.check(case / "sync.diff", shown.out)
    golden.check(case / "summary.txt", shown.err)

    assert sync() == 0
    summary = capsys.readouterr().out
    assert summary == shown.err
    after = contents(place / "spec")
    assert set(after) == set(before) and after != before
    is_published(place)

    assert sync("--quiet") == 0
    assert contents(place / "spec") == after
    assert capsys.readouterr().out == ""
    assert sync("--dry-run", "--quiet") == 0
    assert capsys.readouterr().out == ""


def is_published(place: Path) -> None:
    """The folder holds the contract, and says so."""
    published = json.loads((place / "published.json").read_text("utf-8"))
    diagnostics = Diagnostics()
    core = load_spec(place / "spec", diagnostics)
    assert core is not None and not diagnostics, list(diagnostics)
    assert [str(one) for one in compare(published, core.value)] == []
    recorded = core.get(("info", "x-orgen-contract"))
    version = published["info"]["version"]
    assert recorded == {"version": version, "sha256": contract_hash(published)}


@pytest.mark.parametrize(
    ("case", "place"),
    [(path, path) for path in BAD],
    ids=[path.name for path in BAD],
    indirect=["place"],
)
def test_refuses(
    case: Path, place: Path, golden: Golden, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(place)
    assert sync("--quiet") == 2
    shown = capsys.readouterr()
    assert (shown.out, contents(place)) == ("", before)
    golden.check(case / "diagnostics.txt", shown.err)
