"""Reads scalars, constants and enumerations."""

from __future__ import annotations

from typing import Any

from orgen.ir.schema import Anything, Literals, Nothing, Scalar, ScalarKind, Type
from orgen.resolve.intersect import is_of_kind
from orgen.resolve.shape import NULL, Shape
from orgen.resolve.source import Pointer, Source, as_object

_KINDS = {kind.value: kind for kind in ScalarKind}


def read_scalar(source: Source, kind: object, schema: dict[str, Any], pointer: Pointer) -> Type:
    """A scalar with those constraints that concern its kind."""
    if not isinstance(kind, str) or kind not in _KINDS:
        known = ", ".join([*_KINDS, "object", "array"])
        source.error(
            (*pointer, "type"), "R007", f"{str(kind)[:40]!r} is no JSON type", f"types are {known}"
        )
        return Anything()
    format = schema.get("format")
    format = format if isinstance(format, str) else None
    match _KINDS[kind]:
        case ScalarKind.STRING as string:
            return Scalar(
                string,
                min_length=schema.get("minLength"),
                max_length=schema.get("maxLength"),
                pattern=schema.get("pattern"),
                format=format,
            )
        case (ScalarKind.INTEGER | ScalarKind.NUMBER) as number:
            return Scalar(
                number,
                minimum=schema.get("minimum"),
                maximum=schema.get("maximum"),
                exclusive_minimum=schema.get("exclusiveMinimum"),
                exclusive_maximum=schema.get("exclusiveMaximum"),
                multiple_of=schema.get("multipleOf"),
                format=format,
            )
        case other:
            return Scalar(other)


def read_values(source: Source, schema: dict[str, Any], pointer: Pointer) -> Shape:
    """`const` or `enum`: null becomes `nullable`, the rest is a list of literals."""
    keyword = "const" if "const" in schema else "enum"
    values = [schema["const"]] if keyword == "const" else schema["enum"]
    if not isinstance(values, list) or any(isinstance(v, dict | list) for v in values):
        source.error(
            (*pointer, keyword),
            "R001",
            f"{keyword!r} takes strings, numbers, booleans and null here",
            "describe objects and arrays with 'properties' and 'items'",
        )
        return Shape(Anything())
    allowed = [v for v in values if _fits(v, schema.get("type"))]
    distinct = {(isinstance(v, bool), v): v for v in allowed if v is not None}
    nullable = None in allowed
    if not allowed:
        source.error((*pointer, keyword), "R006", f"no value of {keyword!r} is of the given type")
        return Shape(Nothing(), forbidden=True)
    if not distinct:
        return Shape(NULL, nullable)
    prose = as_object(schema.get("x-enumDescriptions"))
    descriptions = {k: v for k, v in prose.items() if isinstance(v, str)}
    return Shape(Literals(tuple(distinct.values()), descriptions), nullable)


def _fits(value: object, declared: object) -> bool:
    kinds = declared if isinstance(declared, list) else [declared]
    return declared is None or any(is_of_kind(value, _KINDS[k]) for k in kinds if k in _KINDS)
