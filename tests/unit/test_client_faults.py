"""Whatever the network and the server do, a call ends with the right exception or last event.

Every test runs against a real server on the loopback, for both clients, and
checks that no connection, thread or task is left.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import pytest
from answers import STREAM, chunks, event, text_of, whole
from clients import HI, KEY, WAYS, Slept, create, nothing_left_open, stream
from openresponses import events
from openresponses.client import (
    ApiError,
    CertificateError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    ServerError,
    TimeoutExceededError,
    Timeouts,
    TooManyRequestsError,
    UnreadableAnswerError,
)
from replay import (
    Hang,
    Pause,
    Reply,
    Request,
    Reset,
    Server,
    chopped,
    json_reply,
    stream_reply,
    text_reply,
)

PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"
QUICK = Timeouts(connect=2, read=0.3, write=2, total=1.0)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    with nothing_left_open():
        yield request.param


def serve(*replies: Reply) -> Server:
    """A server that gives these replies in turn, and the last one for ever."""
    waiting = list(replies)

    def answer(request: Request) -> Reply:
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return Server(answer)


def target(server: Server) -> dict[str, Any]:
    return {"provider": "openai", "dialect": "openai_chat", "base_url": server.url}


def failing(way: str, *replies: Reply, **given: Any) -> Any:
    """The exception of a plain call, and how many requests were sent."""
    with serve(*replies) as server, pytest.raises(Exception) as caught:
        create(way, **target(server), **given)
    assert KEY not in repr(caught.value) and KEY not in str(caught.value)
    return caught.value, len(server.requests)


# Errors of the provider -------------------------------------------------------------

STATUSES = [
    (400, InvalidRequestError, 1),
    (401, InvalidRequestError, 1),
    (403, InvalidRequestError, 1),
    (404, NotFoundError, 1),
    (408, ServerError, 3),
    (409, InvalidRequestError, 3),
    (413, InvalidRequestError, 1),
    (422, InvalidRequestError, 1),
    (429, TooManyRequestsError, 3),
    (500, ServerError, 3),
    (501, ServerError, 1),
    (503, ServerError, 3),
    (529, ServerError, 3),
]
BODIES = {
    "json": lambda status: json_reply(
        {"error": {"message": f"no: {KEY}", "type": "t", "code": "c", "param": "p"}},
        status,
        x_request_id="req_7",
    ),
    "empty": lambda status: Reply(status, {"x-request-id": "req_7"}, [], "length"),
    "html": lambda status: text_reply(PAGE, status),
    "half": lambda status: Reply(
        status, {"content-type": "application/json", "content-length": "500"}, [b'{"err'], "close"
    ),
}


@pytest.mark.parametrize(
    ("status", "kind", "attempts", "body"),
    [
        (*row, body)
        for row in STATUSES
        for body in BODIES
        if body == "json" or row[0] in (401, 404, 429, 500, 503)
    ],
)
def test_errors_by_status(
    way: str, status: int, kind: type[ApiError], attempts: int, body: str
) -> None:
    error, sent = failing(way, BODIES[body](status))
    assert type(error) is kind and error.status == status and sent == attempts
    assert error.provider == "openai" and error.type == kind.type
    if body == "json":
        assert (error.code, error.param, error.request_id) == ("c", "p", "req_7")
        assert "no: ***" in str(error) and "[request req_7]" in str(error)
    if body == "empty":
        assert "there was no body" in str(error) and error.request_id == "req_7"
    if body == "html":
        assert "'502 Bad Gateway'" in str(error)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_errors_before_a_stream(way: str, status: int) -> None:
    kind = {code: made for code, made, _ in STATUSES}[status]
    with serve(BODIES["json"](status)) as server, pytest.raises(kind):
        stream(way, **target(server))


def test_a_passing_error_is_tried_again(way: str) -> None:
    slept = Slept()
    with serve(text_reply(PAGE, 503), Reply(429), json_reply(whole())) as server:
        assert text_of(create(way, slept=slept, **target(server))) == "It is 42."
    assert len(server.requests) == 3 and slept.seconds == [0.5, 1.0]


def test_a_stream_is_tried_again_before_its_first_event(way: str) -> None:
    broken = stream_reply([b": one moment\n\n", Reset()])
    with serve(Reply(500), broken, stream_reply(chopped(STREAM))) as server:
        found = stream(way, **target(server))
    assert len(server.requests) == 3 and found.error is None
    assert text_of(found.response) == "It is 42." and not events.check(found.events)


def test_a_stream_is_not_tried_again_after_its_first_event(way: str) -> None:
    with serve(stream_reply([*chunks("It is ")[:2], Reset()])) as server:
        found = stream(way, **target(server))
    assert len(server.requests) == 1
    assert found.types[-2:] == ["error", "response.failed"] and not events.check(found.events)
    assert found.events[-2]["error"]["code"] == "stream_truncated"
    assert text_of(found.response) == "It is " and isinstance(found.error, ConnectionFailedError)


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_no_more_retries_than_allowed(way: str, retries: int) -> None:
    error, sent = failing(way, Reply(500), max_retries=retries)
    assert sent == retries + 1 and isinstance(error, ServerError)
    assert (f"(after {sent} attempts)" in str(error)) == (retries > 0)


def test_a_quota_that_is_used_up_is_not_tried_again(way: str) -> None:
    body = {"error": {"message": "pay", "type": "insufficient_quota", "code": "insufficient_quota"}}
    _, sent = failing(way, json_reply(body, 429))
    assert sent == 1


# 200, and yet an error ---------------------------------------------------------------


def test_200_with_an_error_inside(way: str) -> None:
    body = {"error": {"message": "Provider returned error", "code": 502}}
    error, sent = failing(way, json_reply(body))
    assert isinstance(error, ServerError) and error.status == 200 and sent == 3
    error, sent = failing(way, json_reply({"error": {"message": "no credit", "code": 402}}))
    assert isinstance(error, InvalidRequestError) and sent == 1


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (text_reply(PAGE), "a page of HTML"),
        (text_reply("ok", kind="text/plain"), "no JSON"),
        (text_reply("", kind="application/json"), "no body"),
        (text_reply("", kind=""), "no body"),
        (text_reply('{"id": "x", "choi', kind="application/json"), "half a JSON"),
        (json_reply({"status": "ok"}), "no answer of openai_chat"),
        (json_reply([1, 2]), "JSON, but no object"),
        (json_reply("text"), "no JSON"),
    ],
)
def test_200_with_something_else(way: str, reply: Reply, says: str) -> None:
    error, _ = failing(way, reply, max_retries=0)
    assert isinstance(error, UnreadableAnswerError) and says in str(error)
    assert error.status == 200
    with serve(reply) as server, pytest.raises(UnreadableAnswerError):
        stream(way, max_retries=0, **target(server))


def test_too_much(way: str) -> None:
    reply = json_reply(whole("x" * 100_000))
    error, _ = failing(way, reply, max_response_bytes=50_000)
    assert isinstance(error, UnreadableAnswerError) and "more than 50000 bytes" in str(error)
    many = stream_reply([b"".join(chunks(*["x" * 1000] * 100))])
    with serve(many) as server:
        found = stream(way, max_response_bytes=50_000, **target(server))
    assert found.events[-2]["error"]["code"] == "response_too_large"
    assert isinstance(found.error, ApiError) and not events.check(found.events)


def test_a_redirection_is_not_followed(way: str) -> None:
    with Server(lambda request: json_reply(whole())) as other:
        error, _ = failing(way, Reply(307, {"location": f"{other.url}/x?y=1"}, [], "length"))
    assert not other.requests
    assert f"a redirection to {other.url}/x;" in str(error) and "set base_url" in str(error)


# Wrong content types -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "text/event-stream"])
def test_a_whole_answer_to_a_request_for_a_stream(way: str, kind: str) -> None:
    if kind == "text/event-stream":
        reply = stream_reply([event(whole())], kind)
    else:
        reply = Reply(200, {"content-type": kind} if kind else {}, json_reply(whole()).pieces)
    with serve(reply) as server:
        found = stream(way, **target(server))
    assert text_of(found.response) == "It is 42." and found.response["status"] == "completed"
    assert not events.check(found.events)
    assert events.accumulate(found.events)["output"] == found.response["output"]
    assert "response.output_text.delta" in found.types


@pytest.mark.parametrize("kind", ["text/event-stream", "text/plain", "", "application/json"])
def test_a_stream_as_answer_to_a_plain_request(way: str, kind: str) -> None:
    reply = Reply(200, {"content-type": kind} if kind else {}, list(chopped(STREAM)))
    with serve(reply) as server:
        assert text_of(create(way, **target(server))) == "It is 42."
        found = stream(way, **target(server))
    assert text_of(found.response) == "It is 42." and not events.check(found.events)


def test_a_truncated_stream_as_answer_to_a_plain_request(way: str) -> None:
    reply = stream_reply([b"".join(chunks("It is ")[:2])])
    error, sent = failing(way, reply)
    assert isinstance(error, UnreadableAnswerError) and "broke off" in str(error) and sent == 3


def test_a_stream_that_is_cut_off(way: str) -> None:
    with serve(stream_reply([*chunks("It is ")[:2]])) as server:
        found = stream(way, **target(server))
    assert found.types[-1] == "response.failed" and not events.check(found.events)
    assert found.response["error"]["code"] == "stream_truncated"
    assert isinstance(found.error, ServerError) and found.error.response is found.response


def test_an_error_inside_a_stream(way: str) -> None:
    failure = event({"error": {"message": "overloaded", "code": 503, "type": "server_error"}})
    with serve(stream_reply([*chunks("It is ")[:2], failure])) as server:
        found = stream(way, **target(server))
    assert found.types[-2:] == ["error", "response.failed"]
    assert isinstance(found.error, ApiError) and "overloaded" in str(found.error)


# The network -------------------------------------------------------------------------


def test_connection_refused(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    slept = Slept()
    with pytest.raises(ConnectionFailedError, match=r"no connection.*\(after 3 attempts\)"):
        create(way, "vllm", base_url=f"http://127.0.0.1:{port}/v1", slept=slept)
    assert len(slept.seconds) == 2


@pytest.mark.parametrize("pieces", [[Reset()], [b'{"id": ', Reset()]])
def test_reset(way: str, pieces: list[Any]) -> None:
    reply = Reply(200, {"content-type": "application/json", "content-length": "99"}, pieces, "none")
    error, sent = failing(way, reply)
    assert isinstance(error, ConnectionFailedError) and sent == 3
    with serve(reply, json_reply(whole())) as server:
        assert text_of(create(way, **target(server))) == "It is 42."


def test_silence_is_bounded(way: str) -> None:
    begun = time.monotonic()
    error, sent = failing(way, stream_reply([Hang()]), timeout=QUICK, max_retries=1)
    assert isinstance(error, TimeoutExceededError) and error.phase == "read" and sent == 2
    assert time.monotonic() - begun < 5


def test_slow_loris_in_the_headers(way: str) -> None:
    begun = time.monotonic()
    slow = Reply(200, {"content-type": "application/json"}, [b"{}"], loris=0.1)
    error, sent = failing(way, slow, timeout=QUICK)
    assert isinstance(error, TimeoutExceededError) and error.phase == "total" and sent == 1
    assert "within 1 s" in str(error) and time.monotonic() - begun < 5


def test_slow_loris_in_the_body(way: str) -> None:
    drip = [
        piece for byte in json_reply(whole()).pieces[0] for piece in (bytes([byte]), Pause(0.1))
    ]
    begun = time.monotonic()
    error, sent = failing(way, stream_reply(drip, "application/json"), timeout=QUICK)
    assert isinstance(error, TimeoutExceededError) and error.phase == "total" and sent == 1
    assert time.monotonic() - begun < 5


def test_slow_loris_in_a_stream(way: str) -> None:
    drip = [*chunks("It is ")[:2], *([b": still here\n\n", Pause(0.1)] * 50)]
    begun = time.monotonic()
    with serve(stream_reply(drip)) as server:
        found = stream(way, timeout=QUICK, **target(server))
    assert isinstance(found.error, TimeoutExceededError) and found.error.phase == "total"
    assert found.types[-1] == "response.failed" and text_of(found.response) == "It is "
    assert time.monotonic() - begun < 5


def test_the_time_of_the_caller_does_not_count() -> None:
    from openresponses.client import Client

    with (
        serve(stream_reply(chunks(*"abcdef"))) as server,
        Client(api_key=KEY, timeout=0.5, **target(server)) as client,
        client.stream(HI) as found,
    ):
        for _ in found:
            time.sleep(0.06)
    assert text_of(found.response) == "abcdef" and found.error is None


def test_a_server_without_tls(way: str) -> None:
    with serve(json_reply(whole())) as server, pytest.raises(ConnectionFailedError):
        create(
            way,
            "openai",
            dialect="openai_chat",
            base_url=server.url.replace("http:", "https:"),
            max_retries=0,
        )


def test_the_end_of_a_stream_does_not_wait_for_the_connection(way: str) -> None:
    begun = time.monotonic()
    with serve(stream_reply([STREAM, Hang()])) as server:
        found = stream(way, **target(server))
    assert found.response["status"] == "completed" and time.monotonic() - begun < 3
    assert server.hangups == 1


def test_leaving_a_stream_closes_the_connection(way: str) -> None:
    import asyncio

    from openresponses.client import AsyncClient, Client

    endless = stream_reply([*chunks("It is ")[:2], *([event(whole()), Pause(0.05)] * 1000)])
    with serve(endless) as server:
        if way == "blocking":
            with Client(api_key=KEY, **target(server)) as client:
                with client.stream(HI) as found:
                    next(found)
                _gone(server)
        else:

            async def leave() -> None:
                async with AsyncClient(api_key=KEY, **target(server)) as client:
                    async with client.stream(HI) as found:
                        await anext(found)
                    await asyncio.to_thread(_gone, server)

            asyncio.run(leave())


def test_cancelling_closes_the_connection() -> None:
    import asyncio

    from openresponses.client import AsyncClient

    async def cancel(server: Server) -> None:
        async with AsyncClient(api_key=KEY, **target(server)) as client:
            for count, request in enumerate((client.create(HI), client.stream(HI).finish()), 1):
                task = asyncio.create_task(request)
                while len(server.requests) < count:
                    await asyncio.sleep(0.01)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await asyncio.to_thread(_gone, server, count)

    with nothing_left_open(), serve(stream_reply([Hang()])) as server:
        asyncio.run(cancel(server))
        assert server.hangups == 2


def _gone(server: Server, count: int = 1) -> None:
    end = time.monotonic() + 5
    while server.hangups < count and time.monotonic() < end:
        time.sleep(0.01)
    assert server.hangups >= count


def test_connections_are_used_again(way: str) -> None:
    import asyncio

    from openresponses.client import AsyncClient, Client

    with serve(json_reply(whole()), stream_reply(chopped(STREAM)), json_reply(whole())) as server:
        if way == "blocking":
            with Client(api_key=KEY, **target(server)) as client:
                client.create(HI)
                with client.stream(HI) as found:
                    found.finish()
                client.create(HI)
        else:

            async def calls() -> None:
                async with AsyncClient(api_key=KEY, **target(server)) as client:
                    await client.create(HI)
                    async with client.stream(HI) as found:
                        await found.finish()
                    await client.create(HI)

            asyncio.run(calls())
    assert len(server.requests) == 3 and server.connections == 1


def test_certificates_are_checked(way: str, tmp_path: Any) -> None:
    from certificates import tls_server

    with tls_server(tmp_path) as url:
        with pytest.raises(CertificateError, match="not trusted"):
            create(way, "openai", dialect="openai_chat", base_url=url)
        context = ssl.create_default_context(cafile=tmp_path / "cert.pem")
        for verify in (False, context):
            made = create(way, "openai", dialect="openai_chat", base_url=url, verify=verify)
            assert text_of(made) == "It is 42."
