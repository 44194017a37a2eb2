"""Texts kept from one run to the next, by the hash of what they were made from.

Never needed for correctness: an entry that is missing, damaged or unreadable is
made again, and a cache that cannot be written is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LIMIT = 500
"""Entries that are kept; the oldest go first."""
MOST = 64 * 1024 * 1024
"""Bytes of the largest entry that is read."""


def cache_folder() -> Path | None:
    """`ORGEN_CACHE_DIR` (empty for none), else `.orgen/cache` in the folder of a project."""
    named = os.environ.get("ORGEN_CACHE_DIR")
    if named is not None:
        return Path(named) if named else None
    project = any(Path(name).exists() for name in ("orgen.toml", "pyproject.toml"))
    return Path(".orgen", "cache") if project else None


@dataclass(frozen=True, slots=True)
class TextCache:
    """A folder of texts. Entries are whole or absent, whoever writes at the same time."""

    folder: Path

    def get(self, key: str) -> str | None:
        """The text under `key` (any text), or None."""
        path = self._path(key)
        try:
            digest, _, text = _content(path).partition(b"\n")
            os.utime(path)
            whole = hashlib.sha256(text).hexdigest().encode() == digest
            return text.decode("utf-8") if whole else None
        except (OSError, ValueError):
            return None

    def get_table(self, key: str) -> dict[str, str] | None:
        """The table of texts under `key`, or None."""
        text = self.get(key)
        try:
            value = None if text is None else json.loads(text)
        except (ValueError, RecursionError):
            return None
        whole = isinstance(value, dict) and all(isinstance(part, str) for part in value.values())
        return value if whole else None

    def put_table(self, key: str, table: Mapping[str, str]) -> None:
        """Keep a table of texts under `key`."""
        self.put(key, json.dumps(dict(table), ensure_ascii=False))

    def put(self, key: str, text: str) -> None:
        """Keep `text` under `key`."""
        # A cache that cannot be written is none; half a surrogate pair cannot.
        with contextlib.suppress(OSError, UnicodeEncodeError):
            data = text.encode("utf-8")
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(data).hexdigest().encode() + b"\n" + data)
            Path(name).replace(self._path(key))

    def prune(self) -> None:
        """Drop the entries that were used longest ago."""
        with contextlib.suppress(OSError):  # another run may drop them at the same time
            entries = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime)
            for path in entries[: max(0, len(entries) - LIMIT)]:
                path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _content(path: Path) -> bytes:
    """The bytes of a plain file; no other kind, which might have no end.

    Raises:
        OSError: if there is none, or it is too large.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST:
            raise OSError(f"{path} is no entry of a cache")
        return file.read(MOST)
