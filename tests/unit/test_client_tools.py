"""Conversations with tools: turns, calls, events, limits, and what the model is told."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from answers import STREAM, calls, chunks, event, text_of
from clients import KEY, WAYS, nothing_left_open
from openresponses import events
from openresponses.client import (
    AsyncClient,
    Client,
    ConfigurationError,
    InvalidRequestError,
    arun_tools,
    run_tools,
)
from replay import Reply, Request, Server, chopped, json_reply, stream_reply

ASK = {"model": "m", "input": "How warm is it?"}
OSLO = ("call_1", "weather", '{"city": "Oslo"}')
ROME = ("call_2", "weather", '{"city": "Rome"}')
TOOL_EVENTS = ("orgen:tool_result", "orgen:tool_error")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    with nothing_left_open():
        yield request.param


def weather(city: str) -> str:
    """How warm it is."""
    return {"Oslo": "3", "Rome": "18"}[city]


class Run:
    """One conversation with a server that sends these turns, the last one for ever."""

    def __init__(self, way: str, tools: Any, *turns: bytes, request: Any = ASK, **options: Any):
        waiting = list(turns)

        def answer(request: Request) -> Reply:
            data = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return stream_reply(chopped(data))

        with Server(answer) as server:
            self.where = {"provider": "groq", "base_url": server.url, "api_key": KEY}
            self.ui: list[Any] = []
            if way == "blocking":
                with Client(**self.where) as client:
                    self.result = run_tools(client, request, tools, **options).finish()
            else:
                self.result = asyncio.run(self._arun(request, tools, options))
        self.sent = [request.json for request in server.requests]

    async def _arun(self, request: Any, tools: Any, options: Any) -> Any:
        async with AsyncClient(**self.where) as client:
            return await arun_tools(client, request, tools, **options).finish()

    @property
    def told(self) -> list[dict[str, Any]]:
        """The events of tools, without number."""
        found = [event for event in self.result.events if event["type"] in TOOL_EVENTS]
        return [{k: v for k, v in e.items() if k != "sequence_number"} for e in found]

    @property
    def outputs(self) -> list[Any]:
        """What the model was told."""
        return [i["output"] for i in self.result.input if i["type"] == "function_call_output"]


def test_two_calls_and_an_answer(way: str) -> None:
    run = Run(way, {"weather": weather}, calls(OSLO, ROME), STREAM)
    result = run.result
    assert text_of(result.response) == "It is 42." and result.stopped == "completed"
    assert result.response is result.responses[-1] and len(result.responses) == 2
    assert run.outputs == ["3", "18"]
    kinds = [item["type"] for item in result.input]
    assert kinds == ["message", *["function_call"] * 2, *["function_call_output"] * 2, "message"]
    messages = run.sent[1]["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "tool"]
    assert [(m["tool_call_id"], m["content"]) for m in messages[2:]] == [
        ("call_1", "3"),
        ("call_2", "18"),
    ]
    assert run.sent[0]["tools"] == run.sent[1]["tools"]
    assert run.sent[0]["tools"][0]["function"]["description"] == "How warm it is."


def test_events_are_lawful_turn_by_turn(way: str) -> None:
    run = Run(way, {"weather": weather}, calls(OSLO), STREAM)
    kinds = [event["type"] for event in run.result.events]
    middle = kinds.index("orgen:tool_result")
    assert not events.check(run.result.events[:middle])
    assert not events.check(run.result.events[middle + 1 :])
    told = run.result.events[middle]
    before = run.result.events[middle - 1]
    assert before["type"] == "response.completed"
    assert told["sequence_number"] == before["sequence_number"] + 1
    assert run.told == [
        {
            "type": "orgen:tool_result",
            "call_id": "call_1",
            "name": "weather",
            "output": "3",
            "attempt": 1,
        }
    ]


def test_the_portable_vocabulary(way: str) -> None:
    data = [calls(OSLO), STREAM]
    with Server(lambda request: stream_reply([data.pop(0)])) as server:
        where: dict[str, Any] = {"provider": "groq", "base_url": server.url, "api_key": KEY}
        if way == "blocking":
            with Client(**where) as client, run_tools(client, ASK, {"weather": weather}) as run:
                said = list(run.ui())
        else:

            async def told() -> list[Any]:
                async with (
                    AsyncClient(**where) as client,
                    arun_tools(client, ASK, {"weather": weather}) as run,
                ):
                    return [event async for event in run.ui()]

            said = asyncio.run(told())
    kinds = [event["type"] for event in said]
    assert kinds[0] == "start" and kinds.count("start") == 2 == kinds.count("done")
    order = [kind for kind in kinds if kind in ("tool_call", "tool_result", "start", "done")]
    assert order == ["start", "tool_call", "done", "tool_result", "start", "done"]
    result = said[kinds.index("tool_result")]
    assert result == {
        "type": "tool_result",
        "id": "call_1",
        "name": "weather",
        "output": "3",
        "attempt": 1,
    }


def test_calls_of_one_turn_run_together(way: str) -> None:
    barrier = threading.Barrier(2, timeout=5)

    def meet(city: str) -> str:
        barrier.wait()
        return city

    run = Run(way, {"weather": meet}, calls(OSLO, ROME), STREAM)
    assert run.outputs == ["Oslo", "Rome"]


def test_coroutines_run_together() -> None:
    met: list[str] = []

    async def meet(city: str) -> str:
        met.append(city)
        while len(met) < 2:
            await asyncio.sleep(0)
        return city

    assert Run("awaiting", {"weather": meet}, calls(OSLO, ROME), STREAM).outputs == ["Oslo", "Rome"]


def test_calls_run_in_turn_if_the_request_says_so(way: str) -> None:
    running = 0
    most = 0

    def count(city: str) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.02)
        running -= 1
        return city

    request = {**ASK, "parallel_tool_calls": False}
    run = Run(way, {"weather": count}, calls(OSLO, ROME), STREAM, request=request)
    assert most == 1 and run.outputs == ["Oslo", "Rome"]


def test_a_tool_that_fails_is_told(way: str) -> None:
    run = Run(way, {"weather": weather}, calls(("c", "weather", '{"city": "Bonn"}')), STREAM)
    assert run.outputs == ["error: 'Bonn'"] and text_of(run.result.response) == "It is 42."
    [told] = run.told
    assert (told["code"], told["message"], told["will_retry"]) == ("KeyError", "'Bonn'", False)


def test_a_tool_is_tried_again(way: str) -> None:
    tries: list[str] = []

    def shaky(city: str) -> str:
        tries.append(city)
        if len(tries) < 3:
            raise OSError("not yet")
        return "3"

    run = Run(way, {"weather": shaky}, calls(OSLO), STREAM, max_attempts=4)
    assert run.outputs == ["3"] and len(tries) == 3
    told = [(e["type"], e["attempt"], e.get("will_retry")) for e in run.told]
    assert told == [
        ("orgen:tool_error", 1, True),
        ("orgen:tool_error", 2, True),
        ("orgen:tool_result", 3, None),
    ]


def test_attempts_end(way: str) -> None:
    def never(city: str) -> str:
        raise OSError("never")

    run = Run(way, {"weather": never}, calls(OSLO), STREAM, max_attempts=2)
    assert [(e["attempt"], e["will_retry"]) for e in run.told] == [(1, True), (2, False)]
    assert run.outputs == ["error: never"]


def test_a_tool_that_takes_too_long(way: str) -> None:
    release = threading.Event()

    def slow(city: str) -> str:
        release.wait(5)
        return city

    begun = time.monotonic()
    run = Run(way, {"weather": slow}, calls(OSLO), STREAM, timeout=0.1, max_attempts=2)
    assert time.monotonic() - begun < 3
    release.set()
    assert [(e["code"], e["will_retry"]) for e in run.told] == [
        ("timeout", True),
        ("timeout", False),
    ]
    assert run.outputs == ["error: the tool did not return within 0.1 s"]
    deadline = time.monotonic() + 5
    while any(t.name == "tool weather" for t in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_coroutine_that_takes_too_long_is_cancelled() -> None:
    ends: list[str] = []

    async def slow(city: str) -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ends.append(city)
        return city

    run = Run("awaiting", {"weather": slow}, calls(OSLO), STREAM, timeout=0.05)
    assert ends == ["Oslo"] and run.told[0]["code"] == "timeout"


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        (("c", "wether", "{}"), "unknown_tool", "there is no tool 'wether'; there are weather"),
        (("c", "weather", "{"), "invalid_arguments", "not valid JSON"),
        (("c", "weather", "{}"), "invalid_arguments", "'city' is missing"),
        (("c", "weather", '{"city": 7}'), "invalid_arguments", "/city: expected string, not 7"),
    ],
)
def test_calls_that_are_not_made(way: str, call: Any, code: str, says: str) -> None:
    run = Run(way, {"weather": weather}, calls(call, OSLO), STREAM, max_attempts=3)
    failed = [e for e in run.told if e["type"] == "orgen:tool_error"]
    assert [(e["code"], e["will_retry"]) for e in failed] == [(code, False)]
    assert says in run.outputs[0] and run.outputs[1] == "3"


def test_results_that_are_no_json_are_told(way: str) -> None:
    run = Run(way, {"weather": lambda city: object()}, calls(OSLO), STREAM, max_attempts=3)
    assert [e["code"] for e in run.told] == ["invalid_result"]


# Limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["argument", "request"])
def test_max_tool_calls(way: str, by: str) -> None:
    made: list[str] = []
    options = {"max_tool_calls": 1} if by == "argument" else {}
    request = ASK if by == "argument" else {**ASK, "max_tool_calls": 1}
    tools = {"weather": lambda city: made.append(city) or city}
    run = Run(way, tools, calls(OSLO, ROME), STREAM, request=request, **options)
    assert made == ["Oslo"]
    assert "the limit of 1 is reached" in run.outputs[1]
    assert run.sent[1]["tool_choice"] == "none"


def test_max_turns(way: str) -> None:
    run = Run(way, {"weather": weather}, calls(OSLO), max_turns=3)
    assert run.result.stopped == "max_turns" and len(run.sent) == 3
    assert run.result.response["output"][-1]["type"] == "function_call"


def test_allowed_tools(way: str) -> None:
    allowed = {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [{"type": "function", "name": "clock"}],
    }
    tools = {"weather": weather, "clock": lambda: "12:00"}
    data = calls(OSLO, ("call_3", "clock", "{}"))
    run = Run(way, tools, data, STREAM, request={**ASK, "tool_choice": allowed})
    made = [e for e in run.told if e["type"] == "orgen:tool_result"]
    assert [e["name"] for e in made] == ["clock"]
    assert "3" not in run.outputs


def test_a_forced_call_is_forced_once(way: str) -> None:
    for choice in ("required", {"type": "function", "name": "weather"}):
        request = {**ASK, "tool_choice": choice}
        run = Run(way, {"weather": weather}, calls(OSLO), STREAM, request=request)
        assert run.sent[0]["tool_choice"] not in ("auto", "none")
        assert run.sent[1].get("tool_choice", "auto") == "auto"


def test_calls_of_tools_without_a_function_are_the_callers(way: str) -> None:
    own = {"type": "function", "name": "mail", "parameters": {"type": "object", "properties": {}}}
    request = {**ASK, "tools": [own]}
    data = calls(OSLO, ("call_4", "mail", "{}"))
    run = Run(way, {"weather": weather}, data, request=request)
    assert run.result.stopped == "unhandled_calls" and not run.told and len(run.sent) == 1


def test_an_answer_that_is_cut_off_ends_the_run(way: str) -> None:
    from answers import chunk

    data = b"".join([*chunks("It")[:2], chunk({}, "length"), b"data: [DONE]\n\n"])
    assert Run(way, {"weather": weather}, data).result.stopped == "incomplete"


def test_a_response_that_fails_is_raised(way: str) -> None:
    data = b"".join([*chunks("It")[:2], event({"error": {"message": "overloaded"}})])
    with pytest.raises(Exception, match="overloaded"):
        Run(way, {"weather": weather}, data)


def test_errors_of_the_provider_are_raised(way: str) -> None:
    with (
        Server(lambda request: json_reply({"error": {"message": "no"}}, 401)) as server,
        pytest.raises(InvalidRequestError),
    ):
        where: dict[str, Any] = {"provider": "groq", "base_url": server.url, "api_key": KEY}
        if way == "blocking":
            with Client(**where) as client:
                run_tools(client, ASK, {"weather": weather}).finish()
        else:

            async def run() -> None:
                async with AsyncClient(**where) as client:
                    await arun_tools(client, ASK, {"weather": weather}).finish()

            asyncio.run(run())


# Arguments ----------------------------------------------------------------------------------


def test_portable_requests(way: str) -> None:
    request = {"model": "m", "messages": [{"role": "user", "content": "How warm is it?"}]}
    run = Run(way, {"weather": weather}, calls(OSLO), STREAM, request=request)
    assert text_of(run.result.response) == "It is 42."
    assert run.sent[0]["messages"] == [{"role": "user", "content": "How warm is it?"}]


def test_explicit_schema(way: str) -> None:
    schema = {"type": "object", "properties": {"city": {"enum": ["Oslo"]}}, "required": ["city"]}
    run = Run(way, {"weather": (schema, weather)}, calls(OSLO, ROME), STREAM)
    assert run.outputs[0] == "3" and "expected one of 'Oslo'" in run.outputs[1]
    assert run.sent[0]["tools"][0]["function"]["parameters"] == schema


@pytest.mark.parametrize("name", ["max_turns", "max_attempts", "max_tool_calls", "timeout"])
def test_limits_are_checked(name: str) -> None:
    with Client("ollama") as client, pytest.raises(ConfigurationError, match=name):
        run_tools(client, ASK, {}, **{name: -1})


def test_coroutines_need_arun_tools() -> None:
    async def later(city: str) -> str:
        return city

    with Client("ollama") as client, pytest.raises(ConfigurationError, match="arun_tools"):
        run_tools(client, ASK, {"weather": later})


def test_a_missing_model_is_refused_at_once() -> None:
    with Client("ollama") as client, pytest.raises(ConfigurationError, match="model"):
        run_tools(client, {"input": "Hi"}, {})


def test_results_come_at_the_end() -> None:
    with Client("ollama") as client, pytest.raises(RuntimeError, match="finish"):
        _ = run_tools(client, ASK, {}).result


TENANT: contextvars.ContextVar[str] = contextvars.ContextVar("TENANT", default="nobody")


def test_tools_see_the_context_of_the_caller(way: str) -> None:
    token = TENANT.set("somebody")
    try:
        run = Run(way, {"weather": lambda city: TENANT.get()}, calls(OSLO), STREAM)
    finally:
        TENANT.reset(token)
    assert run.outputs == ["somebody"]


def test_exits_are_not_swallowed(way: str) -> None:
    def leave(city: str) -> str:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        Run(way, {"weather": leave}, calls(OSLO), STREAM)


def test_leaving_a_run_cancels_its_calls() -> None:
    ends: list[str] = []

    async def slow(city: str) -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ends.append(city)
        return city

    async def leave(url: str) -> None:
        async with AsyncClient("groq", base_url=url, api_key=KEY) as client:
            run = arun_tools(client, ASK, {"weather": slow})
            task = asyncio.create_task(run.finish())
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await run.aclose()

    with nothing_left_open(), Server(lambda request: stream_reply([calls(OSLO, ROME)])) as server:
        asyncio.run(leave(server.url))
    assert sorted(ends) == ["Oslo", "Rome"]


def test_json_text_is_compact() -> None:
    run = Run("blocking", {"weather": lambda city: {"city": city}}, calls(OSLO), STREAM)
    assert run.outputs == ['{"city":"Oslo"}'] and json.loads(run.outputs[0]) == {"city": "Oslo"}
