"""What a call asks of the network: the steps that its logic yields, and their answers.

The logic of a call is a generator. It yields a step, is sent the step's result
or thrown its failure, and returns what came of it. So it knows no sockets, and
is the same for clients that block and clients that await.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

from .failures import CallError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `total` bounds the waiting of a whole call, retries and pauses included.

    The time that a caller takes between two events of a stream does not count.
    """

    connect: float = 10.0
    read: float = 300.0
    """Between two pieces of an answer; models that are loaded first are silent for long."""
    write: float = 60.0
    total: float = 1200.0


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request, and read until its headers have come. The result is a Head."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers of an answer; names are in lower case."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """Read the next piece of the body. The result is bytes, or None at its end."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Settle:
    """Read to the end if it has come already, so that the connection can be used again."""

    seconds: float = 0.25


@dataclass(frozen=True, slots=True)
class Wait:
    """Pause before the next attempt."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close the answer that is being read."""


@dataclass(frozen=True, slots=True)
class Opened:
    """For the caller: the stream has begun."""


@dataclass(frozen=True, slots=True)
class Emit:
    """For the caller: these events."""

    events: list[Any]


@dataclass(frozen=True, slots=True)
class Begin:
    """What comes before the first step."""


Step: TypeAlias = "Begin | Send | Read | Settle | Wait | Hangup | Opened | Emit"
Steps: TypeAlias = "Generator[Step, Any, T]"


class Course(Generic[T]):
    """The steps of one call: where they stand, and what they come to.

    `step` is to be taken next; None once all were.
    """

    def __init__(self, steps: Steps[T]) -> None:
        self.step: Step | None = Begin()
        self._steps = steps
        self._value: T

    def send(self, result: Any) -> None:
        """Goes on with the result of the step."""
        try:
            self.step = self._steps.send(result)
        except StopIteration as stop:
            self.step, self._value = None, stop.value

    def throw(self, error: CallError) -> None:
        """Goes on with the failure of the step. Raises what cannot be helped."""
        try:
            self.step = self._steps.throw(error)
        except StopIteration as stop:
            self.step, self._value = None, stop.value

    @property
    def value(self) -> T:
        """What came of all steps."""
        return self._value

    def close(self) -> None:
        """Takes no more steps."""
        self.step = None
        self._steps.close()
