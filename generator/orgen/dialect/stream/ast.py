"""The syntax of a `stream` section: what its author wrote, typed, with positions.

Either events say what to do (`on`), or each event is a piece of the response
(`pieces`). `docs/dialect-language.md` is the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from orgen.diagnostics import Span
from orgen.ir.schema import Json
from orgen.ir.streams import Action, Framing, Operation

Path: TypeAlias = tuple[str, ...]
"""Steps inwards; in targets, `$name` is a position or key that the event tells."""


@dataclass(frozen=True, slots=True)
class Word:
    """A value of the tag that a rule is for."""

    value: Json
    span: Span


@dataclass(frozen=True, slots=True)
class Test:
    """A constant that must be at a path of the event."""

    path: Path
    value: Json
    span: Span


@dataclass(frozen=True, slots=True)
class Binding:
    """A variable and where the event has its value."""

    name: str
    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class Match:
    """What an event must be, and what of it is used. `paths` are all that it names."""

    tags: tuple[Word, ...]
    tests: tuple[Test, ...]
    bindings: tuple[Binding, ...]
    paths: tuple[tuple[Path, Span], ...]

    def path_of(self, variable: str) -> Path | None:
        return next((bound.path for bound in self.bindings if bound.name == variable), None)


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a rule uses a variable."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Act:
    """One operation: `append: content.$i.input|json` with `with: $text`.

    Without `source`, the event itself is meant, or nothing at all. `template` is an
    object of variables in place of one.
    """

    operation: Operation
    target: Path
    source: str | None
    json: bool
    span: Span
    """Where the target is written."""
    template: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class EventRule:
    """What one kind of event does, and what stands for a block that it speaks of first."""

    match: Match
    acts: tuple[Act, ...]
    uses: tuple[Use, ...]
    reason: str | None
    """Why the event is skipped or passed on."""
    missing: Mapping[str, Json] | None
    part: Mapping[str, Json] | None
    span: Span

    @property
    def operation(self) -> Operation:
        return self.acts[0].operation


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes of one property of a piece; `name` is what the response calls it."""

    path: Path
    action: Action | None
    name: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Stream:
    """A `stream` section; one of `rules` and `pieces` is empty."""

    framing: Framing
    tag: str | None
    done: str | None
    ignore: tuple[str, ...]
    """Properties of events that mean nothing."""
    constants: Mapping[str, Json]
    """What is written besides when encoding."""
    mirror: Mapping[str, str] | None
    """Canonical event -> native one; None where the events are not Open Responses' own."""
    extensions: Mapping[str, Mapping[str, str]]
    """Extension event -> native property -> canonical one; the tag's is a constant."""
    rules: tuple[EventRule, ...]
    pieces: tuple[Piece, ...]
    span: Span
