"""The table's own words: fields are its rows, dialects its columns, cells what lies between."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from orgen.diagnostics import Span
from orgen.dialect.ast import Dialect, Direction


class Status(Enum):
    """What becomes of a canonical field on its way to the vendor.

    `EMULATED` covers what arrives in another form, with a loss that says so,
    and what the toolchain fills in because the vendor does not say it.
    """

    MAPPED = "mapped"
    EMULATED = "emulated"
    DROPPED = "dropped"
    REJECTED = "rejected"
    IGNORED = "ignored"

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Status.MAPPED: "the vendor has the same, and rules carry it both ways",
    Status.EMULATED: "another form stands for it; what that costs is reported",
    Status.DROPPED: "the vendor has no such thing; each one found is reported as a loss",
    Status.REJECTED: "it cannot be sent, and leaving it out would be wrong: an error",
    Status.IGNORED: "it means nothing to the vendor, so nobody is told",
}


class Scope(Enum):
    """Where a field stands: in one of the three bodies, or in a value told by its `type`."""

    REQUEST = "request"
    VALUE = "value"
    RESPONSE = "response"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Field:
    """A row. `path` is dotted: `reasoning.effort`, `input_image.detail`, `tool_choice<none>`.

    A path of `VALUE` scope begins with the value's type; alone it is the value as a whole.
    """

    scope: Scope
    path: str
    section: str
    about: str = ""

    @property
    def name(self) -> str:
        """The field as users write it; fields of replies are told from those of requests."""
        if self.scope in (Scope.RESPONSE, Scope.ERROR):
            return f"{self.scope.value}.{self.path}"
        return self.path

    @property
    def owner(self) -> str | None:
        """The type of value that it is a property of, if it is one."""
        head, dot, _ = self.path.partition(".")
        return head if dot and self.scope is Scope.VALUE else None


@dataclass(frozen=True, slots=True)
class Use:
    """A rule or row that reads or writes a field, and the native places on its other side."""

    natives: tuple[str, ...]
    filters: tuple[str, ...]
    """Filters as they are written, such as `map(effort)`."""
    only: Direction | None
    because: str | None
    span: Span
    carried: bool = True
    """False where any value is accepted and none is passed on."""
    marked: bool = False
    """Whether it is for values with a mark or residue: a form that is not written by itself."""

    def goes(self, direction: Direction) -> bool:
        return self.only in (None, direction)


@dataclass(frozen=True, slots=True)
class Remark:
    """A note of the dialect about a field: what happens where no rule applies, and why."""

    status: Status
    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Cell:
    """What one dialect does with one field."""

    field: Field
    status: Status
    reason: str | None
    uses: tuple[Use, ...]
    remarks: tuple[Remark, ...]

    @property
    def natives(self) -> tuple[str, ...]:
        """Native places of all uses, each once; written ones first, marked ones last."""
        ordered = sorted(self.uses, key=lambda use: (not use.goes(Direction.ENCODE), use.marked))
        return tuple(dict.fromkeys(native for use in ordered for native in use.natives))

    @property
    def span(self) -> Span | None:
        """Where the dialect decides about the field."""
        spans = [use.span for use in self.uses] + [remark.span for remark in self.remarks]
        return spans[0] if spans else None


@dataclass(frozen=True, slots=True)
class Mapping:
    """One column: every field of the contract, and the native fields that no rule reads."""

    dialect: Dialect
    cells: tuple[Cell, ...]
    residue: tuple[tuple[str, tuple[str, ...]], ...]
    """Native component -> its properties that travel under their native names."""
    ignored: tuple[Remark, ...]
    """Native places that mean nothing to the canonical side; the place begins the reason."""

    def count(self, status: Status) -> int:
        return sum(cell.status is status for cell in self.cells)
