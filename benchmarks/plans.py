"""What streams say: runs of thoughts, text or a call's arguments, each in pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "arguments", "reasoning", "mixed"]
KINDS: tuple[Kind, ...] = ("text", "arguments", "reasoning", "mixed")


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces of one thing. `number` counts the calls, and is 0 for all else."""

    kind: Literal["reasoning", "text", "call"]
    pieces: tuple[str, ...]
    number: int = 0

    @property
    def whole(self) -> str:
        return "".join(self.pieces)

    @property
    def call_id(self) -> str:
        return f"call_{self.number:024d}"


TOOL = "find_book"


def plan(kind: Kind, count: int) -> tuple[Run, ...]:
    """Runs with about `count` pieces together."""
    match kind:
        case "text":
            return (Run("text", _words(count)),)
        case "arguments":
            return (Run("call", _arguments(count)),)
        case "reasoning":
            return (Run("reasoning", _words(count - 3)), Run("text", _words(3)))
        case "mixed":
            quarter = count // 4
            return (
                Run("reasoning", _words(quarter)),
                Run("text", _words(quarter)),
                Run("call", _arguments(quarter)),
                Run("call", _arguments(quarter), 1),
            )


_WORDS = (
    " the",
    " river",
    " Elbe",
    ",",
    " maps",
    " of",
    ' "delta"',
    " über",
    ".\n",
    " shelf",
    " 12",
)


def _words(count: int) -> tuple[str, ...]:
    return tuple(_WORDS[number % len(_WORDS)] for number in range(count))


_TOKENS = (" the", " river", " Elbe", ",", " maps", " of", ' \\"delta\\"', " über", ".\\n", " 12")


def _arguments(count: int) -> tuple[str, ...]:
    """Pieces of compact JSON text."""
    tokens = (_TOKENS[number % len(_TOKENS)] for number in range(count - 2))
    return ('{"notes":"', *tokens, '"}')
