"""The workflow that proposes a sync does what it says: its own commands, against stand-ins.

`curl` copies a file, `gh` writes down what it was asked, and the origin is a repository on disk;
`git` and `orgen` are real.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from orgen.diagnostics import Diagnostics
from orgen.load import load_file

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "docs" / "ci" / "sync.yml"
CASE = ROOT / "tests" / "golden" / "sync" / "components_added"

STAND_INS = {
    "curl": 'while [ $# -gt 1 ]; do [ "$1" = --output ] && to=$2; shift; done; cp "$1" "$to"',
    "gh": 'printf "%s\\n" "$@" > "$RUNNER_TEMP/gh.txt"',
    "pip": 'test "$*" = "install orgen"',
    "orgen": f'exec "{sys.executable}" -m orgen.cli "$@"',
}


def steps() -> list[dict[str, Any]]:
    diagnostics = Diagnostics()
    document = load_file(WORKFLOW, ROOT, diagnostics)
    assert document is not None and not diagnostics
    found: Any = document.get(("jobs", "sync", "steps"))
    return [step for step in found if "run" in step]


class Runner:
    """Runs the steps as GitHub does: one shell each, stopped by the first command that fails."""

    def __init__(self, place: Path, published: Path) -> None:
        self.place = place
        self.temp = place / "temp"
        self.work = place / "work"
        for folder in (self.temp, self.work, place / "bin"):
            folder.mkdir()
        for name, script in STAND_INS.items():
            path = place / "bin" / name
            path.write_text(f"#!/bin/bash\n{script}\n", "utf-8")
            path.chmod(0o755)
        self.outputs: dict[str, str] = {}
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PATH": f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_OUTPUT": str(self.temp / "output.txt"),
            "PUBLISHED_URL": str(published),
            "SPEC": "spec",
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@example.invalid",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@example.invalid",
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def shell(self, script: str, extra: dict[str, str] | None = None) -> int:
        environment = {**self.environment, **(extra or {})}
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.work, env=environment, timeout=60, check=False
        ).returncode

    def run(self) -> int:
        """The exit code of the first step that fails, or 0."""
        output = self.temp / "output.txt"
        output.write_text("", "utf-8")
        for step in steps():
            if "if" in step and self.outputs.get("changed") != "true":
                continue
            extra = {name: self.filled(value) for name, value in step.get("env", {}).items()}
            code = self.shell(step["run"], extra)
            if code:
                return code
            self.outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return 0

    def filled(self, text: str) -> str:
        found = re.sub(
            r"\$\{\{ steps\.compare\.outputs\.(\w+) \}\}", lambda m: self.outputs[m[1]], text
        )
        return re.sub(r"\$\{\{ github\.token \}\}", "token", found)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    published = tmp_path / "published.json"
    shutil.copy(CASE / "published.json", published)
    made = Runner(tmp_path, published)
    shutil.copytree(CASE / "spec", made.work / "spec")
    origin = tmp_path / "origin.git"
    code = made.shell(
        f"git init --quiet --bare {origin} && git init --quiet --initial-branch main"
        f" && git remote add origin {origin}"
        " && git add --all && git commit --quiet -m first && git push --quiet origin main"
    )
    assert code == 0
    return made


def test_a_new_release_is_proposed_once(runner: Runner) -> None:
    assert runner.run() == 0
    assert runner.outputs == {"changed": "true", "release": "2026-02-02"}
    asked = (runner.temp / "gh.txt").read_text("utf-8").splitlines()
    assert asked[:4] == ["pr", "create", "--title", "Open Responses 2026-02-02"]
    body = Path(asked[asked.index("--body-file") + 1]).read_text("utf-8")
    assert "added 2 components:" in body and "waits for its description" in body
    shown = runner.shell("git diff --quiet main origin/sync/2026-02-02 -- spec/openresponses.yaml")
    assert shown == 1

    (runner.temp / "gh.txt").unlink()
    assert runner.shell("git switch --quiet main && git branch --quiet -D sync/2026-02-02") == 0
    assert runner.run() == 0
    assert not (runner.temp / "gh.txt").exists()


def test_without_a_new_release_nothing_is_proposed(runner: Runner) -> None:
    assert runner.shell('orgen sync "$PUBLISHED_URL" --spec spec -q && git commit -qam next') == 0
    assert runner.run() == 0
    assert runner.outputs == {"changed": "false"}
    assert not (runner.temp / "gh.txt").exists()


def test_a_damaged_document_ends_the_job(runner: Runner) -> None:
    published = Path(runner.environment["PUBLISHED_URL"])
    published.write_text(json.dumps({"openapi": "3.0.0"})[:-3], "utf-8")
    assert runner.run() == 2
    assert runner.shell("git diff --quiet") == 0
