"""The calls of one turn: run together or in turn, each within its time, tried again, and told."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import queue
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Generator, Iterator
from dataclasses import dataclass
from typing import Any

from .conversing import (
    Limits,
    Outcome,
    Pending,
    Run,
    error_event,
    error_text,
    result_event,
)
from .tools import Tool, output_of

MAX_TOGETHER = 32
"""How many calls run at once; others wait."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt came to nothing."""

    code: str
    message: str


class Ledger:
    """The outcomes of calls, in the order in which the model made them."""

    def __init__(self, run: Run, limits: Limits) -> None:
        self.calls = run.calls
        self.limits = limits
        self.together = MAX_TOGETHER if run.together else 1
        self._outputs: dict[int, str | list[Any]] = {}

    def refused(self) -> Iterator[dict[str, Any]]:
        """The events of the calls that are not run at all."""
        for number, call in enumerate(self.calls):
            if call.refused:
                self._outputs[number] = error_text(call.refused)
                yield error_event(call, call.code, call.refused, 1, will_retry=False)

    def wanted(self) -> list[int]:
        """The numbers of the calls that are to be run."""
        return [number for number, call in enumerate(self.calls) if not call.refused]

    def settle(self, number: int, attempt: int, value: Any) -> tuple[dict[str, Any], bool]:
        """The event of an attempt, from its value or Failure; and whether it is tried again."""
        call = self.calls[number]
        if not isinstance(value, Failure):
            try:
                output = output_of(value)
            except (TypeError, ValueError) as error:
                value = Failure("invalid_result", f"the tool returned no JSON: {error}")
            else:
                self._outputs[number] = output
                return result_event(call, output, attempt), False
        again = attempt < self.limits.max_attempts and value.code != "invalid_result"
        if not again:
            self._outputs[number] = error_text(value.message)
        return error_event(call, value.code, value.message, attempt, again), again

    def outcomes(self) -> list[Outcome]:
        """What the model is told, call by call."""
        return [Outcome(call, self._outputs[number]) for number, call in enumerate(self.calls)]

    def late(self) -> Failure:
        """The failure of an attempt that took too long."""
        return Failure("timeout", f"the tool did not return within {self.limits.timeout:g} s")


def failed(error: Exception) -> Failure:
    """The failure that an exception of a tool is."""
    return Failure(type(error).__name__, str(error) or type(error).__name__)


def _tool(call: Pending) -> Tool:
    assert call.tool is not None, "calls without a tool are refused"
    return call.tool


# In threads -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Attempt:
    number: int
    count: int
    end: float | None
    """When it is given up (monotonic)."""


def run_in_threads(run: Run, limits: Limits) -> Generator[dict[str, Any], None, list[Outcome]]:
    """Runs calls in threads; yields their events, and returns the outcomes.

    An attempt that takes too long is given up; its thread ends when the function returns, and
    does not keep the program from ending.
    """
    ledger = Ledger(run, limits)
    yield from ledger.refused()
    waiting = deque((number, 1) for number in ledger.wanted())
    going: dict[int, _Attempt] = {}
    done: queue.SimpleQueue[tuple[_Attempt, Any]] = queue.SimpleQueue()
    while waiting or going:
        while waiting and len(going) < ledger.together:
            number, count = waiting.popleft()
            end = None if limits.timeout is None else time.monotonic() + limits.timeout
            going[number] = _Attempt(number, count, end)
            _start(going[number], ledger.calls[number], done)
        for attempt, value in _finished(done, going, ledger):
            if isinstance(value, BaseException):
                raise value
            del going[attempt.number]
            event, again = ledger.settle(attempt.number, attempt.count, value)
            if again:
                waiting.appendleft((attempt.number, attempt.count + 1))
            yield event
    return ledger.outcomes()


def _start(attempt: _Attempt, call: Pending, done: queue.SimpleQueue[tuple[_Attempt, Any]]) -> None:
    tool, context = _tool(call), contextvars.copy_context()

    def work() -> None:
        try:
            value = context.run(lambda: tool.function(**call.arguments))
        except Exception as error:
            value = failed(error)
        except BaseException as error:
            value = error  # such as SystemExit: it is raised where the events are read
        done.put((attempt, value))

    threading.Thread(target=work, name=f"tool {tool.name}", daemon=True).start()


def _finished(
    done: queue.SimpleQueue[tuple[_Attempt, Any]], going: dict[int, _Attempt], ledger: Ledger
) -> list[tuple[_Attempt, Any]]:
    """What has come of attempts by the time that one returns, or is given up."""
    ends = [attempt.end for attempt in going.values() if attempt.end is not None]
    left = max(0.0, min(ends) - time.monotonic()) if ends else None
    try:
        attempt, value = done.get(timeout=left)
    except queue.Empty:
        now = time.monotonic()
        over = [one for one in going.values() if one.end is not None and one.end <= now]
        return [(one, ledger.late()) for one in over]
    return [(attempt, value)] if going.get(attempt.number) is attempt else []


# In tasks -------------------------------------------------------------------------------


class Tasks:
    """Runs calls as tasks of asyncio; iterate over `events`, then take `outcomes`."""

    def __init__(self, run: Run, limits: Limits) -> None:
        self._ledger = Ledger(run, limits)
        self._free = asyncio.Semaphore(self._ledger.together)
        self._events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def outcomes(self) -> list[Outcome]:
        """What the model is told, call by call."""
        return self._ledger.outcomes()

    async def events(self) -> AsyncGenerator[dict[str, Any], None]:
        """The events of the calls, as they come; leaving cancels the calls."""
        for refused in self._ledger.refused():
            yield refused
        tasks = [asyncio.create_task(self._call(number)) for number in self._ledger.wanted()]
        for task in tasks:
            task.add_done_callback(lambda _: self._events.put_nowait(None))
        try:
            left = len(tasks)
            while left:
                event = await self._events.get()
                if event is None:
                    left -= 1
                else:
                    yield event
            for task in tasks:
                task.result()  # raises what is no failure of a tool
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _call(self, number: int) -> None:
        async with self._free:
            count = 0
            again = True
            while again:
                count += 1
                value = await self._attempt(self._ledger.calls[number])
                event, again = self._ledger.settle(number, count, value)
                self._events.put_nowait(event)

    async def _attempt(self, call: Pending) -> Any:
        tool = _tool(call)
        limit = asyncio.timeout(self._ledger.limits.timeout)
        try:
            async with limit:
                if tool.awaits:
                    return await tool.function(**call.arguments)
                value = await _in_thread(tool, call.arguments)
                return await value if inspect.isawaitable(value) else value
        except TimeoutError as error:
            return self._ledger.late() if limit.expired() else failed(error)
        except Exception as error:
            return failed(error)


async def _in_thread(tool: Tool, arguments: dict[str, Any]) -> Any:
    """Calls a function in a thread that is left to itself when the caller gives up."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(value: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def work() -> None:
        value, raised = None, None
        try:
            value = context.run(lambda: tool.function(**arguments))
        except BaseException as error:
            raised = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, raised)

    threading.Thread(target=work, name=f"tool {tool.name}", daemon=True).start()
    return await future
