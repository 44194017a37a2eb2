"""Reads an OpenAPI document into its normal form: a table of which field holds what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from orgen.contract.schema import NOTES, PROSE, read_schema
from orgen.contract.tree import Fields, Node, Pointer, Sequence, Value

if TYPE_CHECKING:
    from orgen.ir.schema import Json

Reader: TypeAlias = "Callable[[Json, Pointer], Node]"

OPENAPI_PROSE = PROSE | {"externalDocs", "tags"}
VACUOUS_LISTS = frozenset({"parameters", "servers"})
"""Lists that say nothing when they are empty."""


def _plain(value: Json, pointer: Pointer) -> Node:
    return Value(pointer, value)


def _record(fields: Mapping[str, Reader], noun: str = "field") -> Reader:
    """An object of OpenAPI: `fields` are read as told, prose is left out, the rest is plain."""

    def read(value: Json, pointer: Pointer) -> Node:
        if not isinstance(value, dict):
            return Value(pointer, value)
        kept = {
            name: fields.get(name, _plain)(item, (*pointer, name))
            for name, item in value.items()
            if name not in OPENAPI_PROSE
            and not name.startswith(NOTES)
            and not (name in VACUOUS_LISTS and item == [])
        }
        return Fields(pointer, kept, noun)

    return read


def _table(noun: str, entry: Reader) -> Reader:
    """An object whose keys are names chosen by the author."""

    def read(value: Json, pointer: Pointer) -> Node:
        if not isinstance(value, dict):
            return Value(pointer, value)
        entries = {name: entry(item, (*pointer, name)) for name, item in value.items()}
        return Fields(pointer, entries, noun)

    return read


def _sequence(noun: str, entry: Reader) -> Reader:
    def read(value: Json, pointer: Pointer) -> Node:
        if not isinstance(value, list):
            return Value(pointer, value)
        entries = tuple(entry(item, (*pointer, index)) for index, item in enumerate(value))
        return Sequence(pointer, entries, noun)

    return read


def _version_only(value: Json, pointer: Pointer) -> Node:
    """Of `info`, all but the version is prose, or about this repository."""
    if not isinstance(value, dict):
        return Value(pointer, value)
    kept = {key: Value((*pointer, key), value[key]) for key in ("version",) if key in value}
    return Fields(pointer, kept, "field")


_SCHEMA = read_schema
_MEDIA = _table("media type", _record({"schema": _SCHEMA}))
_PARAMETER = _record({"schema": _SCHEMA, "content": _MEDIA})
_HEADERS = _table("header", _PARAMETER)
_BODY = _record({"content": _MEDIA})
_RESPONSE = _record({"content": _MEDIA, "headers": _HEADERS})
_SERVERS = _sequence("server", _record({"variables": _table("variable", _record({}))}))
_WEBSOCKET = _record({"clientMessage": _SCHEMA, "errorMessage": _SCHEMA})
_OPERATION = _record(
    {
        "parameters": _sequence("parameter", _PARAMETER),
        "requestBody": _BODY,
        "responses": _table("status", _RESPONSE),
        "servers": _SERVERS,
    }
)
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PATH_ITEM = _record(
    {
        "parameters": _sequence("parameter", _PARAMETER),
        "servers": _SERVERS,
        "x-openresponses-websocket": _WEBSOCKET,
        **dict.fromkeys(_METHODS, _OPERATION),
    },
    noun="operation",
)
_COMPONENTS = _record(
    {
        "schemas": _table("component", _SCHEMA),
        "responses": _table("response", _RESPONSE),
        "parameters": _table("parameter", _PARAMETER),
        "requestBodies": _table("request body", _BODY),
        "headers": _HEADERS,
        "securitySchemes": _table("security scheme", _record({})),
        "pathItems": _table("path item", _PATH_ITEM),
    }
)
_DOCUMENT = _record(
    {
        "info": _version_only,
        "servers": _SERVERS,
        "paths": _table("path", _PATH_ITEM),
        "webhooks": _table("webhook", _PATH_ITEM),
        "components": _COMPONENTS,
    }
)


def read_path_item(value: Json, pointer: Pointer) -> Node:
    """The normal form of one path item, such as a callback's, which stands at `pointer`."""
    return _PATH_ITEM(value, pointer)


def read_document(value: Json) -> Node:
    """The normal form of a document, as a tree: OpenAPI if it says so, else one JSON Schema."""
    if isinstance(value, dict) and ("openapi" in value or "components" in value):
        return _DOCUMENT(value, ())
    return read_schema(value, ())
