"""Our schema takes over the published contract, and keeps what it can of itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orgen.sync.blend import blend, inserted, meaning, new_component
from orgen.sync.house import house_style

TYPES = st.sampled_from(["string", "integer", "object", "array"])
NAMES = st.sampled_from(["id", "type", "text"])
REFERENCES = st.sampled_from([f"#/components/schemas/{name}" for name in "ABC"])
LEAVES = st.one_of(
    st.builds(lambda name: {"$ref": name}, REFERENCES),
    st.builds(lambda kind: {"type": kind}, TYPES),
    st.builds(lambda kind: {"type": [kind, "null"], "description": "Ours."}, TYPES),
    st.builds(lambda values: {"enum": values}, st.lists(NAMES, min_size=1, unique=True)),
    st.builds(lambda value: {"const": value, "default": value}, NAMES),
    st.builds(
        lambda kind, text: {"anyOf": [{"type": kind, "description": text}, {"type": "null"}]},
        TYPES,
        st.text(max_size=3),
    ),
    st.builds(
        lambda name: {"allOf": [{"$ref": name}, {"description": "Theirs."}], "x-a": 1}, REFERENCES
    ),
)


def _object(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(_object, st.dictionaries(NAMES, inner, max_size=3), st.lists(NAMES, unique=True)),
        st.builds(lambda one: {"type": "array", "items": one}, inner),
        st.builds(
            lambda union, members, name: {union: members, "discriminator": {"propertyName": name}},
            st.sampled_from(["oneOf", "anyOf", "allOf"]),
            st.lists(inner, min_size=1, max_size=3),
            NAMES,
        ),
    ),
    max_leaves=12,
)


@given(SCHEMAS, SCHEMAS)
def test_the_result_holds_the_published_contract(ours: Any, theirs: Any) -> None:
    made = blend(ours, theirs)
    assert meaning(made) == meaning(theirs)
    assert blend(made, theirs) == made


@given(SCHEMAS)
def test_house_style_changes_no_contract(schema: Any) -> None:
    assert meaning(house_style(schema)) == meaning(schema)
    assert meaning(new_component("A", schema)) == meaning(schema)


@given(SCHEMAS)
def test_what_means_the_same_stays(schema: Any) -> None:
    assert blend(schema, house_style(schema)) is schema


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [
        (  # a description beside a reference, and one in `allOf`
            {"description": "Ours.", "$ref": "#/components/schemas/A"},
            {"allOf": [{"$ref": "#/components/schemas/B"}, {"description": "Theirs."}]},
            {"description": "Ours.", "$ref": "#/components/schemas/B"},
        ),
        (
            {"description": "Ours.", "type": ["string", "null"]},
            {"anyOf": [{"type": "string", "maxLength": 9, "description": "T."}, {"type": "null"}]},
            {"description": "Ours.", "type": ["string", "null"], "maxLength": 9},
        ),
        (
            {"anyOf": [{"type": "string", "description": "Ours."}, {"type": "null"}]},
            {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]},
            {"anyOf": [
                {"type": "string", "description": "Ours.", "maxLength": 9}, {"type": "null"},
            ]},
        ),
        ({"type": "string", "const": "a"}, {"type": "string", "enum": ["a", "b"]},
         {"type": "string", "enum": ["a", "b"]}),
        ({"enum": ["b", "a"], "title": "Ours"}, {"enum": ["a", "c", "b"]},
         {"title": "Ours", "enum": ["b", "a", "c"]}),
        (
            {"enum": ["a"], "x-enumDescriptions": {"a": "Ours."}},
            {"enum": ["a", "b"], "x-enumDescriptions": {"a": "T.", "b": "New."}},
            {
                "x-orgen-describe-me": "b: New.",
                "enum": ["a", "b"],
                "x-enumDescriptions": {"a": "Ours.", "b": "To be described."},
            },
        ),
        (
            {"type": "object", "properties": {"a": {"description": "Ours.", "type": "string"}}},
            {"properties": {"b": {"type": "string", "description": "T."}, "a": {"type": "string"}}},
            {"properties": {
                "b": {"x-orgen-describe-me": "T.", "type": "string"},
                "a": {"description": "Ours.", "type": "string"},
            }},
        ),
    ],
)  # fmt: skip
def test_takes_over_what_differs(ours: Any, theirs: Any, wanted: Any) -> None:
    assert blend(ours, theirs) == wanted


def test_what_is_new_stands_behind_its_predecessor() -> None:
    assert inserted(["c", "a"], ["a", "b", "c", "d"]) == ["c", "d", "a", "b"]
    assert inserted([], ["a", "b"]) == ["a", "b"]
