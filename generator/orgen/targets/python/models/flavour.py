"""What differs between the flavours of model classes, as one interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from orgen.ir.schema import Json, Missing, Record, Union


class Mark(NamedTuple):
    """A check on a value: `Limits`, `Matches`, `OneOf`, `UniqueItems` or `Values`."""

    name: str
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A property as its flavour must print it. `alias` is the wire name if it differs."""

    alias: str | None
    optional: bool
    nullable: bool
    default: Json | Literal[Missing.MISSING]
    marks: tuple[Mark, ...]
    """Annotations beyond what datamodel-code-generator prints."""


@dataclass(frozen=True, slots=True)
class UnionFacts:
    """A union with the Python names of the records that take unknown variants."""

    union: Union
    open: tuple[str, ...]
    variants: tuple[tuple[str, tuple[tuple[str, ...], ...], bool], ...]
    """Class name, values of each discriminator, whether these may be absent: per record."""
    rest: tuple[str, ...] = ()
    """Names of the other members."""


class Flavour(Protocol):
    """How one library writes fields, unions and the types that JSON Schema has beyond Python's."""

    @property
    def types(self) -> Mapping[str, str]:
        """`Number` (any JSON number) and `Forbidden` (no value) -> dotted name."""
        ...

    @property
    def base(self) -> str:
        """Dotted name of the base of all records."""
        ...

    @property
    def names_members(self) -> bool:
        """Whether every member of a union with discriminators needs a name."""
        ...

    @property
    def imports(self) -> Mapping[str, str]:
        """Name used in printed text -> dotted name it is imported from."""
        ...

    def can_name(self, name: str) -> bool:
        """Whether a field can stand for the property of that wire name."""
        ...

    def field(self, facts: FieldFacts) -> tuple[str, str]:
        """What stands before and after the type of a field."""
        ...

    def bases(self, record: Record, defaulted: bool) -> str:
        """The base classes of a record, as they stand in parentheses."""
        ...

    def extra(self, name: str) -> tuple[str, ...]:
        """The line of a class body that gives properties beyond the listed ones a type."""
        ...

    def opaque(self, record: Record, unknown: bool) -> str:
        """The base of records that are kept as they come, if it is another than of the others.

        `unknown` records take the unknown variants of a union.
        """
        ...

    def mark(self, facts: UnionFacts) -> tuple[Mark, ...]:
        """The mark that lets a union decide at once."""
        ...

    def union(self, facts: UnionFacts) -> str:
        """What the template needs to print a union as a type apart, if anything."""
        ...

    def defaults(self, facts: FieldFacts) -> bool:
        """Whether the attribute holds the default while the property is absent."""
        ...
