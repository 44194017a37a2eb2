"""The core of our spec is the published contract, and stays it."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from orgen.contract import compare, contract_hash
from orgen.diagnostics import Diagnostics
from orgen.load import Document, load_spec

ROOT = Path(__file__).parents[2]
PUBLISHED = (
    ROOT / ".." / "shared" / "reference" / "openresponses" / "2026-04-24.openapi.json"
).resolve()

needs_published = pytest.mark.skipif(
    not PUBLISHED.exists(), reason="the published document is not beside the repository"
)


@functools.cache
def core() -> Document:
    diagnostics = Diagnostics()
    document = load_spec(ROOT / "spec", diagnostics)
    assert document is not None and not diagnostics, list(diagnostics)
    return document


@functools.cache
def published() -> Any:
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def test_the_recorded_hash_is_the_one_of_the_spec() -> None:
    """Fails in any clone when the contract changes by accident.

    If the change is meant (a new release), record the new version and hash in `info` of
    `spec/openresponses.yaml`.
    """
    recorded = core().get(("info", "x-orgen-contract"))
    assert recorded == {
        "version": core().get(("info", "version")),
        "sha256": contract_hash(core().value),
    }


def test_the_spec_is_complete() -> None:
    schemas = core().get(("components", "schemas"))
    assert isinstance(schemas, dict)
    events = [name for name in schemas if name.endswith("StreamingEvent")]
    assert (len(schemas), len(events)) == (108, 24)


@needs_published
def test_nothing_differs_from_the_published_contract() -> None:
    assert [str(difference) for difference in compare(published(), core().value)] == []


@needs_published
def test_the_published_contract_has_the_recorded_hash() -> None:
    assert contract_hash(published()) == core().get(("info", "x-orgen-contract", "sha256"))


@needs_published
def test_components_and_properties_stand_in_published_order() -> None:
    assert orders(published()) == orders(core().value)


@needs_published
def test_no_description_is_copied() -> None:
    """Structure is a fact; sentences are not. Short phrases may coincide."""
    theirs = {text for text in prose(published()) if len(text) > 40}
    assert sorted(theirs & set(prose(core().value))) == []


@needs_published
def test_the_earlier_release_is_another_contract() -> None:
    earlier = json.loads(PUBLISHED.with_name("2026-01-15.openapi.json").read_text(encoding="utf-8"))
    messages = {difference.message for difference in compare(earlier, core().value)}
    assert "document: component 'CompactResource' was added" in messages
    assert "Message: property 'phase' was added" in messages
    assert 'OutputTextContent: required property "logprobs" was removed' in messages


def orders(document: Any) -> dict[str, list[str]]:
    """Component names in order, and the property names of each in order."""
    schemas = document["components"]["schemas"]
    found = {"components": list(schemas)}
    for name, schema in schemas.items():
        found[name] = [key for part in parts(schema) for key in part.get("properties", {})]
    return found


def parts(schema: Any) -> list[Any]:
    return [schema, *schema.get("allOf", [])]


def prose(value: Any) -> list[str]:
    """Every description and every text about an enum value, wherever it stands."""
    if isinstance(value, list):
        return [text for item in value for text in prose(item)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("description", "summary") if isinstance(value.get(key), str)]
    own += [text for text in value.get("x-enumDescriptions", {}).values() if isinstance(text, str)]
    return own + [text for item in value.values() for text in prose(item)]
