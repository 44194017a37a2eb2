"""`Client`: calls a provider, and blocks until it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from random import random as _random
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..runtime.catalogue import Provider
from . import network
from .answers import Answer
from .exchange import Exchange
from .failures import CallError
from .interface import Portable
from .network import httpx
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


class Client:
    """Calls one provider.

    >>> with Client("anthropic", api_key="...") as client:
    ...     response = client.create({"model": "claude-sonnet-4-5", "input": "Hi"})

    `provider` is a name or alias of `providers`, or a record of your own. The key
    and the base URL come from the arguments, else from the environment variables
    of the record; `api_key` may be a function that gives a fresh token. What
    stands in braces in the provider's URL is passed by name (`resource=`,
    `project=`, `location=`, `region=`).

    `dialect` is the provider's first unless given; `timeout` the seconds that a
    call may wait in all, or `Timeouts`; `max_retries` how often it is tried again
    after 408, 409, 425, 429, 5xx and broken connections, never after the first
    event; `strict` refuses requests that lose something. `transport` is any
    httpx transport, `proxy` a URL (else HTTPS_PROXY and its like count), `verify`
    False or an SSL context, `headers` are sent with each call (None: left out).
    `clock`, `sleep` and `random` are for tests.

    Raises ConfigurationError, before any network.
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
        transport: httpx.BaseTransport | None = None,
        proxy: str | httpx.Proxy | None = None,
        verify: network.Verify = True,
        headers: Mapping[str, str | None] | None = None,
        max_response_bytes: int = MAX_RESPONSE_BYTES,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
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
        self._opening = threading.Lock()

    @property
    def provider(self) -> str:
        """The name of the provider."""
        return self._terms.endpoint.provider.name

    @property
    def dialect(self) -> str:
        """The dialect that is spoken."""
        return self._terms.endpoint.dialect

    def create(self, request: RequestLike) -> ResponseResource:
        """The response to a request, with `input` or, in the portable form, `messages`.

        Raises ApiError (by type), ConnectionFailedError, UnreadableAnswerError;
        for the request itself ConfigurationError, MalformedRequestError,
        UnsupportedRequestError, LossyRequestError. A response that failed is
        raised, one that is incomplete is returned.
        """
        return self.call(request).response

    def call(self, request: RequestLike) -> Answer:
        """As `create`, with what was lost, the request id and the headers of the answer."""
        exchange = Exchange(prepare(self._terms, request, stream=False))
        with _Wire(self) as wire:
            return wire.run(Course(exchange.plain()))

    def stream(self, request: RequestLike) -> Stream:
        """The events of the response, as they come; to be used in a `with` statement.

        Raises for the request itself at once, as `create` does, for what the
        provider says on entering.
        """
        return Stream(self, Exchange(prepare(self._terms, request, stream=True)))

    def close(self) -> None:
        """Closes all connections. More calls do nothing."""
        self._closed = True
        if self._transport is not None:
            self._transport.close()

    def _connection(self) -> httpx.BaseTransport:
        if self._closed:
            raise RuntimeError("this client is closed")
        with self._opening:
            if self._transport is None:
                url = self._terms.endpoint.base_of("")
                proxy = network.proxy_for(url, self._proxy)
                context = network.context_of(self._verify, url)
                self._transport = network.DeadlineTransport(proxy, context)
            return self._transport

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        base = self._terms.endpoint.base_of("")
        return f"Client({self.provider!r}, dialect={self.dialect!r}, base_url={base!r})"


class _Wire:
    """Takes the steps of one call."""

    def __init__(self, client: Client) -> None:
        self._transport = client._connection()
        self._terms: Terms = client._terms
        self._sleep = client._sleep
        self._response: httpx.Response | None = None
        self._pieces: Iterator[bytes] = iter(())

    def run(self, course: Course[Answer]) -> Answer:
        """Takes all steps."""
        while course.step is not None:
            self.take(course, course.step)
        return course.value

    def take(self, course: Course[Any], step: Step) -> None:
        """Takes one step, and goes on to the next."""
        try:
            result = self._perform(step)
        except CallError as error:
            course.throw(error)
        else:
            course.send(result)

    def _perform(self, step: Step) -> Any:
        match step:
            case Send():
                return self._io(step.seconds, lambda: self._open(step))
            case Read():
                return self._io(step.seconds, lambda: next(self._pieces, None))
            case Settle():
                return self._settle(step.seconds)
            case Wait():
                return self._sleep(step.seconds)
            case Hangup():
                return self.close()
            case Begin() | Opened() | Emit():
                return None

    def _io(self, seconds: float, operate: Callable[[], Any]) -> Any:
        provider, timeouts = self._terms.endpoint.provider.name, self._terms.timeouts
        end = time.monotonic() + seconds
        try:
            with self._until(end):
                return operate()
        except network.FAILURES as error:
            if time.monotonic() >= end:
                raise network.out_of_time(provider, timeouts) from None
            raise network.failure(error, provider, timeouts) from None

    def _until(self, end: float) -> AbstractContextManager[None]:
        if isinstance(self._transport, network.DeadlineTransport):
            return self._transport.until(end)
        return nullcontext()

    def _open(self, send: Send) -> Any:
        self.close()
        request = network.http_request(send, self._terms.timeouts)
        self._response = self._transport.handle_request(request)
        self._response.request = request
        self._pieces = self._response.iter_bytes()
        return network.head_of(self._response)

    def _settle(self, seconds: float) -> None:
        if not isinstance(self._transport, network.DeadlineTransport):
            return
        try:
            while self._io(seconds, lambda: next(self._pieces, None)) is not None:
                seconds /= 2
        except CallError:
            return  # the connection is closed then instead of used again

    def close(self) -> None:
        """Closes the answer that is being read, and so its connection if it is not at its end."""
        response, self._response = self._response, None
        self._pieces = iter(())
        if response is not None:
            response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Stream(Streaming, Iterator["StreamEvent | ExtensionEvent"]):
    """The events of one response.

    >>> with client.stream({"model": "m", "input": "Hi"}) as stream:
    ...     for event in stream:
    ...         print(event["type"])
    >>> stream.response["status"]

    A stream that breaks off ends with `error` and `response.failed`, and `error` says why.
    """

    def __init__(self, client: Client, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._wire = _Wire(client)

    def finish(self) -> ResponseResource:
        """Reads on to the end. Raises if the response failed."""
        for _ in self:
            pass
        return self._finished()

    def ui(self) -> Iterator[dict[str, Any]]:
        """The same stream in the portable vocabulary: `text_delta`, `tool_call`, `done` ..."""
        portable = Portable(self._exchange.call.request)
        for event in self:
            yield from portable.feed(event)
        yield from portable.close()

    def close(self) -> None:
        """Ends the stream: its connection is closed, and no more events come."""
        self._course.close()
        self._ready.clear()
        self._wire.close()

    def _advance(self, until_open: bool = False) -> None:
        """Takes steps until there is something for the caller, or the stream is over."""
        course = self._course
        try:
            while course.step is not None:
                self._wire.take(course, course.step)
                if isinstance(course.step, Emit):
                    self._ready.extend(course.step.events)
                    return
                if isinstance(course.step, Opened) and until_open:
                    return
        except BaseException:
            self.close()
            raise
        self._wire.close()

    def __next__(self) -> StreamEvent | ExtensionEvent:
        while not self._ready:
            if self._course.step is None:
                raise StopIteration
            self._advance()
        event: StreamEvent | ExtensionEvent = self._ready.popleft()
        return event

    def __enter__(self) -> Self:
        self._advance(until_open=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
