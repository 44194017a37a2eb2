"""What servers really do, fact by fact: the name of a test is the fact, as observed or documented.

Each server answers as the fact says, over HTTP on the loopback, in ugly pieces;
the client has to make the right response, or exception, of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from answers import chunk, event, text_of, whole
from clients import HI, Slept, call, create, stream
from openresponses import events
from openresponses.client import (
    ApiError,
    InvalidRequestError,
    ModelError,
    NotFoundError,
    ServerError,
    Timeouts,
    TooManyRequestsError,
)
from replay import Reply, Request, Server, chopped, json_reply, stream_reply

DONE = b"data: [DONE]\n\n"
HEAD = {"id": "c1", "object": "chat.completion.chunk", "created": 1777017600, "model": "m"}


def choice(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
    return event(
        {**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more}
    )


def said(kind: str, **fields: Any) -> bytes:
    """An event of OpenAI Responses."""
    return b"event: %b\n%b" % (kind.encode(), event({"type": kind, **fields}))


def line(message: dict[str, Any], **more: Any) -> bytes:
    """A line of Ollama's stream."""
    said = {"role": "assistant", "content": "", **message}
    return json.dumps({"model": "m", "message": said, "done": False, **more}).encode() + b"\n"


END = line({}, done=True, done_reason="stop", prompt_eval_count=3, eval_count=4)


def response(status: str, output: list[Any], **more: Any) -> dict[str, Any]:
    base = {"id": "resp_1", "object": "response", "created_at": 1777017600, "model": "m"}
    return {**base, "status": status, "output": output, **more}


MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "It is 42.", "annotations": []}],
}


def arguments_of(found: Any) -> list[str]:
    return [i["arguments"] for i in found["output"] if i["type"] == "function_call"]


def kinds_of(found: Any) -> list[str]:
    return [item["type"] for item in found["output"]]


def is_42(found: Any) -> bool:
    return text_of(found) == "It is 42." and found["status"] == "completed"


@dataclass(frozen=True)
class Fact:
    """A stream that a server sends, and what holds of the response."""

    provider: str
    dialect: str
    says: str
    data: bytes
    holds: Callable[[Any], Any]
    kind: str = "text/event-stream"


FACTS = [
    # Ollama, /api/chat
    Fact(
        "ollama",
        "ollama_chat",
        "the stream is x-ndjson, without [DONE], and pieces of HTTP are no lines",
        line({"content": "It is "}) + line({"content": "42."}) + END,
        is_42,
        "application/x-ndjson",
    ),
    Fact(
        "ollama",
        "ollama_chat",
        "the line with done may itself carry content",
        line({"content": "It is "}) + line({"content": "42."}, done=True, done_reason="stop"),
        is_42,
        "application/x-ndjson",
    ),
    Fact(
        "ollama",
        "ollama_chat",
        "an error in the middle is a line with a text, and HTTP 200",
        line({"content": "It is "}) + b'{"error":"runner died"}\n',
        lambda r: r["status"] == "failed" and "runner died" in r["error"]["message"],
        "application/x-ndjson",
    ),
    Fact(
        "ollama",
        "ollama_chat",
        "an end without done:true is a failure",
        line({"content": "It is "}),
        lambda r: r["status"] == "failed" and text_of(r) == "It is ",
        "application/x-ndjson",
    ),
    Fact(
        "ollama",
        "ollama_chat",
        "calls come whole, several lines of them, and old servers give no ids",
        line({"tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]})
        + line({"tool_calls": [{"function": {"name": "f", "arguments": {"a": 2}}}]})
        + END,
        lambda r: (
            arguments_of(r) == ['{"a":1}', '{"a":2}']
            and len({item["call_id"] for item in r["output"]}) == 2
        ),
        "application/x-ndjson",
    ),
    Fact(
        "ollama",
        "ollama_chat",
        "done_reason length is an incomplete response",
        line({"content": "It"}) + line({}, done=True, done_reason="length"),
        lambda r: r["incomplete_details"] == {"reason": "max_output_tokens"},
        "application/x-ndjson",
    ),
    Fact(
        "ollama",
        "openai_responses",
        "/v1/responses never writes [DONE], and thinks without summary parts",
        said("response.created", response=response("in_progress", []))
        + said(
            "response.output_item.added",
            output_index=0,
            item={"type": "reasoning", "id": "rs_1", "summary": []},
        )
        + said(
            "response.reasoning_summary_text.delta",
            item_id="rs_1",
            output_index=0,
            summary_index=0,
            delta="Hm",
        )
        + said("response.completed", response=response("completed", [MESSAGE])),
        lambda r: text_of(r) == "It is 42.",
    ),
    # Servers of OpenAI's Chat format
    Fact(
        "openrouter",
        "openai_chat",
        "comments keep the stream alive, and the chunk with usage has a choice",
        b": OPENROUTER PROCESSING\n\n" * 3
        + choice({"role": "assistant", "content": "It is 42."})
        + choice({"content": ""}, "stop", usage={"prompt_tokens": 1, "completion_tokens": 2})
        + DONE,
        lambda r: is_42(r) and r["usage"]["output_tokens"] == 2,
    ),
    Fact(
        "openrouter",
        "openai_chat",
        "errors come inside a stream of status 200, beside choices",
        choice({"content": "It"})
        + choice({"content": ""}, "error", error={"code": 502, "message": "provider gone"})
        + DONE,
        lambda r: r["status"] == "failed" and "provider gone" in r["error"]["message"],
    ),
    Fact(
        "together",
        "openai_chat",
        "the role is in every delta, usage in the last chunk, and eos is an end",
        choice({"role": "assistant", "content": "It is ", "token_id": 7})
        + choice({"role": "assistant", "content": "42."}, token_id=8)
        + choice({"role": "assistant", "content": ""}, "eos", usage={"prompt_tokens": 1})
        + DONE,
        lambda r: is_42(r) and r["usage"]["input_tokens"] == 1,
    ),
    Fact(
        "huggingface",
        "openai_chat",
        "answers of text have tool_calls: []",
        choice({"role": "assistant", "content": "It is 42.", "tool_calls": []})
        + choice({"tool_calls": []}, "stop")
        + DONE,
        is_42,
    ),
    Fact(
        "vllm",
        "openai_chat",
        "thoughts are called reasoning, and were called reasoning_content",
        choice({"reasoning": "H"})
        + choice({"reasoning": "m"})
        + choice({"content": "It is 42."}, "stop", stop_reason=None)
        + DONE,
        lambda r: kinds_of(r) == ["reasoning", "message"] and text_of(r) == "HmIt is 42.",
    ),
    Fact(
        "anthropic",
        "openai_chat",
        "the first call that is streamed may have the index 1",
        choice(
            {
                "tool_calls": [
                    {"index": 1, "id": "t", "function": {"name": "f", "arguments": '{"a":1}'}}
                ]
            }
        )
        + choice({}, "tool_calls")
        + DONE,
        lambda r: arguments_of(r) == ['{"a":1}'],
    ),
    Fact(
        "google",
        "openai_chat",
        "calls have the id '', and a stream with calls may end with stop",
        choice(
            {
                "tool_calls": [
                    {"index": n, "id": "", "function": {"name": "f", "arguments": f'{{"a":{n}}}'}}
                    for n in (0, 1)
                ]
            }
        )
        + choice({}, "stop")
        + DONE,
        lambda r: (
            arguments_of(r) == ['{"a":0}', '{"a":1}']
            and all(item["call_id"] for item in r["output"])
            and len({item["call_id"] for item in r["output"]}) == 2
        ),
    ),
    Fact(
        "groq",
        "openai_chat",
        "the key content is missing beside calls, and x_groq tells of the call and its usage",
        choice({"role": "assistant", "channel": "commentary"}, x_groq={"id": "req_1"})
        + choice(
            {"tool_calls": [{"index": 0, "id": "x", "function": {"name": "f", "arguments": "{}"}}]}
        )
        + choice({}, "tool_calls", x_groq={"usage": {"prompt_tokens": 5, "completion_tokens": 6}})
        + DONE,
        lambda r: (
            arguments_of(r) == ["{}"]
            and r["openai_chat:x_groq.id"] == "req_1"
            and (r["usage"]["input_tokens"], r["usage"]["output_tokens"]) == (5, 6)
            and r["usage"]["total_tokens"] == 11
        ),
    ),
    Fact(
        "groq",
        "openai_chat",
        "an error in the middle has no [DONE] after it",
        choice({"content": "It"})
        + event({"error": {"message": "Failed to call a function", "code": "tool_use_failed"}}),
        lambda r: r["error"]["code"] == "tool_use_failed",
    ),
    Fact(
        "mistral",
        "openai_chat",
        "calls come whole in the last chunk, without type and index; thoughts are in the content",
        choice({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]})
        + choice(
            {"tool_calls": [{"id": "abcdefgh1", "function": {"name": "f", "arguments": "{}"}}]},
            "tool_calls",
        )
        + DONE,
        lambda r: kinds_of(r) == ["reasoning", "function_call"],
    ),
    Fact(
        "deepseek",
        "openai_chat",
        "blank lines and comments come while a request is queued",
        b"\n\n: keep-alive\n\n\n\n" + choice({"content": "It is 42."}, "stop") + DONE,
        is_42,
    ),
    Fact(
        "azure",
        "openai_chat",
        "the first chunk has no choices, but the verdict of a filter",
        event({**HEAD, "id": "", "choices": [], "prompt_filter_results": [{"prompt_index": 0}]})
        + choice({"content": "It is 42."}, "stop")
        + DONE,
        is_42,
    ),
    Fact(
        "textgen-webui",
        "openai_chat",
        "a delta is there twice, also as message",
        event(
            {
                **HEAD,
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": "It is 42."},
                        "message": {"content": "It is 42."},
                        "finish_reason": "stop",
                    }
                ],
            }
        )
        + DONE,
        is_42,
    ),
    Fact(
        "llamacpp",
        "openai_chat",
        "timings stand beside usage",
        choice({"content": "It is 42."}, "stop", timings={"prompt_ms": 1.5}) + DONE,
        is_42,
    ),
    Fact(
        "sglang",
        "openai_chat",
        "matched_stop stands beside the reason",
        event(
            {
                **HEAD,
                "choices": [
                    {
                        "index": 0,
                        "delta": {"content": "It is 42."},
                        "finish_reason": "stop",
                        "matched_stop": 7,
                    }
                ],
            }
        )
        + DONE,
        is_42,
    ),
    # Servers of OpenAI Responses
    Fact(
        "openai",
        "openai_responses",
        "there is no [DONE]",
        said("response.created", response=response("in_progress", []))
        + said("response.completed", response=response("completed", [MESSAGE])),
        is_42,
    ),
    Fact(
        "openrouter",
        "openai_responses",
        "there is a [DONE], and ids of items differ at the end",
        said("response.created", response=response("in_progress", []))
        + said("response.completed", response=response("completed", [{**MESSAGE, "id": "other"}]))
        + DONE,
        is_42,
    ),
    Fact(
        "lmstudio",
        "openai_responses",
        "thoughts are response.reasoning_text events, and arguments have no deltas",
        said("response.created", response=response("in_progress", []))
        + said(
            "response.output_item.added",
            output_index=0,
            item={"type": "reasoning", "id": "rs_1", "summary": [], "content": []},
        )
        + said(
            "response.reasoning_text.delta",
            item_id="rs_1",
            output_index=0,
            content_index=0,
            delta="Hm",
        )
        + said(
            "response.output_item.done",
            output_index=0,
            item={
                "type": "reasoning",
                "id": "rs_1",
                "summary": [],
                "content": [{"type": "reasoning_text", "text": "Hm"}],
            },
        )
        + said(
            "response.completed",
            response=response(
                "completed",
                [
                    {
                        "type": "reasoning",
                        "id": "rs_1",
                        "summary": [],
                        "content": [{"type": "reasoning_text", "text": "Hm"}],
                    },
                    {
                        "type": "function_call",
                        "id": "fc_1",
                        "call_id": "c",
                        "name": "f",
                        "arguments": "{}",
                        "status": "completed",
                    },
                ],
            ),
        ),
        lambda r: kinds_of(r) == ["reasoning", "function_call"] and arguments_of(r) == ["{}"],
    ),
    Fact(
        "bedrock",
        "openai_responses",
        "created_at is a fraction",
        said("response.created", response=response("in_progress", []))
        + said(
            "response.completed",
            response={**response("completed", [MESSAGE]), "created_at": 1777017600.5},
        ),
        lambda r: is_42(r) and r["created_at"] == 1777017600,
    ),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.provider}: {fact.says}")
def test_streams(fact: Fact) -> None:
    reply = stream_reply(chopped(fact.data), fact.kind)
    with Server(lambda request: reply) as server:
        found = stream("awaiting", fact.provider, dialect=fact.dialect, base_url=server.url)
    assert not events.check(found.events)
    assert fact.holds(found.response), found.response


@dataclass(frozen=True)
class Refusal:
    """An error that a server answers with, and the exception that it is."""

    provider: str
    dialect: str
    says: str
    status: int
    body: Any
    kind: type[ApiError]
    code: str | None
    message: str


REFUSALS = [
    Refusal(
        *("ollama", "ollama_chat", "a model that was not pulled is a 404 with a text"),
        *(404, {"error": "model 'm' not found"}, NotFoundError, "model_not_found"),
        "model 'm' not found",
    ),
    Refusal(
        *("ollama", "ollama_chat", "the cloud answers 401 with signin_url"),
        *(401, {"error": "unauthorized", "signin_url": "https://ollama.com/x"}),
        *(InvalidRequestError, "authentication_error", "unauthorized"),
    ),
    Refusal(
        *("ollama", "ollama_chat", "thinking that a model cannot do is a 400"),
        *(400, {"error": '"m" does not support thinking'}, InvalidRequestError, None),
        "does not support thinking",
    ),
    Refusal(
        *("ollama", "ollama_chat", "a prompt that is too long is a 400 when nothing is truncated"),
        *(400, {"error": "the input length exceeds the context length"}, InvalidRequestError),
        *("context_length_exceeded", "exceeds the context length"),
    ),
    Refusal(
        *("ollama", "ollama_chat", "a full queue is a 503"),
        *(503, {"error": "server busy, please try again"}, ServerError, "overloaded"),
        "server busy",
    ),
    Refusal(
        *("ollama", "ollama_chat", "a failing runner is a 500, and the model's fault"),
        *(500, {"error": "llama runner process has terminated"}, ModelError, None),
        "llama runner",
    ),
    Refusal(
        *("ollama", "ollama_chat", "a cloud that is not reached is a 502"),
        *(502, {"error": "no cloud"}, ServerError, None, "no cloud"),
    ),
    Refusal(
        *("openai", "openai_responses", "a model that is not there is a 400"),
        *(
            400,
            {
                "error": {
                    "message": "no m",
                    "type": "invalid_request_error",
                    "code": "model_not_found",
                }
            },
        ),
        *(InvalidRequestError, "model_not_found", "no m"),
    ),
    Refusal(
        *("openai", "openai_chat", "a model that is not there is a 404"),
        *(
            404,
            {
                "error": {
                    "message": "no m",
                    "type": "invalid_request_error",
                    "code": "model_not_found",
                }
            },
        ),
        *(NotFoundError, "model_not_found", "no m"),
    ),
    Refusal(
        *("google", "openai_chat", "the code of an error is a number, and the body may be a list"),
        *(400, [{"error": {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT"}}]),
        *(InvalidRequestError, "400", "bad"),
    ),
    Refusal(
        *("openrouter", "openai_responses", "errors have metadata and error_type"),
        *(429, {"error": {"code": 429, "message": "slow"}, "metadata": None, "error_type": "x"}),
        *(TooManyRequestsError, "429", "slow"),
    ),
    Refusal(
        *("mistral", "openai_chat", "errors may lie flat"),
        *(
            400,
            {"object": "error", "message": "bad ids", "type": "invalid_request", "code": "3000"},
        ),
        *(InvalidRequestError, "3000", "bad ids"),
    ),
    Refusal(
        *("mistral", "openai_chat", "errors of validation are 422, with detail"),
        *(422, {"detail": "Input should be a string"}, InvalidRequestError, None),
        "Input should be a string",
    ),
    Refusal(
        *("xai", "openai_responses", "errors are {code, error}"),
        *(404, {"code": "Some resource was not found", "error": "no such model"}),
        *(NotFoundError, None, "no such model"),
    ),
    Refusal(
        *("azure", "openai_chat", "what a filter blocks is a 400 with the code content_filter"),
        *(400, {"error": {"message": "filtered", "code": "content_filter", "status": 400}}),
        *(InvalidRequestError, "content_filter", "filtered"),
    ),
    Refusal(
        *("groq", "openai_chat", "a call that cannot be read is a 400, tool_use_failed"),
        *(400, {"error": {"message": "no call", "code": "tool_use_failed"}}),
        *(ModelError, "tool_use_failed", "no call"),
    ),
    Refusal(
        *("bedrock", "openai_chat", "errors may be a message only"),
        *(400, {"message": "no such model"}, InvalidRequestError, None, "no such model"),
    ),
    Refusal(
        *("anthropic", "anthropic_messages", "overloaded is 529, and may pass"),
        *(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        *(ServerError, None, "Overloaded"),
    ),
]


@pytest.mark.parametrize("fact", REFUSALS, ids=lambda fact: f"{fact.provider}: {fact.says}")
def test_errors(fact: Refusal) -> None:
    with (
        Server(lambda request: json_reply(fact.body, fact.status)) as server,
        pytest.raises(ApiError) as caught,
    ):
        where = {"dialect": fact.dialect, "base_url": server.url}
        create("blocking", fact.provider, max_retries=0, **where)
    error = caught.value
    assert type(error) is fact.kind and error.status == fact.status
    assert fact.message in str(error)
    assert fact.code is None or error.code == fact.code


# What is sent ------------------------------------------------------------------------------


def sent(provider: str, request: Any = HI, **options: Any) -> Request:
    """The request that a provider gets."""
    with Server(lambda request: json_reply(whole())) as server:
        try:
            call("blocking", provider, request, base_url=server.url, max_retries=0, **options)
        except Exception as error:  # the answer is Chat's, whoever was called
            assert "no answer of" in str(error)
    [request] = server.requests
    return request


def test_ollama_streams_unless_told_not_to() -> None:
    """The default of `stream` is true: it is always sent."""
    assert sent("ollama").json["stream"] is False


def test_ollama_truncates_history_unless_told_not_to() -> None:
    """`truncate` and `shift` default to true, Open Responses' truncation to disabled."""
    body = sent("ollama").json
    assert (body["truncate"], body["shift"]) == (False, False)


def test_ollama_is_silent_while_it_loads_a_model() -> None:
    """There is no keep-alive; a long gap at the start is the model being loaded."""
    assert Timeouts().read >= 300


def test_ollama_compat_ignores_max_completion_tokens() -> None:
    body = sent("ollama", {**HI, "max_output_tokens": 50}, dialect="openai_chat").json
    assert body["max_tokens"] == 50 and "max_completion_tokens" not in body


def test_ollama_wants_bare_base64() -> None:
    """A `data:` prefix fails to decode, and content is only a string."""
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    parts = [{"type": "input_text", "text": "Hi"}, picture]
    request = {"model": "m", "input": [{"type": "message", "role": "user", "content": parts}]}
    [message] = sent("ollama", request).json["messages"]
    assert message["images"] == ["AAAA"] and message["content"] == "Hi"


def test_chat_streams_tell_usage_only_if_asked() -> None:
    with Server(lambda request: stream_reply([chunk({"content": "x"}, "stop"), DONE])) as server:
        stream("blocking", "vllm", base_url=server.url)
    assert server.requests[0].json["stream_options"] == {"include_usage": True}


def test_gemini_streams_are_events_only_if_asked() -> None:
    """Without alt=sse the stream is one JSON array; it is read all the same."""
    parts = [{"candidates": [{"content": {"role": "model", "parts": [{"text": t}]}}]} for t in "ab"]
    parts[1]["candidates"][0]["finishReason"] = "STOP"
    reply = Reply(
        200, {"content-type": "application/json"}, list(chopped(json.dumps(parts).encode()))
    )
    with Server(lambda request: reply) as server:
        found = stream("blocking", "google", base_url=server.url)
    assert server.requests[0].query == "alt=sse"
    assert text_of(found.response) == "ab" and not events.check(found.events)


def test_gemini_says_in_the_body_when_to_come_back() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s"}]
    error = {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota", "details": details}
    slept = Slept()
    with (
        Server(lambda request: json_reply({"error": error}, 429)) as server,
        pytest.raises(TooManyRequestsError) as caught,
    ):
        create("blocking", "google", base_url=server.url, slept=slept, max_retries=1)
    assert slept.seconds == [12.5] and caught.value.retry_after == 12.5


def test_ollama_local_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_API_KEY", raising=False)
    assert "authorization" not in sent("ollama", api_key=None).headers
