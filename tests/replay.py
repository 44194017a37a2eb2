"""HTTP servers on the loopback that answer as they are told, well or badly.

`Server(answer)` calls `answer(request)` for each request and sends the `Reply`
as it says: in which pieces, with which pauses, cut off where. What came is in
`requests`; `hangups` counts clients that went away before the reply was whole.

    with Server(lambda request: json_reply({"ok": True})) as server:
        Client("openai", base_url=server.url, api_key="k")
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

PATIENCE = 20.0
"""Seconds after which a server gives up on a client."""


@dataclass(frozen=True)
class Request:
    """What a client sent; names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Pause:
    """Nothing is sent for so many seconds, unless the client goes away before."""

    seconds: float


class Reset:
    """The connection is reset."""


class Hang:
    """Nothing more is sent; the connection stays until the client closes it."""


Piece = bytes | Pause | Reset | Hang


@dataclass(frozen=True)
class Reply:
    """What is sent: `framing` is chunked, length or close (the end is the connection's)."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Sequence[Piece] = ()
    framing: str = "chunked"
    loris: float = 0.0
    """Seconds between single bytes of status line and headers, if not at once."""


def json_reply(body: Any, status: int = 200, **headers: str) -> Reply:
    """A whole body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = json.dumps(body).encode()
    return Reply(status, {"content-type": "application/json", **named}, [data], "length")


def text_reply(text: str, status: int = 200, kind: str = "text/html") -> Reply:
    """A body that is no JSON."""
    return Reply(status, {"content-type": kind} if kind else {}, [text.encode()], "length")


def stream_reply(pieces: Iterable[Piece], kind: str = "text/event-stream", **headers: str) -> Reply:
    """A stream, in these pieces."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(200, {"content-type": kind, **named}, list(pieces))


def chopped(data: bytes, seed: int = 7) -> Iterator[bytes]:
    """The bytes in ugly pieces: single ones, ends of lines and of characters cut in two."""
    at = 0
    while at < len(data):
        seed = (seed * 1103515245 + 12345) % 2**31
        size = (1, 2, 3, 5, 17, 64, 251)[seed % 7]
        yield data[at : at + size]
        at += size


class Server:
    """A server with a thread for each connection."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.connections = 0
        self.hangups = 0
        self.faults: list[BaseException] = []
        """What went wrong in `answer`; raised when the server is closed."""
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if self.faults and error is None:
            raise self.faults[0]

    def close(self) -> None:
        """Closes all connections, and waits for the threads."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                _shut(connection)
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a server thread does not end"

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(PATIENCE)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as reader:
                while (request := _read(reader)) is not None:
                    with self._lock:
                        self.requests.append(request)
                    if not self._reply(connection, request):
                        return
        except (OSError, ValueError):
            return
        finally:
            with self._lock:
                self._open.discard(connection)

    def _reply(self, connection: socket.socket, request: Request) -> bool:
        """Sends the reply; whether the connection can go on."""
        try:
            reply = self.answer(request)
        except BaseException as error:
            self.faults.append(error)
            reply = text_reply(f"the test's server failed: {error!r}", 500, "text/plain")
        try:
            return _send(connection, reply)
        except OSError:
            with self._lock:
                self.hangups += 1
            return False


def _read(reader: Any) -> Request | None:
    line = reader.readline(65536)
    if not line:
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := reader.readline(65536).strip()) != b"":
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    return Request(method, target, headers, reader.read(int(headers.get("content-length", "0"))))


def _send(connection: socket.socket, reply: Reply) -> bool:
    lines = [f"HTTP/1.1 {reply.status} Reason"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    if reply.framing == "chunked":
        lines.append("transfer-encoding: chunked")
    elif reply.framing == "length":
        size = sum(len(piece) for piece in reply.pieces if isinstance(piece, bytes))
        lines.append(f"content-length: {size}")
    else:
        lines.append("connection: close")
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    for byte in head if reply.loris else ():
        connection.sendall(bytes([byte]))
        _wait(connection, reply.loris)
    if not reply.loris:
        connection.sendall(head)
    for piece in reply.pieces:
        match piece:
            case Pause(seconds):
                _wait(connection, seconds)
            case Reset():
                _reset(connection)
                return False
            case Hang():
                _wait(connection, PATIENCE)
                return False
            case bytes():
                framed = b"%x\r\n%b\r\n" % (len(piece), piece)
                connection.sendall(framed if reply.framing == "chunked" else piece)
    if reply.framing == "chunked":
        connection.sendall(b"0\r\n\r\n")
    return reply.framing != "close"


def _wait(connection: socket.socket, seconds: float) -> None:
    """Waits; raises OSError once the client is gone."""
    connection.settimeout(seconds)
    try:
        if connection.recv(1, socket.MSG_PEEK) == b"":
            raise ConnectionError("the client closed the connection")
    except TimeoutError:
        pass
    finally:
        connection.settimeout(PATIENCE)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
