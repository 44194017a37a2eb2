"""Checks a document's shape against a JSON Schema, each fault at its own position."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.document import Document, Pointer
from orgen.load.suggest import close_hint
from orgen.validate.quick import obeys

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

TYPE_NAMES = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}


def validator(schema: dict[str, Json] | bool) -> Draft202012Validator:
    """A validator that knows JSON Schema's own meta-schemas and never fetches another."""
    from jsonschema import Draft202012Validator  # heavy: only faults need it
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]

    return Draft202012Validator(schema, registry=REGISTRY)


def check_structure(
    document: Document,
    schema: dict[str, Json] | bool,
    code: str,
    diagnostics: Diagnostics,
    value: Json = None,
) -> None:
    """Report under `code` where a document breaks a schema.

    `value` is checked in place of the document's own value if it is given; it
    must have the same outline.
    """
    checked = document.value if value is None else value
    if obeys(schema, checked):
        return
    for error in validator(schema).iter_errors(checked):
        for pointer, at_key, message, hint in explain(error):
            span = document.key_span(pointer) if at_key else document.span(pointer)
            diagnostics.error(span, code, message, hint)


def explain(error: ValidationError) -> Iterator[tuple[Pointer, bool, str, str | None]]:
    """What a validation error says to a reader: pointer, whether to show its key, text, hint."""
    pointer = tuple(error.absolute_path)
    value: Any = error.instance
    rule: Any = error.validator_value
    if _is_name(error):
        yield (*pointer, value), True, f"{quote(str(value))} is not a name allowed here", None
        return
    match error.validator:
        case "required":
            missing = [name for name in rule if name not in value]
            for name in missing[:1]:
                yield pointer, True, f"{quote(name)} is missing", close_hint(name, value)
        case "additionalProperties" | "unevaluatedProperties":
            yield from _unknown_keys(error, pointer)
        case "oneOf" | "anyOf":
            yield from _alternatives(error, pointer)
        case _:
            yield pointer, False, _sentence(str(error.validator), rule, value), None


def _unknown_keys(
    error: ValidationError, pointer: Pointer
) -> Iterator[tuple[Pointer, bool, str, str | None]]:
    value: Any = error.instance
    schema: Any = error.schema
    known = schema.get("properties", {}) if isinstance(schema, dict) else {}
    for name in list(value):
        if name not in known and not _matches_pattern(name, schema):
            hint = close_hint(name, known) or _one_of("known are", list(known))
            yield (*pointer, name), True, f"the key {quote(name)} is not known here", hint


def _matches_pattern(name: str, schema: Any) -> bool:
    return any(name.startswith(prefix.strip("^")) for prefix in schema.get("patternProperties", ()))


def _alternatives(
    error: ValidationError, pointer: Pointer
) -> Iterator[tuple[Pointer, bool, str, str | None]]:
    """The faults of the alternative that comes closest, or that several match."""
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    required: list[Any] = [inner.validator_value for inner in error.context or ()]
    if all(inner.validator == "required" for inner in error.context or ()) and required:
        names = [str(name) for names in required for name in names]
        yield pointer, False, _one_of("it needs one of", names) or "", None
        return
    if not branches:
        yield pointer, False, "several alternatives match at once where one must", None
        return
    best = min(
        branches.values(),
        key=lambda errors: (-_deepest(errors), _another_kind(errors, pointer), len(errors)),
    )
    for inner in best:
        yield from explain(inner)


def _deepest(errors: Sequence[ValidationError]) -> int:
    return max(len(error.absolute_path) for error in errors)


def _another_kind(errors: Sequence[ValidationError], pointer: Pointer) -> bool:
    """Whether an alternative is for values of another kind, such as a word and no object."""
    kinds = ("type", "const", "enum")
    whole = [error for error in errors if tuple(error.absolute_path) == pointer]
    return any(error.validator in kinds and not _is_name(error) for error in whole)


def _is_name(error: ValidationError) -> bool:
    """Whether the fault is in the name of a key."""
    return list(error.absolute_schema_path)[-2:-1] == ["propertyNames"]


def _sentence(keyword: str, rule: Any, value: Any) -> str:
    match keyword:
        case "type":
            wanted = [rule] if isinstance(rule, str) else list(rule)
            names = " or ".join(TYPE_NAMES.get(name, name) for name in wanted)
            return f"this must be {names}, not {show(value)}"
        case "enum":
            return _one_of("this must be one of", [_plain(one) for one in rule]) or "no value fits"
        case "const":
            return f"this must be {show(rule)}"
        case "pattern":
            return f"{quote(str(value))} does not match the pattern {quote(rule)}"
        case "minLength" | "minItems" | "minProperties":
            return f"this must have at least {rule} {_unit(keyword, rule)}"
        case "maxLength" | "maxItems" | "maxProperties":
            return f"this may have at most {rule} {_unit(keyword, rule)}"
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            return f"{show(value)} is outside of the range ({keyword}: {rule})"
        case "False" | "None":
            return "nothing may stand here"
        case _:
            return f"this breaks the rule {keyword}: {quote(str(rule)[:200])}"


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _unit(keyword: str, count: int) -> str:
    unit = {"Length": "characters", "Items": "items", "Properties": "keys"}[keyword[3:]]
    return unit if count != 1 else unit[:-1]


def _one_of(prefix: str, names: list[str]) -> str | None:
    if not names:
        return None
    shown = ", ".join(quote(name) for name in names[:12])
    return f"{prefix} {shown}{' ...' if len(names) > 12 else ''}"


def type_name(value: Json) -> str:
    """The JSON type of a value, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case dict():
            return "an object"


def show(value: Json) -> str:
    """A value for use in a message: a scalar as it is in JSON, of a collection its type."""
    if isinstance(value, dict | list):
        return type_name(value) if value else type_name(value).replace("an", "an empty", 1)
    return quote(value) if isinstance(value, str) else quote(json.dumps(value))
