"""Reads the files of a commit, without touching the working tree.

Blobs are read from the object store: no filter, hook or attribute of the repository has a say.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from orgen.excerpt import harmless

MAX_FILES = 2_000
MAX_BYTES = 64 * 1024 * 1024
TIMEOUT = 60
"""Seconds that git may take; it never asks anybody or fetches anything."""

_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@{}^~+-]{0,249}")
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_LINK, _FILES = "120000", frozenset({"100644", "100755", "120000"})
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE")
_REFERS_OUT = re.compile(rb"""\$ref["']?\s*:\s*["']?[^"'#\s]""")


class GitError(Exception):
    """Git cannot give what is asked for; the code is one of `docs/diagnostics.md`."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the repository that holds a folder."""

    folder: Path
    """The root of the working tree."""
    revision: str
    """As the user named it."""
    id: str


def is_revision(text: str) -> bool:
    """Whether a text has the form of a branch, tag or commit."""
    return _REVISION.fullmatch(text) is not None and ".." not in text


def find_commit(revision: str, folder: Path) -> Commit:
    """The commit that a revision names in the repository around `folder`.

    Raises:
        GitError: if there is no repository (B002) or no such commit (B001).
    """
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top.returncode:
        reason = harmless(os.fsdecode(top.stderr).strip().partition("\n")[0][:200])
        if "not a git repository" in reason:
            message = f"there is no such file or folder, and {_shown(folder)} is in no git "
            hint = "name a file or a folder, or a commit of the repository that holds the spec"
            raise GitError("B002", message + "repository", hint)
        raise GitError("B003", f"git fails: {reason}")
    found = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", "--")
    lines = found.stdout.split()
    if found.returncode or not lines:
        hint = "name a file, a folder, a branch, a tag or a commit"
        raise GitError("B001", "there is no such file, folder or git commit", hint)
    root = Path(os.fsdecode(top.stdout.rstrip(b"\n")))
    return Commit(root, revision, lines[0].decode("ascii"))


def extract(commit: Commit, path: PurePosixPath, target: Path) -> Path:
    """Write what a commit has at `path`, a file or a folder, below `target`; return where.

    Of a folder only YAML and JSON are written. A file brings its folder along if it refers to
    other files.

    Raises:
        GitError: if the path is not there (B004) or holds too much (B005).
    """
    entries = _entries(commit, path)
    single = [entry for entry in entries if entry.path == path]
    if not entries:
        hint = f"name it after the commit: --against {commit.revision}:PATH"
        raise GitError("B004", f"the commit has no {_quoted(path)}", hint)
    if single:
        _write(commit, single, target)
        if _REFERS_OUT.search((target / path).read_bytes()):
            others = [e for e in _entries(commit, path.parent) if e.path != path]
            _write(commit, [e for e in others if e.path.suffix in _SUFFIXES], target)
    else:
        _write(commit, [e for e in entries if e.path.suffix in _SUFFIXES], target)
    return target / path


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: str
    id: str
    size: int
    path: PurePosixPath


def _entries(commit: Commit, path: PurePosixPath) -> list[_Entry]:
    where = [] if path == PurePosixPath() else [str(path)]
    listed = _git(
        commit.folder, "ls-tree", "-r", "-l", "-z", "--full-tree", commit.id, "--", *where
    )
    if listed.returncode:
        reason = harmless(os.fsdecode(listed.stderr).strip().partition("\n")[0][:200])
        raise GitError("B003", f"git fails: {reason}")
    found = []
    for line in listed.stdout.split(b"\0"):
        facts, _, name = line.partition(b"\t")
        if not name:
            continue
        mode, _kind, identifier, size = facts.decode("ascii").split()
        inner = PurePosixPath(os.fsdecode(name))
        if mode in _FILES and not inner.is_absolute() and ".." not in inner.parts:
            found.append(_Entry(mode, identifier, int(size), inner))
    return found


def _write(commit: Commit, entries: list[_Entry], target: Path) -> None:
    if len(entries) > MAX_FILES or sum(entry.size for entry in entries) > MAX_BYTES:
        message = f"the commit has more there than {MAX_FILES:,} files or {MAX_BYTES:,} bytes"
        raise GitError("B005", message, "name the folder or file of the spec itself")
    # Links come last, so that no file is written through one.
    ordered = sorted(entries, key=lambda entry: entry.mode == _LINK)
    for entry, content in zip(ordered, _blobs(commit, ordered), strict=True):
        place = target / entry.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if entry.mode == _LINK:
            place.symlink_to(os.fsdecode(content))
        else:
            place.write_bytes(content)


def _blobs(commit: Commit, entries: list[_Entry]) -> Iterator[bytes]:
    """The contents of several files, in one run of git."""
    asked = "".join(f"{entry.id}\n" for entry in entries).encode("ascii")
    data = _git(commit.folder, "cat-file", "--batch", given=asked).stdout
    start = 0
    for entry in entries:
        # Each is a line "<id> blob <size>", the content and a line end.
        head = data.find(b"\n", start)
        if head < 0 or data[start:head].split()[1:] != [b"blob", str(entry.size).encode()]:
            raise GitError("B003", f"git cannot read {_quoted(entry.path)} of the commit")
        yield data[head + 1 : head + 1 + entry.size]
        start = head + 2 + entry.size


def _git(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    environment |= {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }
    command = ["git", "--no-pager", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    try:
        return subprocess.run(
            command, capture_output=True, check=False, timeout=TIMEOUT, env=environment,
            input=given,
        )  # fmt: skip
    except FileNotFoundError:
        raise GitError("B003", "there is no git on this machine") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError("B003", f"git fails: {type(error).__name__}") from None


def _shown(folder: Path) -> str:
    return _quoted(PurePosixPath(folder.as_posix()))


def _quoted(path: PurePosixPath) -> str:
    return f"`{harmless(str(path))}`"
