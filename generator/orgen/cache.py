"""Texts kept from one run to the next, by the hash of what they were made from.

Never needed for correctness: an entry that is missing, damaged or unreadable is
made again, and a cache that cannot be written is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

LIMIT = 500
"""Entries that are kept; the oldest go first."""


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
            digest, _, text = path.read_bytes().partition(b"\n")
            os.utime(path)
        except OSError:
            return None
        whole = hashlib.sha256(text).hexdigest().encode() == digest
        return text.decode("utf-8") if whole else None

    def put(self, key: str, text: str) -> None:
        """Keep `text` under `key`."""
        data = text.encode("utf-8")
        with contextlib.suppress(OSError):  # a cache that cannot be written is none
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
