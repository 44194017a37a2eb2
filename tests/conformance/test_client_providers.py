"""One program, unchanged, against a server for every provider in each of its dialects.

Servers check the request as the vendor would (key, path, body) and answer in the
vendor's own words; see `vendors`. Where a vendor cannot do something, the client
has to say so: an error before any network, or a loss.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from answers import text_of
from clients import KEY, nothing_left_open
from openresponses import events, providers
from openresponses.client import (
    ApiError,
    AsyncClient,
    Client,
    InvalidRequestError,
    NotFoundError,
    UnsupportedRequestError,
    arun_tools,
    run_tools,
)
from replay import Server
from vendors import CALLS, CAT_URL, FACTS, VENDORS, ChatOfVllm, Vendor

BEARER = ("authorization", f"Bearer {KEY}")
SERVED: dict[tuple[str, str], tuple[str, str, tuple[str, str]]] = {
    ("anthropic", "anthropic_messages"): ("", "/v1/messages", ("x-api-key", KEY)),
    ("anthropic", "openai_chat"): ("", "/v1/chat/completions", BEARER),
    ("azure", "openai_chat"): ("/openai/v1", "/openai/v1/chat/completions", ("api-key", KEY)),
    ("azure", "openai_responses"): ("/openai/v1", "/openai/v1/responses", ("api-key", KEY)),
    ("deepseek", "anthropic_messages"): ("", "/anthropic/v1/messages", BEARER),
    ("deepseek", "openai_chat"): ("", "/chat/completions", BEARER),
    ("deepseek", "openai_responses"): ("", "/responses", BEARER),
    ("google", "gemini_generate_content"): (
        "/v1beta",
        "/v1beta/models/{model}:",
        ("x-goog-api-key", KEY),
    ),
    ("google", "openai_chat"): ("/v1beta", "/v1beta/openai/chat/completions", BEARER),
    ("groq", "openai_chat"): ("/openai/v1", "/openai/v1/chat/completions", BEARER),
    ("groq", "openai_responses"): ("/openai/v1", "/openai/v1/responses", BEARER),
    ("ollama", "anthropic_messages"): ("", "/v1/messages", BEARER),
    ("ollama", "ollama_chat"): ("", "/api/chat", BEARER),
    ("ollama", "openai_chat"): ("", "/v1/chat/completions", BEARER),
    ("ollama", "openai_responses"): ("", "/v1/responses", BEARER),
    ("openrouter", "openai_chat"): ("/api/v1", "/api/v1/chat/completions", BEARER),
    ("openrouter", "openai_responses"): ("/api/v1", "/api/v1/responses", BEARER),
    ("vertex", "gemini_generate_content"): (
        "/v1/projects/p/locations/l",
        "/v1/projects/p/locations/l/publishers/google/models/{model}:",
        BEARER,
    ),
    ("vertex", "openai_chat"): (
        "/v1/projects/p/locations/l",
        "/v1/projects/p/locations/l/endpoints/openapi/chat/completions",
        BEARER,
    ),
}
"""Provider and dialect -> path of the base URL, whole path, header of the key (fact sheet, A).

All others are below /v1, and take a bearer's key.
"""

USUAL = {
    "anthropic_messages": "/messages",
    "openai_chat": "/chat/completions",
    "openai_responses": "/responses",
}
THINKING_CHAT = {"deepseek": VENDORS["openai_chat"], "vllm": ChatOfVllm}
"""Providers whose Chat answers hold thoughts that want to come back (fact sheet, B)."""

ALL = [(name, dialect) for name in providers.names() for dialect in providers.get(name).dialects]


def test_every_provider_is_called() -> None:
    assert len({name for name, _ in ALL}) >= 20
    assert set(SERVED) <= set(ALL)


def vendor_of(provider: str, dialect: str) -> tuple[Vendor, str]:
    """The provider as a server, and the path of its base URL."""
    usual = ("/v1", f"/v1{USUAL.get(dialect, '')}", BEARER)
    base, path, auth = SERVED.get((provider, dialect), usual)
    if dialect == "openai_chat" and provider in THINKING_CHAT:
        return THINKING_CHAT[provider](path, auth, thinks=True), base
    return VENDORS[dialect](path, auth), base


# The program -----------------------------------------------------------------------------

PLAIN = {"model": "m-1", "input": "What is 6 x 7?"}
PICTURE = {
    "model": "m-1",
    "input": [
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What is it?"},
                {"type": "input_image", "image_url": CAT_URL},
            ],
        }
    ],
}
FORMAT = {
    "type": "json_schema",
    "name": "facts",
    "strict": True,
    "schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
        "required": ["city", "degrees"],
        "additionalProperties": False,
    },
}
STRUCTURED = {"model": "m-1", "input": "Facts as JSON.", "text": {"format": FORMAT}}
TOOLS = {"model": "m-1", "input": "How warm are Oslo and Rome?"}
MISSING = {"model": "missing", "input": "Hi"}
DEGREES = {"Oslo": "3", "Rome": "18"}


def weather(city: str) -> str:
    """How warm it is.

    Args:
        city: Name of the city.
    """
    return DEGREES[city]


async def aweather(city: str) -> str:
    """How warm it is."""
    await asyncio.sleep(0)
    return DEGREES[city]


class Program:
    """The same calls by either client; `said` gets what came of each."""

    def __init__(self, provider: str, options: dict[str, Any]) -> None:
        self.provider = provider
        self.options = {**options, "api_key": KEY, "max_retries": 0}
        self.said: dict[str, Any] = {}

    def blocking(self) -> None:
        with Client(self.provider, **self.options) as client:
            self.said["plain"] = client.call(PLAIN)
            with client.stream(PLAIN) as stream:
                self.said["events"] = list(stream)
            with client.stream(PLAIN) as stream:
                self.said["ui"] = list(stream.ui())
            self.said["structured"] = client.call(STRUCTURED)
            try:
                self.said["picture"] = client.call(PICTURE)
            except UnsupportedRequestError as error:
                self.said["picture"] = error
            with pytest.raises(ApiError) as caught:
                client.create(MISSING)
            self.said["error"] = caught.value
            self.said["tools"] = run_tools(client, TOOLS, {"weather": weather}).finish()

    async def awaiting(self) -> None:
        async with AsyncClient(self.provider, **self.options) as client:
            self.said["plain"] = await client.call(PLAIN)
            async with client.stream(PLAIN) as stream:
                self.said["events"] = [event async for event in stream]
            async with client.stream(PLAIN) as stream:
                self.said["ui"] = [event async for event in stream.ui()]
            self.said["structured"] = await client.call(STRUCTURED)
            try:
                self.said["picture"] = await client.call(PICTURE)
            except UnsupportedRequestError as error:
                self.said["picture"] = error
            with pytest.raises(ApiError) as caught:
                await client.create(MISSING)
            self.said["error"] = caught.value
            run = arun_tools(client, TOOLS, {"weather": aweather})
            self.said["tools"] = await run.finish()


PREFERRED = [(name, providers.get(name).dialects[0], "blocking") for name in providers.names()]
RUNS = [*PREFERRED, *((name, dialect, "awaiting") for name, dialect in ALL)]


@pytest.mark.parametrize(("provider", "dialect", "way"), RUNS)
def test_the_same_program(provider: str, dialect: str, way: str) -> None:
    vendor, base = vendor_of(provider, dialect)
    with nothing_left_open(), Server(vendor.answer) as server:
        options = {"dialect": dialect, "base_url": server.url + base}
        program = Program(provider, options)
        if way == "blocking":
            program.blocking()
        else:
            asyncio.run(program.awaiting())
    said = program.said
    check_texts(said)
    check_structured(said["structured"], vendor)
    check_picture(said["picture"], provider)
    check_error(said["error"], provider)
    check_tools(said["tools"], vendor)


def check_texts(said: dict[str, Any]) -> None:
    response = said["plain"].response
    assert text_of(response) == "It is 42." and response["status"] == "completed"
    assert response["model"] == "m-1"
    usage = {key: response["usage"][key] for key in ("input_tokens", "output_tokens")}
    assert usage == {"input_tokens": 11, "output_tokens": 7}
    assert response["usage"]["total_tokens"] == 18
    assert not events.check(said["events"])
    streamed = said["events"][-1]["response"]
    assert [item["type"] for item in streamed["output"]] == ["message"]
    assert text_of(streamed) == "It is 42." and streamed["usage"] == response["usage"]
    deltas = [e["delta"] for e in said["events"] if e["type"] == "response.output_text.delta"]
    assert "".join(deltas) == "It is 42." and len(deltas) > 1
    assert "".join(e["delta"] for e in said["ui"] if e["type"] == "text_delta") == "It is 42."
    assert (said["ui"][0]["type"], said["ui"][-1]["type"]) == ("start", "done")


def check_structured(answer: Any, vendor: Vendor) -> None:
    lost = [loss.path for loss in answer.losses if loss.path.startswith("/text")]
    asked = next(seen for seen in vendor.seen if seen.format or lost)
    assert asked.format or lost, "nobody asked for JSON, and nobody said so"
    if asked.format:
        assert json.loads(text_of(answer.response)) == FACTS


def check_picture(answer: Any, provider: str) -> None:
    if isinstance(answer, UnsupportedRequestError):
        assert "image" not in providers.get(provider).capabilities.get("input", ())
        assert provider in str(answer) and "/input/0/content/1" in str(answer)
    else:
        assert text_of(answer.response) == "I see a cat."


def check_error(error: ApiError, provider: str) -> None:
    assert isinstance(error, NotFoundError | InvalidRequestError)
    assert error.status == 404 and "no such model" in str(error) and error.provider == provider


def check_tools(result: Any, vendor: Vendor) -> None:
    assert result.stopped == "completed" and len(result.responses) == 2
    assert text_of(result.response) == "Oslo: 3, Rome: 18"
    calls = [item for item in result.responses[0]["output"] if item["type"] == "function_call"]
    assert [(c["name"], json.loads(c["arguments"])) for c in calls] == [
        ("weather", {"city": city}) for _, city in CALLS
    ]
    assert [call["call_id"] for call in calls] == [identifier for identifier, _ in CALLS]
    told = [event for event in result.events if event["type"] == "orgen:tool_result"]
    assert sorted((e["call_id"], e["output"]) for e in told) == [
        (identifier, DEGREES[city]) for identifier, city in CALLS
    ]
    outputs = [item for item in result.input if item["type"] == "function_call_output"]
    assert [item["output"] for item in outputs] == ["3", "18"]
    reasoning = [item for item in result.input if item["type"] == "reasoning"]
    assert bool(reasoning) == vendor.thinks
