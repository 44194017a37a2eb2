"""Facts about providers, one by one: what is sent to them, and how what they answer is read.

`tests/vectors/provider_facts.json` has them, neutral across languages. Each names its fact.
Requests are canonical; answers are the provider's own, made up in the form that its documentation
or its traffic shows. What is read must be read alike with and without the provider's name, unless
a fact is `only` of the `named`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openresponses import dialects, events, providers
from openresponses.dialects import UnsupportedError

VECTORS = Path(__file__).parents[1] / "vectors" / "provider_facts.json"
FACTS: dict[str, list[dict[str, Any]]] = json.loads(VECTORS.read_text("utf-8"))
CHAT = dialects.get("openai_chat")
NAMED = pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])


def facts(section: str) -> Any:
    """A mark that runs a test for each fact of a section."""
    ids = [
        f"{case['provider']}: {case.get('fact', number)}"
        for number, case in enumerate(FACTS[section])
    ]
    return pytest.mark.parametrize("case", FACTS[section], ids=ids)


def test_every_provider_has_facts() -> None:
    told = {case["provider"] for section in FACTS.values() for case in section}
    assert told == set(providers.names())


@facts("sent")
def test_what_is_sent(case: dict[str, Any]) -> None:
    request = {"model": "m", "input": "Hi", **case["request"]}
    made: Any = dialects.get(case["dialect"]).encode_request(request, case["provider"])
    expected = case.get("native", {})
    assert {name: made.body.get(name) for name in expected} == expected
    assert [name for name in case.get("absent", ()) if name in made.body] == []
    assert [[loss.path, loss.action] for loss in made.losses] == case.get("losses", [])
    assert all(loss.reason for loss in made.losses)


@facts("refused")
def test_what_is_refused(case: dict[str, Any]) -> None:
    request = {"model": "m", "input": "Hi", **case["request"]}
    with pytest.raises(UnsupportedError) as refused:
        dialects.get(case["dialect"]).encode_request(request, case["provider"])
    found = {problem.path: problem.reason for problem in refused.value.problems}
    assert case["words"] in found[case["path"]]


def test_what_asks_for_nothing_is_not_refused() -> None:
    request = {"model": "m", "input": "Hi", "background": False, "previous_response_id": None}
    assert dialects.get("openai_responses").encode_request(request, "deepseek").losses == ()


def test_mistral_gets_ids_of_nine_characters_and_names() -> None:
    ids = ("call_with-a-long-id", "AbCdEf123")
    turns = [
        item
        for call_id in ids
        for item in (
            {"type": "function_call", "call_id": call_id, "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": call_id, "output": "1"},
        )
    ]
    made: Any = CHAT.encode_request({"model": "m", "input": turns}, "mistral")
    calls = [c["id"] for m in made.body["messages"] for c in m.get("tool_calls", ())]
    outputs = [m for m in made.body["messages"] if m["role"] == "tool"]
    assert [output["tool_call_id"] for output in outputs] == calls
    assert [output["name"] for output in outputs] == ["f", "f"]
    assert calls[1] == "AbCdEf123" and calls[0] != calls[1]
    assert len(calls[0]) == 9 and calls[0].isalnum() and calls[0].isascii()
    again = CHAT.encode_request({"model": "m", "input": turns}, "mistral")
    assert again.body == made.body and made.losses == ()


# Answers ------------------------------------------------------------------------------------------


def native(case: dict[str, Any]) -> dict[str, Any]:
    """An answer of the provider with what the case is about."""
    message = {"role": "assistant", "content": "Salve", **case.get("message", {})}
    message = {key: value for key, value in message.items() if key not in case.get("without", ())}
    choice = {"index": 0, "message": message, "finish_reason": "stop", **case.get("choice", {})}
    head = {"id": "c1", "object": "chat.completion", "created": 5, "model": "m"}
    return {**head, "choices": [choice], **case.get("body", {})}


def outline(item: dict[str, Any]) -> dict[str, Any]:
    """An item by what a reader sees of it."""
    if item["type"] in ("message", "reasoning"):
        return {"type": item["type"], "text": "".join(part["text"] for part in item["content"])}
    assert item["call_id"]
    return {key: item[key] for key in ("type", "name", "arguments")}


@NAMED
@facts("read")
def test_what_is_read(case: dict[str, Any], named: bool) -> None:
    provider = case["provider"] if named else None
    body: Any = CHAT.decode_response(native(case), provider=provider).body
    assert body["status"] == case.get("status", "completed")
    usage = body["usage"]
    if "output" in case:
        assert [outline(item) for item in body["output"]] == case["output"]
    if "usage" in case:
        counted = [usage[name] for name in ("input_tokens", "output_tokens", "total_tokens")]
        assert counted == case["usage"]
    if "cached" in case:
        assert usage["input_tokens_details"]["cached_tokens"] == case["cached"]
    for name, value in case.get("canonical", {}).items():
        assert body[name] == value


@NAMED
@facts("read")
def test_what_is_read_goes_back(case: dict[str, Any], named: bool) -> None:
    provider = case["provider"] if named else None
    body = CHAT.decode_response(native(case), provider=provider).body
    back: Any = CHAT.encode_response(body, provider=provider).body
    for name, value in case.get("choice", {}).items():
        assert back["choices"][0][name] == value
    for name, value in case.get("body", {}).items():
        if name not in ("usage", "created"):  # zeros and sums are filled in
            assert back[name] == value


@NAMED
@facts("errors")
def test_how_errors_are_read(case: dict[str, Any], named: bool) -> None:
    dialect = dialects.get(case["dialect"])
    found = dialect.decode_error(case["status"], case["body"], case["provider"] if named else None)
    assert found.body["error"]["type"] == case["type"]
    assert case["words"] in str(found.body["error"]["message"])


@NAMED
@facts("streams")
def test_what_is_read_of_a_stream(case: dict[str, Any], named: bool) -> None:
    decoder = CHAT.StreamDecoder(provider=case["provider"] if named else None)
    found = []
    for piece in case["pieces"]:
        text = piece if isinstance(piece, str) else json.dumps(piece)
        line = text if text.startswith(":") or not text else f"data: {text}"
        found += decoder.feed(f"{line}\n\n".encode())
    found += decoder.close()
    assert events.check(found) == []
    response: Any = events.accumulate(found)
    assert response["status"] == case["status"]
    assert [outline(item) for item in response["output"]] == case["output"]
    if "total" in case and (named or case.get("only") != "named"):
        assert response["usage"]["total_tokens"] == case["total"]
