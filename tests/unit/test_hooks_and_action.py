"""The hooks and the action are read as their users read them, and their commands are run."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from orgen.cli import run
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
SPEC = """\
openapi: 3.1.0
info: {title: Shapes, version: '1'}
paths: {}
components:
  schemas:
    Circle:
      type: object
      description: A round shape.
      required: [type]
      properties:
        type: {type: string, enum: [circle], description: Always `circle`.}
        radius: {type: number, minimum: 0, description: Half the width.}
"""
BROKEN = SPEC.replace("required: [type]", "required: [type, colour]")
CONFIG = """\
spec = "api.yaml"
out = "gen"
targets = ["openapi"]
[vendor]
dest = "pkg"
"""
GH = """\
#!/bin/sh
for last; do :; done
echo "$@" >> "$CALLS"
case "$*" in *--paginate*) echo "$EARLIER" ;; *) cat "${last#body=@}" >> "$CALLS" ;; esac
"""


def read(name: str) -> Any:
    return YAML(typ="safe").load((ROOT / name).read_text("utf-8"))


HOOKS = {hook["id"]: hook for hook in read(".pre-commit-hooks.yaml")}
ACTION = read("action.yml")
STEPS = {step.get("name"): step for step in ACTION["runs"]["steps"]}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with a spec, generated files and a vendored package."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "api.yaml").write_text(SPEC)
    (folder / "orgen.toml").write_text(CONFIG)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
    git = ["git", "-C", str(folder), *identity]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("ORGEN_CACHE_DIR", "")
        assert [run([command, "-q"]) for command in ("generate", "vendor")] == [0, 0]
    return folder


@pytest.fixture
def project(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it as the working directory; orgen, and what stands for gh, on the path."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (
        ("gh", GH),
        ("orgen", f'#!/bin/sh\nexec {sys.executable} -m orgen.cli "$@"\n'),
    ):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ORGEN_CACHE_DIR", "")
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "CALLS"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    folder = shutil.copytree(prepared, tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


def hook(name: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does that passes no file names."""
    entry = HOOKS[name]
    assert entry["language"] == "python"
    assert entry["pass_filenames"] is False
    return subprocess.run(
        shlex.split(entry["entry"]), capture_output=True, text=True, check=False, timeout=120
    )


def step(name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as the runner does: inputs reach it by the environment alone."""
    given = {key: str(value.get("default", "")) for key, value in ACTION["inputs"].items()}
    given |= {key.replace("_", "-"): value for key, value in inputs.items()}
    facts = {f"inputs.{key}": value for key, value in given.items()}
    facts |= {"github.repository": "o/r", "github.event.pull_request.number": "7"}
    env = {
        key: re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda match: facts[match[1]], value)
        for key, value in STEPS[name].get("env", {}).items()
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_hooks_and_steps_are_what_their_tools_take() -> None:
    for entry in HOOKS.values():
        assert {"id", "name", "entry", "language"} <= set(entry)
    for found in ACTION["runs"]["steps"]:
        assert "uses" in found or {"run", "shell"} <= set(found)
        assert "${{" not in found.get("run", "")  # what an input says must not become code
    assert all({"description", "default"} <= set(entry) for entry in ACTION["inputs"].values())


def test_the_hooks_pass_and_fail(project: Path) -> None:
    assert [hook(name).returncode for name in HOOKS] == [0, 0, 0]
    (project / "pkg" / "types.py").write_text("import os\n")
    assert "P004" in hook("orgen-vendor-check").stdout
    (project / "api.yaml").write_text(BROKEN)
    assert hook("orgen-validate").returncode == 2


def test_the_action_checks(project: Path) -> None:
    assert step("Check").returncode == 0
    (project / "pkg" / "types.py").write_text("import os\n")
    done = step("Check", checks="vendor validate")
    assert done.returncode == 1
    assert "::error file=pkg/types.py,line=1," in done.stdout
    assert "orgen vendor --check ended with exit code 1" in done.stdout
    assert step("Check", checks="nothing").returncode == 2
    hostile = step("Check", checks='"; touch owned; $(touch owned)')
    assert hostile.returncode == 2
    assert not (project / "owned").exists()


def test_the_action_reports_what_breaks(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert step("Report breaking changes", breaking_against="--help").returncode == 2
    assert step("Report breaking changes", breaking_against="main").returncode == 0
    assert (tmp_path / "github_output").read_text() == "breaking=false\n"
    (project / "api.yaml").write_text(SPEC.replace("radius:", "width:"))
    assert step("Report breaking changes", breaking_against="main").returncode == 0
    assert (tmp_path / "github_output").read_text().endswith("breaking=true\n")
    report = (tmp_path / "orgen-breaking.md").read_text()
    assert "radius" in report
    assert (tmp_path / "github_step_summary").read_text().endswith(report)
    for earlier, call in (("", "--method POST repos/o/r/issues/7/comments"), ("9", "PATCH")):
        monkeypatch.setenv("EARLIER", earlier)
        assert step("Post the report").returncode == 0
        calls = (tmp_path / "calls").read_text()
        assert call in calls
        assert calls.count("<!-- orgen breaking -->\n" + report) == (1 if not earlier else 2)
    assert "repos/o/r/issues/comments/9" in (tmp_path / "calls").read_text()
    assert step("Fail if something breaks").returncode == 1
