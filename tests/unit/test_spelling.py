"""Native keys in snake_case: known ones are respelled, what they hold is left alone."""

from __future__ import annotations

from typing import Any

import pytest
from openresponses import dialects
from openresponses.runtime.spelling import in_snake_case, respelled

KNOWN = {
    "topK": {},
    "fileData": {"fileUri": {}},
    "parts": {"*": {}, "inlineData": {"mimeType": {}}},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"top_k": 1}, {"topK": 1}),
        ({"topK": 1, "top_k": 2}, {"topK": 1, "top_k": 2}),
        ({"other_key": {"top_k": 1}}, {"other_key": {"top_k": 1}}),
        (
            {"file_data": {"file_uri": "a", "odd_key": 1}},
            {"fileData": {"fileUri": "a", "odd_key": 1}},
        ),
        ({"top_k": {"file_uri": 1}}, {"topK": {"file_uri": 1}}),
        (
            {"parts": [{"any_thing": {"in_it": 1}}, {"inline_data": {"mime_type": "a/b"}}]},
            {"parts": [{"anyThing": {"in_it": 1}}, {"inlineData": {"mimeType": "a/b"}}]},
        ),
        ({"parts": ["some_text"], "topK": None}, {"parts": ["some_text"], "topK": None}),
        ("file_data", "file_data"),
    ],
)
def test_known_keys_are_respelled(value: Any, expected: Any) -> None:
    assert respelled(value, KNOWN) == expected


@pytest.mark.parametrize(
    ("value", "found"),
    [({"a": [{"b_c": 1}]}, True), ({"a": "b_c"}, False), ([], False), ("a_b", False)],
)
def test_keys_in_snake_case_are_found_however_deep(value: Any, found: bool) -> None:
    assert in_snake_case(value) is found


@pytest.mark.parametrize(
    ("camel", "snake"),
    [
        (
            {"generationConfig": {"maxOutputTokens": 40, "topK": 3}, "safetySettings": []},
            {"generation_config": {"max_output_tokens": 40, "top_k": 3}, "safety_settings": []},
        ),
        (
            {
                "contents": [
                    {"role": "user", "parts": [{"fileData": {"fileUri": "gs://a/b_c.png"}}]}
                ]
            },
            {
                "contents": [
                    {"role": "user", "parts": [{"file_data": {"file_uri": "gs://a/b_c.png"}}]}
                ]
            },
        ),
    ],
)
def test_both_spellings_mean_the_same(camel: Any, snake: Any) -> None:
    dialect = dialects.get("gemini_generate_content")
    assert dialect.decode_request(snake).body == dialect.decode_request(camel).body


def test_arguments_and_schemas_keep_their_keys() -> None:
    call = {"function_call": {"id": "c", "name": "f", "args": {"mime_type": 1, "top_k": 2}}}
    schema = {"type": "object", "properties": {"mime_type": {"type": "string"}}}
    body = {
        "contents": [{"role": "model", "parts": [call]}],
        "tools": [{"function_declarations": [{"name": "f", "parameters_json_schema": schema}]}],
    }
    found = dialects.get("gemini_generate_content").decode_request(body).body
    assert found["input"][0]["arguments"] == '{"mime_type":1,"top_k":2}'
    assert found["tools"][0]["parameters"] == schema
