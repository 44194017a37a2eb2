"""`allOf`: its members must fit together into one type."""

from __future__ import annotations

from itertools import combinations

from orgen.diagnostics import Related
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.validate.constraints import DISALLOWED
from orgen.validate.context import UNIONS, Context, Node, describe, members, types
from orgen.validate.discriminators import constants

_TELLING = frozenset(
    {
        "type", "properties", "items", "enum", "const", "required", "additionalProperties",
        "oneOf", "anyOf", "allOf", "$ref", "pattern", "minimum", "maximum", "minLength",
        "maxLength", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems",
        "minProperties", "maxProperties", "propertyNames", "uniqueItems",
    }
)  # fmt: skip


def check_merging(context: Context) -> None:
    """Report members of an `allOf` that contradict, or that no single type can express."""
    for node in context.nodes:
        if members(node.schema, "allOf"):
            _check_unions(context, node)
            _check_types(context, node)
            _check_properties(context, node)


def _telling(context: Context, node: Node) -> list[tuple[int, dict[str, Json]]]:
    """The members that say anything about values, references followed."""
    found = []
    for index, member in enumerate(members(node.schema, "allOf")):
        target = context.target(member)
        if isinstance(target, dict) and target.keys() & _TELLING:
            found.append((index, target))
    return found


def _check_unions(context: Context, node: Node) -> None:
    telling = _telling(context, node)
    beside = bool(node.schema.keys() & _TELLING - {"allOf"})
    if len(telling) + beside < 2:
        return
    for index, member in telling:
        if any(members(member, one) for one in UNIONS):
            context.error(
                context.span(node, "allOf", index),
                "V050",
                "a union together with other constraints in `allOf` is not supported",
                hint="put the constraints into every member of the union",
            )


def _check_types(context: Context, node: Node) -> None:
    known = [
        (index, {"number" if name == "integer" else name for name in types(member)})
        for index, member in _telling(context, node)
        if types(member)
    ]
    for (first, one), (second, other) in combinations(known[:20], 2):
        if not one & other:
            context.error(
                context.span(node, "allOf", second),
                "V051",
                f"the members of `allOf` contradict: {' or '.join(sorted(other))} here, "
                f"{' or '.join(sorted(one))} before",
                related=[Related(context.span(node, "allOf", first), "the other is here")],
            )
            return


def _check_properties(context: Context, node: Node) -> None:
    """Report a property that two members limit to different constants."""
    for name, schemas in context.properties(node.schema).items():
        if len(schemas) < 2 or any(_is_disallowed(schema) for schema in schemas):
            continue
        listed = [constants(context, [schema]) for schema in schemas]
        known = [values for values in listed if values]
        if len(known) > 1 and not frozenset.intersection(*known):
            context.error(
                context.document.key_span((*node.pointer, "allOf")),
                "V051",
                f"the members of `allOf` contradict: no value of {quote(name)} suits them all "
                f"in {describe(node.pointer)}",
            )


def _is_disallowed(schema: Json) -> bool:
    return isinstance(schema, dict) and bool(schema.get(DISALLOWED))
