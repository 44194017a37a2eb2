"""Settings of one provider, in a request that any provider can serve."""

from __future__ import annotations

from typing import Any

import pytest
from openresponses import dialects
from openresponses.dialects import DecodeError, LossError

PORTABLE: dict[str, Any] = {
    "model": "any",
    "messages": [{"role": "user", "content": "Hi"}],
    "provider_extensions": {
        "anthropic": {"max_tokens": 8192},
        "openai": {"temperature": 0.7, "seed": 42},
    },
}
"""What a front end sends: settings for two vendors, of which one is called."""


def canonical(extensions: Any) -> dict[str, Any]:
    return {"model": "any", "input": "Hi", "provider_extensions": extensions}


def encoded(dialect: str, extensions: Any, **options: Any) -> tuple[dict[str, Any], list[Any]]:
    """The native body, and (pointer, action) of each loss."""
    made = dialects.get(dialect).encode_request(canonical(extensions), **options)
    return made.body, [(loss.path, loss.action) for loss in made.losses]


@pytest.mark.parametrize(
    ("dialect", "settings", "losses"),
    [
        ("anthropic_messages", {"max_tokens": 8192}, []),
        ("openai_chat", {"temperature": 0.7, "seed": 42}, []),
        (
            "openai_responses",
            {"temperature": 0.7},
            [("/provider_extensions/openai/seed", "dropped")],
        ),
        ("gemini_generate_content", {}, []),
        ("ollama_chat", {}, []),
        ("openresponses", {}, []),
    ],
)
def test_a_portable_request_brings_each_vendor_its_own_settings(
    dialect: str, settings: dict[str, Any], losses: list[Any]
) -> None:
    request = dialects.get("portable").decode_request(PORTABLE).body
    made = dialects.get(dialect).encode_request(request)
    plain = dialects.get(dialect).encode_request({**request, "provider_extensions": None})
    assert made.body == {**plain.body, **settings}
    assert [(loss.path, loss.action) for loss in made.losses] == losses


def test_the_portable_form_keeps_the_settings_of_all() -> None:
    portable = dialects.get("portable")
    assert portable.encode_request(portable.decode_request(PORTABLE).body).body == PORTABLE


def test_the_provider_that_is_called_wins_over_its_vendor() -> None:
    both = {"groq": {"seed": 1}, "openai": {"seed": 2, "logit_bias": {}}}
    body, losses = encoded("openai_chat", both, provider="groq")
    assert (body["seed"], "logit_bias" in body, losses) == (1, False, [])
    assert encoded("openai_chat", {"openai": {"seed": 2}}, provider="groq")[0]["seed"] == 2


def test_a_vendor_may_have_other_names() -> None:
    settings = {"generationConfig": {"topK": 3}}
    body, losses = encoded("gemini_generate_content", {"gemini": settings})
    assert body["generationConfig"] == {"topK": 3}
    assert losses == []
    both = {"gemini": {"generationConfig": {"topK": 4}}, "google": settings}
    assert encoded("gemini_generate_content", both)[0]["generationConfig"] == {"topK": 3}


def test_an_entry_is_a_merge_patch() -> None:
    request = {**canonical({"ollama": {"options": {"top_k": 3, "temperature": None}}})}
    request |= {"temperature": 0.5, "top_p": 0.5}
    body = dialects.get("ollama_chat").encode_request(request).body
    assert body["options"] == {"top_p": 0.5, "top_k": 3}


def test_settings_that_nobody_knows_are_sent_and_reported() -> None:
    settings = {"keep_alve": "1m", "options": {"seeed": 1}}
    made = dialects.get("ollama_chat").encode_request(canonical({"ollama": settings}))
    assert (made.body["keep_alve"], made.body["options"]) == ("1m", {"seeed": 1})
    first, second = made.losses
    assert (first.path, first.action) == ("/provider_extensions/ollama/keep_alve", "unchecked")
    assert "did you mean 'keep_alive'" in first.reason
    assert second.path == "/provider_extensions/ollama/options/seeed"
    assert "'options.seed'" in second.reason
    with pytest.raises(LossError) as refused:
        encoded("ollama_chat", {"ollama": settings}, strict=True)
    assert len(refused.value.losses) == 2


def test_a_setting_at_the_wrong_level_is_pointed_to_its_place() -> None:
    made = dialects.get("ollama_chat").encode_request(canonical({"ollama": {"num_ctx": 8192}}))
    assert "did you mean 'options.num_ctx'" in made.losses[0].reason


@pytest.mark.parametrize(
    ("extensions", "pointer", "message"),
    [
        ([], "/provider_extensions", "expected an object"),
        ({"ollama": 5}, "/provider_extensions/ollama", "expected an object"),
        ({"olama": {}}, "/provider_extensions/olama", "did you mean 'ollama'?"),
        ({"ollama": {"model": "x"}}, "/provider_extensions/ollama/model", "protected"),
        ({"ollama": {"tools": None}}, "/provider_extensions/ollama/tools", "protected"),
        ({"ollama": {"stream": True}}, "/provider_extensions/ollama/stream", "protected"),
    ],
)
def test_what_cannot_be_meant_is_an_error(extensions: Any, pointer: str, message: str) -> None:
    with pytest.raises(DecodeError) as refused:
        encoded("ollama_chat", extensions)
    assert refused.value.path == pointer
    assert message in refused.value.message


def test_the_caller_keeps_what_it_passed() -> None:
    extensions = {"ollama": {"options": {"stop": ["a"]}}}
    body, _ = encoded("ollama_chat", extensions)
    body["options"]["stop"].append("b")
    assert extensions == {"ollama": {"options": {"stop": ["a"]}}}
