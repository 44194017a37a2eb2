"""A published schema in the way our files write schemas: same values, our forms, no prose.

`type: [string, 'null']` instead of `anyOf`, `const` instead of a list of one, a `$ref` with its
keywords beside it instead of `allOf`. Each rewriting is one that `orgen.contract` calls equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from orgen.contract.schema import NAMED_SUBSCHEMAS, PROSE, SUBSCHEMA, TYPE_SPECIFIC, UNIONS
from orgen.ir.schema import Json
from orgen.validate.prose import MARKER

LISTS = UNIONS | {"prefixItems"}
"""Keywords that hold a list of schemas."""

TO_BE_DESCRIBED = "To be described."
"""Stands where a value of an enum has its text in the published document."""

_ORDER = (
    "title", "description", MARKER, "deprecated", "x-", "discriminator", "$ref", "allOf", "anyOf",
    "oneOf", "type", "format", "const", "enum", "x-enumDescriptions", "default", "pattern",
    "minLength", "maxLength", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum",
    "multipleOf", "minItems", "maxItems", "uniqueItems", "items", "minProperties", "maxProperties",
    "additionalProperties", "required", "properties",
)  # fmt: skip
_RANK = {keyword: rank for rank, keyword in enumerate(_ORDER)}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def is_note(keyword: str) -> bool:
    """Whether a keyword is prose, or a note of this project: no part of the contract."""
    return keyword in PROSE or keyword.startswith("x-orgen-")


def house_style(schema: Json) -> Json:
    """The schema and all inside it in our forms, keywords in our order, without prose."""
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Json] = {}
    for keyword, operand in schema.items():
        if not is_note(keyword):
            made[keyword] = keyword_in_house_style(keyword, operand)
    made = _folded_null(_folded_all_of(made))
    values = made.get("enum")
    if isinstance(values, list) and len(values) == 1 and "const" not in made:
        made["const"] = values[0]
        del made["enum"]
    return ordered(made)


def ordered(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The keywords in the order in which our files have them."""
    return dict(sorted(schema.items(), key=lambda item: _rank(item[0])))


def _rank(keyword: str) -> int:
    if keyword not in _RANK and keyword.startswith("x-"):
        return _RANK["x-"]
    return _RANK.get(keyword, len(_ORDER))


def keyword_in_house_style(keyword: str, operand: Json) -> Json:
    """What a keyword holds, with all schemas in it in our forms."""
    if keyword in SUBSCHEMA:
        return house_style(operand)
    if keyword in NAMED_SUBSCHEMAS and isinstance(operand, dict):
        return {name: house_style(entry) for name, entry in operand.items()}
    if keyword in LISTS and isinstance(operand, list):
        return [house_style(entry) for entry in operand]
    if keyword == "x-enumDescriptions" and isinstance(operand, dict):
        return dict.fromkeys(operand, TO_BE_DESCRIBED)
    return operand


def _folded_all_of(schema: dict[str, Json]) -> dict[str, Json]:
    """A member that only describes is gone by now and can go; a lone reference moves out."""
    members = schema.get("allOf")
    if not isinstance(members, list):
        return schema
    rest = {keyword: operand for keyword, operand in schema.items() if keyword != "allOf"}
    kept = [member for member in members if member not in ({}, True)]
    only = kept[0] if len(kept) == 1 else None
    if isinstance(only, dict) and only.keys() == {"$ref"} and "$ref" not in rest:
        return {**rest, **only}
    return {**rest, "allOf": kept} if kept else rest


def _folded_null(schema: dict[str, Json]) -> dict[str, Json]:
    """`anyOf: [{type: T, ...}, {type: 'null'}]` as `type: [T, 'null']`."""
    members = schema.get("anyOf")
    if not isinstance(members, list) or len(members) != 2 or members[1] != {"type": "null"}:
        return schema
    branch = members[0]
    rest = {keyword: operand for keyword, operand in schema.items() if keyword != "anyOf"}
    if not isinstance(branch, dict) or not isinstance(branch.get("type"), str):
        return schema
    if branch.keys() - TYPE_SPECIFIC - {"type"} or rest.keys() & (TYPE_SPECIFIC | {"type"}):
        return schema
    if "enum" in rest or "const" in rest:
        return schema
    return {**rest, **branch, "type": [branch["type"], "null"]}


def published_prose(schema: Json) -> str:
    """What the published document says about a schema, on one line; empty if nothing."""
    if not isinstance(schema, dict):
        return ""
    texts = [schema.get("description")]
    for keyword in ("allOf", "anyOf", "oneOf"):
        members = schema.get(keyword)
        for member in members if isinstance(members, list) else ():
            if isinstance(member, dict) and "$ref" not in member:
                texts.append(member.get("description"))
    found = (text for text in texts if isinstance(text, str) and text.strip())
    return one_line(next(found, ""))


def one_line(text: str) -> str:
    """A text without line ends, as a hint to whoever writes our own."""
    return " ".join(text.split())


def words_of(name: str) -> list[str]:
    """The words of a component's name.

    >>> words_of("WebSocketErrorEvent")
    ['Web', 'Socket', 'Error', 'Event']
    """
    return _WORD.findall(name)


def title_of(name: str) -> str:
    """A heading made of a name: `Compaction body`."""
    first, *rest = words_of(name) or [name]
    return " ".join([first, *(word if word.isupper() else word.lower() for word in rest)])
