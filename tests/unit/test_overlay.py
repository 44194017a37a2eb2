"""Overlays: additions and changes that widen, marked, on a document that stays as it was."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Json
from orgen.load import Document, load_file, load_spec
from orgen.overlay import apply_overlays
from orgen.widening import is_wider

SPEC = """\
openapi: 3.1.0
info: {title: T, version: "1"}
components:
  schemas:
    Item: {oneOf: [{$ref: '#/components/schemas/Book'}]}
    Book:
      type: object
      properties:
        kind: {type: string, enum: [paper]}
        note: {type: string, maxLength: 3}
"""
OVERLAY = """\
overlay: more
description: More.
add:
  Pen: {type: object, description: Ink.}
change:
  - {at: /Item, append: {oneOf: [{$ref: '#/components/schemas/Pen'}]}}
  - {at: /Book/properties, insert: {size: {type: number}}}
  - {at: /Book/properties/kind, append: {enum: [screen]}}
  - {at: /Book/properties/note, replace: {type: [string, 'null']}}
  - {at: /Book, insert: {title: A book}}
  - {at: /Book/properties/kind, append: {type: ['null']}}
  - {at: '#/info', insert: {x-more: true}}
"""


def load(tmp_path: Path, *overlays: tuple[str, str]) -> tuple[Document, list[Document]]:
    (tmp_path / "spec.yaml").write_text(SPEC)
    diagnostics = Diagnostics()
    document = load_spec(tmp_path / "spec.yaml", diagnostics)
    loaded = []
    for name, text in overlays:
        (tmp_path / name).write_text(text)
        loaded.append(load_file(tmp_path / name, tmp_path, diagnostics))
    assert not diagnostics.items
    assert document is not None
    return document, [overlay for overlay in loaded if overlay is not None]


def test_everything_is_applied_and_marked(tmp_path: Path) -> None:
    document, overlays = load(tmp_path, ("more.yaml", OVERLAY))
    before = copy.deepcopy(document.value)
    diagnostics = Diagnostics()
    full = apply_overlays(document, overlays, diagnostics)
    assert not diagnostics.items
    assert document.value == before
    mark = {"x-orgen-overlay": "more"}
    assert full.schemas == {
        "Item": {
            "oneOf": [
                {"$ref": "#/components/schemas/Book"},
                {"$ref": "#/components/schemas/Pen", **mark},
            ]
        },
        "Book": {
            "type": "object",
            "properties": {
                "kind": {"type": ["string", "null"], "enum": ["paper", "screen"], **mark},
                "note": {"type": ["string", "null"], **mark},
                "size": {"type": "number", **mark},
            },
            "title": "A book",
            **mark,
        },
        "Pen": {"type": "object", "description": "Ink.", **mark},
    }
    assert full.get(("info", "x-more")) is True
    assert full.topic("Pen") == "more"


def test_positions_lead_to_the_overlay(tmp_path: Path) -> None:
    document, overlays = load(tmp_path, ("more.yaml", OVERLAY))
    full = apply_overlays(document, overlays, Diagnostics())
    schemas = ("components", "schemas")
    assert full.key_span((*schemas, "Pen")).file.endswith("more.yaml")
    assert full.span((*schemas, "Item", "oneOf", 1)).line == 6
    assert full.key_span((*schemas, "Book", "properties", "size")).line == 7
    # What the core contract defines is still found there.
    assert full.span((*schemas, "Item", "oneOf", 0)).file.endswith("spec.yaml")
    assert full.key_span((*schemas, "Book", "properties", "note")).file.endswith("spec.yaml")


def test_overlays_apply_in_the_order_of_their_names(tmp_path: Path) -> None:
    second = "overlay: b\ndescription: B.\nchange:\n  - {at: /New, insert: {title: Late}}\n"
    first = "overlay: a\ndescription: A.\nadd: {New: {type: string}}\n"
    document, overlays = load(tmp_path, ("b.yaml", second), ("a.yaml", first))
    diagnostics = Diagnostics()
    full = apply_overlays(document, overlays, diagnostics)
    assert not diagnostics.items
    assert full.schemas["New"] == {"type": "string", "title": "Late", "x-orgen-overlay": "b"}


def test_a_fault_leaves_the_rest_applied(tmp_path: Path) -> None:
    text = (
        "overlay: x\ndescription: X.\nadd: {Book: {}, Cup: {}}\n"
        "change:\n  - {at: /None, insert: {a: 1}}\n"
    )
    document, overlays = load(tmp_path, ("x.yaml", text))
    diagnostics = Diagnostics()
    full = apply_overlays(document, overlays, diagnostics)
    assert [item.code for item in diagnostics] == ["O003", "O004"]
    assert full.schemas["Cup"] == {"x-orgen-overlay": "x"}
    assert full.schemas["Book"] == document.schemas["Book"]


REF: Json = {"$ref": "#/components/schemas/A"}


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (True, {"type": "string"}),
        ({"description": "Anything."}, {"type": "string"}),
        ({"type": "number"}, {"type": "integer", "minimum": 1}),
        ({"type": ["object", "null"], "additionalProperties": True}, {"type": "null"}),
        ({"oneOf": [REF, {"type": "string"}]}, REF),
        ({"oneOf": [REF, {"type": "string"}]}, {"allOf": [REF, {"description": "d"}]}),
        (
            {"anyOf": [{"type": "string"}, REF]},
            {"oneOf": [REF, {"type": "string", "minLength": 1}]},
        ),
        ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 3}),
        ({"enum": ["a", "b"]}, {"enum": ["a"]}),
        ({"type": "string"}, {"enum": ["a"]}),
        (
            {"type": "array", "items": {"type": "number"}},
            {"type": "array", "items": {"type": "integer"}},
        ),
        ({"type": ["object", "null"], "properties": {"a": {}}}, {"type": "null"}),
    ],
)
def test_wider(new: Json, old: Json) -> None:
    assert is_wider(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"type": "string"}, True),
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": "integer"}, {"type": "number"}),
        ({"oneOf": [{"type": "string"}]}, REF),
        ({"type": "string", "maxLength": 3}, {"type": "string"}),
        ({"type": "string", "maxLength": 3}, {"type": "string", "maxLength": 5}),
        ({"enum": ["a"]}, {"enum": ["a", "b"]}),
        ({"type": "object", "required": ["a"]}, {"type": "object"}),
        ({"type": "object", "additionalProperties": False}, {"type": "object"}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object"}),
        (False, {"type": "string"}),
    ],
)
def test_not_obviously_wider(new: Json, old: Json) -> None:
    assert not is_wider(new, old)
