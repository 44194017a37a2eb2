"""`run_tools` and `arun_tools`: a model's turns and the calls between them, until it is done."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from .awaiting import AsyncClient
from .batches import Tasks, run_in_threads
from .blocking import Client
from .conversing import (
    Ask,
    Conversation,
    Limits,
    Run,
    State,
    Stopped,
    converse,
    items_of,
)
from .failures import CallError, ConfigurationError
from .interface import Portable
from .requests import Terms, canonical_of
from .tools import Given, Tool, tools_of

if TYPE_CHECKING:
    from ..types import ExtensionEvent, ResponseResource, StreamEvent
    from .requests import RequestLike

    Event = StreamEvent | ExtensionEvent

MAX_TURNS = 10
"""How often the model is asked, unless told otherwise."""


@dataclass(frozen=True)
class ToolResult:
    """What became of a conversation.

    `response` is the last of `responses`, `input` the whole conversation, ready for a further
    request, and `events` all events. `stopped` says why it ended: `completed`, `incomplete`,
    `failed`, `max_turns`, or `unhandled_calls` (of tools that the request itself defines).
    """

    response: ResponseResource
    responses: tuple[ResponseResource, ...]
    input: list[Any]
    events: list[Event]
    stopped: Stopped


def run_tools(
    client: Client,
    request: RequestLike,
    tools: Mapping[str, Given],
    *,
    max_turns: int = MAX_TURNS,
    max_tool_calls: int | None = None,
    max_attempts: int = 1,
    timeout: float | None = None,
) -> ToolRun:
    """Has a model call Python functions; iterate over the events, or `finish()` at once.

    >>> def weather(city: str) -> str:
    ...     \"\"\"The weather in a city now.\"\"\"
    >>> run_tools(client, request, {"weather": weather}).finish().response

    A tool is a function, described by its signature and docstring, or `(schema,
    function)`. Calls of one turn run together, in threads, unless the request
    says `parallel_tool_calls: False`. `max_attempts` is how often a call is tried
    that raises or takes longer than `timeout` seconds (its thread is left to
    itself); in the end the model is told. `max_tool_calls`, else the request's,
    bounds the calls of the whole conversation.

    Raises ConfigurationError for tools that cannot be described, then what
    `Client.stream` raises.
    """
    known = tools_of(tools)
    for name, tool in known.items():
        if tool.awaits:
            raise ConfigurationError(
                f"tools: {name!r} is a coroutine function; call it with arun_tools", field="tools"
            )
    limits = Limits(max_turns, max_tool_calls, max_attempts, timeout)
    return ToolRun(client, *_begun(client._terms, request, known, limits), limits)


def arun_tools(
    client: AsyncClient,
    request: RequestLike,
    tools: Mapping[str, Given],
    *,
    max_turns: int = MAX_TURNS,
    max_tool_calls: int | None = None,
    max_attempts: int = 1,
    timeout: float | None = None,
) -> AsyncToolRun:
    """As `run_tools`, on asyncio. Functions may be coroutine functions; others run in threads.

    >>> result = await arun_tools(client, request, {"weather": weather}).finish()
    """
    limits = Limits(max_turns, max_tool_calls, max_attempts, timeout)
    return AsyncToolRun(client, *_begun(client._terms, request, tools_of(tools), limits), limits)


def _begun(
    terms: Terms, request: RequestLike, tools: Mapping[str, Tool], limits: Limits
) -> tuple[State, Conversation]:
    canonical = canonical_of(terms.endpoint, request)
    state = State(items_of(canonical.get("input")))
    return state, converse(canonical, tools, limits, state)


class _Record:
    """What both kinds of runs keep."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._events: list[Any] = []
        self._number = 0
        self._stopped: Stopped | None = None
        self._error: CallError | None = None

    @property
    def result(self) -> ToolResult:
        """What became of it; RuntimeError until it has ended."""
        if self._stopped is None:
            raise RuntimeError("the tools are not done: iterate over the run, or call finish()")
        responses = tuple(self._state.responses)
        return ToolResult(
            responses[-1], responses, list(self._state.input), list(self._events), self._stopped
        )

    @property
    def error(self) -> CallError | None:
        """Why the last response failed, if it did."""
        return self._error

    def _note(self, event: Any) -> Any:
        """Keeps an event; events of tools are numbered on from those before."""
        if event["type"] in ("orgen:tool_result", "orgen:tool_error"):
            event = {"type": event["type"], "sequence_number": self._number + 1, **event}
        number = event.get("sequence_number")
        self._number = number if isinstance(number, int) else self._number
        self._events.append(event)
        return event

    def _done(self) -> ToolResult:
        if self._error is not None:
            raise self._error
        return self.result


class ToolRun(_Record, Iterator["Event"]):
    """A conversation that goes on as you iterate over its events."""

    def __init__(
        self, client: Client, state: State, conversation: Conversation, limits: Limits
    ) -> None:
        super().__init__(state)
        self._client = client
        self._limits = limits
        self._going = self._go(conversation)

    def __next__(self) -> Event:
        event: Event = self._note(next(self._going))
        return event

    def finish(self) -> ToolResult:
        """Goes on to the end. Raises if a response failed."""
        for _ in self:
            pass
        return self._done()

    def ui(self) -> Iterator[dict[str, Any]]:
        """The events in the portable vocabulary: `text_delta`, `tool_call`, `tool_result` ..."""
        portable = Portable()
        for event in self:
            yield from portable.feed(event)

    def close(self) -> None:
        """Ends the run, and closes the connection of the turn that is being read."""
        self._going.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _go(self, conversation: Conversation) -> Generator[Any, None, None]:
        result: Any = None
        while True:
            try:
                step = conversation.send(result)
            except StopIteration as stop:
                self._stopped = stop.value
                return
            match step:
                case Ask(request):
                    with self._client.stream(request) as stream:
                        yield from stream
                    result, self._error = stream.response, stream.error
                case Run():
                    result = yield from run_in_threads(step, self._limits)


class AsyncToolRun(_Record, AsyncIterator["Event"]):
    """A conversation that goes on as you iterate over its events with `async for`."""

    def __init__(
        self, client: AsyncClient, state: State, conversation: Conversation, limits: Limits
    ) -> None:
        super().__init__(state)
        self._client = client
        self._limits = limits
        self._going = self._go(conversation)

    async def __anext__(self) -> Event:
        event: Event = self._note(await anext(self._going))
        return event

    async def finish(self) -> ToolResult:
        """Goes on to the end. Raises if a response failed."""
        async for _ in self:
            pass
        return self._done()

    async def ui(self) -> AsyncIterator[dict[str, Any]]:
        """The events in the portable vocabulary: `text_delta`, `tool_call`, `tool_result` ..."""
        portable = Portable()
        async for event in self:
            for said in portable.feed(event):
                yield said

    async def aclose(self) -> None:
        """Ends the run: its calls are cancelled, and its connection is closed."""
        await self._going.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _go(self, conversation: Conversation) -> AsyncGenerator[Any, None]:
        result: Any = None
        while True:
            try:
                step = conversation.send(result)
            except StopIteration as stop:
                self._stopped = stop.value
                return
            match step:
                case Ask(request):
                    async with self._client.stream(request) as stream:
                        async for event in stream:
                            yield event
                    result, self._error = stream.response, stream.error
                case Run():
                    tasks = Tasks(step, self._limits)
                    async with aclosing(tasks.events()) as told:
                        async for said in told:
                            yield said
                    result = tasks.outcomes()
