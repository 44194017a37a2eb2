"""The README promises only what works: its programs run, its example of a fault is real."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from orgen.cli import run

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_run(program: str) -> None:
    space: dict[str, object] = {}
    exec("from openresponses import models\n" + program, space)
    assert space.keys() & {"message", "ValidationError", "show", "sent"}


def test_the_fault_is_reported_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    errors = tmp_path / "spec/schemas/errors.yaml"
    errors.write_text(errors.read_text().replace("[code, message]", "[code, mesage]", 1))
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(["validate", "spec"]) == 2
    [shown] = re.findall(r"```\n(spec/schemas/errors\.yaml:.*?)```", README, re.DOTALL)
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize("path", re.findall(r"\]\(([^)#:]+)\)", README))
def test_links_lead_somewhere(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("target", re.findall(r"`make ([a-z-]+)`", README))
def test_make_has_the_targets(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
