"""Checks arguments against an explicit JSON Schema, as far as tools use it.

Knows type, enum, const, properties, required, additionalProperties, items,
bounds, pattern, anyOf, oneOf, allOf and references inside the schema. Other
keywords say nothing here: the tool has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
MAX_DEPTH = 60


def faults(schema: Any, value: Any, at: str = "", root: Any = None, depth: int = 0) -> list[str]:
    """What a value breaks, each with its JSON Pointer; empty if nothing."""
    if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
        return [f"{at or '/'}: nothing is allowed here"] if schema is False else []
    root = schema if root is None else root
    if isinstance(schema.get("$ref"), str):
        return faults(_referred(root, schema["$ref"]), value, at, root, depth + 1)
    found = list(_of_value(schema, value, at))
    if found:
        return found
    found += _of_unions(schema, value, at, root, depth)
    if isinstance(value, dict):
        found += _of_object(schema, value, at, root, depth)
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += faults(schema.get("items"), item, f"{at}/{index}", root, depth + 1)
    return found


def _referred(root: Any, reference: str) -> Any:
    found = root
    for step in reference.removeprefix("#/").split("/") if reference.startswith("#/") else ():
        key = step.replace("~1", "/").replace("~0", "~")
        found = found.get(key) if isinstance(found, Mapping) else None
    return {} if found is root and reference != "#" else found


def _of_value(schema: Mapping[str, Any], value: Any, at: str) -> Iterator[str]:
    at = at or "/"
    names = schema.get("type")
    allowed = [names] if isinstance(names, str) else names
    if isinstance(allowed, list) and not any(_is(name, value) for name in allowed):
        yield f"{at}: expected {' or '.join(map(str, allowed))}, not {value!r:.80}"
        return
    choices = schema.get("enum")
    if "const" in schema:
        choices = [schema["const"]]
    if isinstance(choices, list) and not any(_same(choice, value) for choice in choices):
        yield f"{at}: expected one of {', '.join(map(repr, choices))}, not {value!r:.80}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bounds(schema, value, at, ("minimum", "maximum"), "")
        yield from _exclusive(schema, value, at)
    if isinstance(value, str):
        yield from _bounds(schema, len(value), at, ("minLength", "maxLength"), " characters")
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and len(value) < 10_000 and not _fits(pattern, value):
            yield f"{at}: {value!r:.80} does not match {pattern}"
    if isinstance(value, list):
        yield from _bounds(schema, len(value), at, ("minItems", "maxItems"), " items")


def _is(name: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return bool(name == "boolean")
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _KINDS.get(name, (object,)))


def _same(choice: Any, value: Any) -> bool:
    return isinstance(choice, bool) == isinstance(value, bool) and bool(choice == value)


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:
        return True  # another dialect of patterns: the tool has the last word


def _bounds(
    schema: Mapping[str, Any], size: float, at: str, names: tuple[str, str], unit: str
) -> Iterator[str]:
    least, most = schema.get(names[0]), schema.get(names[1])
    if isinstance(least, int | float) and size < least:
        yield (
            f"{at}: {size}{unit} are too few; at least {least}"
            if unit
            else (f"{at}: {size} is less than {least}")
        )
    if isinstance(most, int | float) and size > most:
        yield (
            f"{at}: {size}{unit} are too many; at most {most}"
            if unit
            else (f"{at}: {size} is more than {most}")
        )


def _exclusive(schema: Mapping[str, Any], value: float, at: str) -> Iterator[str]:
    least, most = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(least, int | float) and not isinstance(least, bool) and value <= least:
        yield f"{at}: {value} is not more than {least}"
    if isinstance(most, int | float) and not isinstance(most, bool) and value >= most:
        yield f"{at}: {value} is not less than {most}"


def _of_unions(
    schema: Mapping[str, Any], value: Any, at: str, root: Any, depth: int
) -> Iterator[str]:
    for name in ("anyOf", "oneOf"):
        members = schema.get(name)
        if isinstance(members, list) and members:
            tried = [faults(member, value, at, root, depth + 1) for member in members]
            if all(tried):
                yield " or ".join(dict.fromkeys(first[0] for first in tried))
    for member in schema.get("allOf") or ():
        yield from faults(member, value, at, root, depth + 1)


def _of_object(
    schema: Mapping[str, Any], value: dict[str, Any], at: str, root: Any, depth: int
) -> Iterator[str]:
    properties = schema.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    for name in schema.get("required") or ():
        if name not in value:
            yield f"{at or '/'}: {name!r} is missing"
    more = schema.get("additionalProperties")
    for name, one in value.items():
        if name in known:
            yield from faults(known[name], one, f"{at}/{name}", root, depth + 1)
        elif more is False:
            yield f"{at}/{name}: no such property"
        elif isinstance(more, Mapping):
            yield from faults(more, one, f"{at}/{name}", root, depth + 1)
