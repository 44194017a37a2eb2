"""What the streams of both clients tell of themselves."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from ..runtime.errors import Loss
from .exchange import Exchange
from .failures import CallError
from .steps import Course

if TYPE_CHECKING:
    from ..types import ResponseResource


class Streaming:
    """One response that comes piece by piece."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._course = Course(exchange.stream())
        self._ready: deque[Any] = deque()

    @property
    def response(self) -> ResponseResource:
        """The response; RuntimeError until the stream has ended."""
        if self._exchange.response is None:
            raise RuntimeError("the stream has not ended: iterate over it, or call finish()")
        return self._exchange.response

    @property
    def error(self) -> CallError | None:
        """Why the response failed, if it did."""
        return self._exchange.error

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What the request lost in the vendor's format."""
        return self._exchange.call.losses

    @property
    def answer_losses(self) -> tuple[Loss, ...]:
        """What the vendor's stream lost; complete at its end."""
        return self._exchange.answer_losses

    @property
    def request_id(self) -> str | None:
        """The provider's name for the request."""
        return self._exchange.request_id

    def _finished(self) -> ResponseResource:
        if self.error is not None:
            raise self.error
        return self.response
