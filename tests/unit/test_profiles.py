"""Profiles: what `provider=` changes, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from openresponses import dialects

REQUEST: dict[str, Any] = {
    "model": "m",
    "instructions": "Be brief.",
    "max_output_tokens": 50,
    "input": [
        {"type": "message", "role": "developer", "content": "In Latin."},
        {"type": "message", "role": "user", "content": "Hi"},
    ],
}


def body(provider: str | None, **fields: Any) -> Any:
    return dialects.get("openai_chat").encode_request({**REQUEST, **fields}, provider=provider).body


def test_without_a_provider_the_dialect_is_its_owners() -> None:
    made = dialects.get("openai_chat").encode_request(REQUEST)
    assert made.path == "/v1/chat/completions"
    assert made.body["max_completion_tokens"] == 50
    assert [message["role"] for message in made.body["messages"]] == ["system", "developer", "user"]
    assert body("nobody_knows") == made.body


def test_vllm_gets_max_tokens_and_one_system_message() -> None:
    made = dialects.get("openai_chat").encode_request(REQUEST, provider="vllm")
    assert made.path == "/chat/completions"
    assert made.body["max_tokens"] == 50 and "max_completion_tokens" not in made.body
    assert made.body["messages"] == [
        {"role": "system", "content": "Be brief.\n\nIn Latin."},
        {"role": "user", "content": "Hi"},
    ]


def test_vllm_gets_reasoning_back_under_its_new_name() -> None:
    thought = [{"type": "reasoning_text", "text": "Hm"}]
    turn = [
        {"type": "reasoning", "summary": [], "content": thought},
        {"type": "message", "role": "assistant", "content": "Salve"},
    ]
    made = body("vllm", input=[*REQUEST["input"], *turn])
    assert made["messages"][-1] == {"role": "assistant", "content": "Salve", "reasoning": "Hm"}


def test_openrouter_takes_the_effort_inside_of_reasoning() -> None:
    assert body("openrouter", reasoning={"effort": "high"})["reasoning"] == {"effort": "high"}


def test_deepseek_wants_reasoning_content_with_every_turn() -> None:
    turn = {"type": "message", "role": "assistant", "content": "Salve"}
    made = body("deepseek", input=[*REQUEST["input"], turn])
    assert made["messages"][-1]["reasoning_content"] == ""


def test_deepseek_takes_no_schema() -> None:
    form = {"type": "json_schema", "name": "n", "schema": {"type": "object"}}
    made = dialects.get("openai_chat").encode_request(
        {**REQUEST, "text": {"format": form}}, provider="deepseek"
    )
    assert made.body["response_format"] == {"type": "json_object"}
    assert ("/text/format", "coerced") in [(loss.path, loss.action) for loss in made.losses]


@pytest.mark.parametrize("provider", ["vllm", "openrouter", "deepseek"])
def test_what_was_decoded_for_a_provider_goes_back_as_it_came(provider: str) -> None:
    chat = dialects.get("openai_chat")
    native = {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_completion_tokens": 5,
        "reasoning_effort": "high",
        "service_tier": "auto",
    }
    decoded = chat.decode_request(native, provider=provider)
    assert chat.encode_request(decoded.body, provider=provider).body == native
