"""Constraints that contradict each other, or that nothing could check."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.diagnostics import Related
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.suggest import close_hint
from orgen.validate.context import Context, Node, strings, types
from orgen.validate.patterns import pattern_fault
from orgen.validate.structure import TYPE_NAMES, show

DISALLOWED = "x-openresponses-disallowed"
"""Marks a property that may not be sent; its constraints contradict on purpose."""

_BOUNDS = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minimum", "maximum"),
    ("exclusiveMinimum", "exclusiveMaximum"),
    ("minimum", "exclusiveMaximum"),
    ("exclusiveMinimum", "maximum"),
)

_APPLIES_TO = {
    **dict.fromkeys(("minLength", "maxLength", "pattern"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "number"),
    "multipleOf": "number",
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems", "items"), "array"),
    **dict.fromkeys(("properties", "required", "additionalProperties"), "object"),
    **dict.fromkeys(("minProperties", "maxProperties", "propertyNames"), "object"),
}


def check_constraints(context: Context) -> None:
    """Run all rules about the constraints within one schema."""
    for node in context.nodes:
        if not node.schema.get(DISALLOWED):
            _check_bounds(context, node)
        _check_types(context, node)
        _check_duplicates(context, node)
        _check_pattern(context, node)
        _check_applicable(context, node)


def _check_bounds(context: Context, node: Node) -> None:
    for lower, upper in _BOUNDS:
        least, most = node.schema.get(lower), node.schema.get(upper)
        if not _is_number(least) or not _is_number(most):
            continue
        strict = "exclusive" in lower + upper
        if least > most or (strict and least == most):  # type: ignore[operator]
            context.error(
                context.document.key_span((*node.pointer, lower)),
                "V040",
                f"{lower}: {least} and {upper}: {most} leave no value",
                related=[Related(context.document.key_span((*node.pointer, upper)), "see here")],
            )


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_types(context: Context, node: Node) -> None:
    """Constants must be of the type beside them, and `const` one of `enum`."""
    allowed = types(node.schema)
    listed = node.schema.get("enum")
    for index, value in enumerate(listed if isinstance(listed, list) else ()):
        if allowed and not has_type(value, allowed):
            context.error(
                context.span(node, "enum", index),
                "V044",
                f"{show(value)} can never be valid: the type is {' or '.join(allowed)}",
            )
    if "const" not in node.schema:
        return
    value, span = node.schema["const"], context.span(node, "const")
    if allowed and not has_type(value, allowed):
        message = f"{show(value)} can never be valid: the type is {' or '.join(allowed)}"
        context.error(span, "V044", message)
    if isinstance(listed, list) and not any(same(value, one) for one in listed):
        context.error(span, "V045", f"{show(value)} is not one of the values under `enum`")


def has_type(value: Json, allowed: list[str]) -> bool:
    """Whether a value is of one of JSON Schema's types."""
    return any(_is_of(value, name) for name in allowed)


def _is_of(value: Json, name: str) -> bool:
    match value:
        case None:
            return name == "null"
        case bool():
            return name == "boolean"
        case int():
            return name in ("integer", "number")
        case float():
            return name == "number" or (name == "integer" and value == int(value))
        case str():
            return name == "string"
        case list():
            return name == "array"
        case dict():
            return name == "object"


def same(one: Json, other: Json) -> bool:
    """Equality as JSON Schema has it: 1 equals 1.0, but not true."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _check_duplicates(context: Context, node: Node) -> None:
    for keyword in ("required", "enum", "type", "oneOf", "anyOf", "allOf"):
        value = node.schema.get(keyword)
        for first, index in _repeated(value if isinstance(value, list) else []):
            context.error(
                context.span(node, keyword, index),
                "V021",
                f"the list under `{keyword}` holds this twice",
                hint="remove one of the two",
                related=[Related(context.span(node, keyword, first), "it is first here")],
            )


def _repeated(values: list[Json]) -> Iterator[tuple[int, int]]:
    """Pairs of indices of equal values, the first occurrence before each repetition."""
    seen: dict[object, int] = {}
    for index, value in enumerate(values):
        key = frozen(value)
        first = seen.setdefault(key, index)
        if first != index:
            yield first, index


def frozen(value: Json) -> object:
    """A hashable stand-in for a value, equal where JSON Schema's equality holds."""
    match value:
        case dict():
            return ("object", frozenset((key, frozen(part)) for key, part in value.items()))
        case list():
            return ("array", tuple(frozen(part) for part in value))
        case bool():
            return ("boolean", value)
        case _:
            return value


def _check_pattern(context: Context, node: Node) -> None:
    pattern = node.schema.get("pattern")
    fault = pattern_fault(pattern) if isinstance(pattern, str) else None
    if fault is not None:
        code, message, hint = fault
        context.error(context.span(node, "pattern"), code, message, hint)


def _check_applicable(context: Context, node: Node) -> None:
    """Report keywords that say nothing about values of the type beside them."""
    allowed = {"number" if name == "integer" else name for name in types(node.schema)}
    if not allowed:
        return
    for keyword in node.schema:
        wanted = _APPLIES_TO.get(keyword)
        if wanted is not None and wanted not in allowed:
            context.error(
                context.document.key_span((*node.pointer, keyword)),
                "V046",
                f"`{keyword}` says nothing about {' or '.join(_articled(allowed))}",
                hint=f"it is for a value of type {wanted}",
            )


def _articled(names: set[str]) -> list[str]:
    return [TYPE_NAMES[name] for name in sorted(names) if name in TYPE_NAMES]


def check_required(context: Context) -> None:
    """Report required properties that are not defined."""
    for node in context.nodes:
        required = strings(node.schema.get("required"))
        if not required:
            continue
        whole = context.whole(node)
        if not context.is_known(whole):
            continue
        defined = context.properties(whole)
        for index, name in enumerate(required):
            if name not in defined:
                _report_required(context, node, index, name, list(defined))


def _report_required(
    context: Context, node: Node, index: int, name: str, defined: list[str]
) -> None:
    context.error(
        context.span(node, "required", index),
        "V020",
        f"{quote(name)} is required, but there is no such property",
        hint=close_hint(name, defined) or "define it under `properties`",
    )
