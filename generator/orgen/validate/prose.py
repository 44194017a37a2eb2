"""Prose: in our own spec, every component and every property is described."""

from __future__ import annotations

from collections.abc import Iterator

from orgen.ir.schema import Json
from orgen.load import Pointer
from orgen.load.building import quote
from orgen.load.kinds import Kind, entries, kind_of
from orgen.validate.context import Context, Node, describe, members

MARKER = "x-orgen-describe-me"
"""Set by `orgen sync` on what it adds, to be removed by whoever writes the description."""


UNDESCRIBED = frozenset({"V060", "V061"})
"""Faults that say nothing about what the spec means: later stages can go on."""


def check_prose(context: Context) -> None:
    """Report what is not described, and what is marked as waiting for it."""
    # What a broken reference would have said is not known.
    broken = {item.span for item in context.diagnostics if item.code.startswith("L03")}
    for node in context.nodes:
        if context.span(node, "$ref") in broken:
            continue
        if node.schema.get(MARKER):
            context.error(
                context.document.key_span((*node.pointer, MARKER)),
                "V061",
                f"{describe(node.pointer)} waits for its description",
                hint=f"write the description and remove {MARKER}",
            )
        elif context.own and _wants_description(node) and not _is_described(context, node.schema):
            context.error(
                context.document.key_span(node.pointer),
                "V060",
                f"{quote(describe(node.pointer))} has no description",
            )
    for pointer in _marked_operations(Kind.OPENAPI, (), context.document.value):
        context.error(
            context.document.key_span((*pointer, MARKER)),
            "V061",
            f"{' '.join(map(str, pointer))} waits for its description",
            hint=f"write the description and remove {MARKER}",
        )


def _marked_operations(kind: Kind, pointer: Pointer, value: Json) -> Iterator[Pointer]:
    """What is marked outside of schemas: operations and messages."""
    if kind in (Kind.SCHEMA, Kind.DATA):
        return
    if isinstance(value, dict) and value.get(MARKER):
        yield pointer
    for step, part in entries(value):
        yield from _marked_operations(kind_of(kind, step), (*pointer, step), part)


def _wants_description(node: Node) -> bool:
    is_component = len(node.pointer) == 3 and node.pointer[:2] == ("components", "schemas")
    return is_component or (len(node.pointer) > 3 and node.pointer[-2] == "properties")


def _is_described(context: Context, schema: Json) -> bool:
    """Whether a schema, a part of it or one of its alternatives has a description."""
    parts = context.parts(schema)
    alternatives = [
        one for part in parts for keyword in ("oneOf", "anyOf") for one in members(part, keyword)
    ]
    for part in [*parts, *(inner for one in alternatives for inner in context.parts(one))]:
        description = part.get("description")
        if isinstance(description, str) and description.strip():
            return True
    return False
