"""The quick check gives no verdict that a whole validator would not give."""

from __future__ import annotations

import random
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from orgen.diagnostics import Diagnostics
from orgen.dialect.load import dialect_schema
from orgen.load import load_file
from orgen.provider.load import meta_schema
from orgen.resources import spec_dir
from orgen.validate.quick import obeys
from orgen.validate.structure import validator

DRAFT = "https://json-schema.org/draft/2020-12/schema"
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 1.0, 1.5, float("nan"), "", "a", "abc", [], [1], [True], [1.0]),
    *(["a", "a"], ["a", "b"], [[1], [True], [1]], [{"a": 1}, {"a": 1.0}], [{"a": True}, {"a": 1}]),
    *({}, {"a": 1}, {"a": True}, {"a": None, "b": "x"}, {"x-a": 1}, {"a": {"a": {"a": "deep"}}}),
    *({"type": "string"}, {"type": ["string", "string"]}, {"type": "text"}, {"minLength": -1}),
    *({"properties": {"a": True}}, {"allOf": []}, {"required": ["a", "a"]}, {"$ref": 5}),
    *({"enum": "a"}, {"items": {"type": "array", "uniqueItems": 1}}, {"maximum": "3"}),
]
RULES: list[dict[str, Any]] = [
    *({"type": name} for name in ("null", "boolean", "integer", "number", "string", "array")),
    *({"type": ["object", "null"]}, {"type": "object"}, {"minimum": 1}, {"exclusiveMinimum": 1}),
    *({"maximum": 1}, {"exclusiveMaximum": 1}, {"minLength": 1}, {"maxLength": 1}, {"minItems": 1}),
    *({"maxItems": 1}, {"minProperties": 1}, {"maxProperties": 1}, {"uniqueItems": True}),
    *({"uniqueItems": False}, {"pattern": "^a"}, {"propertyNames": {"pattern": "^x-"}}),
    *({"required": ["a"]}, {"dependentRequired": {"a": ["b"]}}, {"items": {"type": "integer"}}),
    *({"properties": {"a": {"type": "integer"}}}, {"patternProperties": {"^x-": False}}),
    {"properties": {"a": True}, "additionalProperties": False},
    {"patternProperties": {"^x-": True}, "additionalProperties": {"type": "string"}},
    *({"properties": {"a": {"$ref": "#"}}}, {"$ref": DRAFT}, {"$ref": "#/$defs/none"}),
    *({"if": {"type": "object"}, "then": {"required": ["b"]}, "else": {"type": "string"}},),
    *({"if": {"type": "object"}}, {"then": False}, {"not": {"type": "string"}}),
    *({"format": "date"}, {"x-note": 1}, {"contains": True}, {"prefixItems": [False]}),
    *({"const": value} for value in VALUES),
    *({"enum": [value, "other"]} for value in VALUES),
]


def _joined() -> list[dict[str, Any]]:
    """Rules together, and as alternatives."""
    rng = random.Random(20)
    pairs = [rng.sample(RULES, 2) for _ in range(250)]
    found = [{keyword: pair} for pair in pairs for keyword in ("allOf", "anyOf", "oneOf")]
    return [*found, *({**one, "not": other} for one, other in pairs)]


def test_verdicts_are_those_of_the_validator() -> None:
    given = 0
    for rule in [*RULES, *_joined()]:
        whole = validator(rule)
        for value in VALUES:
            if obeys(rule, value):
                given += 1
                assert next(whole.iter_errors(value), None) is None, (rule, value)
    assert given > 5000


@pytest.mark.parametrize("rule", [*RULES[:12], {"required": ["a"]}, {"oneOf": [True, False]}])
def test_common_rules_are_known(rule: dict[str, Any]) -> None:
    for value in VALUES:
        assert obeys(rule, value) == Draft202012Validator(rule).is_valid(value)


def test_references_are_followed_only_if_asked_to() -> None:
    schema: dict[str, Any] = {"$ref": "#/$defs/word", "$defs": {"word": {"type": "string"}}}
    assert obeys(schema, "a")
    assert not obeys(schema, 1)
    assert not obeys(schema, "a", follow=False)


def test_endless_references_give_no_verdict() -> None:
    assert not obeys({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}}, 1)


@pytest.mark.parametrize("folder", ["dialects/*/dialect.yaml", "providers/*.yaml"])
def test_files_of_the_spec_need_no_validator(folder: str) -> None:
    schema = dialect_schema() if folder.startswith("dialects") else meta_schema()
    paths = sorted(spec_dir().glob(folder))
    assert paths
    for path in paths:
        document = load_file(path, spec_dir(), Diagnostics())
        assert document is not None
        assert obeys(schema, document.value), path
