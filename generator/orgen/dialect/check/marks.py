"""What a walk notes down: places, gaps, and templates that the schema does not allow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from orgen.diagnostics import Span
from orgen.dialect.ast import Variable
from orgen.dialect.check.expand import Alt
from orgen.dialect.check.sides import Pair
from orgen.ir.schema import Json, Type


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands, in the words of notes.

    `path` leads from the body, or from the `kind` of the value that holds the
    place (`input_image.detail`). `context` is what holds that value, `label` its
    own name as a context (`message<user>`).
    """

    context: str
    path: str = ""
    kind: str = ""
    label: str = ""
    component: str = ""
    value: bool = False
    lenient: bool = False
    quiet: bool = False
    depth: int = 0
    span: Span = field(default=Span(""))
    """A rule that speaks of the place, or of what holds it."""

    def child(self, key: str) -> Place:
        path = f"{self.path}.{key}" if self.path else key
        return replace(self, path=path, value=False, depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class Gap:
    """What no pair reads. `names` are the places under which notes may speak of it.

    The first of them is the one to recommend.
    """

    context: str
    place: str
    names: tuple[str, ...]
    component: str = ""
    partial: str = ""
    """What of it is not read, where the rest is."""
    map: str = ""
    """The map that has no word for it."""
    span: Span = field(default=Span(""), compare=False)


def last_step(path: str) -> str:
    """The last key of a path, with the form behind it: `source<file>`."""
    keys, bracket, form = path.partition("<")
    return keys.rpartition(".")[2] + bracket + form


@dataclass(frozen=True, slots=True)
class Reached:
    """A place that pairs read, with the templates that do."""

    context: str
    path: str
    component: str
    alts: tuple[Alt, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A key that the schema does not have."""

    span: Span
    key: str
    component: str
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A constant that the schema does not allow at its place."""

    span: Span
    value: Json
    place: str
    allowed: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A variable at a place of a type, on one side of a pair."""

    pair: Pair
    variable: Variable
    type: Type
    place: str
    component: str
    required: bool
