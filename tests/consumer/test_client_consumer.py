"""What a user's program does with the client; `make check` holds its types."""

from __future__ import annotations

import asyncio

from answers import STREAM, calls, text_of, whole
from calls_client import asked, awaited, refused, with_tools
from replay import Reply, Server, chopped, json_reply, stream_reply


def test_an_answer_as_it_comes() -> None:
    with Server(lambda request: stream_reply(chopped(STREAM))) as server:
        assert asked(server.url, "What is 6 x 7?") == "It is 42. (completed)"


def test_a_whole_answer() -> None:
    with Server(lambda request: json_reply(whole())) as server:
        assert text_of(asyncio.run(awaited(server.url))) == "It is 42."


def test_tools() -> None:
    turns = [calls(("c1", "weather", '{"city": "Oslo"}')), STREAM]
    with Server(lambda request: stream_reply([turns.pop(0)])) as server:
        assert with_tools(server.url).stopped == "completed"


def test_a_refusal() -> None:
    with Server(lambda request: Reply(429, {"retry-after": "7"}, [], "length")) as server:
        assert refused(server.url) == ("too_many_requests", 429, 7.0)
