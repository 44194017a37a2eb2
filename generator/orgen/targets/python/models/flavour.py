"""What differs between the flavours of model classes, as one interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from orgen.ir.schema import Json, Literal, Missing, Record, Union


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A property as its flavour must print it. `alias` is the wire name if it differs."""

    alias: str | None
    optional: bool
    nullable: bool
    default: Json | Literal[Missing.MISSING]
    marks: tuple[str, ...]
    """Annotations beyond what datamodel-code-generator prints, such as `UniqueItems()`."""


@dataclass(frozen=True, slots=True)
class UnionFacts:
    """A union with the Python names of the records that take unknown variants."""

    union: Union
    open: tuple[str, ...]
    variants: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    """Class name -> values of each discriminator, for the variants that are records."""


class Flavour(Protocol):
    """How one library writes fields, unions and the types that JSON Schema has beyond Python's."""

    types: dict[str, str]
    """`Number` (any JSON number) and `Forbidden` (no value) -> dotted name."""
    imports: dict[str, str]
    """Name used in printed text -> dotted name it is imported from."""

    def field(self, facts: FieldFacts) -> tuple[str, str]:
        """What stands before and after the type of a field."""
        ...

    def bases(self, record: Record, defaulted: bool) -> str:
        """The base classes of a record, as they stand in parentheses."""
        ...

    def extra(self, name: str) -> tuple[str, ...]:
        """The line of a class body that gives properties beyond the listed ones a type."""
        ...

    def union(self, facts: UnionFacts) -> str:
        """The mark that lets a union decide at once."""
        ...

    def defaults(self, facts: FieldFacts) -> bool:
        """Whether the attribute holds the default while the property is absent."""
        ...
