"""Where schemas lie in an OpenAPI 3.1 or JSON Schema document, as one table.

A document is plain JSON; what an object *is* follows from the keys that lead to
it. Walks that rewrite references or check schemas consult this table, so that a
property called `$ref`, or a `$ref` inside an example, is never taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto

from orgen.ir.schema import Json


class Kind(Enum):
    """What a value is to OpenAPI or JSON Schema."""

    DATA = auto()
    SCHEMA = auto()
    SCHEMAS = auto()
    """Name -> schema."""
    SCHEMA_LIST = auto()
    DEPENDENCIES = auto()
    """Name -> schema or list of names (draft-07)."""
    DISCRIMINATOR = auto()
    OPENAPI = auto()
    COMPONENTS = auto()
    PATHS = auto()
    PATH = auto()
    OPERATION = auto()
    PARAMETER = auto()
    PARAMETERS = auto()
    PARAMETER_LIST = auto()
    REQUEST = auto()
    REQUESTS = auto()
    RESPONSE = auto()
    RESPONSES = auto()
    HEADERS = auto()
    CONTENT = auto()
    MEDIA_TYPE = auto()
    CALLBACK = auto()
    CALLBACKS = auto()
    WEBSOCKET = auto()


_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_PARAMETER = {"schema": Kind.SCHEMA, "content": Kind.CONTENT}

_CHILDREN: dict[Kind, dict[str, Kind]] = {
    Kind.SCHEMA: {
        **dict.fromkeys(("properties", "patternProperties", "dependentSchemas"), Kind.SCHEMAS),
        **dict.fromkeys(("$defs", "definitions"), Kind.SCHEMAS),
        **dict.fromkeys(("oneOf", "anyOf", "allOf", "prefixItems"), Kind.SCHEMA_LIST),
        **dict.fromkeys(
            (
                "items",
                "additionalProperties",
                "propertyNames",
                "not",
                "if",
                "then",
                "else",
                "contains",
                "additionalItems",
                "unevaluatedItems",
                "unevaluatedProperties",
                "contentSchema",
            ),
            Kind.SCHEMA,
        ),
        "dependencies": Kind.DEPENDENCIES,
        "discriminator": Kind.DISCRIMINATOR,
    },
    Kind.OPENAPI: {
        "components": Kind.COMPONENTS,
        "paths": Kind.PATHS,
        "webhooks": Kind.PATHS,
    },
    Kind.COMPONENTS: {
        "schemas": Kind.SCHEMAS,
        "parameters": Kind.PARAMETERS,
        "headers": Kind.HEADERS,
        "requestBodies": Kind.REQUESTS,
        "responses": Kind.RESPONSES,
        "callbacks": Kind.CALLBACKS,
        "pathItems": Kind.PATHS,
    },
    Kind.PATH: {
        **dict.fromkeys(_METHODS, Kind.OPERATION),
        "parameters": Kind.PARAMETER_LIST,
        "x-openresponses-websocket": Kind.WEBSOCKET,
    },
    Kind.OPERATION: {
        "parameters": Kind.PARAMETER_LIST,
        "requestBody": Kind.REQUEST,
        "responses": Kind.RESPONSES,
        "callbacks": Kind.CALLBACKS,
    },
    Kind.PARAMETER: _PARAMETER,
    Kind.REQUEST: {"content": Kind.CONTENT},
    Kind.RESPONSE: {"content": Kind.CONTENT, "headers": Kind.HEADERS},
    Kind.MEDIA_TYPE: {"schema": Kind.SCHEMA},
    Kind.WEBSOCKET: {"clientMessage": Kind.SCHEMA, "errorMessage": Kind.SCHEMA},
}

_ENTRIES: dict[Kind, Kind] = {
    Kind.SCHEMAS: Kind.SCHEMA,
    Kind.SCHEMA_LIST: Kind.SCHEMA,
    Kind.DEPENDENCIES: Kind.SCHEMA,
    Kind.PATHS: Kind.PATH,
    Kind.PARAMETERS: Kind.PARAMETER,
    Kind.PARAMETER_LIST: Kind.PARAMETER,
    Kind.REQUESTS: Kind.REQUEST,
    Kind.RESPONSES: Kind.RESPONSE,
    Kind.HEADERS: Kind.PARAMETER,
    Kind.CONTENT: Kind.MEDIA_TYPE,
    Kind.CALLBACK: Kind.PATH,
    Kind.CALLBACKS: Kind.CALLBACK,
}

REFERABLE = frozenset(
    {
        Kind.SCHEMA,
        Kind.PATH,
        Kind.PARAMETER,
        Kind.REQUEST,
        Kind.RESPONSE,
        Kind.CALLBACK,
    }
)
"""The kinds that a reference object may stand for."""

SCHEMA_KEYWORDS: frozenset[str] = frozenset(_CHILDREN[Kind.SCHEMA])
"""The keywords of a schema that hold schemas, or references to some."""


def kind_of(parent: Kind, step: str | int) -> Kind:
    """What the value at `step` inside a value of kind `parent` is."""
    entry = _ENTRIES.get(parent)
    if entry is not None:
        return entry
    children = _CHILDREN.get(parent)
    return Kind.DATA if children is None else children.get(str(step), Kind.DATA)


def entries(value: Json) -> Iterator[tuple[str | int, Json]]:
    """The keys or indices of a collection with their values; nothing for a scalar."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
