"""The bundles: one valid OpenAPI document each, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from orgen.bundle import bundle, bundle_text
from orgen.diagnostics import Diagnostics, Span
from orgen.ir.schema import Json
from orgen.load import Document, Place, load_file, load_spec
from orgen.overlay import apply_overlays

SPEC = Path(__file__).parents[2] / "spec"


def document(value: Json) -> Document:
    return Document(value, Place(Span("made.yaml")))


@pytest.fixture(scope="module")
def core() -> Document:
    diagnostics = Diagnostics()
    loaded = load_spec(SPEC, diagnostics)
    diagnostics.check()
    assert loaded is not None
    return loaded


@pytest.fixture(scope="module")
def full(core: Document) -> Document:
    diagnostics = Diagnostics()
    overlays = [
        load_file(path, SPEC, diagnostics) for path in sorted((SPEC / "overlays").glob("*.yaml"))
    ]
    applied = apply_overlays(core, [each for each in overlays if each], diagnostics)
    diagnostics.check()
    return applied


def test_both_bundles_are_valid_openapi(core: Document, full: Document) -> None:
    for text in (bundle_text(core, core=True), bundle_text(full, core=False)):
        value = json.loads(text)
        # The published contract has this one fault, which the spec keeps: a scheme
        # of type `http` knows no `in`.
        assert value["components"]["securitySchemes"]["ApiKeyAuth"].pop("in") == "header"
        OpenAPIV31SpecValidator(value).validate()


def test_every_reference_is_to_a_component(full: Document) -> None:
    value: Any = json.loads(bundle_text(full, core=False))
    targets = set(_references(value))
    prefix = "#/components/schemas/"
    assert len(targets) > 80
    assert all(target.startswith(prefix) for target in targets)
    assert {target.removeprefix(prefix) for target in targets} <= value["components"][
        "schemas"
    ].keys()


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for entry in value.values() for ref in _references(entry)]
    return [ref for entry in value for ref in _references(entry)] if isinstance(value, list) else []


def test_overlays_are_marked_in_the_full_bundle_only(core: Document, full: Document) -> None:
    assert '"x-orgen-overlay": "extensions"' in bundle_text(full, core=False)
    assert "x-orgen-" not in bundle_text(core, core=True)


def test_sections_come_in_the_customary_order() -> None:
    made = document({"components": {}, "paths": {}, "info": {"title": "T"}, "openapi": "3.1.0"})
    bundled = bundle(made)
    assert isinstance(bundled, dict)
    assert list(bundled) == ["openapi", "info", "paths", "components"]


def test_only_keywords_of_ours_are_removed() -> None:
    schema: Json = {
        "x-orgen-overlay": "o",
        "x-vendor": 1,
        "properties": {"x-orgen-size": {"type": "string", "x-orgen-note": 1}},
        "default": {"x-orgen-kept": True},
        "oneOf": [{"$ref": "#/components/schemas/A", "x-orgen-overlay": "o"}],
    }
    made = document({"openapi": "3.1.0", "components": {"schemas": {"x-orgen-A": schema}}})
    bundled: Any = bundle(made, core=True)
    assert bundled["components"]["schemas"]["x-orgen-A"] == {
        "x-vendor": 1,
        "properties": {"x-orgen-size": {"type": "string"}},
        "default": {"x-orgen-kept": True},
        "oneOf": [{"$ref": "#/components/schemas/A"}],
    }


def test_the_document_is_not_changed(full: Document) -> None:
    before = json.dumps(full.value)
    bundle(full, core=True)
    assert json.dumps(full.value) == before


def test_any_text_can_be_written_and_read_back() -> None:
    texts: Json = ["\ud800", "\u2028", '"""', "{{ x }}", "\x00", "é"]
    made = document({"openapi": "3.1.0", "info": {"x": texts}, "paths": {}})
    text = bundle_text(made, core=False)
    assert json.loads(text.encode("utf-8"))["info"]["x"] == texts
    assert text.endswith("}\n")
    assert text == bundle_text(made, core=False)
