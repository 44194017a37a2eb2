"""The shape of events: properties that must be there, and the JSON kinds they may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .lifecycle import Condition, Field, at

_SHOWN = 60
"""Characters of a text that a message quotes."""


def shape_faults(
    fields: Mapping[str, Field], event: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Name and description of every property that is missing or of a wrong kind."""
    for name, field in fields.items():
        if name not in event:
            if field.required:
                yield name, f"`{name}` is missing"
        elif field.kinds and not is_kind(event[name], field.kinds):
            wanted = " or ".join(_ARTICLES.get(kind, kind) for kind in field.kinds)
            yield name, f"`{name}` is {wanted}, not {shown(event[name])}"


def condition_faults(condition: Condition, event: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for every value at the condition's place that is not what it must be."""
    place = ".".join(condition.at)
    for value in _everything(event, condition.at):
        if condition.check == "present" and value is None:
            yield f"`{place}` is missing"
        elif condition.check == "empty" and value:
            yield f"`{place}` is not empty"
        elif value is not None and not _allowed(condition, value):
            wanted = " or ".join(condition.among)
            yield f"`{place}` is {shown(value)}{f', not {wanted}' if wanted else ''}"


def _allowed(condition: Condition, value: Any) -> bool:
    if not isinstance(value, str):
        return not condition.among
    return value not in condition.never and (not condition.among or value in condition.among)


def _everything(value: Any, steps: tuple[str, ...]) -> list[Any]:
    """What lies at the end of the steps; `*` goes through every entry of a list."""
    reached = [value]
    for step in steps:
        if step == "*":
            reached = [entry for each in reached if isinstance(each, list) for entry in each]
        else:
            reached = [at(each, (step,)) for each in reached]
    return reached


def is_kind(value: Any, kinds: tuple[str, ...]) -> bool:
    """Whether a value is of one of those JSON kinds; whole numbers are numbers too."""
    kind = _KINDS.get(type(value))
    return kind in kinds or (kind == "integer" and "number" in kinds)


def shown(value: Any) -> str:
    """A value in a message: texts and numbers as JSON, cut short; all else by its kind."""
    match value:
        case str():
            text = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}..."
            return f'"{text.encode("unicode_escape").decode()}"'
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > 256:
            return "a very large number"
        case int() | float():
            return repr(value)
        case None:
            return "null"
        case dict():
            return "an object"
        case list():
            return "an array"
        case _:
            return f"a value of type {type(value).__name__}"


_KINDS = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    dict: "object",
    list: "array",
    type(None): "null",
}
_ARTICLES = {
    "string": "a string",
    "boolean": "a boolean",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
    "array": "an array",
}
