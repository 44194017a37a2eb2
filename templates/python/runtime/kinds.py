"""Words for what a value is: JSON's kinds, and the word by which notes know a value."""

from __future__ import annotations

import json
from typing import Any

from .primitives import is_integer

NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    dict: "object",
    list: "array",
}


def kind_name(value: Any) -> str:
    """JSON's name for what a value is."""
    if (name := NAMES.get(type(value))) is not None:
        return name
    match value:
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case dict():
            return "object"
        case list():
            return "array"
        case _:
            return type(value).__name__


ARTICLES: dict[str, str] = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "a whole number",
    "number": "a number",
    "string": "a string",
    "object": "an object",
    "array": "a list",
}


def described(value: Any) -> str:
    """What a value is, with an article."""
    name = kind_name(value)
    return ARTICLES.get(name, name)


def form_of(value: Any) -> str | None:
    """The word by which notes know a value: its type, or the value itself."""
    match value:
        case dict():
            kind = value.get("type")
            return kind if isinstance(kind, str) else None
        case str():
            return value
        case bool() | int() | float():
            return json.dumps(int(value) if is_integer(value) else value)
        case _:
            return None
