"""The vendors' native schemas against own vectors and, where present, real recordings.

Two questions a dialect: does every body validate against its entry point, and
does the schema declare every property path that occurs in them?
"""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator
from native_schemas import (
    CORPUS,
    SPEC,
    bodies,
    document,
    faults,
    native_path,
    schema,
    undeclared,
    vectors,
)
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Record
from orgen.load import load_spec
from orgen.resolve import resolve
from orgen.validate import validate

DIALECTS = (
    "anthropic_messages",
    "gemini_generate_content",
    "ollama_chat",
    "openai_chat",
    "openai_responses",
)
ENTRY_POINTS = ("Request", "Response", "Error", "StreamEvent")

EXCEPTIONS: dict[str, dict[str, str]] = {
    "openai_chat": {
        "pai.models.test_openai.test_invalid_response.00/Response": (
            "the answer of an echo server, recorded to show that such a thing is refused"
        ),
    },
    "openai_responses": {
        "pai.models.test_openai_responses.test_openai_previous_response_id_auto_mode.00/Response": (
            "written by hand; its status `complete` does not exist"
        ),
        "pai.models.test_openai_responses.test_openai_responses_verbosity.00/Response": (
            "written by hand; its status `complete` does not exist"
        ),
        "vai.openai.parallel-tool-call-wrapper.1.chunks.txt/StreamEvent": (
            "written by hand; two frames lack a closing brace"
        ),
    },
}
"""Recordings that are no evidence of the format: dialect -> case/entry point -> reason."""

UNDECLARED: dict[str, dict[str, str]] = {
    "openai_chat": {
        "Request.messages[].tool_calls": (
            "Hugging Face's client writes null for every key that its message class has"
        ),
        "Response.choices[].message.tool_calls[]<function>.custom": (
            "Snowflake writes an empty value for every key that OpenAI's message class has"
        ),
    },
}
"""Property paths that occur but are not declared: dialect -> path -> reason."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_schema_is_well_formed(dialect: str) -> None:
    meta = Draft202012Validator(document(SPEC / "meta" / "native.schema.yaml"))
    native = document(native_path(dialect))
    assert [f"{e.json_path}: {e.message[:200]}" for e in meta.iter_errors(native)] == []
    Draft202012Validator.check_schema(schema(dialect))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_schema_resolves_in_the_toolchain(dialect: str) -> None:
    """The same stages that read the contract read it, and no record lacks a name of its own."""
    diagnostics = Diagnostics()
    loaded = load_spec(native_path(dialect), diagnostics)
    assert loaded is not None
    validate(loaded, diagnostics)
    resolved = resolve(loaded, diagnostics)
    assert diagnostics.items == []
    given = {name for name, component in resolved.components.items() if not component.lifted}
    assert set(document(native_path(dialect))["$defs"]) <= given
    lifted = [c for c in resolved.components.values() if c.lifted and isinstance(c.type, Record)]
    assert [c.name for c in lifted if not c.name.startswith("Unknown")] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_component_is_used(dialect: str) -> None:
    native = document(native_path(dialect))
    used = set(re.findall(r"'#/\$defs/(\w+)'", str(native)))
    assert set(native["$defs"]) - used - set(ENTRY_POINTS) == set()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_bodies_validate(dialect: str) -> None:
    wrong = []
    excused = EXCEPTIONS.get(dialect, {})
    seen = set()
    for body in bodies(dialect):
        found = faults(dialect, body)
        key = f"{body.origin}/{body.entry_point}"
        if found and key in excused:
            seen.add(key)
        elif bool(found) == body.valid:
            wrong.append(f"{key}: {found[:3] or 'should not validate'}")
    assert wrong == []
    assert seen == {key for key in excused if any(b.origin in key for b in bodies(dialect))}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_property_seen_is_declared(dialect: str) -> None:
    root = schema(dialect)
    seen = {
        f"{body.entry_point}{path}"
        for body in bodies(dialect)
        if body.valid and f"{body.origin}/{body.entry_point}" not in EXCEPTIONS.get(dialect, {})
        for path in undeclared(root, [root["$defs"][body.entry_point]], body.value, "")
    }
    listed = UNDECLARED.get(dialect, {})
    assert seen - set(listed) == set()
    assert not (CORPUS / dialect).is_dir() or seen == set(listed), "the list is out of date"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_own_vectors_cover_every_entry_point(dialect: str) -> None:
    own = list(vectors(dialect))
    assert {body.entry_point for body in own if body.valid} == set(ENTRY_POINTS)
    assert any(not body.valid for body in own)


def test_open_responses_borrows_from_the_contract() -> None:
    """Its schema refers to the contract's files, so the tests above do not read it."""
    meta = Draft202012Validator(document(SPEC / "meta" / "native.schema.yaml"))
    assert list(meta.iter_errors(document(native_path("openresponses")))) == []
    diagnostics = Diagnostics()
    loaded = load_spec(native_path("openresponses"), diagnostics, SPEC)
    assert loaded is not None
    resolve(loaded, diagnostics)
    assert diagnostics.items == []
    wrong = [
        body.origin
        for body in vectors("openresponses")
        if (not faults("openresponses", body)) != body.valid
    ]
    assert wrong == []
    assert {body.entry_point for body in vectors("openresponses")} == set(ENTRY_POINTS)
