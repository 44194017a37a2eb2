"""The hand-written files of the spec keep to their meta-schemas, and the overlays only widen."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from orgen.contract import Kind, compare
from orgen.diagnostics import Diagnostics
from orgen.load import Document, load_file, load_spec
from orgen.overlay import apply_overlays

SPEC = Path(__file__).parents[2] / "spec"

FILES = [
    *(("topic", path) for path in sorted((SPEC / "schemas").glob("*.yaml"))),
    *(("overlay", path) for path in sorted((SPEC / "overlays").glob("*.yaml"))),
    ("root", SPEC / "openresponses.yaml"),
]

MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
}
HOSTED = {"type": "acme:search", "id": "se_1", "status": "completed", "hits": [{"rank": 1}]}
CHART = {"type": "acme:chart", "points": [1, 2]}
AUDIO = {"type": "input_audio", "data": "UklGRg==", "format": "wav"}
TOOL_ERROR = {
    "type": "orgen:tool_error",
    "sequence_number": 4,
    "call_id": "call_1",
    "message": "timed out",
    "attempt": 1,
    "will_retry": True,
}


def read(path: Path) -> Document:
    diagnostics = Diagnostics()
    document = load_file(path, SPEC, diagnostics)
    assert document is not None and not diagnostics, list(diagnostics)
    return document


def as_object(value: Any, key: str) -> dict[str, Any]:
    found = value[key]
    assert isinstance(found, dict)
    return found


@functools.cache
def core() -> Document:
    diagnostics = Diagnostics()
    document = load_spec(SPEC, diagnostics)
    assert document is not None and not diagnostics, list(diagnostics)
    return document


@functools.cache
def full() -> Document:
    diagnostics = Diagnostics()
    overlays = [read(path) for kind, path in FILES if kind == "overlay"]
    document = apply_overlays(core(), overlays, diagnostics)
    assert not diagnostics, list(diagnostics)
    return document


def accepts(document: Document, name: str, value: Any) -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document.get(("components",))}
    return Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(("kind", "path"), FILES, ids=[path.name for _, path in FILES])
def test_keeps_to_its_meta_schema(kind: str, path: Path) -> None:
    meta: Any = read(SPEC / "meta" / f"{kind}.schema.yaml").value
    Draft202012Validator.check_schema(meta)
    faults = Draft202012Validator(meta).iter_errors(read(path).value)
    assert [f"{fault.json_path}: {fault.message}" for fault in faults] == []


def test_the_meta_schemas_notice_slips() -> None:
    topic: Any = read(SPEC / "meta" / "topic.schema.yaml").value
    good = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "T",
        "description": "D",
        "$defs": {"A": {"title": "A", "description": "D", "type": "object"}},
    }
    slip = {"title": "A", "description": "D", "type": "object", "requried": ["x"]}
    silent = {"title": "A", "description": "D", "properties": {"x": {"type": "string"}}}
    outside = {"title": "A", "description": "D", "$ref": "../else.yaml#/$defs/A"}
    assert Draft202012Validator(topic).is_valid(good)
    for wrong in (slip, silent, outside):
        assert not Draft202012Validator(topic).is_valid({**good, "$defs": {"A": wrong}})


def test_every_component_stands_in_exactly_one_topic_file() -> None:
    defined = [
        name
        for kind, path in FILES
        if kind == "topic"
        for name in as_object(read(path).value, "$defs")
    ]
    assert sorted(defined) == sorted(core().schemas)


def test_every_enum_value_is_described_once_descriptions_are_given() -> None:
    for name, schema in core().schemas.items():
        assert isinstance(schema, dict)
        texts = schema.get("x-enumDescriptions")
        if isinstance(texts, dict):
            values = schema["enum"]
            assert isinstance(values, list)
            assert {str(value) for value in values} <= set(texts), name


def test_overlays_take_no_member_away() -> None:
    """What is removed is removed in exchange for something wider at the same place."""
    removed = [d for d in compare(core().value, full().value) if d.kind is not Kind.ADDED]
    assert {difference.message.partition(":")[0] for difference in removed} == {
        "OutputTextContentParam.annotations[]",
        "SpecificToolChoiceParam",
        "AllowedToolChoice.tools[]",
        "JsonSchemaResponseFormat.schema",
    }


NEWLY_VALID: list[tuple[str, Any]] = [
    ("ItemParam", HOSTED),
    ("ItemField", HOSTED),
    ("ResponsesToolParam", {"type": "acme:search", "region": "eu"}),
    ("Tool", {"type": "acme:search", "region": "eu"}),
    ("ToolChoiceParam", {"type": "acme:search"}),
    (
        "ToolChoiceParam",
        {
            "type": "allowed_tools",
            "tools": [{"type": "acme:search"}, {"type": "function", "name": "f"}],
        },
    ),
    (
        "AllowedToolChoice",
        {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "acme:search"}]},
    ),
    ("Annotation", {"type": "acme:file_citation", "file": 3}),
    ("Message", {**MESSAGE, "content": [CHART, AUDIO]}),
    ("UserMessageItemParam", {"type": "message", "role": "user", "content": [CHART, AUDIO]}),
    ("SystemMessageItemParam", {"type": "message", "role": "system", "content": [CHART]}),
    ("DeveloperMessageItemParam", {"type": "message", "role": "developer", "content": [CHART]}),
    ("AssistantMessageItemParam", {"type": "message", "role": "assistant", "content": [CHART]}),
    (
        "FunctionCallOutputItemParam",
        {"type": "function_call_output", "call_id": "c", "output": [CHART, AUDIO]},
    ),
    (
        "OutputTextContentParam",
        {"type": "output_text", "text": "x", "annotations": [{"type": "acme:file_citation"}]},
    ),
    ("ReasoningBody", {"type": "reasoning", "id": "rs", "summary": [CHART], "content": [CHART]}),
    (
        "ResponseContentPartAddedStreamingEvent",
        {
            "type": "response.content_part.added",
            "sequence_number": 1,
            "item_id": "i",
            "output_index": 0,
            "content_index": 0,
            "part": CHART,
        },
    ),
    (
        "JsonSchemaResponseFormat",
        {
            "type": "json_schema",
            "name": "n",
            "description": None,
            "schema": {"type": "object"},
            "strict": True,
        },
    ),
    ("TextFormatParam", {"type": "json_object"}),
]


@pytest.mark.parametrize(("name", "value"), NEWLY_VALID, ids=[name for name, _ in NEWLY_VALID])
def test_overlays_open_what_the_core_closes(name: str, value: Any) -> None:
    assert not accepts(core(), name, value)
    assert accepts(full(), name, value)


STILL_VALID: list[tuple[str, Any]] = [
    ("ItemField", MESSAGE),
    ("ItemParam", {"id": "msg_1"}),
    ("ItemParam", {"type": "message", "role": "user", "content": "Hi"}),
    ("ToolChoiceParam", "auto"),
    ("ToolChoiceParam", {"type": "function", "name": "f"}),
    ("TextFormatParam", {}),
    ("TextFormatParam", {"type": "text"}),
    ("CreateResponseBody", {"model": "m", "input": "Hi", "acme:anything": 1}),
]


@pytest.mark.parametrize(("name", "value"), STILL_VALID)
def test_what_was_valid_stays_valid(name: str, value: Any) -> None:
    assert accepts(core(), name, value)
    assert accepts(full(), name, value)


STILL_INVALID: list[tuple[str, Any]] = [
    ("ItemField", {"type": "acme:search", "id": "se_1"}),
    ("ItemField", {"type": "search", "id": "se_1", "status": "completed"}),
    ("ItemField", {"type": ":search", "id": "se_1", "status": "completed"}),
    ("ItemField", {"type": "Acme:search", "id": "se_1", "status": "completed"}),
    ("ExtensionStreamingEvent", {"type": "acme:progress"}),
    ("OrgenToolErrorStreamingEvent", {**TOOL_ERROR, "attempt": 0}),
    (
        "UserMessageItemParam",
        {"type": "message", "role": "user", "content": [{**AUDIO, "data": 1}]},
    ),
    ("CreateResponseBody", {"provider_extensions": {"openrouter": 5}}),
    ("CreateResponseBody", {"provider_extensions": {"Not A Slug": {}}}),
]


@pytest.mark.parametrize(("name", "value"), STILL_INVALID)
def test_overlays_do_not_open_more_than_they_say(name: str, value: Any) -> None:
    assert not accepts(full(), name, value)


def test_results_of_client_tools_are_extension_events() -> None:
    result = {
        "type": "orgen:tool_result",
        "sequence_number": 5,
        "call_id": "call_1",
        "output": [AUDIO],
    }
    for name, event in (
        ("OrgenToolResultStreamingEvent", result),
        ("OrgenToolErrorStreamingEvent", TOOL_ERROR),
    ):
        assert accepts(full(), name, event)
        assert accepts(full(), "ExtensionStreamingEvent", event)


def test_the_stream_takes_extension_events() -> None:
    pointer = ("paths", "/responses", "post", "responses", "200", "content", "text/event-stream")
    union = full().get((*pointer, "schema"))
    assert isinstance(union, dict)
    schema = {**union, "components": full().get(("components",))}
    event = {"type": "acme:progress", "sequence_number": 3, "percent": 40}
    assert Draft202012Validator(schema).is_valid(event)
    assert not Draft202012Validator(schema).is_valid({**event, "type": "progress"})
