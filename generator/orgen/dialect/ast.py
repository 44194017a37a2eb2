"""The syntax of a dialect file: what its author wrote, typed, with positions.

A *rule* is a pair of templates that share variables; a *row* is the short form
of a rule that copies one field. `docs/dialect-language.md` is the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from orgen.diagnostics import Span
from orgen.dialect.stream.ast import Stream
from orgen.ir.schema import Json, Schema

Path: TypeAlias = tuple[str | int, ...]
"""A place inside a body: `generationConfig.topP`, `choices.0.message`."""


class Direction(Enum):
    """`encode` is canonical to native, `decode` the reverse."""

    ENCODE = "encode"
    DECODE = "decode"

    @property
    def reverse(self) -> Direction:
        return Direction.DECODE if self is Direction.ENCODE else Direction.ENCODE


@dataclass(frozen=True, slots=True)
class Filter:
    """`|name(argument, ...)` behind a variable or a path."""

    name: str
    arguments: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON value that stands for itself."""

    value: Json
    span: Span


@dataclass(frozen=True, slots=True)
class Variable:
    """`$x|f|g`: here the value is g(f(x)); matching applies the inverses."""

    name: str
    filters: tuple[Filter, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Wildcard:
    """`$_`: matches anything; `$_|default(v)` writes v."""

    filters: tuple[Filter, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A string with variables inside: `"data:$mt;base64,$d"`."""

    parts: tuple[str | Variable, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Total:
    """`$a + $b`: a number that is the sum of others, which stand before it."""

    terms: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """`key: t`, `key?: t` (may be absent) or `key?: t!` (may be absent, is written)."""

    key: str
    template: Template
    optional: bool
    written: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Object:
    entries: tuple[Entry, ...]
    span: Span

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key == key), None)


@dataclass(frozen=True, slots=True)
class Array:
    """A list of exactly these elements; in a turn's fragment, one element of the list."""

    elements: tuple[Template, ...]
    span: Span


Template: TypeAlias = Literal | Variable | Wildcard | Text | Total | Object | Array


@dataclass(frozen=True, slots=True)
class Rule:
    """A pair of templates. `only` limits it to one direction, and `because` says why.

    A rule with `because` changes meaning on its way: using it is reported as a
    loss with that reason.
    """

    name: str
    canonical: Template
    native: Template
    only: Direction | None
    because: str | None
    when: str | None
    span: Span
    same: bool = False
    """Whether both sides are written at once, and take what both of them allow."""


@dataclass(frozen=True, slots=True)
class Term:
    """One native path of a row; `optional` terms (`path?`) are not written when zero."""

    path: Path
    optional: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Row:
    """`canonical.path: native.path|filters`, or a sum of native paths."""

    canonical: Path
    terms: tuple[Term, ...]
    filters: tuple[Filter, ...]
    span: Span
    canonical_span: Span
    only: Direction | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Alternatives over a whole body; the first that matches is used."""

    name: str
    rules: tuple[Rule, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """Alternatives for one value, such as a content part or a tool."""

    name: str
    rules: tuple[Rule, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Turn:
    """A native message: constant `header`, and the items that it is made of.

    `whole` turns stand for exactly one item each; others gather the items of
    one turn, each contributing a fragment.
    """

    name: str
    header: Object
    rules: tuple[Rule, ...]
    whole: bool
    merge: bool
    unknown: str | None
    """Native list whose unknown elements become extension items; `*`: unknown keys do."""
    beside: tuple[Rule, ...]
    """Items whose native form stands beside the payload of the element that follows."""
    fill: Mapping[str, Json]
    """Native fields that no message goes without: the value that says nothing."""
    span: Span


@dataclass(frozen=True, slots=True)
class Turns:
    name: str
    turns: tuple[Turn, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Body:
    """One kind of body: rows and blocks, in the order of the file."""

    name: str
    rows: tuple[Row, ...]
    blocks: tuple[Block, ...]
    constants: tuple[tuple[Path, Json, Span], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class EnumMap:
    """A table of values. `encode` is total over its keys; `decode` knows the aliases too."""

    name: str
    encode: Mapping[str, Json]
    decode: tuple[tuple[Json, str], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """An entry of drop, reject, ignore or residue: a place and the reason given."""

    place: str
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    path: str
    stream_path: str
    compact_path: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """A whole dialect file."""

    name: str
    slug: str
    title: str
    source: str
    endpoint: Endpoint
    tag: str | None
    """Native property that tells values apart; None where the payload key does (Gemini)."""
    adornments: tuple[str, ...]
    """Native keys that stand beside a payload key and never name a value."""
    aliases: str | None
    """A spelling of native keys that is understood too: `snake_case`."""
    unprefixed: bool
    """Whether values of unknown type and without a slug are taken as the vendor's own."""
    prefixed: tuple[str, ...]
    """Slugs that stand in native types, too; `*` for all."""
    other_slugs: tuple[str, ...]
    """Slugs that mean this vendor, too."""
    text: Template
    request: Body
    response: Body
    error: Block
    compaction: tuple[Body, Body] | None
    """Request and result of a compaction, where the API has one."""
    groups: Mapping[str, Group]
    turns: Mapping[str, Turns]
    maps: Mapping[str, EnumMap]
    drop: tuple[Note, ...]
    reject: tuple[Note, ...]
    ignore: tuple[Note, ...]
    residue: tuple[Note, ...]
    protected: tuple[str, ...]
    fixups: tuple[str, ...]
    span: Span
    native: Schema | None = None
    """The vendor's own schema, where there is one beside the file."""
    borrowed: Mapping[str, str] = field(default_factory=dict)
    """Components of `native` that are the canonical schema's own -> their names there."""
    extends: str | None = None
    """The dialect that this one began as."""
    stream: Stream | None = None
    """How streams build up responses, where the API streams."""

    @property
    def echoes(self) -> bool:
        """Whether responses repeat the settings of their request under the same names."""
        return any(row.canonical == ("store",) for row in self.response.rows)
