"""The network by httpx: transports, proxies, time limits; and its failures as ours."""

from __future__ import annotations

import ssl
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

try:
    import anyio
    import httpcore
    import httpx
except ModuleNotFoundError as error:
    if error.name not in ("anyio", "httpcore", "httpx"):
        raise
    _package, *_inner = __name__.split(".")
    _extra = f"'{_package}[client]', or httpx itself" if len(_inner) == 2 else "httpx"
    raise ModuleNotFoundError(
        f"the client needs httpx: pip install {_extra}",
        name=error.name,
    ) from None

from .failures import (
    CallError,
    CertificateError,
    ConfigurationError,
    ConnectionFailedError,
    TimeoutExceededError,
)
from .steps import Head, Send, Timeouts

__all__ = ["DeadlineTransport", "anyio", "httpcore", "httpx"]

Verify = bool | ssl.SSLContext

CONNECTIONS = 1000
"""How many connections one client opens at most."""

KEPT = 100
"""How many of them it keeps for later."""

FAILURES = (
    *(httpx.HTTPError, httpx.InvalidURL, httpx.StreamError),
    *(httpcore.TimeoutException, httpcore.NetworkError),
    *(httpcore.ProtocolError, httpcore.ProxyError, httpcore.UnsupportedProtocol),
)
"""What transports raise."""


def http_request(send: Send, timeouts: Timeouts) -> httpx.Request:
    """The request for a transport, with its time limits as httpx notes them."""
    limits = {
        "connect": min(timeouts.connect, send.seconds),
        "read": min(timeouts.read, send.seconds),
        "write": min(timeouts.write, send.seconds),
        "pool": min(timeouts.connect, send.seconds),
    }
    return httpx.Request(
        "POST",
        send.url,
        headers=dict(send.headers),
        content=send.content,
        extensions={"timeout": limits},
    )


def head_of(response: httpx.Response) -> Head:
    """Status and headers; of a header that comes twice, both, with a comma between."""
    return Head(response.status_code, {k.lower(): v for k, v in response.headers.items()})


def failure(error: BaseException, provider: str, timeouts: Timeouts) -> CallError:
    """A transport's exception as one of ours."""
    name = type(error).__name__
    reason = " ".join(str(error).split())[:300]
    if name.endswith("Timeout"):
        phase = name.removesuffix("Timeout").lower()
        seconds = timeouts.connect if phase == "pool" else getattr(timeouts, phase, timeouts.read)
        text = f"{provider}: {_WAITED.get(phase, 'no answer')} within {seconds:g} s"
        return TimeoutExceededError(text, phase=phase, provider=provider)
    if name in ("InvalidURL", "UnsupportedProtocol", "LocalProtocolError"):
        text = f"base_url or headers for {provider} cannot be used ({name})"
        return ConfigurationError(text, field="base_url", provider=provider)
    if "CERTIFICATE" in reason.upper():
        text = f"{provider}: the server's certificate is not trusted: {reason}"
        return CertificateError(text, provider=provider)
    what = "no connection" if name in ("ConnectError", "ProxyError") else "the connection broke"
    return ConnectionFailedError(f"{provider}: {what}: {reason or name}", provider=provider)


_WAITED = {
    "connect": "no connection",
    "read": "nothing came",
    "write": "the request could not be sent",
    "pool": "no connection was free",
}


def out_of_time(provider: str, timeouts: Timeouts) -> TimeoutExceededError:
    """The failure of a step that took all the time that was left."""
    text = f"{provider}: no whole answer within {timeouts.total:g} s"
    return TimeoutExceededError(text, phase="total", provider=provider)


def proxy_for(url: str, proxy: str | httpx.Proxy | None) -> httpx.Proxy | None:
    """The proxy that is given, else the environment's (HTTPS_PROXY, NO_PROXY ...)."""
    if proxy is not None:
        return proxy if isinstance(proxy, httpx.Proxy) else httpx.Proxy(proxy)
    parts = urlsplit(url)
    if not parts.hostname or urllib.request.proxy_bypass(parts.hostname):
        return None
    found = urllib.request.getproxies()
    chosen = found.get(parts.scheme) or found.get("all")
    return httpx.Proxy(chosen) if chosen else None


def context_of(verify: Verify, url: str) -> ssl.SSLContext:
    """How certificates are checked. Reading all authorities takes time, which http does without."""
    if isinstance(verify, ssl.SSLContext):
        return verify
    if url.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return _default_context(verify)


@cache
def _default_context(verify: bool) -> ssl.SSLContext:
    return httpx.create_ssl_context(verify=verify)


def async_transport(proxy: httpx.Proxy | None, context: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    """The transport of a client that awaits."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=KEPT)
    return httpx.AsyncHTTPTransport(verify=context, limits=limits, proxy=proxy)


# A transport that blocks, and knows when to stop ----------------------------------


class Deadline(threading.local):
    """When the step that this thread takes must be over; its time limits shrink towards it."""

    at: float | None = None

    def within(self, timeout: float | None) -> float | None:
        """The time limit of one operation. Raises httpcore.ReadTimeout if no time is left."""
        if self.at is None:
            return timeout
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no time is left")
        return left if timeout is None else min(timeout, left)


class DeadlineTransport(httpx.BaseTransport):
    """A transport like httpx's own, whose reads end in time even where bytes keep trickling in.

    httpx limits each read alone: a server that sends a byte now and then would
    hold a thread for ever.
    """

    def __init__(self, proxy: httpx.Proxy | None, context: ssl.SSLContext) -> None:
        self._deadline = Deadline()
        backend = _Backend(self._deadline)
        common: dict[str, Any] = {
            "ssl_context": context,
            "max_connections": CONNECTIONS,
            "max_keepalive_connections": KEPT,
            "keepalive_expiry": 5.0,
            "network_backend": backend,
        }
        self._pool: httpcore.ConnectionPool
        if proxy is None:
            self._pool = httpcore.ConnectionPool(**common)
        elif proxy.url.scheme in ("socks5", "socks5h"):
            self._pool = httpcore.SOCKSProxy(
                proxy_url=_core_url(proxy.url), proxy_auth=proxy.raw_auth, **common
            )
        else:
            self._pool = httpcore.HTTPProxy(
                proxy_url=_core_url(proxy.url),
                proxy_auth=proxy.raw_auth,
                proxy_headers=proxy.headers.raw,
                proxy_ssl_context=proxy.ssl_context,
                **common,
            )

    @contextmanager
    def until(self, end: float) -> Iterator[None]:
        """Has all that this thread does within the block end at that time (monotonic)."""
        self._deadline.at = end
        try:
            yield
        finally:
            self._deadline.at = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request, and reads the headers of its answer."""
        assert isinstance(request.stream, httpx.SyncByteStream)
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=_core_url(request.url),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Closes all connections."""
        self._pool.close()


def _core_url(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class _Backend(httpcore.NetworkBackend):
    """Opens connections whose operations keep to the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        timeout = self._deadline.within(timeout)
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        timeout = self._deadline.within(timeout)
        stream = self._inner.start_tls(ssl_context, server_hostname, timeout)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
