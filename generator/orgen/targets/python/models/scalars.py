"""Scalars and their constraints in JSON Schema's words, and what those words cannot say."""

from __future__ import annotations

from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

from orgen.ir.schema import Literals, Scalar, ScalarKind
from orgen.targets.python.models.flavour import Mark
from orgen.targets.python.text import string

SCALAR_TYPES = {
    ScalarKind.STRING: "string",
    ScalarKind.INTEGER: "integer",
    ScalarKind.NUMBER: "number",
    ScalarKind.BOOLEAN: "boolean",
    ScalarKind.NULL: "null",
}


def constraints(**keywords: Any) -> dict[str, Any]:
    """The keywords that are set."""
    return {keyword: value for keyword, value in keywords.items() if value is not None}


def scalar_schema(type: Scalar) -> dict[str, Any]:
    """A scalar in JSON Schema, without a pattern that takes a mark."""
    return {
        "type": SCALAR_TYPES[type.kind],
        **constraints(
            minLength=type.min_length,
            maxLength=type.max_length,
            pattern=None if pattern_mark(type) else type.pattern,
            minimum=type.minimum,
            maximum=type.maximum,
            exclusiveMinimum=type.exclusive_minimum,
            exclusiveMaximum=type.exclusive_maximum,
            multipleOf=type.multiple_of,
        ),
    }


def needs_mark(type: Literals) -> bool:
    """Whether `typing.Literal` cannot hold the values: it has no numbers with a fraction."""
    return any(isinstance(value, float) for value in type.values)


def number_mark(type: Scalar) -> tuple[Mark, ...]:
    """`Limits(ge=0, le=2)` of a number."""
    limits = constraints(
        ge=type.minimum,
        le=type.maximum,
        gt=type.exclusive_minimum,
        lt=type.exclusive_maximum,
        multiple_of=type.multiple_of,
    )
    arguments = ", ".join(f"{keyword}={limit!r}" for keyword, limit in limits.items())
    return (Mark("Limits", arguments),) if limits else ()


def pattern_mark(type: Scalar) -> tuple[Mark, ...]:
    """The mark for a pattern that pydantic's own engine, which never backtracks, refuses."""
    if type.pattern is None or compiles(type.pattern):
        return ()
    return (Mark("Matches", string(type.pattern)),)


def compiles(pattern: str) -> bool:
    """Whether pydantic's own engine knows everything in `pattern`."""
    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError:
        return False
    return True
