"""What a long run keeps from one round to the next: results, with what they were made from.

Only `orgen generate --watch` has one. Nothing depends on it: without, everything is made anew.
Keys are compared as values, so whatever goes in must not change afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar, cast

_Value = TypeVar("_Value")
_CURRENT: ContextVar[Memory | None] = ContextVar("_CURRENT", default=None)


@dataclass(slots=True)
class Memory:
    """Name -> the last key and the last value under that name."""

    kept: dict[str, tuple[object, object]] = field(default_factory=dict)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let `remembered` use this memory."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


def remembers() -> bool:
    """Whether a memory is in use."""
    return _CURRENT.get() is not None


def remembered(
    name: str,
    key: object,
    make: Callable[[], _Value],
    worth: Callable[[_Value], bool] = lambda _: True,
) -> _Value:
    """What `make` gave for an equal key the last time, or gives now.

    Only a value that is `worth` it is kept: one that comes with diagnostics must be made again,
    so that they are told again.
    """
    memory = _CURRENT.get()
    if memory is None:
        return make()
    if name in memory.kept:
        known, value = memory.kept[name]
        if known == key:
            return cast("_Value", value)
    value = make()
    if worth(value):
        memory.kept[name] = (key, value)
    return value
