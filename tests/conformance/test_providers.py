"""One fact of each provider, as their documentation or servers show it."""

from __future__ import annotations

from typing import Any

import pytest
from openresponses import dialects, providers

NAMES = [
    "anthropic",
    "azure",
    "bedrock",
    "deepseek",
    "google",
    "groq",
    "huggingface",
    "llamacpp",
    "lmstudio",
    "mistral",
    "ollama",
    "openai",
    "openrouter",
    "sglang",
    "textgen-webui",
    "together",
    "vercel",
    "vertex",
    "vllm",
    "xai",
]
CHAT = dialects.get("openai_chat")
REQUEST: dict[str, Any] = {
    "model": "m",
    "instructions": "Be brief.",
    "max_output_tokens": 50,
    "tool_choice": "required",
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
    "input": [{"type": "message", "role": "developer", "content": "D"}],
}


def test_every_provider_is_there() -> None:
    assert list(providers.names()) == NAMES


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(KeyError, match="openrouter"):
        providers.get("acme")


@pytest.mark.parametrize("name", NAMES)
def test_every_dialect_of_a_provider_can_be_spoken(name: str) -> None:
    provider = providers.get(name)
    for dialect in provider.dialects:
        made = dialects.get(dialect).encode_request({**REQUEST, "tool_choice": "auto"}, name)
        path = provider.services[dialect].path.replace("{model}", "m")
        assert made.path == path


@pytest.mark.parametrize("name", [n for n in NAMES if "openai_chat" in providers.get(n).dialects])
def test_the_limit_is_called_as_the_capabilities_say(name: str) -> None:
    found = providers.get(name)
    field = found.capabilities.get("max_tokens_field")
    if found.dialects[0] == "openai_chat" and field:
        assert CHAT.encode_request(REQUEST, name).body[field] == 50


@pytest.mark.parametrize(
    "name", [n for n in NAMES if providers.get(n).capabilities.get("system_role") == "system"]
)
def test_no_developer_where_only_the_system_is_known(name: str) -> None:
    dialect = providers.get(name).dialects[0]
    made: Any = dialects.get(dialect).encode_request({**REQUEST, "tool_choice": "auto"}, name)
    roles = [message["role"] for message in made.body.get("messages", [])]
    if dialect == "openai_chat":
        assert "developer" not in roles and "system" in roles


def test_mistral_calls_the_required_choice_any() -> None:
    assert CHAT.encode_request(REQUEST, "mistral").body["tool_choice"] == "any"


def test_gemini_is_another_name_of_google() -> None:
    assert providers.get("gemini") is providers.get("google")
    assert CHAT.encode_request(REQUEST, "gemini").path == "/openai/chat/completions"


def test_anthropic_takes_its_key_in_a_header_of_its_own() -> None:
    auth = providers.get("anthropic").auth
    assert (auth.scheme, auth.name, auth.env) == ("header", "x-api-key", ("ANTHROPIC_API_KEY",))
    assert providers.get("anthropic").headers["anthropic-version"] == "2023-06-01"
    assert providers.get("anthropic").services["openai_chat"].auth.scheme == "bearer"


def test_azure_takes_its_key_as_api_key() -> None:
    assert providers.get("azure").auth.name == "api-key"


def test_bedrock_serves_models_of_openai_elsewhere() -> None:
    bedrock = providers.get("bedrock")
    host = "https://bedrock-mantle.eu-west-1.api.aws"
    where = {"region": "eu-west-1"}
    assert bedrock.base_url_of("openai.gpt-5.6-luna", where) == f"{host}/openai/v1"
    assert bedrock.base_url_of("openai.gpt-oss-120b", where) == f"{host}/v1"
    assert bedrock.base_url_of("openai.gpt-oss-20b").startswith("https://bedrock-mantle.us-east-1.")


def test_a_base_url_names_the_variable_that_it_needs() -> None:
    with pytest.raises(KeyError, match="Azure OpenAI needs 'resource'"):
        providers.get("azure").base_url_of("gpt-5.4")


@pytest.mark.parametrize("hostile", ["evil.example/", "a@evil.example", "", "x\n", "{project}"])
def test_no_variable_leads_elsewhere(hostile: str) -> None:
    with pytest.raises(ValueError, match="'resource' cannot be"):
        providers.get("azure").base_url_of("gpt-5.4", {"resource": hostile})


def test_a_location_has_a_base_url_of_its_own() -> None:
    vertex = providers.get("vertex")
    there = {"project": "p", "location": "europe-west4"}
    assert vertex.base_url_of("gemini-3", there).startswith("https://europe-west4-aiplatform.")
    assert vertex.base_url_of("gemini-3", {"project": "p"}).startswith("https://aiplatform.")


def test_xai_prefers_responses() -> None:
    assert providers.get("xai").dialects[0] == "openai_responses"


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("ollama", "http://localhost:11434"),
        ("lmstudio", "http://localhost:1234/v1"),
        ("vllm", "http://localhost:8000/v1"),
        ("textgen-webui", "http://127.0.0.1:5000/v1"),
        ("llamacpp", "http://127.0.0.1:8080/v1"),
        ("sglang", "http://localhost:30000/v1"),
    ],
)
def test_servers_on_this_machine_need_no_key(name: str, url: str) -> None:
    assert providers.get(name).base_url == url
    assert not providers.get(name).auth.required
