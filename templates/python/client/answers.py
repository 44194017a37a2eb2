"""Reads what came back: a response, or the exception that says what came instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..runtime.emitting import Emitter
from ..runtime.errors import DecodeError, Loss
from ..runtime.jsontext import loads
from .failures import ApiError, UnreadableAnswerError, api_error
from .requests import Call
from .retrying import is_retryable, told_to_wait
from .steps import Head

if TYPE_CHECKING:
    from ..types import ResponseResource

MAX_ERROR_BYTES = 1024 * 1024
"""How much of the body of an error is read."""

SHOWN = 500
"""How many characters of an unreadable answer an exception keeps."""

REQUEST_IDS = (
    *("x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "x-goog-request-id"),
    *("x-generation-id", "cf-ray"),
)
"""Headers that name a request to the provider's support, the best first."""

Form = Literal["events", "lines", "json", "other", "unknown"]

_CONTENT = ("output", "choices", "candidates", "message", "content")
"""What answers of any dialect hold."""

_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, and what is known of the call that it answers.

    `losses` are what the request lost, `answer_losses` what the vendor's answer did.
    """

    response: ResponseResource
    losses: tuple[Loss, ...]
    answer_losses: tuple[Loss, ...]
    request_id: str | None
    status: int
    headers: Mapping[str, str]


def form_of(head: Head) -> Form:
    """What the content type says of a body."""
    kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return "events"
    if kind.endswith(("ndjson", "jsonl", "json-lines", "stream+json")):
        return "lines"
    if kind.endswith("json"):
        return "json"
    return "other" if kind.startswith("text/html") else "unknown"


def sniffed(start: bytes) -> Form:
    """What the first bytes say of a body, where its content type does not."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return "json"
    if text.startswith((b"data:", b"event:", b"id:", b"retry:", b":")):
        return "events"
    return "other" if text else "unknown"


def request_id(head: Head, body: Any = None) -> str | None:
    """The provider's name for the request, from the headers or the body of an error."""
    for name in REQUEST_IDS:
        if head.headers.get(name):
            return head.headers[name]
    named = body.get("request_id") if isinstance(body, dict) else None
    return named if isinstance(named, str) else None


def parsed(data: bytes) -> Any:
    """The body as JSON. Raises ValueError."""
    return loads(data.removeprefix(b"\xef\xbb\xbf"))


def whole_response(call: Call, head: Head, body: Any) -> Answer:
    """The answer that a whole JSON body is.

    Raises ApiError for an error inside, UnreadableAnswerError for other JSON.
    """
    if not isinstance(body, dict):
        raise unreadable(call, head, "JSON, but no object", str(body).encode())
    if holds_error(body):
        raise refusal(call, head, body)
    try:
        decoded = call.dialect.decode_response(body, request=call.request, provider=call.name)
    except DecodeError as error:
        text = str(body).encode("utf-8", "replace")
        raise unreadable(call, head, f"no answer of {call.dialect.name} ({error})", text) from error
    response = decoded.body
    if not response["output"] and not any(key in body for key in _CONTENT):
        text = str(body).encode("utf-8", "replace")
        raise unreadable(call, head, f"JSON, but no answer of {call.dialect.name}", text)
    return Answer(
        response, call.losses, decoded.losses, request_id(head, body), head.status, head.headers
    )


def holds_error(body: Mapping[str, Any]) -> bool:
    """Whether a body of status 200 is an error, and no response that failed."""
    return (
        bool(body.get("error") or body.get("type") == "error")
        and not any(body.get(key) for key in _CONTENT)
        and body.get("object") != "response"
    )


def refusal(call: Call, head: Head, body: Any) -> ApiError:
    """The exception for an error of the provider; `body` is JSON, text, or None for none."""
    status = head.status if head.status >= 400 else _inner_status(body)
    shown = "" if body is None else body
    decoded = call.dialect.decode_error(status, shown, provider=call.name)
    error = decoded.body["error"]
    code = error.get("code")
    said = str(error.get("message") or "")
    if isinstance(shown, str):
        said = _described(shown)
    found = request_id(head, body)
    coded = f" ({code})" if code else ""
    made = api_error(error.get("type"))
    named = f" [request {found}]" if found else ""
    text = f"{call.name} answered {head.status} {made.type}{coded}: {said}{named}"
    return made(
        call.terms.endpoint.hide(text),
        status=head.status,
        code=code,
        param=error.get("param"),
        provider=call.name,
        request_id=found,
        losses=call.losses,
        retry_after=told_to_wait(head.headers, body, call.terms.clock()),
        retryable=is_retryable(status, code, head.headers),
        headers=head.headers,
    )


def _inner_status(body: Any) -> int:
    """The status of an error that came with 200: its own code, if that is one."""
    error = body.get("error") if isinstance(body, dict) else None
    holders = [error, body] if isinstance(error, dict) else [body]
    for holder in holders:
        for key in ("code", "status"):
            value = holder.get(key) if isinstance(holder, dict) else None
            if isinstance(value, str) and value.isdigit():
                value = int(value[:3])
            if isinstance(value, int) and 400 <= value <= 599:
                return value
    kind = error.get("type") if isinstance(error, dict) else None
    return _STATUS_OF.get(str(kind), 500)


_STATUS_OF = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "overloaded_error": 529,
}
"""Types of errors that vendors send inside a stream or an answer of status 200."""


def _described(text: str) -> str:
    """What an error body that is no JSON says: the title of a page, or its first words."""
    if not text.strip():
        return "there was no body"
    title = _TITLE.search(text)
    if title:
        return f"a page of HTML, {' '.join(title.group(1).split())!r}"
    if text.lstrip()[:1] == "<":
        return "a page of HTML"
    return " ".join(text.split())[:200]


def error_body(data: bytes) -> Any:
    """The body of an error: JSON, else text, else None."""
    try:
        return parsed(data)
    except ValueError:
        return data.decode("utf-8", "replace") or None


def unreadable(
    call: Call, head: Head, what: str, body: bytes, *, retryable: bool = False
) -> UnreadableAnswerError:
    """The exception for an answer of status 200 that is none."""
    hide = call.terms.endpoint.hide
    kind = head.headers.get("content-type") or "no content type"
    found = request_id(head)
    named = f" [request {found}]" if found else ""
    text = f"{call.name} answered {head.status} ({kind}) with {what}{named}"
    return UnreadableAnswerError(
        hide(text),
        status=head.status,
        body=hide(body[: 4 * SHOWN].decode("utf-8", "replace")[:SHOWN]),
        provider=call.name,
        request_id=found,
        losses=call.losses,
        retryable=retryable,
    )


def failure_of(call: Call, head: Head, response: ResponseResource) -> ApiError:
    """The exception for a response that failed."""
    error: Mapping[str, Any] = response.get("error") or {}
    code = str(error.get("code") or "server_error")
    kind = _TYPE_OF_CODE.get(code, "model_error")
    found = request_id(head)
    named = f" [request {found}]" if found else ""
    text = (
        f"{call.name}: the response failed ({code}): {error.get('message') or 'no reason'}{named}"
    )
    return api_error(kind)(
        call.terms.endpoint.hide(text),
        status=head.status,
        code=code,
        provider=call.name,
        request_id=found,
        losses=call.losses,
        headers=head.headers,
        response=response,
    )


_TYPE_OF_CODE = {
    "server_error": "server_error",
    "overloaded": "server_error",
    "overloaded_error": "server_error",
    "stream_truncated": "server_error",
    "rate_limit_exceeded": "too_many_requests",
    "rate_limit_error": "too_many_requests",
    "too_many_requests": "too_many_requests",
    "invalid_request": "invalid_request",
    "invalid_request_error": "invalid_request",
    "invalid_prompt": "invalid_request",
    "not_found": "not_found",
    "model_not_found": "not_found",
}
"""Code of a failed response -> type of the error."""


def events_of(response: ResponseResource) -> Iterator[Any]:
    """The events of a response that came whole: each item is added, said and done."""
    emitter = Emitter(lambda path, reason: None)
    whole: dict[str, Any] = dict(response)
    status = whole["status"]
    early = {**whole, "output": [], "usage": None, "error": None, "completed_at": None}
    begun = "queued" if status == "queued" else "in_progress"
    emitter.start({**early, "incomplete_details": None, "status": begun})
    for item in whole["output"]:
        emitter.whole(item, "incomplete" if item.get("status") == "incomplete" else "completed")
    if status == "failed":
        emitter.fail({"type": "server_error", "param": None, **(whole["error"] or {})}, whole)
    elif status in ("completed", "incomplete"):
        emitter.end(whole)
    yield from emitter.take()
