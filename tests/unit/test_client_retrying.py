"""How long a client waits before it tries again: what vendors ask for, in all their forms."""

from __future__ import annotations

from typing import Any

import pytest
from answers import text_of, whole
from clients import WAYS, Slept, create
from openresponses.client import (
    ConnectionFailedError,
    ServerError,
    TimeoutExceededError,
    TooManyRequestsError,
)
from openresponses.client.retrying import Policy, is_retryable, told_to_wait
from replay import Reply, Request, Server, json_reply

NOW = 1_780_000_000.0
"""Thu, 28 May 2026 20:26:40 GMT"""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Thu, 28 May 2026 20:26:52 GMT"}, 12.0),
        ({"retry-after": "Thu, 28 May 2026 20:20:00 GMT"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-remaining-requests": "0"}, 360.0),
        ({"x-ratelimit-reset-tokens": "120ms", "x-ratelimit-remaining-tokens": "0"}, 0.12),
        (
            {
                "x-ratelimit-reset-requests": "1h2m",
                "x-ratelimit-remaining-requests": "12",
                "x-ratelimit-reset-tokens": "1.5s",
                "x-ratelimit-remaining-tokens": "0",
            },
            1.5,
        ),
        ({"x-ratelimit-reset": "1780000009"}, 9.0),
        ({"x-ratelimit-reset": "1780000009500"}, 9.5),
        ({"x-ratelimit-reset": "30"}, 30.0),
        (
            {
                "anthropic-ratelimit-requests-reset": "2026-05-28T20:26:44Z",
                "anthropic-ratelimit-requests-remaining": "0",
            },
            4.0,
        ),
        ({"anthropic-ratelimit-requests-reset": "2026-05-28T20:26:44"}, 4.0),
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": "9999-99-99"}, None),
        ({"x-ratelimit-reset-requests": "1x", "x-ratelimit-remaining-requests": "0"}, None),
    ],
)
def test_headers_that_ask_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert told_to_wait(headers, None, NOW) == (None if seconds is None else pytest.approx(seconds))


RETRY_INFO = {
    "error": {
        "code": 429,
        "status": "RESOURCE_EXHAUSTED",
        "message": "quota",
        "details": [
            {"@type": "type.googleapis.com/google.rpc.Help"},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.07s"},
        ],
    }
}


@pytest.mark.parametrize("body", [RETRY_INFO, [RETRY_INFO]])
def test_gemini_asks_in_the_body(body: Any) -> None:
    assert told_to_wait({}, body, NOW) == pytest.approx(34.07)


@pytest.mark.parametrize("body", [None, "x", [], {"error": "x"}, {"error": {"details": [1, {}]}}])
def test_bodies_that_ask_nothing(body: Any) -> None:
    assert told_to_wait({}, body, NOW) is None


@pytest.mark.parametrize(
    ("status", "code", "said", "expected"),
    [
        (429, None, "", True),
        (429, "insufficient_quota", "", False),
        (400, None, "", False),
        (400, None, "true", True),
        (500, None, "false", False),
        (529, "overloaded_error", "", True),
        (501, None, "", False),
    ],
)
def test_what_is_tried_again(status: int, code: str | None, said: str, expected: bool) -> None:
    assert is_retryable(status, code, {"x-should-retry": said}) is expected


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
def test_pauses_double_up_to_a_limit_with_jitter(luck: float) -> None:
    policy = Policy(9, lambda: luck)
    pauses = [policy.pause(ConnectionFailedError("x"), attempt) for attempt in range(10)]
    assert pauses[-1] is None
    wanted = [0.5, 1, 2, 4, 8, 8, 8, 8, 8]
    assert pauses[:-1] == [seconds * (1 - luck / 2) for seconds in wanted]


def limited(seconds: str, then: Any) -> Server:
    replies = [Reply(429, {"retry-after": seconds}, [], "length")]

    def answer(request: Request) -> Reply:
        return replies.pop() if replies else json_reply(then)

    return Server(answer)


@pytest.mark.parametrize("way", WAYS)
def test_a_client_waits_as_long_as_it_is_told(way: str) -> None:
    slept = Slept()
    with limited("7", whole()) as server:
        made = create(way, "openai", dialect="openai_chat", base_url=server.url, slept=slept)
    assert slept.seconds == [7.0] and text_of(made) == "It is 42."


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("seconds", "options"), [("61", {}), ("30", {"timeout": 20.0})])
def test_a_client_does_not_wait_too_long(way: str, seconds: str, options: Any) -> None:
    slept = Slept()
    with limited(seconds, whole()) as server, pytest.raises(TooManyRequestsError) as caught:
        create(way, "groq", base_url=server.url, slept=slept, **options)
    assert caught.value.retry_after == float(seconds) and not slept.seconds


def test_what_is_final() -> None:
    policy = Policy(3, lambda: 0.0)
    assert policy.pause(TimeoutExceededError("x", phase="total"), 0) is None
    assert policy.pause(TimeoutExceededError("x", phase="read"), 0) == 0.5
    assert policy.pause(ServerError("x", retryable=False), 0) is None
