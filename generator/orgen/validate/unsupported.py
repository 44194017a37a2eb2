"""Keywords of JSON Schema, old and new, that no model could express, and what to use instead."""

from __future__ import annotations

UNSUPPORTED: dict[str, str] = {
    "if": "use oneOf with a discriminator",
    "then": "use oneOf with a discriminator",
    "else": "use oneOf with a discriminator",
    "not": "say what is allowed instead: oneOf, enum or a pattern",
    "patternProperties": "use additionalProperties, with propertyNames for the pattern",
    "dependentSchemas": "use oneOf with a discriminator",
    "dependentRequired": "use oneOf with a discriminator",
    "dependencies": "use oneOf with a discriminator",
    "prefixItems": "use an object with named properties",
    "additionalItems": "use items with a single schema",
    "contains": "use items, which holds for every item",
    "minContains": "use items, which holds for every item",
    "maxContains": "use items, which holds for every item",
    "unevaluatedItems": "use items with a single schema",
    "unevaluatedProperties": "use additionalProperties",
    "$id": "refer by file and JSON Pointer; schemas have no addresses here",
    "$anchor": "refer by JSON Pointer",
    "$dynamicAnchor": "refer by JSON Pointer",
    "$dynamicRef": "use $ref",
    "$recursiveRef": "use $ref",
    "$recursiveAnchor": "use $ref",
    "$vocabulary": "leave it out; the vocabulary is that of JSON Schema 2020-12",
    "nullable": "OpenAPI 3.1 has no nullable; write type: [..., 'null']",
    "divisibleBy": "use multipleOf",
    "extends": "use allOf",
    "disallow": "say what is allowed instead",
}
"""Keyword -> what to write in its place."""
