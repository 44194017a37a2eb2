"""From a merged document to a `Schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import (
    MISSING,
    Anything,
    List,
    Literals,
    Map,
    Nothing,
    Property,
    Record,
    Ref,
    Role,
    Scalar,
    ScalarKind,
    Schema,
    Type,
    Union,
)
from orgen.load import load_spec
from orgen.resolve import resolve
from resolving import constant, faults, ref, resolved

TEXT = Scalar(ScalarKind.STRING)
PUBLISHED = Path(__file__).parents[3] / "shared" / "reference" / "openresponses"
CAT = constant("cat", name={"type": "string"})
DOG = constant("dog", name={"type": "string"})


def properties(schema: Schema, name: str) -> dict[str, Property]:
    record = schema.components[name].type
    assert isinstance(record, Record)
    return {prop.name: prop for prop in record.properties}


def one(folder: Path, node: Any, **others: Any) -> Property:
    """The property `p` of a record, resolved without a fault."""
    schema, diagnostics = resolved(
        folder, {**others, "Holder": {"type": "object", "properties": {"p": node}}}
    )
    assert not list(diagnostics)
    return properties(schema, "Holder")["p"]


@pytest.mark.parametrize(
    ("node", "type", "nullable"),
    [
        ({"type": "string"}, TEXT, False),
        ({"type": ["string", "null"]}, TEXT, True),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, TEXT, True),
        ({"oneOf": [{"type": "string"}]}, TEXT, False),
        ({"anyOf": [{"type": "null"}]}, Scalar(ScalarKind.NULL), True),
        ({"enum": ["a", None]}, Literals(("a",)), True),
        ({"const": 3}, Literals((3,)), False),
        ({"type": "integer", "minimum": 1}, Scalar(ScalarKind.INTEGER, minimum=1), False),
        ({}, Anything(), False),
        (True, Anything(), False),
        (False, Nothing(), False),
        ({"type": "array"}, List(Anything()), False),
        ({"type": "object"}, Map(Anything()), False),
        ({"type": "object", "additionalProperties": {"type": "string"}}, Map(TEXT), False),
        ({"patternProperties": {"^x-": {"type": "string"}}}, Map(TEXT, key_pattern="^x-"), False),
    ],
)
def test_types(tmp_path: Path, node: Any, type: Type, nullable: bool) -> None:
    prop = one(tmp_path, node)
    assert (prop.type, prop.nullable) == (type, nullable)


def test_items_that_may_be_null_say_so_in_their_type(tmp_path: Path) -> None:
    prop = one(tmp_path, {"type": "array", "items": {"type": ["string", "null"]}})
    assert isinstance(prop.type, List) and isinstance(prop.type.items, Union)
    assert [v.type for v in prop.type.items.variants] == [TEXT, Scalar(ScalarKind.NULL)]


def test_optional_nullable_and_defaulted_are_three_facts(tmp_path: Path) -> None:
    text = {"type": "string"}
    schema, _ = resolved(
        tmp_path,
        {
            "A": {
                "required": ["required", "both"],
                "properties": {
                    "required": text,
                    "optional": text,
                    "both": {"type": ["string", "null"]},
                    "defaulted": {**text, "default": "x"},
                    "null": {"type": ["string", "null"], "default": None},
                },
            }
        },
    )
    facts = {n: (p.required, p.nullable, p.default) for n, p in properties(schema, "A").items()}
    assert facts == {
        "required": (True, False, MISSING),
        "optional": (False, False, MISSING),
        "both": (True, True, MISSING),
        "defaulted": (False, False, "x"),
        "null": (False, True, None),
    }


def test_a_reference_to_something_nullable_is_nullable(tmp_path: Path) -> None:
    prop = one(tmp_path, ref("Maybe"), Maybe={"type": ["integer", "null"]})
    assert (prop.type, prop.nullable) == (Ref("Maybe"), True)


def test_all_of_with_prose_keeps_the_reference_and_its_own_words(tmp_path: Path) -> None:
    node = {"allOf": [ref("Pet"), {"description": "Mine."}]}
    prop = one(tmp_path, node, Pet={"oneOf": [ref("Cat"), ref("Dog")]}, Cat=CAT, Dog=DOG)
    assert (prop.type, prop.doc.description) == (Ref("Pet"), "Mine.")


def test_all_of_merges_objects_and_takes_the_tighter_constraints(tmp_path: Path) -> None:
    schema, diagnostics = resolved(
        tmp_path,
        {
            "Base": {"properties": {"a": {"type": "string", "maxLength": 9}, "b": True}},
            "Whole": {
                "allOf": [
                    {"properties": {"a": {"type": "string", "minLength": 2}}, "required": ["b"]},
                    ref("Base"),
                ]
            },
        },
    )
    assert not diagnostics
    found = properties(schema, "Whole")
    assert found["a"].type == Scalar(ScalarKind.STRING, min_length=2, max_length=9)
    assert found["b"].required


def test_a_disallowed_property_is_forbidden(tmp_path: Path) -> None:
    impossible = {"type": "string", "minLength": 1, "maxLength": 0}
    schema, diagnostics = resolved(
        tmp_path,
        {
            "Base": {"properties": {"stream": {"type": "boolean"}, "store": {"type": "boolean"}}},
            "Whole": {
                "allOf": [
                    {
                        "properties": {
                            "stream": {**impossible, "x-openresponses-disallowed": True},
                            "store": impossible,
                        }
                    },
                    ref("Base"),
                ]
            },
        },
    )
    assert not diagnostics
    for prop in properties(schema, "Whole").values():
        assert (prop.type, prop.forbidden, prop.required) == (Nothing(), True, False)


def test_a_union_of_one_record_may_grow_and_stays_a_union(tmp_path: Path) -> None:
    schema, _ = resolved(tmp_path, {"Cat": CAT, "Pet": {"oneOf": [ref("Cat")]}})
    pet = schema.components["Pet"].type
    assert isinstance(pet, Union)
    assert (pet.open, pet.unknown, pet.discriminators) == (True, "UnknownPet", ("type",))
    assert schema.components["UnknownPet"].lifted


def test_a_second_property_tells_variants_of_one_type_apart(tmp_path: Path) -> None:
    def message(role: str) -> Any:
        return constant("message", role={"const": role})

    schema, _ = resolved(
        tmp_path,
        {
            "Ask": message("user"),
            "Answer": message("assistant"),
            "Reference": {
                "required": ["id"],
                "properties": {
                    "type": {"anyOf": [{"enum": ["reference"]}, {"type": "null"}]},
                    "id": {"type": "string"},
                },
            },
            "Item": {"oneOf": [ref("Ask"), ref("Answer"), ref("Reference")]},
        },
    )
    item = schema.components["Item"].type
    assert isinstance(item, Union) and item.discriminators == ("type", "role")
    assert [v.tag and v.tag.values for v in item.variants] == [
        (("type", ("message",)), ("role", ("user",))),
        (("type", ("message",)), ("role", ("assistant",))),
        (("type", ("reference",)),),
    ]
    assert [v.untagged for v in item.variants] == [False, False, True]


def test_nested_unions_are_flattened(tmp_path: Path) -> None:
    schema, _ = resolved(
        tmp_path,
        {
            "Cat": CAT,
            "Dog": DOG,
            "Word": {"enum": ["none"]},
            "Pet": {"oneOf": [ref("Cat")]},
            "Any": {"anyOf": [ref("Pet"), ref("Word"), ref("Dog")]},
        },
    )
    union = schema.components["Any"].type
    assert isinstance(union, Union) and union.open
    assert [v.type for v in union.variants] == [Ref("Cat"), Ref("Word"), Ref("Dog")]


def test_a_record_with_a_pattern_for_a_tag_is_the_extension(tmp_path: Path) -> None:
    extension = {
        "required": ["type"],
        "properties": {"type": {"type": "string", "pattern": "^[a-z]+:"}},
    }
    anything = {"required": ["type"], "properties": {"type": {"type": "string"}}}
    schema, _ = resolved(
        tmp_path,
        {
            "Cat": CAT,
            "Ext": extension,
            "Other": anything,
            "Pet": {"oneOf": [ref("Cat"), ref("Ext"), ref("Other")]},
        },
    )
    pet = schema.components["Pet"].type
    assert isinstance(pet, Union)
    assert [v.type for v in pet.variants] == [Ref("Cat")]
    assert (pet.extension, pet.unknown) == ("Ext", "Other")


def test_a_discriminator_without_constants_goes_by_its_mapping(tmp_path: Path) -> None:
    plain = {"required": ["kind"], "properties": {"kind": {"type": "string"}}}
    mapping = {"kitty": "#/components/schemas/Cat"}
    schema, _ = resolved(
        tmp_path,
        {
            "Cat": plain,
            "Dog": plain,
            "Pet": {
                "oneOf": [ref("Cat"), ref("Dog")],
                "discriminator": {"propertyName": "kind", "mapping": mapping},
            },
        },
    )
    pet = schema.components["Pet"].type
    assert isinstance(pet, Union)
    tags = [v.tag.values for v in pet.variants if v.tag]
    assert tags == [(("kind", ("kitty",)),), (("kind", ("Dog",)),)]


def test_unions_without_tags_are_closed_and_stay_in_place(tmp_path: Path) -> None:
    prop = one(tmp_path, {"anyOf": [{"type": "string"}, {"type": "array", "items": TEXT_NODE}]})
    assert isinstance(prop.type, Union) and not prop.type.open
    assert [v.type for v in prop.type.variants] == [TEXT, List(TEXT)]


TEXT_NODE = {"type": "string"}


def test_inline_objects_and_open_unions_get_names(tmp_path: Path) -> None:
    schema, diagnostics = resolved(
        tmp_path,
        {
            "Cat": CAT,
            "Dog": DOG,
            "OrderParam": {
                "properties": {
                    "lines": {"items": {"properties": {"sku": TEXT_NODE}}},
                    "pet": {"oneOf": [ref("Cat"), ref("Dog")]},
                }
            },
            "Visit": {"properties": {"patient": {"oneOf": [ref("Cat"), ref("Dog")]}}},
        },
    )
    assert not diagnostics
    found = properties(schema, "OrderParam")
    assert found["lines"].type == List(Ref("OrderLine"))
    assert found["pet"].type == Ref("OrderPet")
    assert properties(schema, "Visit")["patient"].type == Ref("OrderPet")
    assert list(schema.components) == [
        *("Cat", "Dog", "OrderLine", "OrderPet", "UnknownPet", "OrderParam", "Visit")
    ]


def test_moving_components_and_properties_renames_nothing(tmp_path: Path) -> None:
    pets = {"type": "array", "items": {"oneOf": [ref("Cat"), ref("Dog")]}}
    holders: dict[str, Any] = {
        "Zoo": {"type": "object", "properties": {"visitors": pets, "animals": pets}},
        "Farm": {"type": "object", "properties": {"barn": {"type": "object"}, "beasts": pets}},
        "Cat": CAT,
        "Dog": DOG,
    }
    reversed_holders = {
        name: {**node, "properties": dict(reversed(list(node["properties"].items())))}
        for name, node in reversed(list(holders.items()))
    }
    before, faults_before = resolved(tmp_path, holders)
    after, faults_after = resolved(tmp_path, reversed_holders)
    assert list(faults_before) == list(faults_after) == []
    assert "FarmBeast" in before.components
    assert before.components.keys() == after.components.keys()
    assert list(properties(after, "Zoo")) == ["animals", "visitors"]
    for name, component in before.components.items():
        if isinstance(component.type, Record):
            ours, theirs = properties(before, name), properties(after, name)
            assert {k: p.type for k, p in ours.items()} == {k: p.type for k, p in theirs.items()}


def test_a_taken_name_falls_back_to_the_title_and_then_to_a_fault(tmp_path: Path) -> None:
    inner = {"properties": {"x": TEXT_NODE}}
    taken = {"OrderLine": {"type": "string"}}
    titled = {"Order": {"properties": {"line": {**inner, "title": "Row"}}}}
    schema, diagnostics = resolved(tmp_path, {**taken, **titled})
    assert not diagnostics and "Row" in schema.components
    _, diagnostics = resolved(tmp_path, {**taken, "Order": {"properties": {"line": inner}}})
    assert [code for code, _ in faults(diagnostics)] == ["R004"]


def test_records_keep_what_they_do_not_list(tmp_path: Path) -> None:
    schema, _ = resolved(
        tmp_path,
        {
            "Empty": {"type": "object", "properties": {}},
            "Closed": {"properties": {"a": True}, "additionalProperties": False},
            "Mixed": {"properties": {"a": True}, "additionalProperties": TEXT_NODE},
        },
    )
    extras = {n: c.type.extra for n, c in schema.components.items() if isinstance(c.type, Record)}
    assert extras == {"Empty": Anything(), "Closed": None, "Mixed": TEXT}


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({"not": {"type": "string"}}, "R001"),
        ({"if": {"type": "string"}, "then": {}}, "R001"),
        ({"prefixItems": [{"type": "string"}]}, "R001"),
        ({"enum": [{"a": 1}]}, "R001"),
        ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, "R001"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "R006"),
        ({"type": "string", "enum": [1]}, "R006"),
        ({"type": "text"}, "R007"),
        ({"allOf": [ref("Holder")]}, "R003"),
    ],
)
def test_what_no_type_can_hold_is_a_fault_at_its_place(
    tmp_path: Path, node: Any, code: str
) -> None:
    inside = {"Holder": {"allOf": [node]}} if code == "R003" else {"Holder": node}
    _, diagnostics = resolved(tmp_path, inside)
    assert [item.code for item in diagnostics] == [code]
    assert all(item.span.line >= 8 for item in diagnostics)


def test_the_inline_union_of_a_stream_is_stream_event(tmp_path: Path) -> None:
    paths = {
        "/stream": {
            "get": {
                "operationId": "watch",
                "responses": {
                    "200": {
                        "content": {
                            "text/event-stream": {"schema": {"oneOf": [ref("Start"), ref("Stop")]}}
                        }
                    }
                },
            }
        }
    }
    number = {"type": "integer"}
    events = {"Start": constant("start", n=number), "Stop": constant("stop", n=number)}
    schema, diagnostics = resolved(tmp_path, events, paths)
    assert not diagnostics
    stream = schema.components["StreamEvent"].type
    assert isinstance(stream, Union)
    assert (stream.extension, stream.unknown) == ("ExtensionEvent", "UnknownEvent")
    assert [p.name for p in properties(schema, "ExtensionEvent").values()] == ["type", "n"]
    assert schema.components["Start"].role is Role.EVENT
    assert schema.operations[0].replies[0].bodies[0].type == Ref("StreamEvent")


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published documents are not here")
@pytest.mark.parametrize("version", ["2026-01-15", "2026-04-24"])
def test_the_published_documents_resolve(version: str) -> None:
    diagnostics = Diagnostics()
    document = load_spec(PUBLISHED / f"{version}.openapi.json", diagnostics)
    assert document is not None
    schema = resolve(document, diagnostics)
    assert not list(diagnostics)
    assert schema.version == version
    stream = schema.components["StreamEvent"].type
    assert isinstance(stream, Union) and len(stream.variants) == 24
    assert not [n for n in schema.components if n[-1].isdigit()]
    tool = schema.components["FunctionTool"].type
    assert isinstance(tool, Record)
    parameters = tool.property("parameters")
    assert parameters is not None and parameters.type == Map(Anything()) and parameters.nullable
    content = properties(schema, "UserMessageItemParam")["content"].type
    assert isinstance(content, Union) and not content.open
    assert content.variants[0].type == List(Ref("UserMessageItemContentPart"))
