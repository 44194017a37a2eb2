"""Where calls go and with which headers; what cannot be called is refused before any network."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import whole
from clients import HI, KEY, WAYS, call, create, stream
from openresponses import providers
from openresponses.client import (
    AsyncClient,
    Client,
    ConfigurationError,
    DecodeError,
    LossError,
    LossyRequestError,
    MalformedRequestError,
    Provider,
    Service,
    Timeouts,
    UnsupportedError,
    UnsupportedRequestError,
)
from replay import Server, json_reply

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {
    name
    for provider in map(providers.get, providers.names())
    for names in (
        provider.auth.env,
        provider.base_url_env,
        *(service.auth.env for service in provider.services.values()),
        *(variable.env for variable in provider.variables.values()),
        *provider.optional_headers.values(),
    )
    for name in names
}
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ENVIRONMENT, *PROXIES, *map(str.upper, PROXIES)):
        monkeypatch.delenv(name, raising=False)


class Recorder(httpx.BaseTransport):
    """Keeps requests, and answers each alike."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, json=whole())


def sent(provider: Any, request: Any = HI, **options: Any) -> httpx.Request:
    """The HTTP request that a call comes to."""
    recorder = Recorder()
    with Client(provider, transport=recorder, **options) as client:
        try:
            client.create(request)
        except Exception as error:  # the answer is Chat's, whoever was called
            assert "no answer of" in str(error)
    [request] = recorder.requests
    return request


# URLs ---------------------------------------------------------------------------------

URLS: list[tuple[str, dict[str, Any], str]] = [
    ("openai", {}, "https://api.openai.com/v1/responses"),
    ("openai", {"dialect": "openai_chat"}, "https://api.openai.com/v1/chat/completions"),
    ("openai", {"dialect": "openresponses"}, "https://api.openai.com/v1/responses"),
    ("anthropic", {}, "https://api.anthropic.com/v1/messages"),
    ("anthropic", {"base_url": "http://gw:8080/a/"}, "http://gw:8080/a/v1/messages"),
    ("gemini", {}, "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent"),
    ("ollama", {}, "http://localhost:11434/api/chat"),
    ("ollama", {"dialect": "openai_chat"}, "http://localhost:11434/v1/chat/completions"),
    (
        "vertex",
        {"project": "p-1"},
        "https://aiplatform.googleapis.com/v1/projects/p-1/locations/global"
        "/publishers/google/models/m:generateContent",
    ),
    (
        "vertex",
        {"project": "p-1", "location": "us-east5", "dialect": "openai_chat"},
        "https://us-east5-aiplatform.googleapis.com/v1/projects/p-1/locations/us-east5"
        "/endpoints/openapi/chat/completions",
    ),
    ("azure", {"resource": "mine"}, "https://mine.openai.azure.com/openai/v1/responses"),
    ("bedrock", {}, "https://bedrock-mantle.us-east-1.api.aws/v1/responses"),
    ("bedrock", {"region": "eu-west-1"}, "https://bedrock-mantle.eu-west-1.api.aws/v1/responses"),
    ("deepseek", {"dialect": "openai_chat"}, "https://api.deepseek.com/chat/completions"),
]


@pytest.mark.parametrize(("provider", "options", "url"), URLS)
def test_urls(provider: str, options: dict[str, Any], url: str) -> None:
    assert str(sent(provider, api_key=KEY, **options).url) == url


def test_the_url_may_depend_on_the_model() -> None:
    request = {**HI, "model": "openai.gpt-5.6-luna"}
    url = "https://bedrock-mantle.us-east-1.api.aws/openai/v1/responses"
    assert str(sent("bedrock", request, api_key=KEY).url) == url


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("127.0.0.1:1234", "http://127.0.0.1:1234/api/chat"),
        ("0.0.0.0", "http://127.0.0.1:11434/api/chat"),
        ("box.local", "http://box.local:11434/api/chat"),
        ("https://ollama.com", "https://ollama.com/api/chat"),
    ],
)
def test_ollama_host(monkeypatch: pytest.MonkeyPatch, given: str, url: str) -> None:
    """Sheet: OLLAMA_HOST is the client variable; it may be a bare host and port."""
    monkeypatch.setenv("OLLAMA_HOST", given)
    assert str(sent("ollama").url) == url


def test_variables_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p-2")
    monkeypatch.setenv("GOOGLE_VERTEX_LOCATION", "europe-west4")
    host = "europe-west4-aiplatform.googleapis.com"
    assert sent("vertex", api_key="token").url.host == host
    monkeypatch.setenv("OPENAI_BASE_URL", "http://proxy.example/v9")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj_1")
    request = sent("openai", api_key=KEY)
    assert str(request.url) == "http://proxy.example/v9/responses"
    assert request.headers["openai-project"] == "proj_1"


# Keys and headers -----------------------------------------------------------------------

AUTH = [
    ("openai", {}, "OPENAI_API_KEY", "authorization", f"Bearer {KEY}"),
    ("anthropic", {}, "ANTHROPIC_API_KEY", "x-api-key", KEY),
    (
        "anthropic",
        {"dialect": "openai_chat"},
        "ANTHROPIC_API_KEY",
        "authorization",
        f"Bearer {KEY}",
    ),
    ("google", {}, "GOOGLE_API_KEY", "x-goog-api-key", KEY),
    ("google", {}, "GEMINI_API_KEY", "x-goog-api-key", KEY),
    ("google", {"dialect": "openai_chat"}, "GEMINI_API_KEY", "authorization", f"Bearer {KEY}"),
    ("azure", {"resource": "r"}, "AZURE_OPENAI_API_KEY", "api-key", KEY),
    ("bedrock", {}, "AWS_BEARER_TOKEN_BEDROCK", "authorization", f"Bearer {KEY}"),
    ("huggingface", {}, "HF_TOKEN", "authorization", f"Bearer {KEY}"),
    ("vercel", {}, "VERCEL_OIDC_TOKEN", "authorization", f"Bearer {KEY}"),
    ("ollama", {}, "OLLAMA_API_KEY", "authorization", f"Bearer {KEY}"),
]


@pytest.mark.parametrize(("provider", "options", "variable", "header", "value"), AUTH)
def test_keys(
    monkeypatch: pytest.MonkeyPatch,
    provider: str,
    options: dict[str, Any],
    variable: str,
    header: str,
    value: str,
) -> None:
    assert sent(provider, api_key=f" {KEY}\n", **options).headers[header] == value
    monkeypatch.setenv(variable, KEY)
    headers = sent(provider, **options).headers
    assert headers[header] == value
    assert sum(KEY in found for found in headers.values()) == 1


def test_anthropic_wants_its_version() -> None:
    assert sent("anthropic", api_key=KEY).headers["anthropic-version"] == "2023-06-01"


def test_no_key_where_none_is_needed() -> None:
    assert "authorization" not in sent("ollama").headers
    assert "authorization" not in sent("llamacpp").headers


def test_a_key_may_be_a_function() -> None:
    tokens = iter(["one", "two"])
    recorder = Recorder()
    with Client(
        "vertex",
        api_key=lambda: next(tokens),
        project="p",
        dialect="openai_chat",
        transport=recorder,
    ) as client:
        client.create(HI)
        client.create(HI)
    found = [request.headers["authorization"] for request in recorder.requests]
    assert found == ["Bearer one", "Bearer two"]


def test_headers_of_the_caller_win() -> None:
    headers = {"X-Title": "mine", "user-agent": "app/1", "authorization": "Bearer entra"}
    found = sent("azure", resource="r", headers=headers).headers
    assert (found["x-title"], found["user-agent"]) == ("mine", "app/1")
    assert found["authorization"] == "Bearer entra" and "api-key" not in found
    assert (
        "anthropic-version"
        not in sent("anthropic", api_key=KEY, headers={"Anthropic-Version": None}).headers
    )


def test_a_provider_of_your_own() -> None:
    own = Provider(
        name="acme",
        title="Acme",
        source="https://acme.example",
        base_url="https://acme.example/api",
        dialects=("openai_chat",),
        services={"openai_chat": Service("/v7/{model}/chat", "", providers.get("groq").auth)},
    )
    assert str(sent(own, api_key=KEY).url) == "https://acme.example/api/v7/m/chat"


def test_a_key_in_the_query_is_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    from openresponses.client import Auth

    own = Provider(
        name="acme",
        title="Acme",
        source="https://acme.example",
        base_url="http://127.0.0.1:9",
        dialects=("openai_chat",),
        services={"openai_chat": Service("/chat?v=1", "", Auth("query", "key", (), True))},
    )
    assert str(sent(own, api_key="a&b/c").url) == "http://127.0.0.1:9/chat?v=1&key=a%26b%2Fc"
    caplog.set_level(logging.DEBUG)
    with pytest.raises(Exception) as caught:
        create("blocking", own, max_retries=0)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in caplog.text


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_the_key_is_never_shown(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = make("openai", api_key=KEY)
    shown = [repr(client), str(client), repr(client._terms), str(vars(client))]
    with pytest.raises(TypeError, match="keys are not pickled"):
        pickle.dumps(client._terms.endpoint.key)
    with pytest.raises(TypeError):
        copy.deepcopy(client._terms.endpoint.key)
    with pytest.raises(ConfigurationError) as caught:
        create("blocking", "openai", api_key=f"{KEY}\nx: y")
    shown += traceback.format_exception(caught.value)
    with Server(
        lambda request: json_reply({"error": {"message": request.headers["authorization"]}}, 401)
    ) as server:
        for way in WAYS:
            with pytest.raises(Exception) as failed:
                create(way, "openai", base_url=server.url)
            shown += traceback.format_exception(failed.value)
    assert KEY not in "\n".join([*shown, caplog.text])


def test_provider_extensions_reach_the_body_of_one_provider_only() -> None:
    entry = {"headers": {"x-evil": "1"}, "url": "http://evil.example", "api_key": "stolen"}
    request = {**HI, "provider_extensions": {"vllm": {**entry, "top_k": 5}, "groq": {"user": "u"}}}
    found = sent("vllm", request, api_key=KEY)
    assert found.url.host == "localhost" and found.url.path == "/v1/chat/completions"
    assert "x-evil" not in found.headers and found.headers["authorization"] == f"Bearer {KEY}"
    body = json.loads(found.content)
    assert body["top_k"] == 5 and "user" not in body and body["headers"] == {"x-evil": "1"}
    usual = sent("vllm", HI, api_key=KEY).headers
    assert dict(found.headers, **{"content-length": ""}) == dict(usual, **{"content-length": ""})
    with pytest.raises(LossyRequestError, match="/provider_extensions/vllm/headers"):
        create("blocking", "vllm", request, strict=True)


# Refused at once --------------------------------------------------------------------------

REFUSED: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    ("antropic", {}, "provider", ("'antropic'", "did you mean 'anthropic'?", "openrouter")),
    ("openai", {}, "api_key", ("openai needs a key", "api_key=", "OPENAI_API_KEY")),
    ("vertex", {"project": "p"}, "api_key", ("OAuth access token", "function")),
    ("openai", {"api_key": ""}, "api_key", ("a text or a function",)),
    ("openai", {"api_key": 7}, "api_key", ("a text or a function",)),
    ("azure", {"api_key": KEY}, "resource", ("azure needs resource", "AZURE_RESOURCE_NAME")),
    ("azure", {"api_key": KEY, "resource": "a/b"}, "resource", ("URL of azure", "'a/b'")),
    ("azure", {"api_key": KEY, "resource": "evil.com#"}, "resource", ("letters, digits",)),
    ("openai", {"api_key": KEY, "region": "x"}, "region", ("has no variable 'region'",)),
    (
        "anthropic",
        {"api_key": KEY, "dialect": "openai_responses"},
        "dialect",
        ("anthropic does not serve", "anthropic_messages, openai_chat"),
    ),
    ("ollama", {"base_url": "ftp://x"}, "base_url", ("http(s)://host", "/api/chat")),
    ("ollama", {"base_url": "http://"}, "base_url", ("http(s)://host",)),
    ("ollama", {"base_url": "http://h/x?y=1"}, "base_url", ("without a query",)),
    ("ollama", {"base_url": f"http://u:{KEY}@h"}, "base_url", ("a user or a password",)),
    ("ollama", {"headers": {"a b": "c"}}, "headers", ("'a b'",)),
    ("ollama", {"headers": {"a": "c\r\nx: y"}}, "headers", ("'a'",)),
    ("ollama", {"timeout": -1}, "timeout", ("at least 0",)),
    ("ollama", {"timeout": Timeouts(read=float("nan"))}, "timeout.read", ("nan",)),
    ("ollama", {"max_retries": -1}, "max_retries", ("at least 0",)),
]


@pytest.mark.parametrize("make", [Client, AsyncClient])
@pytest.mark.parametrize(("provider", "options", "field", "says"), REFUSED)
def test_clients_that_cannot_be(
    make: Any, provider: str, options: dict[str, Any], field: str, says: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make(provider, **options)
    assert caught.value.field == field and KEY not in str(caught.value)
    for part in says:
        assert part in str(caught.value)


BAD: list[tuple[str, Any, type[Exception], tuple[str, ...]]] = [
    ("openai", {"input": "Hi"}, ConfigurationError, ("model", "openai", "gpt-5.5", "None")),
    ("openai", {"model": " ", "input": "Hi"}, ConfigurationError, ("model", "' '")),
    ("openai", {"model": 7, "input": "Hi"}, ConfigurationError, ("model", "7")),
    ("openai", {**HI, "messages": []}, MalformedRequestError, ("both", "messages")),
    ("openai", ["Hi"], MalformedRequestError, ("openai", "expected an object")),
    ("anthropic", {"model": "m", "input": [7]}, MalformedRequestError, ("/input/0",)),
    (
        "ollama",
        {**HI, "background": True},
        UnsupportedRequestError,
        ("ollama (ollama_chat)", "/background", "Leave that out"),
    ),
    (
        "openai",
        {**HI, "provider_extensions": {"antropic": {}}},
        MalformedRequestError,
        ("antropic", "did you mean 'anthropic'?"),
    ),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call_", [create, stream])
@pytest.mark.parametrize(("provider", "request_", "kind", "says"), BAD)
def test_requests_that_are_refused_before_any_network(
    way: str, call_: Any, provider: str, request_: Any, kind: type[Exception], says: Any
) -> None:
    with Server(lambda request: json_reply(whole())) as server:
        with pytest.raises(kind) as caught:
            call_(way, provider, request_, base_url=server.url)
        assert not server.connections
    for part in says:
        assert part in str(caught.value)


def test_another_dialect_is_proposed_if_it_takes_the_request() -> None:
    request = {**HI, "background": True}
    with pytest.raises(UnsupportedRequestError, match="use dialect='anthropic_messages'"):
        create("blocking", "ollama", request)


def test_the_exceptions_are_those_of_translations_too() -> None:
    for request, kind in (
        ({"model": "m", "input": [7]}, DecodeError),
        ({**HI, "background": True}, UnsupportedError),
    ):
        with pytest.raises(kind):
            create("blocking", "ollama", request)


@pytest.mark.parametrize("way", WAYS)
def test_strict_clients_send_nothing_that_is_lost(way: str) -> None:
    request = {**HI, "temperature": 1.5, "seed_": 1}
    with Server(lambda request: json_reply(whole())) as server:
        with pytest.raises(LossyRequestError, match=r"/temperature.*strict=False") as caught:
            create(way, "anthropic", request, strict=True, base_url=server.url)
        assert isinstance(caught.value, LossError) and not server.connections
        assert "/temperature" in [loss.path for loss in caught.value.losses]


@pytest.mark.parametrize("way", WAYS)
def test_losses_are_told(way: str) -> None:
    with Server(lambda request: json_reply(whole())) as server:
        made = call(
            way, "openai", {**HI, "truncation": "auto"}, dialect="openai_chat", base_url=server.url
        )
    assert [loss.path for loss in made.losses] == ["/truncation"]


# Proxies, transports, imports -----------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_proxies(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(lambda request: json_reply(whole())) as proxy:
        create(way, "groq", base_url="http://api.groq.invalid/v1", proxy=proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        create(way, "groq", base_url="http://api.groq.invalid/v2")
    assert [request.target for request in proxy.requests] == [
        "http://api.groq.invalid/v1/chat/completions",
        "http://api.groq.invalid/v2/chat/completions",
    ]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server(lambda request: json_reply(whole())) as direct:
        create(way, "groq", base_url=direct.url)
    assert direct.requests[0].target == "/chat/completions"


def test_closed_clients_call_nothing() -> None:
    client = Client("ollama", transport=Recorder())
    client.close()
    with pytest.raises(RuntimeError, match="this client is closed"):
        client.create(HI)


PROGRAM = """
import sys
import openresponses
from openresponses.client import ApiError, ConfigurationError
assert not {"httpx", "pydantic", "anyio"} & set(sys.modules), sys.modules.keys()
sys.modules["httpx"] = None
try:
    openresponses.Client
except ModuleNotFoundError as error:
    assert "pip install 'openresponses[client]'" in str(error), error
else:
    raise AssertionError
"""


def test_the_package_is_imported_without_httpx() -> None:
    environment = {"PYTHONPATH": str(ROOT / "generated" / "python")}
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, env=environment)
