"""How a vendor's stream is laid out, as tables: dialect modules hold one, decoders read it.

A stream builds up the native response. Either its events say what to do
(`events`: open this block, append that text), or each is a piece of the response
(`pieces`: texts concatenate, lists grow). What that means in Open Responses'
terms is not said here: the rules for whole responses tell it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Path: TypeAlias = tuple[str, ...]
"""Steps from an object inwards. `$name` stands for a key that the event tells, `*` for any."""

Operation = Literal[
    "merge", "open", "append", "set", "push", "finish", "close", "end", "fail", "skip", "tell"
]
Action = Literal[
    "append",
    "coalesce",
    "end",
    "extend",
    "fail",
    "first",
    "fragments",
    "id",
    "key",
    "merge",
    "name",
    "replace",
    "skip",
]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One thing that an event does: the value at `source` goes to `target`.

    `target` is a path of the native response, below the turn where it concerns a
    block. `source` is a path of the event; without one the event itself is meant.
    """

    operation: Operation
    target: Path = ()
    source: Path | None = None
    json: bool = False
    """Whether the text is JSON whose value lies at the target."""
    value: Any = None
    """The template of an object of variables, which is assigned instead."""


@dataclass(frozen=True, slots=True)
class EventRule:
    """What one kind of event does.

    `tests` are what must be there beside the tag: path -> value. `keys` are the
    variables of the targets: `$name` -> path of the event. `missing` is the
    block that the event speaks of, should none have been opened, and `part` what
    holds the text within it.
    """

    tests: Mapping[Path, Any]
    does: tuple[Assignment, ...]
    keys: Mapping[str, Path] = field(default_factory=dict)
    missing: Mapping[str, Any] | None = None
    part: Mapping[str, Any] | None = None
    known: frozenset[str] = frozenset()
    """Properties of the event that need no notice."""


@dataclass(frozen=True, slots=True)
class StreamTable:
    """One dialect's streams.

    `tag` is the field that tells events apart, and names them in SSE. `done` is the
    data of the vendor's end mark. `turn` is where the response holds the blocks,
    `runs` whether neighbouring texts make one message.
    """

    framing: Literal["sse", "ndjson"]
    turn: Path = ()
    runs: bool = True
    tag: str | None = None
    done: str | None = None
    id: str | None = None
    """The property of the response that holds its id."""
    events: Mapping[str, tuple[EventRule, ...]] = field(default_factory=dict)
    pieces: Mapping[Path, Action] = field(default_factory=dict)
    renamed: Mapping[Path, str] = field(default_factory=dict)
    """Path of a piece -> the name of that property in the response."""
    constants: Mapping[str, Any] = field(default_factory=dict)
    """What every event says (encoding)."""
    extensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Extension event -> native property -> canonical one; the tag's is a constant."""
    mirror: Mapping[str, str] | None = None
    """Where the vendor's events are Open Responses' own: those that have another name there."""
    ends: bool = False
    """Whether streams end with a mark of their own, not just with the last byte."""
