"""How a dialect's streams build up its responses, decided for any target language.

`orgen.dialect.compile.streams` makes a `StreamTable` of a `stream` section and of
the rows for whole responses; a language prints it and interprets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from orgen.ir.schema import Json

Path: TypeAlias = tuple[str, ...]
"""Steps from an object inwards. `$name` stands for a key that the event tells, `*` for any."""

Framing = Literal["sse", "ndjson"]
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

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The value at `source` of the event goes to `target` of the response, in one of the ways.

    Without a source, the event itself is meant, or the object that `template` makes of
    variables. `json` texts hold the value in JSON.
    """

    operation: Operation
    target: Path = ()
    source: Path | None = None
    json: bool = False
    template: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class EventRule:
    """What one kind of event does.

    `tests` are constants beside the tag, `keys` are the variables of targets and of
    `missing`: `$name` -> path of the event. `missing` is the block that the event
    speaks of, should none have been opened, and `part` what holds the text within
    it. `known` are the properties that are used, or need no notice.
    """

    tests: tuple[tuple[Path, Json], ...]
    does: tuple[Assignment, ...]
    keys: tuple[tuple[str, Path], ...]
    missing: Mapping[str, Json] | None
    part: Mapping[str, Json] | None
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamTable:
    """One dialect's streams.

    `turn` is where the response holds the blocks, `runs` whether neighbouring texts
    make one message, `id` the property that holds the response's id. `ends` says
    whether streams end with a mark of their own, not just with the last byte.
    """

    framing: Framing
    turn: Path
    runs: bool
    tag: str | None
    done: str | None
    id: str | None
    ignored: Path
    """Properties of events that mean nothing, whatever the event."""
    constants: Mapping[str, Json]
    mirror: Mapping[str, str] | None
    extensions: Mapping[str, Mapping[str, str]]
    """Extension event -> native property -> canonical one; the tag's is a constant."""
    events: tuple[tuple[str, tuple[EventRule, ...]], ...]
    pieces: tuple[tuple[Path, Action], ...]
    renamed: tuple[tuple[Path, str], ...]
    ends: bool
