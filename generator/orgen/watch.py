"""Generates again whenever an input has changed, and tells which faults came and went.

Files are looked at, not subscribed to: a few hundred names and times cost a
millisecond, work on every file system and need no package.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from orgen.diagnostics import Diagnostic, Diagnostics
from orgen.fingerprint import SPEC_SUFFIXES

INTERVAL = 0.15
"""Seconds between two looks."""
QUIET = 0.1
"""Seconds without a further change after which files count as saved."""
PATIENCE = 1.0
"""Seconds after which a round starts even while files go on changing."""

Look: TypeAlias = Mapping[str, tuple[int, int, int]]
"""Path -> time of change, size and inode."""


def look(roots: tuple[Path, ...]) -> Look:
    """All files that matter below some folders, or some files; those that are gone are left out."""
    seen = {}
    for root in roots:
        for path in _files(root):
            try:
                facts = Path(path).stat()
            except OSError:
                continue
            if stat.S_ISREG(facts.st_mode):
                seen[path] = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
    return seen


def _files(root: Path) -> Iterator[str]:
    if not root.is_dir():
        yield str(root)
        return
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        yield from (f"{folder}/{name}" for name in names if _matters(name))


def _matters(name: str) -> bool:
    """Editors' own files (hidden, or with another ending) do not."""
    return name[0] != "." and Path(name).suffix in {*SPEC_SUFFIXES, ".jinja", ".py", ".toml"}


@dataclass(slots=True)
class Watcher:
    """Waits for changes of what `roots` names, asked anew for every look."""

    roots: Callable[[], tuple[Path, ...]]
    last: Look = field(default_factory=dict)

    def settle(self) -> None:
        """Take the files as they are for known."""
        self.last = look(self.roots())

    def wait(self) -> None:
        """Return when files have changed since `settle` or `wait`, and are whole as it seems."""
        while (now := look(self.roots())) == self.last:
            time.sleep(INTERVAL)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            time.sleep(QUIET)
            later = look(self.roots())
            if later == now:
                break
            now = later
        self.last = now


@dataclass(slots=True)
class Told:
    """The diagnostics that were printed and still hold."""

    standing: frozenset[Diagnostic] = frozenset()

    def take(self, found: Diagnostics) -> tuple[Diagnostics, list[Diagnostic]]:
        """Those that are new, to be printed, and those that are gone.

        A fault that only moved with the lines around it is neither.
        """
        now = frozenset(found)
        before = {_sameness(item) for item in self.standing}
        after = {_sameness(item) for item in now}
        new = [item for item in found if _sameness(item) not in before]
        gone = [item for item in self.standing if _sameness(item) not in after]
        self.standing = now
        return Diagnostics(new, found.sources), sorted(gone, key=lambda item: item.sort_key)


def _sameness(item: Diagnostic) -> tuple[str, str, str]:
    return item.span.file, item.code, item.message
