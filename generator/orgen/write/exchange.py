"""The one atomic step: two folders change names at once.

Linux has `renameat2(RENAME_EXCHANGE)` and macOS `renamex_np(RENAME_SWAP)`.
Python offers neither, so they are called in the C library.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2

UNSUPPORTED = frozenset(
    {
        errno.ENOSYS,
        errno.EINVAL,
        errno.ENOTSUP,
        errno.EXDEV,
        errno.EBUSY,
        errno.EPERM,
        errno.EMLINK,
        errno.EACCES,
    }
)
"""Errors that mean "not on this system or file system": the journal takes over."""


def exchange(left: Path, right: Path, platform: str = sys.platform) -> None:
    """Swap the names of two folders on one file system, or raise `OSError`."""
    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(left), os.fsencode(right)
    if platform == "linux" and hasattr(library, "renameat2"):
        result = library.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    elif platform == "darwin" and hasattr(library, "renamex_np"):
        result = library.renamex_np(names[0], names[1], _RENAME_SWAP)
    else:
        raise OSError(errno.ENOSYS, "no atomic exchange of folders here", str(left))
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(left), None, str(right))
