"""Fields that are the same on both sides: they are copied in one loop over those that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orgen.dialect.ast import Path, Row
from orgen.dialect.compile.types import CanonicalTypes
from orgen.ir.schema import Anything, Property

NULL = "null"
_ANY = ("string", "number", "boolean", "array", "object")

MANY = 4
"""From so many fields of a body on, a loop beats looking for each."""


@dataclass(frozen=True, slots=True)
class Copied:
    """Field -> its JSON kinds, and the rows that need nothing else.

    A field of kind null alone has a row of its own, which does not see nulls.
    """

    fields: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[Row, ...]


def copied(
    rows: Iterable[Row],
    containers: Iterable[Path],
    types: CanonicalTypes,
    property_of: Callable[[Path], Property | None],
    *,
    encode: bool,
    nulls: bool,
) -> Copied:
    """What can be copied of a container whose rows these are.

    `containers` are objects that stand at the same place on both sides; with
    `nulls`, null is copied where the schema allows it.
    """
    fields: list[tuple[str, tuple[str, ...]]] = []
    whole: list[Row] = []
    for row in rows:
        property = property_of(row.canonical)
        if property is None or not is_same(row):
            continue
        null = (NULL,) if nulls and property.nullable else ()
        spec = types.spec(property.type)
        if row.filters or row.because or (spec.bounded and not encode):
            fields += [(str(row.canonical[-1]), null)] if null else []
            continue
        untyped = isinstance(types.schema.deref(property.type), Anything)
        kinds = spec.kinds or (_ANY if untyped else ())
        if kinds:
            whole.append(row)
            fields.append((str(row.canonical[-1]), (*kinds, *null)))
    for path in containers:
        property = property_of(path)
        if nulls and property is not None and property.nullable:
            fields.append((str(path[-1]), (NULL,)))
    return Copied(tuple(fields), tuple(whole))


def is_same(row: Row) -> bool:
    """Whether a row reads and writes the same place."""
    return [(term.path, term.optional) for term in row.terms] == [(row.canonical, False)]
