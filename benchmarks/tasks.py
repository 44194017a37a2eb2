"""What is asked of all contestants: the task of a case, and the case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks.plans import Kind
from benchmarks.streams import Stream

Direction = Literal["encode", "decode"]
Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class RequestTask:
    """Translate one request. `native` is the vendor's body, `canonical` the Open Responses one."""

    direction: Direction
    dialect: str
    size: str
    canonical: dict[str, Any]
    native: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ResponseTask:
    """Translate one response."""

    direction: Direction
    dialect: str
    canonical: dict[str, Any]
    native: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StreamTask:
    """Read the chunks of a stream, and write the events as `target`'s stream if one is given."""

    reader: Literal["decode", "read"]
    stream: Stream
    kind: Kind
    target: str | None = None


@dataclass(frozen=True, slots=True)
class EncodeTask:
    """Write events as a dialect's stream."""

    target: str
    events: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ModelTask:
    """Validate a body against the contract. `body` is JSON text."""

    library: str
    shape: Literal["request", "response"]
    body: bytes


Task = RequestTask | ResponseTask | StreamTask | EncodeTask | ModelTask


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table. Times are divided by `count`: events of a stream, else 1."""

    key: str
    group: str
    title: str
    task: Task
    floor: Run
    ours: Run
    check: Run
    goal: float | None = None
    count: int = 1
