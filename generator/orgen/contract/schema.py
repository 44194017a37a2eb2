"""Reads one JSON Schema into its normal form.

Only rewritings that leave the set of valid values untouched are made, and each is proven next to
the function that makes it. What is not known here is kept as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgen.contract.tree import Fields, Members, Node, Pointer, Sequence, Value

if TYPE_CHECKING:
    from orgen.ir.schema import Json

PROSE = frozenset({"title", "description", "summary", "example", "examples", "$comment"})

NOTES = "x-orgen-"
"""Prefix of this project's own notes on a schema, which no document on the wire has."""

SUBSCHEMA = frozenset(
    {
        "items", "additionalProperties", "not", "if", "then", "else", "contains",
        "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema",
    }
)  # fmt: skip

NAMED_SUBSCHEMAS = {
    "properties": "property",
    "patternProperties": "property pattern",
    "dependentSchemas": "dependent schema",
    "$defs": "definition",
}

UNIONS = frozenset({"allOf", "anyOf", "oneOf"})

TYPE_SPECIFIC = frozenset(
    {
        "minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "items", "prefixItems", "contains", "minContains", "maxContains", "minItems", "maxItems",
        "uniqueItems", "properties", "patternProperties", "additionalProperties", "propertyNames",
        "required", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas",
    }
)  # fmt: skip
"""Keywords that say nothing about null, so that they may move beside it."""


def read_schema(value: Json, pointer: Pointer) -> Node:
    """The normal form of the schema `value`, which stands at `pointer`."""
    if not isinstance(value, dict):
        return Value(pointer, value)
    keywords: dict[str, Node] = {}
    for keyword, operand in value.items():
        if keyword in PROSE or keyword.startswith(NOTES):
            continue
        name = "enum" if keyword == "const" and "enum" not in value else keyword
        node = _read_keyword(keyword, operand, (*pointer, keyword))
        if node is not None:
            keywords[name] = node
    keywords = _fold_all_of(keywords)
    keywords = _split_null(keywords, pointer)
    return _fold_single(keywords) or _finish(keywords, pointer)


def _read_keyword(keyword: str, operand: Json, pointer: Pointer) -> Node | None:
    """The keyword's normal form; None where it says nothing (`required: []`)."""
    if keyword in SUBSCHEMA:
        return read_schema(operand, pointer)
    if keyword in NAMED_SUBSCHEMAS and isinstance(operand, dict):
        members = {name: read_schema(item, (*pointer, name)) for name, item in operand.items()}
        return Fields(pointer, members, NAMED_SUBSCHEMAS[keyword]) if members else None
    if keyword in UNIONS and isinstance(operand, list):
        return Members(pointer, _read_list(operand, pointer), "member")
    if keyword == "prefixItems" and isinstance(operand, list):
        return Sequence(pointer, _read_list(operand, pointer), "item")
    if keyword == "const":
        return Members(pointer, (Value(pointer, operand),), "value")
    return _read_values(keyword, operand, pointer)


def _read_list(schemas: list[Json], pointer: Pointer) -> tuple[Node, ...]:
    return tuple(read_schema(item, (*pointer, index)) for index, item in enumerate(schemas))


def _read_values(keyword: str, operand: Json, pointer: Pointer) -> Node | None:
    """Keywords that hold plain values; lists of names and values are sets."""
    if keyword in {"enum", "required", "type"} and isinstance(operand, list):
        nouns = {"enum": "value", "required": "required property", "type": "type"}
        members = [Value((*pointer, index), item) for index, item in enumerate(operand)]
        if keyword == "type" and len(members) == 1:
            return members[0]
        return (
            Members(pointer, tuple(members), nouns[keyword])
            if members or keyword != "required"
            else None
        )
    if keyword == "x-enumDescriptions" and isinstance(operand, dict):
        # Its texts are prose; for which values it has one is a fact.
        names = tuple(Value((*pointer, name), name) for name in operand)
        return Members(pointer, names, "described value")
    return Value(pointer, operand)


def _fold_all_of(keywords: dict[str, Node]) -> dict[str, Node]:
    """`allOf: [{$ref}, {description}]` is `$ref` with a description beside it.

    A member without keywords admits everything, so it can go. A single reference may then stand
    beside the other keywords: in 2020-12 a `$ref` is one more constraint, as it was in `allOf`.
    """
    all_of = keywords.get("allOf")
    if not isinstance(all_of, Members):
        return keywords
    members = tuple(member for member in all_of.members if not _admits_everything(member))
    rest = {name: node for name, node in keywords.items() if name != "allOf"}
    if not members:
        return rest
    only = members[0]
    if len(members) == 1 and isinstance(only, Fields):
        if not rest:
            return dict(only.members)
        if set(only.members) == {"$ref"} and "$ref" not in rest:
            return {**rest, **only.members}
    return {**rest, "allOf": Members(all_of.pointer, members, all_of.noun)}


def _split_null(keywords: dict[str, Node], pointer: Pointer) -> dict[str, Node]:
    """`type: [T, 'null']` is `anyOf: [{type: T}, {type: 'null'}]`.

    Keywords about strings, numbers, arrays and objects admit null anyway, so they may move into
    the first branch, and an enum that lists null is divided between the branches. Defaults and
    `x-` keywords stay where they are: they speak of the whole.
    """
    types = keywords.get("type")
    if not isinstance(types, Members) or "anyOf" in keywords:
        return keywords
    null = next((m for m in types.members if isinstance(m, Value) and m.value == "null"), None)
    others = tuple(member for member in types.members if member is not null)
    values = keywords.get("enum")
    if null is None or not others or (values is not None and not _lists_null(values)):
        return keywords
    moved = {name: node for name, node in keywords.items() if name in TYPE_SPECIFIC}
    moved["type"] = others[0] if len(others) == 1 else Members(types.pointer, others, types.noun)
    if isinstance(values, Members):
        kept = tuple(m for m in values.members if not (isinstance(m, Value) and m.value is None))
        moved["enum"] = Members(values.pointer, kept, values.noun)
    branches = (_finish(moved, pointer), Fields(null.pointer, {"type": null}, "keyword"))
    rest = {name: node for name, node in keywords.items() if name not in moved}
    return {**rest, "anyOf": Members(types.pointer, branches, "member")}


def _lists_null(values: Node) -> bool:
    return isinstance(values, Members) and any(
        isinstance(member, Value) and member.value is None for member in values.members
    )


def _fold_single(keywords: dict[str, Node]) -> Node | None:
    """A union of one, with nothing beside it, is that one."""
    if len(keywords) != 1:
        return None
    ((name, node),) = keywords.items()
    if name in {"anyOf", "oneOf"} and isinstance(node, Members) and len(node.members) == 1:
        return node.members[0]
    return None


def _admits_everything(node: Node) -> bool:
    return isinstance(node, Value) and node.value is True


def _finish(keywords: dict[str, Node], pointer: Pointer) -> Node:
    """`{}` and `true` are the same schema."""
    return Fields(pointer, keywords, "keyword") if keywords else Value(pointer, True)
