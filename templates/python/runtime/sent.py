"""What was sent of an item: the blocks that its texts grow in, and what must wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .marking import Part, choice_of
from .speaking import Block, Texts
from .told import copy_of


@dataclass(slots=True)
class Sent:
    """A canonical item, and what was sent for it."""

    item: dict[str, Any]
    number: int
    blocks: dict[Part, Block] = field(default_factory=dict)
    """Part -> the block that its text grows in, the last one where there are several."""
    silent: dict[Part, Texts] = field(default_factory=dict)
    """Parts that grow nowhere -> their texts, which are sent with the whole item."""
    waiting: list[tuple[Part, Texts]] = field(default_factory=list)
    """Texts that must wait until another block is closed."""
    ended: dict[Part, dict[str, Any]] = field(default_factory=dict)
    """Parts that an event has stated as a whole."""
    done: dict[str, Any] | None = None
    formed: dict[str, Any] | None = None
    """The whole item in the form in which it began, where the one it came to has another."""
    finished: bool = False
    choice: tuple[str, Any] = ("", 0)
    """The property that tells which choice it is of, and its number."""

    @classmethod
    def of(cls, item: dict[str, Any], number: int) -> Sent:
        """An item of which nothing was sent."""
        return cls(copy_of(item), number, choice=choice_of(item))

    def texts(self) -> dict[Part, str]:
        """What was said of its texts."""
        said = {part: block.earlier + block.sent for part, block in self.blocks.items()}
        for part, pieces in (*self.silent.items(), *self.waiting):
            said[part] = said.get(part, "") + "".join(pieces)
        return said


@dataclass(frozen=True, slots=True)
class Growth:
    """What becomes of more of a text, until anything else happens: kept, and sent if in a block."""

    pieces: Texts
    block: Block | None
