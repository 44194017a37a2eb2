"""Keywords: known, supported, and with values of the right shape."""

from __future__ import annotations

from collections.abc import Callable

from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.suggest import close_hint
from orgen.validate.context import Context, Node, describe
from orgen.validate.structure import show, type_name
from orgen.validate.unsupported import UNSUPPORTED

_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")


def _is_string(value: Json) -> bool:
    return isinstance(value, str)


def _is_bool(value: Json) -> bool:
    return isinstance(value, bool)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _is_natural(value)


def _is_natural(value: int | float) -> bool:
    return value >= 0 and value == int(value)


def _is_positive(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_names(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_object(value: Json) -> bool:
    return isinstance(value, dict)


def _is_full_list(value: Json) -> bool:
    return isinstance(value, list) and bool(value)


def _is_type(value: Json) -> bool:
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(name, str) and name in _TYPES for name in names)


def _is_anything(value: Json) -> bool:
    return True


_Shape = tuple[Callable[[Json], bool], str]
_COUNT: _Shape = (_is_count, "a whole number, zero or more")
_NUMBER: _Shape = (_is_number, "a number")
_STRING: _Shape = (_is_string, "a string")
_BOOL: _Shape = (_is_bool, "true or false")
_NAMES: _Shape = (_is_names, "a list of names")
_MEMBERS: _Shape = (_is_full_list, "a list of at least one schema")
_OBJECT: _Shape = (_is_object, "an object")
_ANYTHING: _Shape = (_is_anything, "")
"""For what is checked elsewhere."""

# Source: the vocabularies of https://json-schema.org/draft/2020-12/schema, and OpenAPI 3.1's.
_SHAPES: dict[str, _Shape] = {
    "type": (_is_type, f"one or more of {', '.join(_TYPES)}"),
    **dict.fromkeys(("oneOf", "anyOf", "allOf"), _MEMBERS),
    **dict.fromkeys(("items", "additionalProperties", "propertyNames", "contentSchema"), _ANYTHING),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _COUNT),
    **dict.fromkeys(("minProperties", "maxProperties"), _COUNT),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _NUMBER),
    "multipleOf": (_is_positive, "a number greater than zero"),
    **dict.fromkeys(("title", "description", "format", "pattern", "$comment"), _STRING),
    **dict.fromkeys(("contentEncoding", "contentMediaType", "$schema", "$ref"), _STRING),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly"), _BOOL),
    "required": _NAMES,
    "enum": (_is_full_list, "a list of at least one value"),
    "examples": (lambda value: isinstance(value, list), "a list"),
    **dict.fromkeys(("properties", "discriminator", "externalDocs", "xml"), _OBJECT),
    **dict.fromkeys(("$defs", "definitions"), _OBJECT),
    **dict.fromkeys(("const", "default", "example"), _ANYTHING),
}
_KNOWN = [*_SHAPES, *UNSUPPORTED]
_PROPERTY_NAMES = frozenset({"type", "pattern", "description", "title", "$comment"})


def check_keywords(context: Context) -> None:
    """Run all rules about single keywords."""
    for pointer, value in context.malformed:
        span = context.document.span(pointer)
        if pointer[-1] == "items" and isinstance(value, list):
            message = "a list under `items` is not supported"
            context.error(span, "V013", message, UNSUPPORTED["prefixItems"])
        else:
            message = f"a schema must be an object, true or false, not {show(value)}"
            context.error(span, "V011", message)
    for node in context.nodes:
        for keyword, value in node.schema.items():
            _check_keyword(context, node, keyword, value)
        _check_values(context, node)


def _check_keyword(context: Context, node: Node, keyword: str, value: Json) -> None:
    span = context.document.key_span((*node.pointer, keyword))
    if keyword in UNSUPPORTED:
        message = f"{quote(keyword)} is not supported"
        context.error(span, "V013", message, UNSUPPORTED[keyword])
    elif keyword in _SHAPES:
        fits, wanted = _SHAPES[keyword]
        if not fits(value):
            _report_shape(context, node, keyword, wanted)
        elif keyword == "propertyNames":
            _check_property_names(context, node, value)
    elif not keyword.startswith("x-"):
        _report_unknown(context, node, keyword)


def _report_shape(context: Context, node: Node, keyword: str, wanted: str) -> None:
    value = node.schema[keyword]
    if keyword == "type":
        _report_type(context, node, value)
        return
    message = f"{quote(keyword)} must be {wanted}, not {show(value)}"
    hint = _shape_hint(keyword, value)
    context.error(context.span(node, keyword), "V011", message, hint)


def _report_type(context: Context, node: Node, value: Json) -> None:
    names = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
    for index, name in names:
        if name in _TYPES and isinstance(name, str):
            continue
        span = context.span(node, "type", *([] if index is None else [index]))
        hint = close_hint(name, _TYPES) if isinstance(name, str) else None
        known = f"the types are {', '.join(_TYPES)}"
        context.error(span, "V011", f"{show(name)} is not a type of JSON Schema", hint or known)
    if not names:
        context.error(context.span(node, "type"), "V011", "the list of types is empty")


def _shape_hint(keyword: str, value: Json) -> str | None:
    if keyword == "required" and isinstance(value, bool):
        return "list the names of required properties in `required` beside `properties`"
    if keyword.startswith("exclusive") and isinstance(value, bool):
        return "since draft 6 the keyword holds the limit itself"
    return None


def _report_unknown(context: Context, node: Node, keyword: str) -> None:
    span = context.document.key_span((*node.pointer, keyword))
    hint = close_hint(keyword, _KNOWN)
    message = f"{quote(keyword)} is not a keyword of JSON Schema"
    if hint:
        context.error(span, "V012", message, hint)
    else:
        context.warning(span, "V012", message, "begin the names of extensions with x-")


def _check_property_names(context: Context, node: Node, value: Json) -> None:
    if not isinstance(value, dict) or value.keys() <= _PROPERTY_NAMES:
        return
    context.error(
        context.document.key_span((*node.pointer, "propertyNames")),
        "V013",
        "`propertyNames` with anything but a pattern is not supported",
        hint="give it a pattern, or name the properties",
    )


def _check_values(context: Context, node: Node) -> None:
    """Report constants that are no scalars: they would need a type of their own."""
    listed = node.schema.get("enum")
    for index, value in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(value, dict | list):
            span = context.span(node, "enum", index)
            context.error(span, "V013", _not_scalar(node, "enum", value), "use oneOf of schemas")
    if isinstance(value := node.schema.get("const"), dict | list):
        span = context.span(node, "const")
        context.error(span, "V013", _not_scalar(node, "const", value), "write it as a schema")


def _not_scalar(node: Node, keyword: str, value: Json) -> str:
    return f"{type_name(value)} under {quote(keyword)} of {describe(node.pointer)} is not supported"
