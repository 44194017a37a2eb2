"""Says in a vendor's words what happens to its response: the tables of streams, read backwards.

A speaker is told what a native response would go through (it begins, a block
opens, a text grows, it ends), and gives the events that a decoder of that vendor
would read so. `telling` speaks of streams whose events say what to do, `piecing`
of those whose events are pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from .assembling import Key
from .streams import Path

Event: TypeAlias = dict[str, Any]
Texts: TypeAlias = list[str]


@dataclass(slots=True)
class Block:
    """A native block, or a text of the object that holds them, that is being sent."""

    list: str | None
    """The list that it lies in; None for a text of the holding object."""
    key: int
    leaf: tuple[Key, ...]
    json: bool
    native: dict[str, Any]
    """The block as it was opened, its text empty."""
    pieces: Texts = field(default_factory=Texts)
    """What was sent of its text."""
    earlier: str = ""
    """What blocks before it have said of that text, where another came between."""
    open: bool = True
    begun: bool = False
    turn: int = 0
    part: int = 0
    """Which text of the block it is, where several grow side by side."""
    cut: bool = False
    """Whether it was cut off, and never becomes whole."""

    @property
    def sent(self) -> str:
        """What was sent of its text, as one."""
        return "".join(self.pieces)

    def knows(self, key: str, value: Any) -> bool:
        """Whether a property of the whole block was sent when it opened, or is its text."""
        return (key,) == self.leaf[:1] or self.native.get(key) == value


class Speaker(Protocol):
    """What an encoder asks of either form of streams."""

    sequential: bool
    """Whether one block must be closed before the next opens."""

    def begin(self, native: dict[str, Any]) -> list[Event]:
        """What is said before anything else; `native` is the response without its blocks."""
        ...

    def sends(self, name: str) -> bool:
        """Whether entries of that list are sent one by one."""
        ...

    def grows(self, name: str | None, leaf: tuple[Key, ...], json: bool) -> bool:
        """Whether that text of such a block can be sent in pieces."""
        ...

    def leaves(self, name: str) -> list[tuple[Path, bool]]:
        """The texts that entries of that list may grow by, and which are JSON."""
        ...

    def spreads(self, name: str) -> bool:
        """Whether all texts of an item grow in one block of that list."""
        ...

    def sets(self, name: str, key: str) -> bool:
        """Whether that property of a block is sent after its opening."""
        ...

    def append(self, block: Block, text: str) -> list[Event]:
        """A piece of a block's text; the first one opens the block."""
        ...

    def whole(self, block: Block, native: dict[str, Any]) -> list[Event]:
        """A block that is sent at once."""
        ...

    def close(self, block: Block, native: dict[str, Any]) -> list[Event]:
        """What the whole block has besides its text, and its end."""
        ...

    def late(
        self, native: dict[str, Any], holder: list[dict[str, Block | None]]
    ) -> list[Event] | None:
        """What is left to say of a response that fails; None where an error is all there can be."""
        ...

    def end(self, native: dict[str, Any], holder: list[dict[str, Block | None]]) -> list[Event]:
        """What is left to say of the response, and its end. `holder` are the turns as sent."""
        ...

    def fail(self, error: dict[str, Any]) -> list[Event]:
        """The event of an error; `error` is the native error body."""
        ...


def turns_of(native: Mapping[str, Any], turn: Path) -> list[dict[str, Any]]:
    """The objects that hold the blocks of a whole response, by choice; empty where none is."""
    found: list[Any] = [native]
    for step in turn:
        if step == "*":
            found = [entry for value in found if isinstance(value, list) for entry in value]
        else:
            found = [value.get(step) if isinstance(value, dict) else None for value in found]
    return [value if isinstance(value, dict) else {} for value in found]


def at_turn(native: Mapping[str, Any], turn: Path) -> dict[str, Any]:
    """The first of them, or an empty object."""
    found = turns_of(native, turn)
    return found[0] if found else {}
