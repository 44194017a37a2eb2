"""The frame around the schemas: what OpenAPI 3.1 asks of paths, operations and bodies."""

from __future__ import annotations

import functools
import json
from importlib import resources

from orgen.ir.schema import Json
from orgen.load.kinds import Kind, entries, kind_of
from orgen.validate.context import Context
from orgen.validate.structure import check_structure


@functools.cache
def frame_schema() -> dict[str, Json]:
    """The part of OpenAPI 3.1 that is supported, as a JSON Schema; it ends where schemas begin."""
    text = resources.files("orgen.validate").joinpath("openapi_frame.json").read_text("utf-8")
    schema: dict[str, Json] = json.loads(text)
    return schema


def check_frame(context: Context) -> None:
    """Report what is not OpenAPI 3.1 outside of the schemas, and repeated operation ids."""
    outline = _outline(Kind.OPENAPI, context.document.value)
    check_structure(context.document, frame_schema(), "V010", context.diagnostics, outline)
    _check_operation_ids(context)


def _outline(kind: Kind, value: Json) -> Json:
    """The document with every schema replaced by `true`: those have rules of their own."""
    if kind is Kind.SCHEMA:
        return True
    if isinstance(value, dict):
        return {key: _outline(kind_of(kind, key), part) for key, part in entries(value)}  # type: ignore[misc]
    if isinstance(value, list):
        return [_outline(kind_of(kind, index), part) for index, part in entries(value)]
    return value


def _check_operation_ids(context: Context) -> None:
    value = context.document.value
    paths = value.get("paths") if isinstance(value, dict) else None
    seen: dict[str, object] = {}
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method, operation in item.items() if isinstance(item, dict) else ():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            if not isinstance(name, str):
                continue
            if name in seen:
                context.error(
                    context.document.span(("paths", path, method, "operationId")),
                    "V014",
                    f"the operationId `{name}` is there twice",
                    hint="give each operation a name of its own",
                )
            seen[name] = operation
