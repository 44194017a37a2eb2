"""`provider_extensions` for every provider of the catalogue: what counts, what is refused."""

from __future__ import annotations

import json
from typing import Any, get_args, get_type_hints

import pytest
from openresponses import dialects, providers, settings
from openresponses.dialects import DecodeError, LossError
from openresponses.runtime.profiles import elsewhere, spoken

SERVED = [
    (provider, dialect)
    for provider in providers.names()
    for dialect in providers.get(provider).dialects
]
"""Every provider with every dialect that it serves."""
HOSTILE = [
    "__proto__",
    "constructor",
    "headers",
    "Authorization",
    "base_url",
    "url",
    "@model",
    "path",
]
"""Keys that would matter if settings were more than a part of the body."""
every = pytest.mark.parametrize(("provider", "dialect"), SERVED)


def request(extensions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"model": "m/n", "input": "Hi", "provider_extensions": extensions, **fields}


def encoded(provider: str, dialect: str, extensions: dict[str, Any], **options: Any) -> Any:
    return dialects.get(dialect).encode_request(request(extensions), provider, **options)


def typed(provider: str) -> set[str]:
    """The settings that are typed for a provider, in any of its dialects."""
    hint = get_type_hints(settings.ProviderExtensions)[provider]
    return {name for one in get_args(hint) or (hint,) for name in one.__annotations__}


@every
def test_entries_of_others_are_not_looked_at(provider: str, dialect: str) -> None:
    owner = dialects.get(dialect).tables.slug
    own = {*providers.get(provider).aliases, provider, owner, "gemini"}
    others = {name: {"seed": 1, "unheard_of": {}} for name in providers.names() if name not in own}
    plain = encoded(provider, dialect, {})
    made = encoded(provider, dialect, others)
    assert (made.body, made.losses, made.path) == (plain.body, plain.losses, plain.path)


@every
def test_the_entry_of_the_provider_wins_over_that_of_the_vendor(
    provider: str, dialect: str
) -> None:
    vendor = dialects.get(dialect).tables.slug
    mine = encoded(provider, dialect, {vendor: {"zzz": 1}, provider: {"zzz": 2}})
    assert mine.body["zzz"] == 2
    if vendor != provider:
        assert encoded(provider, dialect, {vendor: {"zzz": 1}}).body["zzz"] == 1


@every
def test_a_setting_that_nobody_knows_is_sent_and_reported(provider: str, dialect: str) -> None:
    made = encoded(provider, dialect, {provider: {"zzz": {"a": [1]}}})
    assert made.body["zzz"] == {"a": [1]}
    (loss,) = made.losses
    assert (loss.path, loss.action) == (f"/provider_extensions/{provider}/zzz", "unchecked")
    with pytest.raises(LossError):
        encoded(provider, dialect, {provider: {"zzz": 1}}, strict=True)


@every
def test_what_is_protected_is_neither_set_nor_removed(provider: str, dialect: str) -> None:
    for place in dialects.get(dialect).tables.protected:
        first, *rest = place.split(".")
        values: list[Any] = [None, "x", [], 5]
        for value in values:
            patch = value
            for step in reversed(rest):
                patch = {step: patch}
            with pytest.raises(DecodeError, match="protected"):
                encoded(provider, dialect, {provider: {first: patch}})
        if rest:
            for value in values:
                with pytest.raises(DecodeError, match="protected"):
                    encoded(provider, dialect, {provider: {first: value}})


@every
def test_settings_stay_within_the_body(provider: str, dialect: str) -> None:
    plain = encoded(provider, dialect, {})
    entry = {key: {"x": "https://evil.example"} for key in HOSTILE}
    made = encoded(provider, dialect, {provider: entry})
    assert (made.path, dict(made.headers)) == (plain.path, dict(plain.headers))
    assert {key: value for key, value in made.body.items() if key not in HOSTILE} == plain.body
    assert [loss.action for loss in made.losses] == ["unchecked"] * len(HOSTILE)
    assert json.loads(json.dumps(made.body)) == made.body


@every
def test_an_unknown_provider_is_an_error_that_names_the_one_meant(
    provider: str, dialect: str
) -> None:
    with pytest.raises(DecodeError, match=f"did you mean .*'{provider}'"):
        encoded(provider, dialect, {f"{provider}x": {}})


@every
def test_what_a_provider_lacks_is_a_loss(provider: str, dialect: str) -> None:
    chosen = dialects.get(dialect)
    spoken = chosen.encode_request(request({}), provider)
    for name in lacks(provider, dialect):
        made = encoded(provider, dialect, {provider: {name: "a value"}})
        assert made.body == spoken.body
        found = [(loss.path, loss.action) for loss in made.losses]
        assert found == [(f"/provider_extensions/{provider}/{name}", "dropped")]


def lacks(provider: str, dialect: str) -> list[str]:
    return list(spoken(dialects.get(dialect), provider).tables.lacks)


@every
def test_what_another_dialect_of_the_provider_has_is_a_loss(provider: str, dialect: str) -> None:
    names = elsewhere(dialect, provider)
    assert names or len(providers.get(provider).dialects) < 2
    for name in names:
        made = encoded(provider, dialect, {provider: {name: "a value"}})
        (loss,) = made.losses
        assert loss.action == "dropped" and name not in made.body, name


@pytest.mark.parametrize("provider", providers.names())
def test_every_setting_that_is_typed_is_known_to_a_dialect(provider: str) -> None:
    """A typed setting is sent without a word by at least one dialect of the provider."""
    served = providers.get(provider).dialects
    for name in typed(provider):
        actions = []
        for dialect in served:
            losses = encoded(provider, dialect, {provider: {name: "a value"}}).losses
            actions.append([loss.action for loss in losses])
        assert [] in actions, (name, actions)


@pytest.mark.parametrize("provider", providers.names())
def test_settings_of_a_provider_file_are_typed_and_described(provider: str) -> None:
    record = providers.get(provider)
    hints = typed(provider)
    assert set(record.settings) <= set(hints)


@pytest.mark.parametrize(
    ("provider", "name", "known"),
    [
        ("mistral", "safe_prompt", True),
        ("openai", "safe_prompt", False),
        ("groq", "reasoning_format", True),
        ("openai", "reasoning_format", False),
        ("openrouter", "plugins", True),
        ("vllm", "plugins", False),
        ("vertex", "google", True),
        ("google", "google", False),
        ("openai", "verbosity", True),
        ("sglang", "verbosity", False),
        ("anthropic", "logit_bias", False),
        ("openai", "model", False),
        ("ollama", "messages", False),
    ],
)
def test_each_provider_has_its_own_settings(provider: str, name: str, known: bool) -> None:
    assert (name in typed(provider)) is known


def test_settings_of_other_servers_are_reported_with_what_is_meant() -> None:
    made = encoded("mistral", "openai_chat", {"mistral": {"randm_seed": 1}})
    assert "did you mean 'random_seed'" in made.losses[0].reason
    assert encoded("mistral", "openai_chat", {"mistral": {"random_seed": 1}}).losses == ()
    unchecked = encoded("openai", "openai_chat", {"openai": {"random_seed": 1}}).losses
    assert [loss.action for loss in unchecked] == ["unchecked"]


def test_typed_settings_are_a_field_of_requests() -> None:
    ollama: settings.OllamaSettings = {"keep_alive": "5m", "options": {"num_ctx": 8192}}
    given = settings.provider_extensions({"ollama": ollama, "mistral": {"safe_prompt": True}})
    made = dialects.get("ollama_chat").encode_request(request(given), "ollama")
    assert made.losses == ()
    assert (made.body["keep_alive"], made.body["options"]["num_ctx"]) == ("5m", 8192)
