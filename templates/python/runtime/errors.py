"""What can go wrong in a translation, and what it costs.

All exceptions derive from `OpenResponsesError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Action = Literal["dropped", "emulated", "clamped", "coerced", "unchecked"]


class Loss(NamedTuple):
    """Something in the source that the result does not say, or says differently.

    `path` is a JSON Pointer (RFC 6901) into the source; `reason` a sentence.
    """

    path: str
    action: Action
    reason: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.action}: {self.reason}"


class Unsupported(NamedTuple):
    """Something in the source that the target cannot carry at all."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path or '/'}: {self.reason}"


class OpenResponsesError(Exception):
    """Base of every exception that this package raises."""


class DecodeError(OpenResponsesError):
    """The input is not what its format says; `path` is a JSON Pointer to the fault."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path or '/'}: {message}")
        self.path = path
        self.message = message


class UnsupportedError(OpenResponsesError):
    """The target cannot carry the input; `problems` lists everything that stands against it."""

    def __init__(self, problems: Sequence[Unsupported]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)


class LossError(OpenResponsesError):
    """A strict translation would lose something; `losses` lists all of it."""

    def __init__(self, losses: Sequence[Loss]) -> None:
        super().__init__("; ".join(map(str, losses)))
        self.losses = tuple(losses)
