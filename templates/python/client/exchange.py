"""The logic of a call, without input or output: what to send, how to read, when to try again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..runtime.decoding import StreamDecoder
from ..runtime.errors import Loss
from .answers import (
    MAX_ERROR_BYTES,
    Answer,
    Form,
    error_body,
    events_of,
    failure_of,
    form_of,
    holds_error,
    parsed,
    refusal,
    request_id,
    sniffed,
    unreadable,
    whole_response,
)
from .failures import CallError, ConnectionFailedError, TimeoutExceededError
from .requests import Call
from .steps import Emit, Hangup, Head, Opened, Read, Send, Settle, Steps, Wait

if TYPE_CHECKING:
    from ..types import ResponseResource

BLANK = b" \r\n\t\xef\xbb\xbf"
"""Bytes that say nothing at the beginning of a body: space, and the mark of UTF-8."""

TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})


class Exchange:
    """One call, from the first attempt to the end of the answer.

    `response`, `error` and `answer_losses` are what became of it; of a stream,
    once it has ended.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.head: Head | None = None
        self.response: ResponseResource | None = None
        self.error: CallError | None = None
        self.answer_losses: tuple[Loss, ...] = ()
        self._spent = 0.0
        self._delivered = False
        self._announced = False

    @property
    def request_id(self) -> str | None:
        """The provider's name for the request, once its headers have come."""
        return None if self.head is None else request_id(self.head)

    # Both kinds of calls --------------------------------------------------------

    def plain(self) -> Steps[Answer]:
        """A whole answer. Raises ApiError, ConnectionFailedError, UnreadableAnswerError."""
        answer: Answer = yield from self._persistently(self._plain)
        return answer

    def stream(self) -> Steps[None]:
        """A stream: Opened once, then Emit until the response has ended.

        Raises as `plain` does until the first event was emitted; what fails
        later becomes the stream's last events, and `error`.
        """
        yield from self._persistently(self._stream)

    def _persistently(self, attempt: Callable[[], Steps[Any]]) -> Steps[Any]:
        policy = self.call.terms.policy
        number = 0
        while True:
            try:
                return (yield from attempt())
            except CallError as error:
                pause = None if self._delivered else policy.pause(error, number)
                if pause is None or pause >= self._left():
                    raise self._described(error, number + 1)
                number += 1
            yield Hangup()
            yield from self._timed(Wait(pause))

    def _described(self, error: CallError, attempts: int) -> CallError:
        error.provider = self.call.name
        error.losses = self.call.losses
        if attempts > 1:
            error.message = f"{error.message} (after {attempts} attempts)"
            error.args = (error.message,)
        return error

    def _left(self) -> float:
        return self.call.terms.timeouts.total - self._spent

    def _timed(self, step: Send | Read | Settle | Wait) -> Steps[Any]:
        """Has a step taken within the time that is left; what waiting takes is counted."""
        left = self._left()
        if left <= 0:
            total = self.call.terms.timeouts.total
            raise TimeoutExceededError(
                f"{self.call.name}: no whole answer within {total:g} s", phase="total"
            )
        if isinstance(step, Send | Read):
            step = replace(step, seconds=left)
        begun = time.monotonic()
        try:
            return (yield step)
        finally:
            self._spent += time.monotonic() - begun

    # Reading --------------------------------------------------------------------

    def _opened(self) -> Steps[Head]:
        """Sends the request; raises ApiError unless the answer is a good one."""
        head: Head = yield from self._timed(self.call.send)
        self.head = head
        if 200 <= head.status < 300:
            return head
        data = yield from self._body(MAX_ERROR_BYTES, strict=False)
        yield Hangup()
        if 300 <= head.status < 400:
            raise self._redirected(head)
        raise refusal(self.call, head, error_body(data))

    def _redirected(self, head: Head) -> CallError:
        where = head.headers.get("location", "").partition("?")[0]
        return unreadable(
            self.call,
            head,
            f"a redirection to {where or 'nowhere'}; it is not followed, so that the key goes "
            "nowhere else: set base_url if that is the right place",
            b"",
        )

    def _body(self, limit: int, *, strict: bool = True, start: bytes = b"") -> Steps[bytes]:
        """The rest of the body. Beyond the limit: UnreadableAnswerError, or what came so far.

        Of an error's body, which is not `strict`, a broken connection leaves what came.
        """
        pieces, size = [start], len(start)
        while True:
            try:
                piece = yield from self._timed(Read())
            except ConnectionFailedError:
                if strict:
                    raise
                piece = None
            if piece is None:
                return b"".join(pieces)
            size += len(piece)
            if size > limit and strict:
                raise self._unreadable(f"more than {limit} bytes", pieces[0])
            pieces.append(piece)
            if size > limit:
                return b"".join(pieces)[:limit]

    def _unreadable(self, what: str, body: bytes, *, retryable: bool = False) -> CallError:
        assert self.head is not None
        return unreadable(self.call, self.head, what, body, retryable=retryable)

    # Whole answers ----------------------------------------------------------------

    def _plain(self) -> Steps[Answer]:
        head = yield from self._opened()
        data = yield from self._body(self.call.terms.max_response_bytes)
        yield Hangup()
        answer = self._read_whole(head, data)
        self.response, self.answer_losses = answer.response, answer.answer_losses
        if answer.response["status"] == "failed":
            raise failure_of(self.call, head, answer.response)
        return answer

    def _read_whole(self, head: Head, data: bytes) -> Answer:
        """The answer that all the bytes are: JSON, or a stream that nobody asked for."""
        form = form_of(head)
        if form in ("unknown", "json") and sniffed(data) != "unknown":
            form = sniffed(data)
        if form not in ("json", "lines", "events") or not data.strip():
            raise self._refused(data)
        if form == "events":
            return self._collected(head, data)
        try:
            body = parsed(data)
        except ValueError as error:
            if form == "json" and not self._many_values(data):
                raise self._unreadable("half a JSON", data, retryable=True) from error
            return self._collected(head, data)
        if isinstance(body, list) and _are_objects(body):
            return self._collected(head, data)
        return whole_response(self.call, head, body)

    def _many_values(self, data: bytes) -> bool:
        """Whether the bytes are several JSON values, one a line."""
        lines = [line for line in data.splitlines() if line.strip()]
        return len(lines) > 1 and all(line.lstrip()[:1] == b"{" for line in lines)

    def _refused(self, data: bytes) -> CallError:
        if not data.strip():
            return self._unreadable("no body", data, retryable=True)
        page = data.lstrip()[:1] == b"<"
        return self._unreadable("a page of HTML" if page else "no JSON", data)

    def _collected(self, head: Head, data: bytes) -> Answer:
        decoder = self._decoder()
        events: list[Any] = [*decoder.feed(data), *decoder.close()]
        response = events[-1]["response"]
        error = response.get("error") or {}
        if error.get("code") == "stream_truncated":
            raise self._unreadable("a stream that broke off", data, retryable=True)
        found = request_id(head)
        losses = tuple(decoder.losses)
        return Answer(response, self.call.losses, losses, found, head.status, head.headers)

    def _decoder(self) -> StreamDecoder:
        call = self.call
        limit = call.terms.max_response_bytes
        return call.dialect.StreamDecoder(
            request=call.request, provider=call.name, max_response_bytes=limit
        )

    # Streams ----------------------------------------------------------------------

    def _stream(self) -> Steps[None]:
        head = yield from self._opened()
        start = b""
        while not start.strip(BLANK):
            piece = yield from self._timed(Read())
            if piece is None:
                raise self._unreadable("no body", start, retryable=True)
            start = start[-len(BLANK) :] + piece  # of blanks without end, only the last are kept
        if not self._announced:
            self._announced = True
            yield Opened()
        form = form_of(head)
        if form in ("unknown", "json"):
            form = sniffed(start)
        if form in ("events", "lines") or (form == "json" and self._reads_lines(head)):
            yield from self._decoded(start)
        else:
            yield from self._whole_as_stream(head, form, start)

    def _reads_lines(self, head: Head) -> bool:
        """Whether JSON is the stream itself: lines, from a server that does not call them so."""
        table = self.call.dialect.streams()
        return table.framing == "ndjson" and form_of(head) != "json"

    def _whole_as_stream(self, head: Head, form: Form, start: bytes) -> Steps[None]:
        """A whole answer to a request for a stream: its events, all at once."""
        data = yield from self._body(self.call.terms.max_response_bytes, start=start)
        yield Hangup()
        if form != "json":
            raise self._refused(data)
        try:
            body = parsed(data)
        except ValueError as error:
            if not self._many_values(data):
                raise self._unreadable("half a JSON", data, retryable=True) from error
            body = None
        if body is None or _are_objects(body) or self._is_piece(body):
            decoder = self._decoder()
            yield from self._emitted([*decoder.feed(data), *decoder.close()])
            self.answer_losses = tuple(decoder.losses)
        else:
            answer = whole_response(self.call, head, body)
            self.answer_losses = answer.answer_losses
            yield from self._emitted(list(events_of(answer.response)))
            self.response = answer.response

    def _is_piece(self, body: Any) -> bool:
        """Whether JSON is one event of a stream rather than a whole answer, or an error."""
        table = self.call.dialect.streams()
        if not isinstance(body, dict) or holds_error(body):
            return False
        return bool(table.events) and str(body.get(table.tag or "")) in table.events

    def _decoded(self, start: bytes) -> Steps[None]:
        decoder = self._decoder()
        piece: bytes | None = start
        while self.response is None:
            events = decoder.feed(piece) if piece is not None else decoder.close()
            if piece is None or _ends(events):
                events = [*events, *decoder.close()]
                self.answer_losses = tuple(decoder.losses)
            yield from self._emitted(events)
            if self.response is None:
                piece = yield from self._next_piece()
        yield Settle()
        yield Hangup()

    def _next_piece(self) -> Steps[bytes | None]:
        """The next piece; None at the end, and where the stream breaks after its first event."""
        try:
            piece: bytes | None = yield from self._timed(Read())
            return piece
        except CallError as error:
            if not self._delivered:
                raise
            self.error = self._described(error, 1)
            return None

    def _emitted(self, events: list[Any]) -> Steps[None]:
        if not events:
            return
        self._delivered = True
        last = events[-1]
        if last["type"] in TERMINAL:
            self.response = last["response"]
            assert self.head is not None
            if last["type"] == "response.failed" and self.error is None:
                self.error = failure_of(self.call, self.head, last["response"])
        yield Emit(events)


def _are_objects(body: Any) -> bool:
    """Whether JSON is a list of events, as Gemini sends it."""
    return isinstance(body, list) and bool(body) and all(isinstance(one, dict) for one in body)


def _ends(events: list[Any]) -> bool:
    return bool(events) and events[-1]["type"] in TERMINAL
