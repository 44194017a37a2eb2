"""What can go wrong with a call. All derive from `OpenResponsesError`; none tells the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..runtime.errors import (
    DecodeError,
    Loss,
    LossError,
    OpenResponsesError,
    Unsupported,
    UnsupportedError,
)

if TYPE_CHECKING:
    from ..types import ResponseResource


class CallError(OpenResponsesError):
    """A call failed. `losses` are what the request lost on its way into the vendor's format."""

    retryable = False
    """Whether the same call may succeed later."""

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        request_id: str | None = None,
        losses: Sequence[Loss] = (),
    ) -> None:
        OpenResponsesError.__init__(self, message)  # not the next base: translations have their own
        self.message = message
        self.provider = provider
        self.request_id = request_id
        self.losses = tuple(losses)


# Before any network -------------------------------------------------------------


class ConfigurationError(CallError):
    """The call cannot be made as it was asked for; `field` names the argument or field at fault."""

    def __init__(self, message: str, *, field: str = "", provider: str = "") -> None:
        super().__init__(message, provider=provider)
        self.field = field


class MalformedRequestError(CallError, DecodeError):
    """The request is no Open Responses request; `path` is a JSON Pointer to the fault."""

    def __init__(self, message: str, *, path: str = "", provider: str = "") -> None:
        CallError.__init__(self, message, provider=provider)
        self.path = path


class UnsupportedRequestError(CallError, UnsupportedError):
    """The provider cannot take the request; `problems` lists everything that stands against it."""

    def __init__(
        self, message: str, *, problems: Sequence[Unsupported] = (), provider: str = ""
    ) -> None:
        CallError.__init__(self, message, provider=provider)
        self.problems = tuple(problems)


class LossyRequestError(CallError, LossError):
    """A strict client does not send a request that loses something; `losses` lists it."""

    def __init__(self, message: str, *, losses: Sequence[Loss] = (), provider: str = "") -> None:
        CallError.__init__(self, message, provider=provider, losses=losses)


# The network ----------------------------------------------------------------------


class ConnectionFailedError(CallError):
    """No connection came about, or it broke before the answer was whole."""

    retryable = True


class CertificateError(ConnectionFailedError):
    """The server's certificate is not trusted. It will not be the next time either."""

    retryable = False


class TimeoutExceededError(ConnectionFailedError):
    """The answer took too long; `phase` is connect, read, write, pool or total."""

    def __init__(self, message: str, *, phase: str = "total", provider: str = "") -> None:
        super().__init__(message, provider=provider)
        self.phase = phase
        self.retryable = phase != "total"


class UnreadableAnswerError(CallError):
    """An answer came, but it is none of the provider's: a page of HTML, half a JSON, too much.

    `body` is its beginning, at most 500 characters.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        body: str = "",
        provider: str = "",
        request_id: str | None = None,
        losses: Sequence[Loss] = (),
        retryable: bool = False,
    ) -> None:
        super().__init__(message, provider=provider, request_id=request_id, losses=losses)
        self.status = status
        self.body = body
        self.retryable = retryable


# What the provider says -------------------------------------------------------------


class ApiError(CallError):
    """The provider refused or failed; one class for each error type of Open Responses.

    `status` is the HTTP status (200 where the error came inside an answer), `retry_after` the
    seconds that the provider asks to wait, `response` the failed response, where there is one.
    """

    type = "server_error"

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str | None = None,
        param: str | None = None,
        provider: str = "",
        request_id: str | None = None,
        losses: Sequence[Loss] = (),
        retry_after: float | None = None,
        retryable: bool = False,
        headers: Mapping[str, str] | None = None,
        response: ResponseResource | None = None,
    ) -> None:
        super().__init__(message, provider=provider, request_id=request_id, losses=losses)
        self.status = status
        self.code = code
        self.param = param
        self.retry_after = retry_after
        self.retryable = retryable
        self.headers: Mapping[str, str] = dict(headers or {})
        self.response = response


class InvalidRequestError(ApiError):
    """The request is wrong, or not allowed: the same request will fail again."""

    type = "invalid_request"


class NotFoundError(ApiError):
    """There is no such model, or no such response."""

    type = "not_found"


class TooManyRequestsError(ApiError):
    """A limit was reached; `retry_after` says when to come back, if the provider said so."""

    type = "too_many_requests"


class ServerError(ApiError):
    """The provider failed, or is overloaded."""

    type = "server_error"


class ModelError(ApiError):
    """The model failed while it processed the request."""

    type = "model_error"


TYPES: dict[str, type[ApiError]] = {
    kind.type: kind
    for kind in (InvalidRequestError, NotFoundError, TooManyRequestsError, ServerError, ModelError)
}
"""Error type of Open Responses -> exception."""


def api_error(kind: Any) -> type[ApiError]:
    """The exception of an error type; of an unknown one, that of the server's failure."""
    return TYPES.get(kind, ServerError) if isinstance(kind, str) else ServerError
