"""Both clients under one face, so that each test holds for the one that blocks and the other.

`create` and `stream` make a client, call, and close it; `WAYS` names the two.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openresponses.client import AsyncClient, CallError, Client

WAYS = ("blocking", "awaiting")

HI = {"model": "m", "input": "Hi"}

KEY = "sk-test-0123456789abcdef"


@dataclass
class Streamed:
    """What a stream gave."""

    events: list[Any] = field(default_factory=list)
    response: Any = None
    error: CallError | None = None
    losses: tuple[Any, ...] = ()
    request_id: str | None = None

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


@dataclass
class Slept:
    """Pauses that were asked for, and not taken."""

    seconds: list[float] = field(default_factory=list)

    def blocking(self, seconds: float) -> None:
        self.seconds.append(seconds)

    async def awaiting(self, seconds: float) -> None:
        self.seconds.append(seconds)


def options(way: str, slept: Slept | None, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a client: a key, no pauses in earnest, no luck, and what is given."""
    slept = slept or Slept()
    sleep = slept.blocking if way == "blocking" else slept.awaiting
    return {"api_key": KEY, "sleep": sleep, "random": lambda: 0.0, **given}


def create(
    way: str, provider: Any, request: Any = HI, slept: Slept | None = None, **given: Any
) -> Any:
    """The response to a request."""
    return call(way, provider, request, slept, **given).response


def call(
    way: str, provider: Any, request: Any = HI, slept: Slept | None = None, **given: Any
) -> Any:
    """The answer to a request."""
    arguments = options(way, slept, given)
    if way == "blocking":
        with Client(provider, **arguments) as client:
            return client.call(request)

    async def run() -> Any:
        async with AsyncClient(provider, **arguments) as client:
            return await client.call(request)

    return asyncio.run(run())


def stream(
    way: str, provider: Any, request: Any = HI, slept: Slept | None = None, **given: Any
) -> Streamed:
    """All that a stream gives."""
    arguments, found = options(way, slept, given), Streamed()
    if way == "blocking":
        with Client(provider, **arguments) as client, client.stream(request) as streamed:
            found.events = list(streamed)
    else:
        streamed = run_async(lambda: _streamed(provider, arguments, request, found))
    found.response, found.error = streamed.response, streamed.error
    found.losses, found.request_id = streamed.losses, streamed.request_id
    return found


async def _streamed(provider: Any, arguments: Any, request: Any, found: Streamed) -> Any:
    async with (
        AsyncClient(provider, **arguments) as client,
        client.stream(request) as streamed,
    ):
        found.events = [event async for event in streamed]
    return streamed


def run_async(make: Callable[[], Awaitable[Any]]) -> Any:
    """Runs a coroutine, and checks that it leaves no task behind."""

    async def run() -> Any:
        result = await make()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks are left: {left}"
        return result

    return asyncio.run(run())


@contextlib.contextmanager
def nothing_left_open() -> Iterator[None]:
    """Checks that no file descriptors and threads are left.

    There may be fewer than before: what an earlier test abandoned ends in its own time.
    """
    gc.collect()
    before, threads = _descriptors(), threading.active_count()
    yield
    end = time.monotonic() + 2
    while _descriptors() > before or threading.active_count() > threads:
        assert (
            time.monotonic() < end
        ), f"left open: {_descriptors() - before} descriptors, or threads"
        time.sleep(0.01)


def _descriptors() -> int:
    folder = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return len(os.listdir(folder))
