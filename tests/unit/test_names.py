"""Python identifiers: readable, importable, never numbered, collisions reported."""

from __future__ import annotations

import keyword
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from orgen.targets.python.names import (
    LIMIT,
    attribute_identifier,
    choose_names,
    class_identifier,
    is_plain_key,
    reserved_words,
)
from resolving import resolved


@pytest.mark.parametrize(
    ("name", "class_name", "attribute"),
    [
        ("ToolCall", "ToolCall", "tool_call"),
        ("tool call", "ToolCall", "tool_call"),
        ("HTTPError", "HTTPError", "http_error"),
        ("maxTokens", "MaxTokens", "max_tokens"),
        ("response.created", "ResponseCreated", "response_created"),
        ("class", "Class", "class_"),
        ("schema", "Schema", "schema_"),
        ("model_config", "ModelConfig", "model_config_"),
        ("copy", "Copy", "copy_"),
        ("str", "Str", "str_"),
        ("Any", "Any_", "any"),
        ("type", "Type", "type"),
        ("__init__", "Init", "init"),
        ("+1", "Plus1", "plus_1"),
        ("-1", "Minus1", "minus_1"),
        ("3d", "Schema3d", "field_3d"),
        ("$ref", "Ref", "ref"),
        ("", "Empty", "empty"),
        ("$", "Dollar", "dollar"),
        ("\u2028", "LineSeparator", "line_separator"),
        ("Größe", "Größe", "größe"),
        ("ﬁle", "File", "file"),
        ("日本語", "日本語", "日本語"),
    ],
)
def test_identifiers(name: str, class_name: str, attribute: str) -> None:
    assert class_identifier(name) == class_name
    assert attribute_identifier(name) == attribute


@given(st.text(max_size=300))
def test_every_name_becomes_an_identifier(name: str) -> None:
    for identifier, place in (
        (class_identifier(name), "class"),
        (attribute_identifier(name), "attribute"),
    ):
        assert identifier.isidentifier()
        assert not keyword.iskeyword(identifier)
        assert not identifier.startswith("_")
        assert identifier not in reserved_words("class" if place == "class" else "attribute")
        assert len(identifier) <= LIMIT + len("Schema_")


def test_long_names_end_at_a_word() -> None:
    assert class_identifier("long name " * 1000) == "LongName" * 10
    assert len(attribute_identifier("x" * 10_000)) == LIMIT


@pytest.mark.parametrize("key", ["type", "match", "Größe", "items", "_private"])
def test_keys_that_a_class_body_can_declare(key: str) -> None:
    assert is_plain_key(key)


@pytest.mark.parametrize("key", ["class", "a-b", "", "__mangled", "ﬁ", "str", "Any", "x" * 999])
def test_keys_that_a_class_body_would_change(key: str) -> None:
    assert not is_plain_key(key)


def test_collisions_are_diagnostics_with_both_places(tmp_path: Path) -> None:
    text = {"type": "string"}
    schema, diagnostics = resolved(
        tmp_path,
        {"Tool Call": text, "ToolCall": {"properties": {"maxTokens": text, "max_tokens": text}}},
    )
    choose_names(schema, diagnostics)
    found = list(diagnostics)
    assert [item.code for item in found] == ["N001", "N001"]
    assert all(item.related[0].span.line < item.span.line for item in found)


def test_the_author_can_choose_a_name(tmp_path: Path) -> None:
    text = {"type": "string"}
    chosen = {**text, "x-orgen-names": {"python": "limit", "go": "Limit"}}
    schema, diagnostics = resolved(
        tmp_path, {"A": {"properties": {"maxTokens": chosen, "max_tokens": text}}}
    )
    names = choose_names(schema, diagnostics)
    assert not diagnostics
    assert names.attributes == {("A", "maxTokens"): "limit", ("A", "max_tokens"): "max_tokens"}


@pytest.mark.parametrize("bad", ["class", "a b", "_x", "import os", "model_dump"])
def test_a_chosen_name_has_to_be_usable(tmp_path: Path, bad: str) -> None:
    node = {"type": "string", "x-orgen-names": {"python": bad}}
    schema, diagnostics = resolved(tmp_path, {"A": {"properties": {"a": node}}})
    choose_names(schema, diagnostics)
    assert [item.code for item in diagnostics] == ["N002"]
