"""Files that are really on the disk before anything refers to them."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


def write_durably(path: Path, content: bytes, mode: int | None = None) -> None:
    """Create `path` (which must not exist), with the permissions `mode`, and flush it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in place of one file, all at once."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.orgen")
    try:
        write_durably(beside, content, path.stat().st_mode & 0o777 if path.exists() else None)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def flush_folder(path: Path) -> None:
    """Flush the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_ownership(source: os.stat_result, target: Path) -> None:
    """Give `target` the mode and, where they differ, the owner and group of `source`."""
    present = target.lstat()
    if (present.st_uid, present.st_gid) != (source.st_uid, source.st_gid):
        os.chown(target, source.st_uid, source.st_gid)
    target.chmod(source.st_mode & 0o7777)


def remove_tree(path: Path) -> None:
    """Remove a folder of our own, even if it holds read-only folders; links are not followed."""
    if not os.path.lexists(path):
        return
    _open(path)
    for folder, names, _ in os.walk(path):
        for name in names:
            _open(Path(folder, name))
    shutil.rmtree(path)


def _open(folder: Path) -> None:
    mode = folder.lstat().st_mode
    if stat.S_ISDIR(mode) and mode & 0o700 != 0o700:
        folder.chmod(stat.S_IMODE(mode) | 0o700)
