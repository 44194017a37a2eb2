"""The normal form: what is prose, what is the same in other words, what is a difference."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orgen.contract import Difference, Kind, compare, contract_hash, normal_form
from orgen.diagnostics import Diagnostics
from orgen.load import load_spec

SPEC = Path(__file__).parents[2] / "spec"


def base() -> dict[str, Any]:
    """A small contract with one of everything."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "servers": [{"url": "https://example.com/v1", "description": "Prose."}],
        "paths": {
            "/things": {
                "x-openresponses-websocket": {
                    "description": "Prose.",
                    "clientMessage": {"$ref": "#/components/schemas/Thing"},
                    "errorMessage": {"$ref": "#/components/schemas/Other"},
                },
                "post": {
                    "operationId": "createThing",
                    "summary": "Prose",
                    "parameters": [{"name": "dry", "in": "query", "schema": {"type": "boolean"}}],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        },
                    },
                    "responses": {
                        "200": {
                            "description": "Prose.",
                            "content": {
                                "text/event-stream": {
                                    "schema": {
                                        "oneOf": [
                                            {"$ref": "#/components/schemas/Thing"},
                                            {"$ref": "#/components/schemas/Other"},
                                        ],
                                        "discriminator": {"propertyName": "type"},
                                    }
                                }
                            },
                        }
                    },
                },
            }
        },
        "components": {
            "securitySchemes": {"Key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Thing": {
                    "title": "Prose",
                    "description": "Prose.",
                    "type": "object",
                    "required": ["type", "name"],
                    "properties": {
                        "type": {"type": "string", "enum": ["thing"], "default": "thing"},
                        "name": {"type": "string", "maxLength": 64, "example": "prose"},
                        "level": {
                            "type": "string",
                            "enum": ["low", "high"],
                            "x-enumDescriptions": {"low": "Prose.", "high": "Prose."},
                        },
                        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                        "other": {
                            "anyOf": [
                                {
                                    "allOf": [
                                        {"$ref": "#/components/schemas/Other"},
                                        {"description": "Prose."},
                                    ]
                                },
                                {"type": "null"},
                            ],
                            "x-unionTitle": "Other",
                        },
                        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                        "extra": {"type": "object", "additionalProperties": {}},
                        "title": {"type": "string"},
                    },
                },
                "Other": {
                    "type": "object",
                    "properties": {"type": {"type": "string", "enum": ["other"]}},
                },
            },
        },
    }


THING = "/components/schemas/Thing"
POST = "/paths/~1things/post"


def at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        document = document[int(key) if isinstance(document, list) else key]
    return document


def put(document: Any, pointer: str, value: Any) -> None:
    parent, _, key = pointer.rpartition("/")
    container = at(document, parent)
    container[int(key) if isinstance(container, list) else key.replace("~1", "/")] = value


def remove(document: Any, pointer: str) -> None:
    parent, _, key = pointer.rpartition("/")
    container = at(document, parent)
    del container[int(key) if isinstance(container, list) else key.replace("~1", "/")]


PUT: list[tuple[str, str, Any, Kind, str, str, str]] = [
    # name, where, new value, kind, left pointer, right pointer, message
    (
        "new property",
        f"{THING}/properties/size",
        {"type": "integer"},
        Kind.ADDED,
        f"{THING}/properties",
        f"{THING}/properties/size",
        "Thing: property 'size' was added",
    ),
    (
        "new component",
        "/components/schemas/New",
        {},
        Kind.ADDED,
        "/components/schemas",
        "/components/schemas/New",
        "document: component 'New' was added",
    ),
    (
        "constraint",
        f"{THING}/properties/name/maxLength",
        63,
        Kind.CHANGED,
        f"{THING}/properties/name/maxLength",
        f"{THING}/properties/name/maxLength",
        "Thing.name maxLength: 64 became 63",
    ),
    (
        "new constraint",
        f"{THING}/properties/name/minLength",
        1,
        Kind.ADDED,
        f"{THING}/properties/name",
        f"{THING}/properties/name/minLength",
        "Thing.name: keyword 'minLength' was added",
    ),
    (
        "type",
        f"{THING}/properties/name/type",
        "integer",
        Kind.CHANGED,
        f"{THING}/properties/name/type",
        f"{THING}/properties/name/type",
        'Thing.name type: "string" became "integer"',
    ),
    (
        "default",
        f"{THING}/properties/type/default",
        "other",
        Kind.CHANGED,
        f"{THING}/properties/type/default",
        f"{THING}/properties/type/default",
        'Thing.type default: "thing" became "other"',
    ),
    (
        "extension keyword",
        f"{THING}/properties/other/x-unionTitle",
        "Others",
        Kind.CHANGED,
        f"{THING}/properties/other/x-unionTitle",
        f"{THING}/properties/other/x-unionTitle",
        'Thing.other x-unionTitle: "Other" became "Others"',
    ),
    (
        "items",
        f"{THING}/properties/tags/items/type",
        "number",
        Kind.CHANGED,
        f"{THING}/properties/tags/items/type",
        f"{THING}/properties/tags/items/type",
        'Thing.tags[] type: "string" became "number"',
    ),
    (
        "additional properties",
        f"{THING}/properties/extra/additionalProperties",
        False,
        Kind.CHANGED,
        f"{THING}/properties/extra/additionalProperties",
        f"{THING}/properties/extra/additionalProperties",
        "Thing.extra additionalProperties: true became false",
    ),
    (
        "operation id",
        f"{POST}/operationId",
        "makeThing",
        Kind.CHANGED,
        f"{POST}/operationId",
        f"{POST}/operationId",
        '/things post operationId: "createThing" became "makeThing"',
    ),
    (
        "new operation",
        "/paths/~1things/get",
        {"operationId": "listThings"},
        Kind.ADDED,
        "/paths/~1things",
        "/paths/~1things/get",
        "/things: operation 'get' was added",
    ),
    (
        "discriminator",
        f"{POST}/responses/200/content/text~1event-stream/schema/discriminator",
        {"propertyName": "kind"},
        Kind.CHANGED,
        f"{POST}/responses/200/content/text~1event-stream/schema/discriminator",
        f"{POST}/responses/200/content/text~1event-stream/schema/discriminator",
        '/things post 200 text/event-stream discriminator: {"propertyName":"type"} '
        'became {"propertyName":"kind"}',
    ),
    (
        "websocket message",
        "/paths/~1things/x-openresponses-websocket/clientMessage/$ref",
        "#/components/schemas/Other",
        Kind.CHANGED,
        "/paths/~1things/x-openresponses-websocket/clientMessage/$ref",
        "/paths/~1things/x-openresponses-websocket/clientMessage/$ref",
        '/things x-openresponses-websocket clientMessage $ref: "#/components/schemas/Thing" '
        'became "#/components/schemas/Other"',
    ),
    (
        "parameter",
        f"{POST}/parameters/0/in",
        "header",
        Kind.CHANGED,
        f"{POST}/parameters/0/in",
        f"{POST}/parameters/0/in",
        '/things post parameters[0] in: "query" became "header"',
    ),
    (
        "security scheme",
        "/components/securitySchemes/Key/scheme",
        "basic",
        Kind.CHANGED,
        "/components/securitySchemes/Key/scheme",
        "/components/securitySchemes/Key/scheme",
        'securitySchemes Key scheme: "bearer" became "basic"',
    ),
    (
        "server",
        "/servers/0/url",
        "https://example.com/v2",
        Kind.CHANGED,
        "/servers/0/url",
        "/servers/0/url",
        'servers[0] url: "https://example.com/v1" became "https://example.com/v2"',
    ),
    (
        "version",
        "/info/version",
        "2",
        Kind.CHANGED,
        "/info/version",
        "/info/version",
        'info version: "1" became "2"',
    ),
]

REMOVE: list[tuple[str, str, str, str, str]] = [
    # name, what is removed, left pointer, right pointer, message
    (
        "property called title",
        f"{THING}/properties/title",
        f"{THING}/properties/title",
        f"{THING}/properties",
        "Thing: property 'title' was removed",
    ),
    (
        "required",
        f"{THING}/required/1",
        f"{THING}/required/1",
        f"{THING}/required",
        'Thing: required property "name" was removed',
    ),
    (
        "enum value",
        f"{THING}/properties/level/enum/1",
        f"{THING}/properties/level/enum/1",
        f"{THING}/properties/level/enum",
        'Thing.level: value "high" was removed',
    ),
    (
        "described value",
        f"{THING}/properties/level/x-enumDescriptions/low",
        f"{THING}/properties/level/x-enumDescriptions/low",
        f"{THING}/properties/level/x-enumDescriptions",
        'Thing.level x-enumDescriptions: described value "low" was removed',
    ),
    (
        "default",
        f"{THING}/properties/type/default",
        f"{THING}/properties/type/default",
        f"{THING}/properties/type",
        "Thing.type: keyword 'default' was removed",
    ),
    (
        "member of a response's union",
        f"{POST}/responses/200/content/text~1event-stream/schema/oneOf/1",
        f"{POST}/responses/200/content/text~1event-stream/schema/oneOf/1",
        f"{POST}/responses/200/content/text~1event-stream/schema/oneOf",
        "/things post 200 text/event-stream: member Other was removed",
    ),
    (
        "media type",
        f"{POST}/requestBody/content/application~1json",
        f"{POST}/requestBody/content/application~1json",
        f"{POST}/requestBody/content",
        "/things post requestBody: media type 'application/json' was removed",
    ),
    (
        "operation",
        POST,
        POST,
        "/paths/~1things",
        "/things: operation 'post' was removed",
    ),
    (
        "component",
        "/components/schemas/Other",
        "/components/schemas/Other",
        "/components/schemas",
        "document: component 'Other' was removed",
    ),
]


def names(cases: list[Any]) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(
    ("_", "pointer", "value", "kind", "left", "right", "message"), PUT, ids=names(PUT)
)
def test_reports_what_was_put(
    _: str, pointer: str, value: Any, kind: Kind, left: str, right: str, message: str
) -> None:
    changed = base()
    put(changed, pointer, value)
    assert compare(base(), changed) == [Difference(kind, left, right, message)]
    assert contract_hash(base()) != contract_hash(changed)


@pytest.mark.parametrize(("_", "pointer", "left", "right", "message"), REMOVE, ids=names(REMOVE))
def test_reports_what_was_removed(
    _: str, pointer: str, left: str, right: str, message: str
) -> None:
    changed = base()
    remove(changed, pointer)
    assert compare(base(), changed) == [Difference(Kind.REMOVED, left, right, message)]
    back = compare(changed, base())
    assert [(each.kind, each.left, each.right) for each in back] == [(Kind.ADDED, right, left)]


def test_a_renamed_property_is_a_removal_and_an_addition() -> None:
    changed = base()
    properties = changed["components"]["schemas"]["Thing"]["properties"]
    properties["label"] = properties.pop("name")
    assert [each.message for each in compare(base(), changed)] == [
        "Thing: property 'name' was removed",
        "Thing: property 'label' was added",
    ]


def test_losing_null_is_a_difference() -> None:
    changed = base()
    put(changed, f"{THING}/properties/note", {"type": "string"})
    found = compare(base(), changed)
    assert {each.message for each in found} == {
        "Thing.note: keyword 'anyOf' was removed",
        "Thing.note: keyword 'type' was added",
    }


def test_descends_into_union_members_that_mean_the_same() -> None:
    left, right = base(), base()
    for document, limit in ((left, 3), (right, 4)):
        union = {"oneOf": [{"type": "string", "maxLength": limit}, {"type": "integer"}]}
        put(document, "/components/schemas/Other", union)
    assert [str(each) for each in compare(left, right)] == [
        "Other[string] maxLength: 3 became 4 (left /components/schemas/Other/oneOf/0/maxLength, "
        "right /components/schemas/Other/oneOf/0/maxLength)"
    ]


def test_reports_all_differences_at_once() -> None:
    changed = base()
    put(changed, f"{THING}/properties/name/maxLength", 1)
    put(changed, "/servers/0/url", "https://example.org")
    remove(changed, f"{THING}/required/0")
    assert len(compare(base(), changed)) == 3


SAME: list[tuple[str, str, Any]] = [
    ("title", f"{THING}/title", "Something else"),
    ("description", f"{THING}/description", "Other words."),
    ("new description", f"{THING}/properties/name/description", "Words."),
    ("example", f"{THING}/properties/name/example", "other"),
    ("examples", f"{THING}/properties/name/examples", ["one", "two"]),
    ("summary", f"{POST}/summary", "Other words"),
    ("text of an enum value", f"{THING}/properties/level/x-enumDescriptions/low", "Words."),
    ("server's description", "/servers/0/description", "Words."),
    ("title of the document", "/info/title", "Large"),
    ("a note on a schema", f"{THING}/x-orgen-unused", "Why."),
    ("notes on the document", "/info/x-orgen-contract", {"sha256": "0"}),
    (
        "const for enum",
        f"{THING}/properties/type",
        {"type": "string", "const": "thing", "default": "thing"},
    ),
    ("order of required", f"{THING}/required", ["name", "type"]),
    ("order of an enum", f"{THING}/properties/level/enum", ["high", "low"]),
    ("null as a type", f"{THING}/properties/note", {"type": ["null", "string"]}),
    (
        "order of a union",
        f"{THING}/properties/note",
        {"anyOf": [{"type": "null"}, {"type": "string"}]},
    ),
    ("union of one", f"{THING}/properties/name", {"oneOf": [{"type": "string", "maxLength": 64}]}),
    ("empty required", "/components/schemas/Other/required", []),
    ("true for {}", f"{THING}/properties/extra/additionalProperties", True),
    ("a number's spelling", f"{THING}/properties/name/maxLength", 64.0),
    (
        "description beside a reference",
        f"{THING}/properties/other",
        {
            "anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Other"}],
            "description": "Words.",
            "x-unionTitle": "Other",
        },
    ),
]


@pytest.mark.parametrize(("_", "pointer", "value"), SAME, ids=names(SAME))
def test_other_words_are_the_same_contract(_: str, pointer: str, value: Any) -> None:
    changed = base()
    put(changed, pointer, value)
    assert compare(base(), changed) == []
    assert contract_hash(base()) == contract_hash(changed)


NULLABLE: list[tuple[str, Any, Any]] = [
    (
        "constraints go with their type",
        {"type": ["string", "null"], "maxLength": 3, "x-a": 1},
        {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}], "x-a": 1},
    ),
    (
        "an enum is divided",
        {"type": ["string", "null"], "enum": ["a", None]},
        {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
    ),
    (
        "lists keep their items",
        {"type": ["array", "null"], "items": {"type": "string"}},
        {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
    ),
    (
        "several types",
        {"type": ["string", "integer", "null"]},
        {"anyOf": [{"type": ["integer", "string"]}, {"type": "null"}]},
    ),
]


@pytest.mark.parametrize(("_", "short", "long"), NULLABLE, ids=names(NULLABLE))
def test_forms_of_null_are_one(_: str, short: Any, long: Any) -> None:
    assert normal_form(short) == normal_form(long)


DIFFERENT: list[tuple[str, Any, Any]] = [
    (
        "an enum without null admits none",
        {"type": ["string", "null"], "enum": ["a"]},
        {"anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]},
    ),
    (
        "a default of the whole is not one of a branch",
        {"type": ["string", "null"], "default": "a"},
        {"anyOf": [{"type": "string", "default": "a"}, {"type": "null"}]},
    ),
    (
        "additionalProperties does not see into allOf",
        {"allOf": [{"properties": {"a": {}}}], "additionalProperties": False},
        {"properties": {"a": {}}, "additionalProperties": False},
    ),
    ("true is not one", {"const": True}, {"const": 1}),
    (
        "anyOf is not oneOf",
        {"anyOf": [{"minimum": 1}, {"maximum": 2}]},
        {"oneOf": [{"minimum": 1}, {"maximum": 2}]},
    ),
    (
        "order of prefixItems",
        {"prefixItems": [{"minimum": 1}, {}]},
        {"prefixItems": [{}, {"minimum": 1}]},
    ),
    ("false is not {}", {"items": False}, {"items": {}}),
    ("a text is not a number", {"default": "1"}, {"default": 1}),
]


@pytest.mark.parametrize(("_", "left", "right"), DIFFERENT, ids=names(DIFFERENT))
def test_what_only_looks_alike_stays_apart(_: str, left: Any, right: Any) -> None:
    assert contract_hash(left) != contract_hash(right)
    assert compare(left, right)


def test_data_that_look_like_prose_are_kept() -> None:
    left: Any = {"default": {"description": "data"}, "enum": [{"title": "data"}]}
    right: Any = {"default": {"description": "other"}, "enum": [{"title": "data"}]}
    assert normal_form(left) == left
    assert normal_form(left) != normal_form(right)


def test_the_document_is_not_changed() -> None:
    document = base()
    normal_form(document)
    compare(document, base())
    assert document == base()


def test_malformed_parts_are_compared_as_they_stand() -> None:
    left: Any = {"openapi": "3.1.0", "paths": ["not", "a", "map"], "components": {"schemas": 3}}
    right: Any = {"openapi": "3.1.0", "paths": ["not", "a", "map"], "components": {"schemas": {}}}
    assert [each.message for each in compare(left, right)] == ["document: 3 became {}"]


def test_the_hash_is_the_sha256_of_the_canonical_text() -> None:
    # printf '{"type":"string"}' | sha256sum
    expected = "00404e686415370f1711c4d7acfa2905444d3cf23cef2e10c47d445ebe690f96"
    assert contract_hash({"type": "string", "title": "Prose"}) == expected


# Any change of the real spec that is not prose is seen.

PROSE = {"title", "description", "summary", "example", "examples"}


def is_prose(keyword: str) -> bool:
    return keyword in PROSE or keyword.startswith("x-orgen-")


def real_spec() -> Any:
    diagnostics = Diagnostics()
    document = load_spec(SPEC, diagnostics)
    assert document is not None, list(diagnostics)
    return document.value


REAL = real_spec()


def sites(
    value: Any, path: tuple[str | int, ...] = (), names: bool = False
) -> list[tuple[Any, ...]]:
    """Paths of all nodes that are no prose; `names` says that the keys of `value` are names."""
    found = [path] if path else []
    if isinstance(value, dict) and path[-1:] != ("x-enumDescriptions",):
        for key, item in value.items():
            if (not names and is_prose(key)) or item in ([], {}):
                continue
            found += sites(item, (*path, key), names=key == "properties" and not names)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += sites(item, (*path, index))
    return found


REAL_HASH = contract_hash(REAL)
SITES = [path for path in sites(REAL) if path[0] != "info" or path[1:] == ("version",)]


def other_value(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case dict():
            return {**value, "x-mutant": True}
        case list():
            return value[1:]
        case _:
            return "x"


@settings(max_examples=120, deadline=None)
@given(path=st.sampled_from(SITES), delete=st.booleans())
def test_no_change_of_the_real_spec_goes_unseen(path: tuple[str | int, ...], delete: bool) -> None:
    mutant = copy.deepcopy(REAL)
    parent = mutant
    for step in path[:-1]:
        parent = parent[step]
    if delete:
        del parent[path[-1]]
    else:
        parent[path[-1]] = other_value(parent[path[-1]])
    assert compare(REAL, mutant)
    assert contract_hash(mutant) != REAL_HASH
