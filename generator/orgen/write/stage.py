"""Builds the new folder beside the old one, and clears the old one away after the switch.

A work folder `.<name>.orgen` stands beside the output folder `<name>`:

    .<name>.orgen/tree        the whole new folder: new files, and hard links to all others
    .<name>.orgen/plan.json   inode number of `tree`, and the paths of `tree` that replace or drop

After the switch `tree` is the old folder. The inode number tells a later run
which of the two it finds, so a run that was killed can be cleaned up after.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass
from pathlib import Path

from orgen.write.durable import copy_ownership, flush_folder, remove_tree, write_durably
from orgen.write.paths import Kind, kind_of, read_bytes
from orgen.write.plan import Plan, Tree

_OURS = {".gitignore", "plan.json", "tree"}


@dataclass(frozen=True, slots=True)
class Record:
    """What `plan.json` holds."""

    inode: int
    drop: frozenset[str]


def work_folder(real: Path) -> Path:
    """Where the output folder `real` is prepared; the same for every run."""
    return real.parent / f".{real.name}.orgen"


def build(real: Path, wanted: Tree, plan: Plan) -> Record:
    """Prepare the new folder completely and flush it; `<work>/tree` is ready for the switch."""
    work = work_folder(real)
    work.mkdir()
    write_durably(work / ".gitignore", b"*\n")
    new = work / "tree"
    new.mkdir()
    replaced = {*plan.write, *plan.remove}
    if real.exists():
        _link_folder(real, new, "", replaced, real.stat().st_dev)
    modes = {path: _mode(real / path) for path in plan.write}
    for path in plan.write:
        (new / path).parent.mkdir(parents=True, exist_ok=True)
        write_durably(new / path, wanted[path], modes[path])
    _restore_ownership(real, new)
    record = Record(new.stat().st_ino, frozenset(replaced))
    note = json.dumps({"inode": record.inode, "drop": sorted(record.drop)})
    write_durably(work / "plan.json", note.encode())
    for folder in (work, work.parent):
        flush_folder(folder)
    return record


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode & 0o777
    except (FileNotFoundError, NotADirectoryError):
        return None


def _link_folder(old: Path, new: Path, prefix: str, replaced: set[str], device: int) -> bool:
    """Mirror `old` in `new` by hard links, without the paths replaced; whether any is left."""
    kept = emptied = False
    with os.scandir(old) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.stat(follow_symlinks=False).st_dev != device:
                    raise OSError(errno.EXDEV, "another file system is mounted here", entry.path)
                inner = new / entry.name
                inner.mkdir()
                if _link_folder(old / entry.name, inner, path + "/", replaced, device):
                    kept = True
                else:
                    inner.rmdir()
                    emptied = True
            elif path in replaced:
                emptied = True
            else:
                os.link(entry.path, new / entry.name, follow_symlinks=False)
                kept = True
    return kept or not emptied


def _restore_ownership(real: Path, new: Path) -> None:
    """Give every folder that was there before its old owner and mode; flush all folders."""
    for folder, _, _ in os.walk(new, topdown=False):
        path = Path(folder)
        before = real / path.relative_to(new)
        flush_folder(path)
        if before.is_dir():
            copy_ownership(before.lstat() if before != real else before.stat(), path)


def settle(real: Path, record: Record) -> None:
    """After the switch: rescue what others put into the old folder meanwhile, remove the rest."""
    work = work_folder(real)
    old = work / "tree"
    for folder, _, names in os.walk(old):
        for name in names:
            path = Path(folder, name).relative_to(old).as_posix()
            if path not in record.drop:
                _rescue(old, real, path)
    remove_tree(work)


def _rescue(old: Path, real: Path, path: str) -> None:
    """Move a file that was made or replaced during the run into the new folder."""
    before = (old / path).lstat()
    match kind_of(real, path):
        case Kind.ABSENT:
            (real / path).parent.mkdir(parents=True, exist_ok=True)
        case Kind.BLOCKED | Kind.FOLDER:
            raise OSError(errno.EEXIST, "in the way of a file that was made meanwhile", path)
        case _ if (real / path).lstat().st_ino == before.st_ino:
            return
    (old / path).replace(real / path)


def recover(real: Path) -> None:
    """Clean up after a run that was killed. Call it while holding the lock on the folder."""
    work = work_folder(real)
    if not os.path.lexists(work):
        return
    if work.is_symlink() or not work.is_dir() or {entry.name for entry in work.iterdir()} - _OURS:
        raise OSError(errno.EEXIST, "in the way of orgen's work folder", str(work))
    record = _record(work)
    tree = work / "tree"
    if record is not None and tree.is_dir() and tree.lstat().st_ino != record.inode:
        settle(real, record)
    else:
        remove_tree(work)


def _record(work: Path) -> Record | None:
    """What `build` noted, or None if it was killed before that."""
    try:
        value = json.loads(read_bytes(work / "plan.json"))
        return Record(int(value["inode"]), frozenset(map(str, value["drop"])))
    except (OSError, ValueError, TypeError, KeyError):
        return None
