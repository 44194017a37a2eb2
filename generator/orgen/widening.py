"""Whether one schema takes every value that another takes, as far as its form shows it.

The answer "no" only means "not obviously": an overlay that widens in a way this
cannot see is written more plainly, by appending to a union.
"""

from __future__ import annotations

from orgen.ir.schema import Json

_ANNOTATIONS = frozenset(
    {
        "$comment", "title", "description", "default", "example", "examples", "deprecated",
        "readOnly", "writeOnly", "discriminator", "externalDocs",
    }
)  # fmt: skip
_LOWER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_UPPER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")


def is_wider(new: Json, old: Json) -> bool:
    """Whether `new` obviously takes all values that `old` takes.

    >>> is_wider({"type": ["string", "null"]}, {"type": "string", "maxLength": 3})
    True
    """
    new, old = _bare(new), _bare(old)
    if new in (True, {}) or old is False or new == old:
        return True
    if not isinstance(new, dict) or not isinstance(old, dict):
        return False
    members = _members(old)
    if members is not None:
        return all(is_wider(new, member) for member in members)
    members = _members(new)
    if members is not None:
        return any(is_wider(member, old) for member in members)
    return all(_allows(keyword, part, old) for keyword, part in new.items())


def _bare(schema: Json) -> Json:
    """The schema without annotations, and without an `allOf` around a single schema."""
    if not isinstance(schema, dict):
        return schema
    kept = {
        keyword: part
        for keyword, part in schema.items()
        if keyword not in _ANNOTATIONS and not keyword.startswith("x-")
    }
    inner = kept.get("allOf")
    if len(kept) == 1 and isinstance(inner, list):
        parts = [bare for part in inner if (bare := _bare(part)) not in (True, {})]
        if len(parts) == 1:
            return parts[0]
    return kept


def _members(schema: dict[str, Json]) -> list[Json] | None:
    """The members of a schema that is a union and nothing else."""
    if len(schema) == 1:
        for keyword in ("oneOf", "anyOf"):
            members = schema.get(keyword)
            if isinstance(members, list):
                return members
    return None


def _allows(keyword: str, rule: Json, old: dict[str, Json]) -> bool:
    """Whether one keyword of the new schema takes what the whole old schema takes."""
    before = old.get(keyword)
    if keyword == "type":
        return _types(old) <= _expanded(rule)
    if keyword == "additionalProperties" and rule is True:
        return True
    if before is None:
        return keyword not in old and _cannot_apply(keyword, old)
    if keyword in _LOWER | _UPPER and isinstance(rule, int | float):
        is_number = isinstance(before, int | float)
        return is_number and (rule <= before if keyword in _LOWER else rule >= before)  # type: ignore[operator]
    if keyword in ("required", "enum") and isinstance(rule, list) and isinstance(before, list):
        smaller, larger = (rule, before) if keyword == "required" else (before, rule)
        return all(one in larger for one in smaller)
    if keyword in ("items", "additionalProperties"):
        return is_wider(rule, before)
    if keyword == "properties" and isinstance(rule, dict) and isinstance(before, dict):
        return all(name in before and is_wider(rule[name], before[name]) for name in rule)
    return rule == before


def _cannot_apply(keyword: str, old: dict[str, Json]) -> bool:
    """Whether a keyword that is new says nothing about values of the old types."""
    about = {"items": "array", "properties": "object", "required": "object"}.get(keyword)
    return about is not None and about not in _types(old)


def _expanded(types: Json) -> set[str]:
    names = {str(name) for name in types} if isinstance(types, list) else {str(types)}
    return names | {"integer"} if "number" in names else names


def _types(schema: dict[str, Json]) -> set[str]:
    """The JSON types that a schema may take."""
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if "type" in schema:
        return _expanded(schema["type"])
    if isinstance(values, list):
        return {_type_of(value) for value in values}
    return set(_TYPES)


def _type_of(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case dict():
            return "object"
