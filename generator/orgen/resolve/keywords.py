"""What the resolver knows about JSON Schema's keywords."""

from __future__ import annotations

OBJECT = frozenset(
    {"properties", "required", "additionalProperties", "patternProperties", "propertyNames"}
    | {"minProperties", "maxProperties", "unevaluatedProperties"}
)
ARRAY = frozenset({"items", "minItems", "maxItems", "uniqueItems"})
STRING = frozenset({"minLength", "maxLength", "pattern"})
NUMBER = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
COMPOSITION = frozenset({"$ref", "allOf", "anyOf", "oneOf"})

ASSERTIONS = OBJECT | ARRAY | STRING | NUMBER | {"type", "enum", "const"}

UNSUPPORTED = {
    "not": "describe the values that are allowed instead",
    "if": "write the cases as oneOf with a constant property each",
    "dependentSchemas": "write the cases as oneOf with a constant property each",
    "dependentRequired": "write the cases as oneOf with a constant property each",
    "prefixItems": "use an object with named properties, or one schema for all items",
    "contains": "describe all items with one schema",
    "unevaluatedItems": "describe all items with one schema",
    "$dynamicRef": "use $ref to a component",
    "$recursiveRef": "use $ref to a component",
}
"""Keyword that constrains values in a way no type of ours holds -> what to do."""
