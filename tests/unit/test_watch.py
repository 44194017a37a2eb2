"""`orgen generate --watch`: the real program, edited at, with its output read from a pipe."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.keys import contract_key, dialect_keys
from orgen.memory import Memory, remembered
from orgen.watch import Told, Watcher, look

ROOT = Path(__file__).resolve().parents[2]
SOON = 60.0
"""Seconds: a busy machine is no fault."""


class Session:
    """A watching process, and the lines that it prints."""

    def __init__(self, spec: Path, out: Path, *flags: str) -> None:
        command = [sys.executable, "-m", "orgen.cli", "generate", "--watch", *flags]
        self.process = subprocess.Popen(
            [*command, "--spec", str(spec), "--out", str(out)],
            cwd=out.parent,
            env={**os.environ, "ORGEN_CACHE_DIR": "", "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def until(self, text: str) -> list[str]:
        """The lines up to the first that holds `text`."""
        seen: list[str] = []
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            try:
                seen.append(self.lines.get(timeout=0.2))
            except queue.Empty:
                assert self.process.poll() is None, seen
                continue
            if text in seen[-1]:
                return seen
        raise AssertionError(f"no {text!r} in {seen}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(SOON)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The spec with one small dialect."""
    folder = tmp_path / "spec"
    names = ("ollama_chat",)
    shutil.copytree(
        ROOT / "spec",
        folder,
        ignore=lambda path, found: (
            [name for name in found if name not in names] if path.endswith("dialects") else []
        ),
    )
    return folder


@pytest.fixture
def session(spec: Path, tmp_path: Path) -> Iterator[Session]:
    made = Session(spec, tmp_path / "out", "--target", "docs")
    yield made
    made.process.kill()
    made.process.wait()


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_faults_come_and_go_and_the_output_follows(
    session: Session, spec: Path, tmp_path: Path
) -> None:
    dialect = spec / "dialects" / "ollama_chat" / "dialect.yaml"
    page = tmp_path / "out" / "docs" / "mapping-ollama_chat.md"
    title = next(line for line in dialect.read_text("utf-8").splitlines() if "title:" in line)
    session.until("watching")
    first = page.read_text("utf-8")

    replace(dialect, title, "title: Llamas")
    session.until(" written")
    changed = page.read_text("utf-8")
    assert "Llamas" in changed != first

    replace(dialect, "title: Llamas", "title: [Llamas")
    seen = session.until("nothing written")
    assert any("L010" in line and "dialect.yaml:" in line for line in seen), seen
    assert page.read_text("utf-8") == changed

    replace(dialect, "title: [Llamas", title)
    seen = session.until(" written")
    assert any("L010 fixed" in line for line in seen), seen
    assert page.read_text("utf-8") == first
    assert session.stop() == 0


def test_it_outlives_a_file_that_goes_and_a_spec_that_goes(
    session: Session, spec: Path, tmp_path: Path
) -> None:
    session.until("watching")
    spec.rename(tmp_path / "away")
    session.until("nothing written")
    (tmp_path / "away").rename(spec)
    session.until("unchanged")
    content = spec / "schemas" / "content.yaml"
    text = content.read_text("utf-8")
    content.write_text(text[: len(text) // 2], "utf-8")
    session.until("nothing written")
    content.write_text(text, "utf-8")
    session.until("unchanged")
    assert session.stop() == 0


def test_watching_starts_with_a_faulty_configuration(spec: Path, tmp_path: Path) -> None:
    (tmp_path / "orgen.toml").write_text("out = 3\n", "utf-8")
    session = Session(spec, tmp_path / "out", "--target", "openapi")
    try:
        session.until("watching")
        (tmp_path / "orgen.toml").write_text('targets = ["openapi"]\n', "utf-8")
        session.until(" written")
        assert session.stop() == 0
    finally:
        session.process.kill()


def test_watch_and_check_exclude_each_other() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orgen.cli", "generate", "--watch", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--check" in done.stderr


def test_a_fault_that_only_moves_is_not_told_again() -> None:
    told = Told()
    first, moved = Diagnostics(), Diagnostics()
    first.error(Span("a.yaml", 3), "X001", "wrong")
    first.error(Span("a.yaml", 4), "X002", "worse")
    moved.error(Span("a.yaml", 7), "X001", "wrong")
    new, gone = told.take(first)
    assert len(new.items) == 2
    assert gone == []
    new, gone = told.take(moved)
    assert new.items == []
    assert [item.code for item in gone] == ["X002"]
    assert [item.code for item in told.take(Diagnostics())[1]] == ["X001"]


def test_hidden_files_and_other_endings_do_not_count(tmp_path: Path) -> None:
    for name in ("a.yaml", ".a.yaml.swp", "a.yaml~", "b.txt"):
        (tmp_path / name).touch()
    assert [Path(path).name for path in look((tmp_path,))] == ["a.yaml"]


def test_waits_until_a_file_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("")
    watcher = Watcher(lambda: (tmp_path,))
    watcher.settle()

    def write() -> None:
        with file.open("a") as stream:
            for _ in range(8):
                stream.write("a: 1\n")
                stream.flush()
                time.sleep(0.03)

    thread = threading.Thread(target=write)
    thread.start()
    watcher.wait()
    thread.join()
    assert watcher.last == look((tmp_path,))


def test_what_is_remembered_is_made_anew_for_another_key() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return len(made)

    assert (remembered("a", 1, make), remembered("a", 1, make)) == (1, 2)
    with Memory().in_use():
        assert (remembered("a", 1, make), remembered("a", 1, make)) == (3, 3)
        assert (remembered("b", 1, make), remembered("a", 2, make)) == (4, 5)
        assert remembered("c", 1, make, lambda _: False) == 6
        assert remembered("c", 1, make) == 7


def test_a_dialect_depends_on_what_it_names_and_on_the_contract(spec: Path) -> None:
    other = spec / "dialects" / "zebra"
    shutil.copytree(spec / "dialects" / "ollama_chat", other)
    replace(other / "dialect.yaml", "dialect: ollama_chat", "dialect: zebra\nextends: ollama_chat")
    before, contract = dialect_keys(spec), contract_key(spec)
    replace(other / "dialect.yaml", "extends:", "extends: ")
    after = dialect_keys(spec)
    assert after["ollama_chat"] == before["ollama_chat"]
    assert after["zebra"] != before["zebra"]
    with (spec / "dialects" / "ollama_chat" / "native.yaml").open("a") as stream:
        stream.write("# more\n")
    assert dialect_keys(spec)["zebra"] != after["zebra"]
    assert contract_key(spec) == contract
    with (spec / "schemas" / "items.yaml").open("a") as stream:
        stream.write("# more\n")
    assert dialect_keys(spec)["zebra"] != after["zebra"]
    assert contract_key(spec) != contract
