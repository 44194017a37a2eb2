"""Makes a call of a request: canonical, encoded for the provider, as bytes. No network yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from .. import dialects
from ..runtime.errors import DecodeError, Loss, LossError, UnsupportedError
from ..runtime.jsontext import dumps
from ..runtime.translation import Dialect, Encoded, Model, fill, plain
from .endpoint import Endpoint
from .failures import (
    ConfigurationError,
    LossyRequestError,
    MalformedRequestError,
    UnsupportedRequestError,
)
from .retrying import Policy
from .steps import Send, Timeouts

if TYPE_CHECKING:
    from ..types import CreateResponseBody

    RequestLike = CreateResponseBody | Mapping[str, Any] | Model


@dataclass(frozen=True)
class Terms:
    """What holds for every call of a client."""

    endpoint: Endpoint
    timeouts: Timeouts
    policy: Policy
    strict: bool
    max_response_bytes: int
    clock: Callable[[], float]


@dataclass(frozen=True)
class Call:
    """One request, ready to be sent. `request` is the canonical one."""

    terms: Terms
    dialect: Dialect[Any, Any, Any]
    request: dict[str, Any]
    losses: tuple[Loss, ...]
    send: Send = field(repr=False)
    stream: bool = False

    @property
    def name(self) -> str:
        """The provider's name, for dialects and messages."""
        return self.terms.endpoint.provider.name


def canonical_of(endpoint: Endpoint, request: RequestLike) -> dict[str, Any]:
    """A request in Open Responses' form. Raises as `prepare` does."""
    try:
        given = plain(request)
        _check_model(endpoint, given)
        return _canonical(given, endpoint.provider.name)[0]
    except DecodeError as error:
        raise _malformed(endpoint, error) from error


def prepare(terms: Terms, request: RequestLike, *, stream: bool) -> Call:
    """The call that a request comes to, in Open Responses' form or the portable one.

    Raises ConfigurationError for its model, MalformedRequestError,
    UnsupportedRequestError, and LossyRequestError where `terms` are strict.
    """
    endpoint = terms.endpoint
    name = endpoint.provider.name
    try:
        given = plain(request)
        _check_model(endpoint, given)
        canonical, before = _canonical(given, name)
        canonical = {key: value for key, value in canonical.items() if key != "stream"}
        if stream:
            canonical["stream"] = True
        dialect = _dialect(terms)
        made = _encoded(endpoint, dialect, canonical)
        content = _json(made.body)
    except DecodeError as error:
        raise _malformed(endpoint, error) from error
    losses = (*before, *made.losses)
    if terms.strict and losses:
        raise _too_lossy(endpoint, losses) from LossError(losses)
    send = _send(endpoint, canonical, made, content, stream)
    return Call(terms, dialect, canonical, losses, send, stream)


def _json(body: Any) -> bytes:
    try:
        return dumps(body)
    except (TypeError, ValueError) as error:
        raise DecodeError("", f"it holds what JSON cannot say: {error}") from None


def _malformed(endpoint: Endpoint, error: DecodeError) -> MalformedRequestError:
    if isinstance(error, MalformedRequestError):
        return error
    name = endpoint.provider.name
    message = f"{name}: {error.path or 'the request'}: {error.message}"
    return MalformedRequestError(message, path=error.path, provider=name)


def _check_model(endpoint: Endpoint, request: Mapping[str, Any]) -> None:
    model = request.get("model")
    if isinstance(model, str) and model.strip():
        return
    examples = [name for rule in endpoint.provider.models for name in rule.examples][:3]
    such = f", such as {', '.join(map(repr, examples))}" if examples else ""
    raise ConfigurationError(
        f"model: {endpoint.provider.name} needs the name of a model{such}; got {model!r}",
        field="model",
        provider=endpoint.provider.name,
    )


def _canonical(given: dict[str, Any], name: str) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    if "messages" not in given:
        return given, ()
    if "input" in given:
        raise MalformedRequestError(
            f"{name}: the request has both `input` and `messages`; leave out one of them",
            path="/messages",
            provider=name,
        )
    if "portable" not in dialects.names():
        raise MalformedRequestError(
            f"{name}: requests with `messages` need the dialect portable, which this package lacks",
            path="/messages",
            provider=name,
        )
    decoded = dialects.get("portable").decode_request(given)
    found: dict[str, Any] = plain(decoded.body)
    return found, decoded.losses


def _dialect(terms: Terms) -> Dialect[Any, Any, Any]:
    found = dialects.get(terms.endpoint.dialect)
    return found if found.clock is terms.clock else replace(found, clock=terms.clock)


def _encoded(
    endpoint: Endpoint, dialect: Dialect[Any, Any, Any], request: dict[str, Any]
) -> Encoded[Any]:
    provider = endpoint.provider.name
    try:
        return dialect.encode_request(request, provider=provider)
    except UnsupportedError as error:
        problems = "; ".join(
            f"{problem.path or '/'}: {problem.reason}" for problem in error.problems
        )
        raise UnsupportedRequestError(
            f"{provider} ({dialect.name}) cannot take the request: {problems}. "
            f"{_way_out(endpoint, request)}",
            problems=error.problems,
            provider=provider,
        ) from error


def _way_out(endpoint: Endpoint, request: dict[str, Any]) -> str:
    """What to do about it: another dialect of the provider, if one takes the request."""
    for name in endpoint.provider.dialects:
        if name == endpoint.dialect or name not in dialects.names():
            continue
        try:
            dialects.get(name).encode_request(request, provider=endpoint.provider.name)
        except (UnsupportedError, DecodeError):
            continue
        return f"Leave that out, or use dialect={name!r}, which takes it"
    return "Leave that out, or call another provider"


def _too_lossy(endpoint: Endpoint, losses: tuple[Loss, ...]) -> LossyRequestError:
    name = endpoint.provider.name
    listed = "; ".join(map(str, losses))
    return LossyRequestError(
        f"{name} ({endpoint.dialect}) would not get all of the request: {listed}. "
        "Change it, or allow losses with strict=False",
        losses=losses,
        provider=name,
    )


def _send(
    endpoint: Endpoint,
    request: dict[str, Any],
    made: Encoded[Any],
    content: bytes,
    stream: bool,
) -> Send:
    service = endpoint.service
    path = made.path
    if not endpoint.own or endpoint.dialect not in endpoint.provider.services:
        template = service.stream_path if stream and service.stream_path else service.path
        path = fill(template, {"model": request["model"]})
    accept = "text/event-stream, application/x-ndjson, application/json" if stream else ""
    headers = {
        "Content-Type": "application/json",
        "Accept": accept or "application/json",
        "Accept-Encoding": "identity" if stream else "gzip, deflate",
        **made.headers,
    }
    return Send(endpoint.url(request["model"], path), endpoint.all_headers(headers), content)
