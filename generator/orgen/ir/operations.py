"""What a compiled dialect does, in no language's terms.

A `Program` is a list of small functions. Each is either straight-line code or
a list of `Alternative`s: steps that look and test, then a body that builds. An
alternative whose test fails falls through to the next. Expressions are pure,
so passes may share and reorder them; `optimise` turns alternatives into
decision trees. A target prints each operation with one macro.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from orgen.diagnostics import Span
from orgen.ir.schema import Json

Path: TypeAlias = tuple[str | int, ...]


# Expressions ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Local:
    """A parameter or a name bound by `Let`."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A JSON value known when the dialect is compiled. Hashable through its canonical text."""

    text: str
    value: Json = field(compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A property of an object, or null where it is absent."""

    of: Expr
    key: str


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a list, or null where there is none (or no list)."""

    of: Expr
    index: int


@dataclass(frozen=True, slots=True)
class NewObject:
    entries: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True, slots=True)
class NewList:
    elements: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values for a caller that takes them apart at once."""

    first: Expr
    second: Expr


@dataclass(frozen=True, slots=True)
class Operands:
    """Values that are one operand of a primitive together."""

    values: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """One of several lists that a primitive has picked at once."""

    of: Expr
    number: int


@dataclass(frozen=True, slots=True)
class KeySet:
    """A constant set of keys."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concat:
    """A string made of texts and string values."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Primitive:
    """A call of a runtime primitive; those with `context` see losses and history."""

    name: str
    arguments: tuple[Expr, ...]
    context: bool = False


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function of the program, passed to a primitive."""

    name: str


@dataclass(frozen=True, slots=True)
class TableName:
    """A constant table of the program, passed to a primitive."""

    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """A call of a function of the program."""

    function: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms added, absent ones as zero; null if all are absent."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """`total` less the other terms, absent ones as zero, never below zero."""

    total: Expr
    terms: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One value where the condition holds, else the other."""

    condition: Cond
    then: Expr
    otherwise: Expr


Expr: TypeAlias = (
    Local
    | Constant
    | Field
    | Element
    | NewObject
    | NewList
    | Pair
    | Operands
    | Picked
    | KeySet
    | Concat
    | Primitive
    | FunctionName
    | TableName
    | Run
    | Sum
    | Rest
    | Either
)


# Conditions -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Present:
    """Neither absent nor null."""

    value: Expr


@dataclass(frozen=True, slots=True)
class Equals:
    value: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class AbsentOr:
    """Absent, or the condition holds."""

    value: Expr
    condition: Cond


@dataclass(frozen=True, slots=True)
class IsKind:
    """Of one of these JSON kinds: object, array, string, number, integer, boolean."""

    value: Expr
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fits:
    """Within a schema's enum, bounds and lengths (kinds are tested before)."""

    value: Expr
    values: tuple[str, ...] | None = None
    minimum: float | int | None = None
    maximum: float | int | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class HasLength:
    """A list of exactly this many elements."""

    value: Expr
    length: int


@dataclass(frozen=True, slots=True)
class Bound:
    """Binds the name to the value, and tests it: for presence, its kind, or absence or kind."""

    name: str
    value: Expr
    test: Cond


@dataclass(frozen=True, slots=True)
class Differs:
    """Not equal."""

    value: Expr
    other: Expr


@dataclass(frozen=True, slots=True)
class HasAny:
    """An object that has one of these keys, not all of them null: a target may let nulls pass."""

    value: Expr
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotZero:
    """Anything but the number zero."""

    value: Expr


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Cond, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A primitive that answers yes or no."""

    call: Primitive


Cond: TypeAlias = (
    Present
    | Equals
    | Differs
    | HasAny
    | AbsentOr
    | IsKind
    | Fits
    | HasLength
    | NotZero
    | Bound
    | AllOf
    | Holds
)


# Statements -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Let:
    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Put:
    """Writes below `target`, making the containers on the way."""

    target: str
    path: Path
    value: Expr


@dataclass(frozen=True, slots=True)
class When:
    condition: Cond
    then: tuple[Stmt, ...]
    otherwise: tuple[Stmt, ...] = ()


@dataclass(frozen=True, slots=True)
class Choose:
    """A decision by the value of one property."""

    value: Expr
    cases: tuple[tuple[tuple[Constant, ...], tuple[Stmt, ...]], ...]


@dataclass(frozen=True, slots=True)
class Expect:
    """Bad input unless the value is of one of these kinds."""

    value: Expr
    kinds: tuple[str, ...]
    container: Expr
    key: str | int
    given: Cond | None = None
    """Where this does not hold, nothing is expected."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Fields of `container` that are the same on the other side, each of one of its kinds.

    `table` is the name under which a target may keep the list.
    """

    container: Expr
    table: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    out: Expr


@dataclass(frozen=True, slots=True)
class Account:
    """Every key of `container` outside `known` is residue, a declared note, or a loss.

    `least` of the known keys are there for sure: an object of so many keys has no others.
    """

    container: Expr
    known: tuple[str, ...]
    place: str
    """Encode: canonical place (`input_text`); decode: prefix of the native path."""
    out: str
    given: Cond | None = None
    """Where this does not hold, nobody asks (a `container` that is a local name only)."""
    least: int = 0


@dataclass(frozen=True, slots=True)
class KeepTurn:
    """What the items of a message leave of it, and what stands for a message without items."""

    message: Expr
    known: tuple[str, ...]
    items: Expr
    role: str
    fill: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Append:
    """Adds a value at the end of a list."""

    items: Expr
    value: Expr


@dataclass(frozen=True, slots=True)
class Unused:
    """Keys that some alternative of a block uses, but the chosen one does not."""

    container: Expr
    keys: tuple[str, ...]
    place: str
    out: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that the other side's schema does not allow: residue and a loss."""

    container: Expr
    key: str
    place: str
    out: str


@dataclass(frozen=True, slots=True)
class Report:
    """A loss that the rule itself declares (`because`)."""

    container: Expr
    key: str | None
    action: str
    reason: str


@dataclass(frozen=True, slots=True)
class Return:
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Do:
    call: Primitive | Run


Stmt: TypeAlias = (
    Let
    | Put
    | When
    | Choose
    | Expect
    | Copy
    | Account
    | KeepTurn
    | Append
    | Unused
    | Misfit
    | Report
    | Return
    | Do
)


# Functions ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guard:
    """A test on the way to an alternative's body."""

    condition: Cond


Step: TypeAlias = Let | Guard


@dataclass(frozen=True, slots=True)
class Alternative:
    steps: tuple[Step, ...]
    body: tuple[Stmt, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Function:
    """`prologue`, then the first alternative that matches, then `epilogue`."""

    name: str
    parameters: tuple[str, ...]
    doc: str
    prologue: tuple[Stmt, ...]
    alternatives: tuple[Alternative, ...]
    epilogue: tuple[Stmt, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A constant table; `kind` says what it holds (map, notes, turn, set)."""

    name: str
    kind: str
    doc: str
    value: Json


@dataclass(frozen=True, slots=True)
class Program:
    """One dialect, compiled. Entry points are functions of these fixed names."""

    dialect: str
    functions: tuple[Function, ...]
    tables: tuple[Table, ...]
    text: Expr | None = None
    """A bare string, called `text`, as a part of content, if an expression says it."""
