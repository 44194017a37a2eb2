"""Laws G1 to G3 for whole runs of the real program, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FEW = ("--target", "openapi")
COMMAND = [sys.executable, "-m", "orgen.cli", "generate"]

Files = dict[str, bytes]


def files(folder: Path) -> Files:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def generate(
    out: Path, *flags: str, cwd: Path = ROOT, spec: Path | None = None, **environ: str
) -> None:
    command = [*COMMAND, "--spec", str(spec or ROOT / "spec"), "--out", str(out), *flags]
    subprocess.run(command, cwd=cwd, env={**os.environ, **environ}, check=True, timeout=120)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reference") / "out"
    generate(out, "--quiet")
    return out


def test_the_same_input_gives_the_same_bytes_everywhere(reference: Path, tmp_path: Path) -> None:
    """Other place, other copy of the spec, other tools, locale, time zone, hash seed and home."""
    spec = tmp_path / "elsewhere" / "spécification"
    shutil.copytree(ROOT / "spec", spec)
    (tmp_path / "pyproject.toml").write_text("[tool.black]\nline-length = 40\n[tool.isort]\n")
    strange = {
        "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "12345", "COLUMNS": "20",
        "HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent", "PYTHONUTF8": "0",
    }  # fmt: skip
    generate(Path("here"), "--quiet", cwd=tmp_path, spec=spec, **strange)
    assert files(tmp_path / "here") == files(reference)


def test_generating_once_more_changes_nothing(reference: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in reference.rglob("*")}
    generate(reference, "--quiet", "--no-cache")
    assert {path: path.stat().st_mtime_ns for path in reference.rglob("*")} == before


def test_what_is_committed_is_what_is_generated(reference: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "generated"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    committed = {name.removeprefix("generated/") for name in listed.stdout.split("\0") if name}
    assert committed == files(reference).keys()


def test_nothing_generated_names_this_machine(reference: Path) -> None:
    for name, content in files(reference).items():
        assert str(ROOT).encode() not in content, name
        assert os.uname().nodename.encode() not in content, name


def test_killed_at_random_the_tree_is_old_or_new(tmp_path: Path) -> None:
    """The real program, killed with all it started; what it leaves is what is looked at.

    `test_write.py` kills at every single point; this shows that nothing around the writer
    spoils it. One target of a spec with few dialects is enough, and quick.
    """
    out = tmp_path / "out"
    few = ("--quiet", "--no-cache", *FEW)
    new = _small(tmp_path / "new" / "spec")
    generate(out, *few, spec=new)
    after = files(out)
    old = _small(tmp_path / "old" / "spec")
    with (old / "openresponses.yaml").open("a") as file:
        file.write("x-trace: {left: by an older spec}\n")
    start = time.monotonic()
    generate(out, *few, spec=old)
    seconds = time.monotonic() - start
    before = files(out)
    assert before != after
    chance = random.Random(2026)
    for _ in range(8):
        command = [*COMMAND, *few, "--spec", str(new), "--out", str(out)]
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        time.sleep(chance.uniform(0.5, 1.02) * seconds)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        found = files(out)
        assert found in (before, after)
        if found == after:
            generate(out, *few, spec=old)
    generate(out, *few, spec=new)
    assert files(out) == after
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old", "out"]


def _small(folder: Path) -> Path:
    """The spec with its smallest dialect."""
    shutil.copytree(ROOT / "spec", folder)
    for dialect in (folder / "dialects").iterdir():
        if dialect.name != "ollama_chat":
            shutil.rmtree(dialect)
    return folder


def test_two_runs_at_once_do_not_disturb_each_other(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [*COMMAND, "--quiet", "--spec", "spec", "--out", str(out), "-t", "openapi"]
    runs = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [run.wait(timeout=120) for run in runs] == [0, 0, 0]
    assert files(out / "openapi") == files(reference / "openapi")


def test_help_is_quick() -> None:
    """Nothing heavy is imported to show help: the modules tell, not the clock."""
    code = (
        "import sys, orgen.cli; orgen.cli.run(['--help']);"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'black', 'jinja2', 'jsonschema', 'ruamel', 'datamodel_code_generator', 'pydantic'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_helpers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    """Only the run itself is killed; the processes that format for it must not linger."""
    command = [*COMMAND, "--quiet", "--no-cache", "--spec", "spec", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as process:
        while len(members := group(process.pid)) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    assert len(members) >= 2 or os.cpu_count() == 1
    deadline = time.monotonic() + 20
    while group(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert group(process.pid) == []


def group(leader: int) -> list[int]:
    """The processes of a group that still run, as /proc tells them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, pgid = path.read_text().rpartition(")")[2].split()[:3]
            if int(pgid) == leader and state != "Z":
                found.append(int(path.parent.name))
    return found
