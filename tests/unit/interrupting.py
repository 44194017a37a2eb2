"""Runs a function in a child process that dies, or is refused, at its n-th touch of the disk."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable

_TOUCHES = frozenset(
    {
        "open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "os.chmod",
        "os.chown", "os.scandir",
    }
)  # fmt: skip


def killed_at(number: int, action: Callable[[], object]) -> bool:
    """Run `action` in a child killed by SIGKILL at touch `number`; False if it ended before."""

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    status = _in_child(number, action, die)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
    return os.WIFSIGNALED(status)


def refused_at(number: int, code: int, action: Callable[[], bool]) -> bool | None:
    """Run `action` with one touch refused by `OSError(code)`: its result, None if not reached."""
    reached, told = os.pipe()

    def refuse() -> None:
        os.write(told, b"x")
        raise OSError(code, os.strerror(code))

    def run() -> None:
        os._exit(0 if action() else 7)

    status = os.waitstatus_to_exitcode(_in_child(number, run, refuse))
    os.close(told)
    happened = bool(os.read(reached, 1))
    os.close(reached)
    assert status in (0, 7)
    return status == 0 if happened else None


def _in_child(number: int, action: Callable[[], object], strike: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    left = [number]

    def hook(event: str, _arguments: object) -> None:
        if event in _TOUCHES:
            left[0] -= 1
            if left[0] == 0:
                strike()

    try:
        sys.addaudithook(hook)
        action()
    except BaseException:
        left[0] = -1
        traceback.print_exc()
        os._exit(3)
    os._exit(0)
