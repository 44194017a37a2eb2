"""Laws G2 and G3: all files change at once or none, and what is not ours stays."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest
from interrupting import killed_at, refused_at
from orgen.diagnostics import Diagnostics, Severity
from orgen.write import Plan, alone, commit, differences, exchange, prepare, tree, write_tree
from orgen.write.stage import work_folder

Snapshot = dict[str, tuple[str, bytes]]

OLD = {"python/a.py": "old a\n", "python/gone/b.py": "old b\n", "same.txt": "same\n"}
NEW = {"python/a.py": "new a\n", "docs/deep/c.md": "new c\n", "same.txt": "same\n"}


def snapshot(folder: Path) -> Snapshot:
    found: Snapshot = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = ("link", os.fsencode(os.readlink(path)))
        elif path.is_file():
            found[name] = ("file", path.read_bytes())
        else:
            found[name] = ("folder", b"")
    return found


def hashes(files: dict[str, str]) -> dict[str, str]:
    return {path: hashlib.sha256(text.encode()).hexdigest() for path, text in files.items()}


def put(
    out: Path,
    files: dict[str, str],
    owned: dict[str, str] | None = None,
    force: bool = False,
    diagnostics: Diagnostics | None = None,
) -> bool:
    """Write `files` as a run does; `owned` are the texts of the files of the run before."""
    diagnostics = diagnostics if diagnostics is not None else Diagnostics()
    with alone(out, diagnostics, patience=0.2) as locked:
        if not locked:
            return False
        plan = prepare(out, tree(files), hashes(owned or {}), diagnostics, force=force)
        if diagnostics.has_errors:
            return False
        return write_tree(out, tree(files), plan, diagnostics)


def codes(diagnostics: Diagnostics) -> list[str]:
    return [item.code for item in diagnostics]


@pytest.fixture(autouse=True)
def no_flushing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A killed process loses nothing that it has written; only a power cut would. Saves time."""
    flushed: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: flushed.append(os.readlink(f"/proc/self/fd/{fd}")))
    return flushed


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder that holds OLD and, beside it, things that are not ours."""
    folder = tmp_path / "out"
    assert put(folder, OLD)
    (folder / "python" / "mine.txt").write_text("mine")
    (folder / "empty").mkdir()
    (folder / "deps" / "inner").mkdir(parents=True)
    (folder / "deps" / "inner" / "x.bin").write_bytes(b"\0\1")
    (folder / "link").symlink_to("/nowhere/at/all")
    return folder


def expected_new(old: Snapshot) -> Snapshot:
    new = {name: old[name] for name in old if not name.startswith("python/gone")}
    new.update({path: ("file", text.encode()) for path, text in NEW.items()})
    new.update({"docs": ("folder", b""), "docs/deep": ("folder", b"")})
    return new


def no_exchange(left: Path, right: Path) -> None:
    raise OSError(errno.ENOSYS, "not here")


def test_new_files_appear_and_dropped_ones_go(out: Path) -> None:
    before = snapshot(out)
    assert put(out, NEW, OLD)
    assert snapshot(out) == expected_new(before)
    assert os.listdir(out.parent) == ["out"]


def test_unchanged_and_foreign_files_stay_the_same_files(out: Path) -> None:
    kept = [out / "same.txt", out / "python/mine.txt", out / "deps/inner/x.bin"]
    inodes = [path.stat().st_ino for path in kept]
    times = [path.stat().st_mtime_ns for path in kept]
    assert put(out, NEW, OLD)
    assert [path.stat().st_ino for path in kept] == inodes
    assert [path.stat().st_mtime_ns for path in kept] == times


def test_modes_of_files_and_folders_are_kept(out: Path) -> None:
    (out / "python").chmod(0o750)
    (out / "python/a.py").chmod(0o640)
    assert put(out, NEW, OLD)
    assert (out / "python").stat().st_mode & 0o777 == 0o750
    assert (out / "python/a.py").stat().st_mode & 0o777 == 0o640


def test_nothing_to_do_touches_nothing(out: Path) -> None:
    inode = out.stat().st_ino
    assert put(out, OLD, OLD)
    assert out.stat().st_ino == inode


def test_killed_at_every_point_the_tree_is_old_or_new(out: Path) -> None:
    """Seen as the killed process leaves it; the next run then finishes and cleans up."""
    old = snapshot(out)
    new = expected_new(old)
    seen = set()
    for number in range(1, 1000):
        if not killed_at(number, lambda: put(out, NEW, OLD)):
            break
        found = snapshot(out)
        assert found in (old, new), number
        seen.add(found == new)
        owned = NEW if found == new else OLD
        assert put(out, NEW, owned), number
        assert snapshot(out) == new
        assert os.listdir(out.parent) == ["out"], number
        assert put(out, OLD, NEW)  # back, for the next point
        assert snapshot(out) == old
    assert number > 50
    assert seen == {True, False}


def test_killed_before_the_first_output_exists(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    for number in range(1, 1000):
        if not killed_at(number, lambda: put(out, NEW)):
            break
        assert not out.exists() or snapshot(out).items() >= {
            (path, ("file", text.encode())) for path, text in NEW.items()
        }
        assert put(out, NEW, NEW if out.exists() else {})
        assert os.listdir(out.parent) == ["out"]
        assert put(out, {}, NEW)
        out.rmdir()
    assert number > 20


def test_the_journal_completes_after_a_kill(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an exchange of folders the next run restores order, to old or to new."""
    monkeypatch.setattr(commit, "exchange", no_exchange)
    old = snapshot(out)
    seen = set()
    for number in range(1, 1000):
        if not killed_at(number, lambda: put(out, NEW, OLD)):
            break
        with alone(out, Diagnostics()) as recovered:
            assert recovered
        found = snapshot(out)
        done = found == expected_new(old)
        assert done or found == old, number
        seen.add(done)
        assert put(out, OLD, NEW if done else OLD)
        assert snapshot(out) == old
    assert number > 50
    assert seen == {True, False}


def test_the_journal_serves_where_the_folder_is_the_working_directory(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(out)
    before = snapshot(out)
    assert put(Path("."), NEW, OLD)
    assert snapshot(Path.cwd()) == expected_new(before)


def test_everything_new_is_flushed_before_the_switch(
    out: Path, no_flushing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[str] = []

    def watched(left: Path, right: Path) -> None:
        before.extend(no_flushing)
        exchange.exchange(left, right)

    monkeypatch.setattr(commit, "exchange", watched)
    no_flushing.clear()
    assert put(out, NEW, OLD)
    staged = work_folder(out) / "tree"
    for path in ("python/a.py", "docs/deep/c.md", "docs/deep", "docs", "python"):
        assert str(staged / path) in before
    assert no_flushing[-1] == str(out.parent)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_refused_at_every_point_the_tree_is_old_or_new(out: Path, code: int) -> None:
    old = snapshot(out)
    new = expected_new(old)
    refusals = 0
    for number in range(1, 1000):
        result = refused_at(number, code, lambda: put(out, NEW, OLD))
        if result is None:
            break
        with alone(out, Diagnostics()) as recovered:
            assert recovered
        found = snapshot(out)
        assert found == (new if result else old) or found == new
        refusals += not result
        assert os.listdir(out.parent) == ["out"]
        assert put(out, OLD, NEW if found == new else OLD)
    assert refusals > 5


def test_a_full_disk_is_a_diagnostic(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = snapshot(out)
    diagnostics = Diagnostics()
    monkeypatch.setattr("orgen.write.stage.write_durably", full)
    assert not put(out, NEW, OLD, diagnostics=diagnostics)
    assert [(d.code, d.hint) for d in diagnostics] == [("W006", "make room on the disk")]
    assert snapshot(out) == before
    assert os.listdir(out.parent) == ["out"]


def test_edited_files_are_refused_all_at_once(out: Path) -> None:
    (out / "python/a.py").write_text("edited")
    (out / "python/gone/b.py").write_text("edited too")
    before = snapshot(out)
    diagnostics = Diagnostics()
    assert not put(out, NEW, OLD, diagnostics=diagnostics)
    assert [(d.span.file, d.code) for d in diagnostics] == [
        (str(out / "python/a.py"), "W001"),
        (str(out / "python/gone/b.py"), "W001"),
    ]
    assert snapshot(out) == before
    assert put(out, NEW, OLD, force=True)
    assert (out / "python/a.py").read_text() == "new a\n"
    assert not (out / "python/gone").exists()


def test_an_edit_that_is_what_is_wanted_now_is_fine(out: Path) -> None:
    (out / "python/a.py").write_text(NEW["python/a.py"])
    assert put(out, NEW, OLD)


def test_a_foreign_file_in_the_way_is_refused(out: Path) -> None:
    (out / "docs" / "deep").mkdir(parents=True)
    (out / "docs/deep/c.md").write_text("somebody's")
    diagnostics = Diagnostics()
    assert not put(out, NEW, OLD, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W002"]
    assert put(out, NEW, OLD, force=True)
    assert (out / "docs/deep/c.md").read_text() == "new c\n"


@pytest.mark.parametrize("force", [False, True])
def test_links_are_never_followed(out: Path, tmp_path: Path, force: bool) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (out / "docs").symlink_to(elsewhere)
    (out / "python/a.py").unlink()
    (tmp_path / "target.py").write_text("precious")
    (out / "python/a.py").symlink_to(tmp_path / "target.py")
    diagnostics = Diagnostics()
    assert not put(out, NEW, OLD, force=force, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W003", "W003"]
    assert os.listdir(elsewhere) == []
    assert (tmp_path / "target.py").read_text() == "precious"


def test_a_link_in_place_of_a_dropped_file_stays(out: Path, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text(OLD["python/gone/b.py"])
    (out / "python/gone/b.py").unlink()
    (out / "python/gone/b.py").symlink_to(tmp_path / "b.py")
    assert put(out, NEW, OLD)
    assert (tmp_path / "b.py").exists()
    assert (out / "python/gone/b.py").is_symlink()


@pytest.mark.parametrize("blocked", ["docs", "docs/deep/c.md/x"])
def test_files_and_folders_of_one_name_are_refused(out: Path, blocked: str) -> None:
    (out / blocked).parent.mkdir(parents=True, exist_ok=True)
    (out / blocked).write_text("in the way")
    diagnostics = Diagnostics()
    assert not put(out, NEW, OLD, force=True, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W003"]


def test_an_output_folder_inside_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        diagnostics = Diagnostics()
        assert not put(out, NEW, diagnostics=diagnostics)
        assert codes(diagnostics) == ["W007"]


def test_read_only_folders_are_respected(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked of the system beforehand, for the exchange would get around them."""
    locked = out / "python"
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != locked)
    before = snapshot(out)
    diagnostics = Diagnostics()
    assert not put(out, NEW, OLD, diagnostics=diagnostics)
    assert [(d.span.file, d.code) for d in diagnostics] == [(str(locked), "W006")]
    assert snapshot(out) == before


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", "a/../../x", "a//b", "./a", ".orgen/x", "a\\b", "a\nb", "x" * 300]
)
def test_paths_that_leave_the_tree_are_refused(tmp_path: Path, path: str) -> None:
    diagnostics = Diagnostics()
    assert not put(tmp_path / "out", {path: "x"}, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W008"]
    assert os.listdir(tmp_path) == []


def test_paths_that_are_one_file_are_refused(tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    files = {"a/Foo.md": "1", "a/foo.md": "2", "b": "3", "b/c": "4"}
    assert not put(tmp_path / "out", files, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W008", "W008"]


def test_a_second_run_waits_then_gives_up(out: Path) -> None:
    diagnostics = Diagnostics()
    with alone(out, Diagnostics()) as first:
        assert first
        assert not put(out, NEW, OLD, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W005"]
    assert put(out, NEW, OLD)


def test_files_made_during_the_run_are_rescued(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(left: Path, right: Path) -> None:
        (right / "python/late.txt").write_text("made late")
        (right / "python/mine.txt").unlink()
        (right / "python/mine.txt").write_text("replaced late")
        exchange.exchange(left, right)

    monkeypatch.setattr(commit, "exchange", meanwhile)
    assert put(out, NEW, OLD)
    assert (out / "python/late.txt").read_text() == "made late"
    assert (out / "python/mine.txt").read_text() == "replaced late"
    assert os.listdir(out.parent) == ["out"]


def test_somebody_elses_folder_in_place_of_the_work_folder_stays(out: Path) -> None:
    precious = work_folder(out) / "precious"
    precious.mkdir(parents=True)
    diagnostics = Diagnostics()
    assert not put(out, NEW, OLD, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W006"]
    assert precious.exists()


@pytest.mark.parametrize("journal", ["[]", "{}", "nonsense", '{"write": ["../x"], "remove": []}'])
def test_a_damaged_journal_is_a_diagnostic(out: Path, journal: str) -> None:
    (out / ".orgen").mkdir()
    (out / ".orgen/journal.json").write_text(journal)
    (out / ".orgen/0.new").write_text("evil")
    diagnostics = Diagnostics()
    assert not put(out, NEW, OLD, diagnostics=diagnostics)
    assert codes(diagnostics) == ["W006"]
    assert not (out.parent / "x").exists()


def test_an_output_folder_may_be_a_link(out: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(out)
    assert put(tmp_path / "alias", NEW, OLD)
    assert (tmp_path / "alias").is_symlink()
    assert (out / "python/a.py").read_text() == "new a\n"


def test_leftovers_that_cannot_be_removed_are_a_warning(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "bad sector")

    monkeypatch.setattr("orgen.write.stage.settle", refuse)
    diagnostics = Diagnostics()
    assert put(out, NEW, OLD, diagnostics=diagnostics)
    assert [(d.code, d.severity) for d in diagnostics] == [("W009", Severity.WARNING)]
    assert (out / "python/a.py").read_text() == "new a\n"
    monkeypatch.undo()
    assert put(out, NEW, NEW)
    assert os.listdir(out.parent) == ["out"]


@pytest.mark.parametrize("platform", ["linux", "darwin", "plan9"])
def test_without_an_exchange_the_system_says_so(tmp_path: Path, platform: str) -> None:
    """A C library that lacks the call of its platform is an OSError, not a crash."""
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError) as caught:
        exchange.exchange(tmp_path / "a", tmp_path / "missing", platform)
    assert caught.value.errno in (errno.ENOENT, errno.ENOSYS)


def lines(out: Path, files: dict[str, str], plan: Plan) -> str:
    return "".join(differences(out, tree(files), plan, "out"))


def planned(out: Path, files: dict[str, str], owned: dict[str, str]) -> Plan:
    return prepare(out, tree(files), hashes(owned), Diagnostics(), force=True)


def test_differences_are_a_unified_diff(out: Path) -> None:
    before = snapshot(out)
    assert lines(out, NEW, planned(out, NEW, OLD)) == (
        "--- /dev/null\n+++ b/out/docs/deep/c.md\n@@ -0,0 +1 @@\n+new c\n"
        "--- a/out/python/a.py\n+++ b/out/python/a.py\n@@ -1 +1 @@\n-old a\n+new a\n"
        "--- a/out/python/gone/b.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-old b\n"
    )
    assert snapshot(out) == before


def test_long_differences_are_cut_with_an_exact_count(out: Path) -> None:
    files = {**OLD, "long.txt": "".join(f"line {n}\n" for n in range(1000))}
    text = lines(out, files, planned(out, files, OLD))
    assert text.count("\n+line") == 397
    assert text.endswith("# ... 603 of 1000 changed lines of this file are not shown\n")


def test_files_without_a_final_line_feed_are_marked(out: Path) -> None:
    files = {**OLD, "python/a.py": "no end"}
    text = lines(out, files, planned(out, files, OLD))
    assert text.endswith("-old a\n+no end\n\\ No newline at end of file\n")
