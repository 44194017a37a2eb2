"""Where folders cannot be exchanged: a journal that a later run carries to its end.

`<out>/.orgen/` holds the new contents and, once they are all flushed,
`journal.json`, whose appearance commits the run. The files are then renamed
into place one by one. A run that is killed before the commit has changed
nothing; one that is killed after it leaves a mixture, which the next run of
`orgen generate` completes before anything else.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from pathlib import Path

from orgen.write.durable import flush_folder, remove_tree, write_durably
from orgen.write.paths import JOURNAL_FOLDER, Kind, is_safe, kind_of, read_bytes
from orgen.write.plan import Plan, Tree


def commit_by_journal(real: Path, wanted: Tree, plan: Plan) -> None:
    """Make the folder `real`, which exists, hold `wanted`."""
    folder = real / JOURNAL_FOLDER
    folder.mkdir()
    try:
        write_durably(folder / ".gitignore", b"*\n")
        for number, path in enumerate(plan.write):
            write_durably(folder / f"{number}.new", wanted[path], _mode(real / path))
        journal = json.dumps({"write": plan.write, "remove": plan.remove}).encode()
        write_durably(folder / "journal.tmp", journal)
        flush_folder(folder)
        (folder / "journal.tmp").rename(folder / "journal.json")
    except BaseException:
        remove_tree(folder)
        raise
    flush_folder(folder)
    _apply(real, plan.write, plan.remove)


def _mode(path: Path) -> int | None:
    return path.lstat().st_mode & 0o777 if path.is_file() else None


def recover_journal(real: Path) -> None:
    """Complete a committed run that was killed, or forget one that was not committed."""
    folder = real / JOURNAL_FOLDER
    if not folder.is_dir() or folder.is_symlink():
        return
    if not (folder / "journal.json").exists():
        remove_tree(folder)
        return
    journal = json.loads(read_bytes(folder / "journal.json"))
    write, remove = _paths(journal, "write"), _paths(journal, "remove")
    _apply(real, write, remove)


def _paths(journal: object, key: str) -> list[str]:
    value = journal.get(key) if isinstance(journal, dict) else None
    if not isinstance(value, list) or not all(isinstance(p, str) and is_safe(p) for p in value):
        raise OSError(errno.EBADMSG, "the journal of an unfinished run is damaged")
    return value


def _apply(real: Path, write: Sequence[str], remove: Sequence[str]) -> None:
    """Carry out the journal; may be repeated after any interruption."""
    folder = real / JOURNAL_FOLDER
    for number, path in enumerate(write):
        new = folder / f"{number}.new"
        if new.exists():  # otherwise it is in place already
            _refuse_links(real, path)
            (real / path).parent.mkdir(parents=True, exist_ok=True)
            new.replace(real / path)
    for path in remove:
        if kind_of(real, path) in (Kind.FILE, Kind.ABSENT):
            (real / path).unlink(missing_ok=True)
            _prune((real / path).parent, real)
    for parent in sorted({(real / path).parent for path in [*write, *remove]}):
        if parent.is_dir():
            flush_folder(parent)
    remove_tree(folder)


def _refuse_links(real: Path, path: str) -> None:
    if kind_of(real, path) not in (Kind.ABSENT, Kind.FILE):
        raise OSError(errno.EEXIST, "in the way of a generated file", path)


def _prune(folder: Path, real: Path) -> None:
    """Remove folders that hold nothing any more."""
    while folder != real and not (folder.exists() and any(folder.iterdir())):
        if folder.exists():
            folder.rmdir()
        folder = folder.parent
