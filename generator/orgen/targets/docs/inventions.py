"""Leaves out what the toolchain invented for itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from orgen.targets.docs.usage import references

if TYPE_CHECKING:
    from orgen.ir.schema import Schema, Type


def without_inventions(schema: Schema) -> Schema:
    """The schema without components that nobody wrote and nothing refers to.

    Such are the records for unknown variants of open unions, which generated
    code needs and a reader of the spec does not.
    """
    used: set[str] = set()
    types: list[Type] = [component.type for component in schema.components.values()]
    for operation in schema.operations:
        types += [body.type for body in operation.requests]
        types += [body.type for reply in operation.replies for body in reply.bodies]
    for websocket in schema.websockets:
        types += [websocket.client_message, websocket.error_message]
    for type in types:
        used.update(references(type))
    kept = {
        name: component
        for name, component in schema.components.items()
        if name in used or not component.lifted
    }
    return replace(schema, components=kept)
