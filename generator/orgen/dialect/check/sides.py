"""A dialect as pairs of templates: rows, blocks, groups and turns in one form.

Every check looks at a dialect through this module, so that none of them has to
know how a row differs from a rule, or a dotted key from nested objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from orgen.diagnostics import Span
from orgen.dialect.ast import (
    Array,
    Body,
    Dialect,
    Direction,
    Entry,
    Filter,
    Literal,
    Object,
    Path,
    Row,
    Rule,
    Template,
    Text,
    Total,
    Turn,
    Turns,
    Variable,
    Wildcard,
)
from orgen.dialect.compile.walk import entry_path
from orgen.dialect.primitives import STRUCTURES
from orgen.ir.schema import Json

ROW = "row"
"""Name of the variable that stands for the field of a row."""

REQUEST, RESPONSE, ERROR = "request", "response", "error"
COMPACT_REQUEST, COMPACT_RESPONSE = "compact_request", "compact_response"
_URL = "@"


class Side(Enum):
    """The two sides of a pair."""

    CANONICAL = "canonical"
    NATIVE = "native"

    @property
    def source_of(self) -> Direction:
        """The direction that reads this side."""
        return Direction.ENCODE if self is Side.CANONICAL else Direction.DECODE


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two templates and what is said about them. Compared by identity."""

    canonical: Template
    native: Template
    span: Span
    only: Direction | None = None
    because: str | None = None
    when: str | None = None
    row: Row | None = None
    turn: bool = False
    """Whether it is an item of a turn, where a list of one stands for one element of many."""
    open: bool = False
    """Whether native keys that no pair reads are values of their own, not residue."""

    def side(self, side: Side) -> Template:
        return self.canonical if side is Side.CANONICAL else self.native

    def other(self, side: Side) -> Template:
        return self.native if side is Side.CANONICAL else self.canonical

    def runs(self, direction: Direction) -> bool:
        return self.only in (None, direction)


@dataclass(slots=True)
class Sides:
    """All pairs of a dialect: of its bodies, its groups and its turns."""

    dialect: Dialect
    bodies: dict[str, tuple[Pair, ...]] = field(init=False)
    groups: Mapping[str, tuple[Pair, ...]] = field(init=False)
    turns: Mapping[str, Mapping[str, tuple[Pair, ...]]] = field(init=False)
    """Turns section -> turn -> pairs; their native side is the message's, header included."""

    def __post_init__(self) -> None:
        dialect = self.dialect
        self.bodies = {
            REQUEST: tuple(_body(dialect.request)),
            RESPONSE: tuple(_body(dialect.response)),
            ERROR: tuple(_pair(rule, body=True) for rule in dialect.error.rules),
        }
        if dialect.compaction is not None:
            request, response = dialect.compaction
            self.bodies[COMPACT_REQUEST] = tuple(_body(request))
            self.bodies[COMPACT_RESPONSE] = tuple(_body(response))
        self.groups = {
            name: tuple(_pair(rule) for rule in group.rules)
            for name, group in dialect.groups.items()
        }
        self.turns = {
            name: {turn.name: tuple(_turn(turn)) for turn in found.turns}
            for name, found in dialect.turns.items()
        }

    def __iter__(self) -> Iterator[Pair]:
        """Every pair once."""
        for pairs in (*self.bodies.values(), *self.groups.values()):
            yield from pairs
        for turns in self.turns.values():
            for pairs in turns.values():
                yield from pairs

    def section(self, turn: str) -> str:
        """The turns section that holds a turn."""
        return next((name for name, turns in self.turns.items() if turn in turns), "")


def _body(body: Body) -> Iterator[Pair]:
    for row in body.rows:
        yield _row(row)
    for block in body.blocks:
        for rule in block.rules:
            yield _pair(rule, body=True)
    for path, value, span in body.constants:
        yield Pair(Object((), span), _constant(path, value, span), span)


def _constant(path: Path, value: Json, span: Span) -> Template:
    return at_path(path, Literal(value, span), span, written=True)


def _row(row: Row) -> Pair:
    canonical = at_path(row.canonical, Variable(ROW, (), row.canonical_span), row.canonical_span)
    terms = [
        at_path(term.path, Variable(ROW, row.filters, term.span), term.span)
        for term in row.terms
        if not in_url(term.path)
    ]
    native: Template
    if len(terms) == 1:
        native = terms[0]
    else:
        entries = tuple(e for t in terms if isinstance(t, Object) for e in t.entries)
        native = Object(entries, row.span)
    return Pair(canonical, native, row.canonical_span, row.only, row.because, row=row)


def in_url(path: Path) -> bool:
    """Whether a native path lies in the URL, not in the body."""
    return bool(path) and isinstance(path[0], str) and path[0].startswith(_URL)


def at_path(path: Path, template: Template, span: Span, *, written: bool = False) -> Template:
    """The template at the end of a path, as objects inside objects."""
    for step in reversed(path):
        optional = not isinstance(template, Object)
        template = Object((Entry(str(step), template, optional, written, span),), span)
    return template


def _pair(rule: Rule, *, body: bool = False) -> Pair:
    canonical, native = rule.canonical, rule.native
    if body:
        canonical, native = _nested(canonical), _nested(native)
    return Pair(canonical, native, rule.span, rule.only, rule.because, rule.when)


def _turn(turn: Turn) -> Iterator[Pair]:
    """Items of a turn, with its header; the lists of a fragment hold one element of many."""
    for rule in (*turn.rules, *turn.beside):
        pair = replace(_pair(rule), turn=True, open=turn.unknown == "*")
        if isinstance(pair.native, Object):
            entries = (*turn.header.entries, *pair.native.entries)
            pair = replace(pair, native=Object(entries, pair.native.span))
        yield pair


def _nested(template: Template) -> Template:
    """Dotted keys of a body template as nested objects."""
    if not isinstance(template, Object):
        return template
    return Object(tuple(_nested_entry(entry) for entry in template.entries), template.span)


def _nested_entry(entry: Entry) -> Entry:
    first, *rest = entry_path(entry.key)
    template = _nested(entry.template)
    for step in reversed(rest):
        inner = Entry(str(step), template, entry.optional, entry.written, entry.span)
        template = Object((inner,), entry.span)
    return Entry(str(first), template, entry.optional, entry.written, entry.span)


# Walks over templates ---------------------------------------------------------------------------


def occurrences(template: Template) -> Iterator[Variable]:
    """Every variable of a template with its filters, the terms of sums included."""
    match template:
        case Object(entries):
            for entry in entries:
                yield from occurrences(entry.template)
        case Array(elements):
            for element in elements:
                yield from occurrences(element)
        case Text(parts):
            yield from (part for part in parts if isinstance(part, Variable))
        case Total(terms, span):
            yield from (Variable(term, (), span) for term in terms)
        case Variable():
            yield template
        case Wildcard() | Literal():
            return


def filters_of(template: Template, name: str) -> tuple[Filter, ...]:
    """The filters of a variable wherever it stands in a template."""
    found = [
        filter
        for variable in occurrences(template)
        if variable.name == name
        for filter in variable.filters
    ]
    return tuple(dict.fromkeys(found))


def structure(filters: tuple[Filter, ...]) -> Filter | None:
    """The structure that a row ends in, if it does."""
    return next((filter for filter in filters if filter.name in STRUCTURES), None)


def turns_of(dialect: Dialect) -> Iterator[tuple[Turns, Turn]]:
    for turns in dialect.turns.values():
        for turn in turns.turns:
            yield turns, turn
