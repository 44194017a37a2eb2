"""Paths below an output folder: which are allowed, and what lies there without following links."""

from __future__ import annotations

import os
import stat
from enum import Enum
from pathlib import Path, PurePosixPath

JOURNAL_FOLDER = ".orgen"
"""Name at the top of an output folder that belongs to an unfinished run."""


class Kind(Enum):
    """What lies at a path; `BLOCKED` means that a parent is no real folder."""

    ABSENT = "absent"
    FILE = "file"
    FOLDER = "folder"
    LINK = "symbolic link"
    SPECIAL = "special file"
    BLOCKED = "blocked"


def is_safe(path: str) -> bool:
    """Whether `path` names a file strictly below a folder, in its shortest form.

    >>> is_safe("python/types.py"), is_safe("../x"), is_safe("/x"), is_safe("a//b")
    (True, False, False, False)
    """
    parts = path.split("/")
    return (
        all(part not in ("", ".", "..") for part in parts)
        and parts[0] != JOURNAL_FOLDER
        and "\\" not in path
        and path.isprintable()
        and all(len(part.encode("utf-8", "replace")) <= 255 for part in parts)
    )


def kind_of(root: Path, path: str) -> Kind:
    """What lies at `root/path`. Links are reported, never followed (except `root` itself)."""
    current = root
    for part in PurePosixPath(path).parts[:-1]:
        current = current / part
        match _kind(current):
            case Kind.ABSENT:
                return Kind.ABSENT
            case Kind.FOLDER:
                continue
            case _:
                return Kind.BLOCKED
    return _kind(root / path)


def _kind(path: Path) -> Kind:
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return Kind.ABSENT
    if stat.S_ISREG(mode):
        return Kind.FILE
    if stat.S_ISDIR(mode):
        return Kind.FOLDER
    return Kind.LINK if stat.S_ISLNK(mode) else Kind.SPECIAL


def first_obstacle(root: Path, path: str) -> str:
    """The first parent of `path` that exists and is no real folder, or `path` itself."""
    parts = PurePosixPath(path).parts
    for length in range(1, len(parts)):
        prefix = "/".join(parts[:length])
        if _kind(root / prefix) not in (Kind.FOLDER, Kind.ABSENT):
            return prefix
    return path


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file, refusing to follow a link that appeared meanwhile."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def nearest_folder(path: Path) -> Path:
    """`path`, or its closest ancestor that exists."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
