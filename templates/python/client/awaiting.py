"""`AsyncClient`: calls a provider, and awaits its answer."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from random import random as _random
from typing import TYPE_CHECKING, Any, Self

from ..runtime.catalogue import Provider
from . import network
from .answers import Answer
from .exchange import Exchange
from .failures import CallError
from .interface import Portable
from .network import anyio, httpx
from .options import MAX_RESPONSE_BYTES, Options
from .requests import Terms, prepare
from .secrets import KeySource
from .steps import (
    Begin,
    Course,
    Emit,
    Hangup,
    Opened,
    Read,
    Send,
    Settle,
    Step,
    Timeouts,
    Wait,
)
from .streaming import Streaming

if TYPE_CHECKING:
    from ..types import ExtensionEvent, ResponseResource, StreamEvent
    from .requests import RequestLike


class AsyncClient:
    """Calls one provider; takes the arguments of `Client`.

    >>> async with AsyncClient("ollama") as client:
    ...     response = await client.create({"model": "llama3.2", "input": "Hi"})

    `transport` is an asynchronous one, and `sleep` returns an awaitable. A call
    that is cancelled closes its connection.
    """

    def __init__(
        self,
        provider: str | Provider,
        *,
        api_key: KeySource | None = None,
        base_url: str | None = None,
        dialect: str | None = None,
        timeout: float | Timeouts | None = None,
        max_retries: int = 2,
        strict: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | httpx.Proxy | None = None,
        verify: network.Verify = True,
        headers: Mapping[str, str | None] | None = None,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        random: Callable[[], float] = _random,
        **variables: str,
    ) -> None:
        options = Options(
            provider=provider,
            api_key=api_key,
            base_url=base_url,
            dialect=dialect,
            timeout=timeout,
            max_retries=max_retries,
            strict=strict,
            headers=headers,
            max_response_bytes=max_response_bytes,
            clock=clock,
            random=random,
            variables=variables,
        )
        self._terms = options.terms()
        self._transport = transport
        self._proxy = proxy
        self._verify = verify
        self._sleep = sleep
        self._closed = False

    @property
    def provider(self) -> str:
        """The name of the provider."""
        return self._terms.endpoint.provider.name

    @property
    def dialect(self) -> str:
        """The dialect that is spoken."""
        return self._terms.endpoint.dialect

    async def create(self, request: RequestLike) -> ResponseResource:
        """The response to a request; raises as `Client.create` does."""
        return (await self.call(request)).response

    async def call(self, request: RequestLike) -> Answer:
        """As `create`, with what was lost, the request id and the headers of the answer."""
        exchange = Exchange(prepare(self._terms, request, stream=False))
        wire = _Wire(self)
        try:
            return await wire.run(Course(exchange.plain()))
        finally:
            await wire.close()

    def stream(self, request: RequestLike) -> AsyncStream:
        """The events of the response, as they come; to be used in an `async with` statement."""
        return AsyncStream(self, Exchange(prepare(self._terms, request, stream=True)))

    async def aclose(self) -> None:
        """Closes all connections. More calls do nothing."""
        self._closed = True
        if self._transport is not None:
            await self._transport.aclose()

    def _connection(self) -> httpx.AsyncBaseTransport:
        if self._closed:
            raise RuntimeError("this client is closed")
        if self._transport is None:
            url = self._terms.endpoint.base_of("")
            proxy = network.proxy_for(url, self._proxy)
            context = network.context_of(self._verify, url)
            self._transport = network.async_transport(proxy, context)
        return self._transport

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        base = self._terms.endpoint.base_of("")
        return f"AsyncClient({self.provider!r}, dialect={self.dialect!r}, base_url={base!r})"


class _Wire:
    """Takes the steps of one call."""

    def __init__(self, client: AsyncClient) -> None:
        self._transport = client._connection()
        self._terms: Terms = client._terms
        self._sleep = client._sleep
        self._response: httpx.Response | None = None
        self._pieces: AsyncIterator[bytes] | None = None

    async def run(self, course: Course[Answer]) -> Answer:
        """Takes all steps."""
        while course.step is not None:
            await self.take(course, course.step)
        return course.value

    async def take(self, course: Course[Any], step: Step) -> None:
        """Takes one step, and goes on to the next."""
        try:
            result = await self._perform(step)
        except CallError as error:
            course.throw(error)
        else:
            course.send(result)

    async def _perform(self, step: Step) -> Any:
        match step:
            case Send():
                return await self._io(step.seconds, lambda: self._open(step))
            case Read():
                return await self._io(step.seconds, self._next)
            case Settle():
                return await self._settle(step.seconds)
            case Wait():
                return await self._sleep(step.seconds)
            case Hangup():
                return await self.close()
            case Begin() | Opened() | Emit():
                return None

    async def _io(self, seconds: float, operate: Callable[[], Awaitable[Any]]) -> Any:
        provider, timeouts = self._terms.endpoint.provider.name, self._terms.timeouts
        try:
            with anyio.fail_after(seconds):
                return await operate()
        except TimeoutError:
            raise network.out_of_time(provider, timeouts) from None
        except network.FAILURES as error:
            raise network.failure(error, provider, timeouts) from None

    async def _open(self, send: Send) -> Any:
        await self.close()
        request = network.http_request(send, self._terms.timeouts)
        self._response = await self._transport.handle_async_request(request)
        self._response.request = request
        self._pieces = self._response.aiter_bytes()
        return network.head_of(self._response)

    async def _next(self) -> bytes | None:
        return None if self._pieces is None else await anext(self._pieces, None)

    async def _settle(self, seconds: float) -> None:
        try:
            while await self._io(seconds, self._next) is not None:
                seconds /= 2
        except CallError:
            return  # the connection is closed then instead of used again

    async def close(self) -> None:
        """Closes the answer that is being read, and so its connection if it is not at its end."""
        response, self._response = self._response, None
        pieces, self._pieces = self._pieces, None
        with anyio.CancelScope(shield=True):
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()
            if response is not None:
                await response.aclose()


class AsyncStream(Streaming, AsyncIterator["StreamEvent | ExtensionEvent"]):
    """The events of one response; as `Stream`, to be used with `async with` and `async for`."""

    def __init__(self, client: AsyncClient, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._wire = _Wire(client)

    async def finish(self) -> ResponseResource:
        """Reads on to the end. Raises if the response failed."""
        async for _ in self:
            pass
        return self._finished()

    async def ui(self) -> AsyncIterator[dict[str, Any]]:
        """The same stream in the portable vocabulary: `text_delta`, `tool_call`, `done` ..."""
        portable = Portable(self._exchange.call.request)
        async for event in self:
            for said in portable.feed(event):
                yield said
        for said in portable.close():
            yield said

    async def aclose(self) -> None:
        """Ends the stream: its connection is closed, and no more events come."""
        self._course.close()
        self._ready.clear()
        await self._wire.close()

    async def _advance(self, until_open: bool = False) -> None:
        """Takes steps until there is something for the caller, or the stream is over."""
        course = self._course
        try:
            while course.step is not None:
                await self._wire.take(course, course.step)
                if isinstance(course.step, Emit):
                    self._ready.extend(course.step.events)
                    return
                if isinstance(course.step, Opened) and until_open:
                    return
        except BaseException:
            await self.aclose()
            raise
        await self._wire.close()

    async def __anext__(self) -> StreamEvent | ExtensionEvent:
        while not self._ready:
            if self._course.step is None:
                raise StopAsyncIteration
            await self._advance()
        event: StreamEvent | ExtensionEvent = self._ready.popleft()
        return event

    async def __aenter__(self) -> Self:
        await self._advance(until_open=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
