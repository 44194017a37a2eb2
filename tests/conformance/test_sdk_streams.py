"""The vendors' own libraries read our encoded streams, and gather the same content."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx2 as httpx
import openai
import pytest
from facts import found_facts
from google import genai
from openresponses import dialects
from stream_cases import Decoded, decoded, stream_cases

NAMES = {
    "openai_chat": ["interleaved_calls", "refusal", "finish_before_usage", "content_filter"],
    "anthropic_messages": ["thinking_text_and_calls", "max_tokens", "citations_before_text"],
    "gemini_generate_content": ["thoughts_text_and_calls", "without_indices"],
    "openai_responses": ["text", "raw_reasoning_as_reasoning", "items_open_at_once", "incomplete"],
    "ollama_chat": ["calls_without_ids", "length"],
}
CASES = [
    pytest.param(decoded(dialect, case.data), id=f"{dialect}/{case.name}")
    for dialect, names in NAMES.items()
    for case in stream_cases(dialect)
    if case.name in names
]


def client(dialect: str, found: Decoded) -> Any:
    """An HTTP client whose server answers with the encoded stream."""
    encoder = dialects.get(dialect).StreamEncoder()
    data = b"".join(encoder.feed(event) for event in found.events) + encoder.close()
    headers = {"content-type": "text/event-stream"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=data))
    return httpx.Client(transport=transport)


def facts(found: Decoded) -> dict[str, Any]:
    said = found_facts(found.response)
    said["calls"] = sorted((name, json.dumps(args)) for _, name, args in said["calls"])
    return said


def calls(pairs: Any) -> list[Any]:
    return sorted((name, json.dumps(args)) for name, args in pairs)


@pytest.mark.parametrize("found", CASES)
def test_openai_chat(found: Decoded) -> None:
    api = openai.OpenAI(api_key="k", http_client=client("openai_chat", found))
    chunks = list(
        api.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "Hi"}], stream=True
        )
    )
    want = facts(found)
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == want["text"]
    assert "".join(delta.refusal or "" for delta in deltas) == want["refusal"]
    made: dict[int, list[str]] = {}
    for delta in deltas:
        for call in delta.tool_calls or []:
            held = made.setdefault(call.index, ["", ""])
            held[0] += call.function.name or ""
            held[1] += call.function.arguments or ""
    assert calls((name, json.loads(args)) for name, args in made.values()) == want["calls"]
    assert all(chunk.object == "chat.completion.chunk" for chunk in chunks)
    usage = next((chunk.usage for chunk in chunks if chunk.usage), None)
    assert (usage and usage.total_tokens) == (want["usage"] and want["usage"]["total"])


@pytest.mark.parametrize("found", CASES)
def test_openai_responses(found: Decoded) -> None:
    api = openai.OpenAI(api_key="k", http_client=client("openai_responses", found))
    with api.responses.stream(model="m", input="Hi") as stream:
        seen = [event.type for event in stream]
        want = facts(found)
        assert seen[0] == "response.created"
        if want["end"][0] == "completed":
            final = stream.get_final_response()
            assert final.output_text == want["text"]
            made = [item for item in final.output if item.type == "function_call"]
            assert calls((c.name, json.loads(c.arguments)) for c in made) == want["calls"]
        else:
            assert seen[-1] == f"response.{want['end'][0]}"


@pytest.mark.parametrize("found", CASES)
def test_anthropic(found: Decoded) -> None:
    api = anthropic.Anthropic(api_key="k", http_client=client("anthropic_messages", found))
    messages = [{"role": "user", "content": "Hi"}]
    with api.messages.stream(model="m", max_tokens=9, messages=messages) as stream:
        final = stream.get_final_message()
    want = facts(found)
    texts = [block.text for block in final.content if block.type == "text"]
    assert "".join(texts) == want["text"] + want["refusal"]
    thoughts = [block.thinking for block in final.content if block.type == "thinking"]
    assert "".join(thoughts) == want["reasoning"]
    made = [block for block in final.content if block.type == "tool_use"]
    assert calls((call.name, call.input) for call in made) == want["calls"]
    if want["usage"]:
        assert final.usage.output_tokens == want["usage"]["output"]


@pytest.mark.parametrize("found", CASES)
def test_google(found: Decoded) -> None:
    options = {"httpx_client": client("gemini_generate_content", found)}
    api = genai.Client(api_key="k", http_options=options)
    chunks = list(api.models.generate_content_stream(model="m", contents="Hi"))
    parts = [
        part
        for chunk in chunks
        for candidate in chunk.candidates or []
        for part in (candidate.content and candidate.content.parts) or []
    ]
    want = facts(found)
    texts = [part.text for part in parts if part.text and not part.thought]
    assert "".join(texts) == want["text"] + want["refusal"]
    thoughts = [part.text for part in parts if part.text and part.thought]
    assert "".join(thoughts) == want["reasoning"]
    made = [part.function_call for part in parts if part.function_call]
    assert calls((call.name, call.args or {}) for call in made) == want["calls"]
