"""The lens laws of every dialect, on values generated from the schemas.

GetPut: a native body that fits `native.yaml` comes back from decoding and
encoding, up to the normal forms that its dialect file declares. PutGet: what a
canonical body says is said again when its encoding is decoded. Where either
does not hold, a loss or an error says so; there are no other exceptions.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from canonical_forms import unaccounted
from contract import components
from contract import validator as validator_of
from generated_values import ERRORS, WORDS, Vocabulary, consistent, sensible, values
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from native_schemas import native_path, schema, validator
from normal_forms import Hollow, normal
from openresponses import dialects
from openresponses.dialects import Loss, UnsupportedError
from places import pointer
from response_forms import lost

NAMES = dialects.names()

brief = settings(
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
NATIVE = Vocabulary(WORDS, unknown=True)
Law = Callable[[str, Any], list[str]]
"""Of a dialect's name and a body: where the law does not hold."""
each = pytest.mark.parametrize("name", NAMES)
CONTRACT = {"Request": "CreateResponseBody", "Response": "ResponseResource"}


def named_file() -> dict[str, Any]:
    """Content that is not sent as it is where formats have no names."""
    return {"type": "input_file", "filename": "Hi", "file_data": "JVBERi0x"}


NEIGHBOURS = {
    "model": "Hi",
    "input": [
        {"type": "message", "role": "user", "content": [named_file()]},
        {"type": "message", "role": "user", "content": "Hi"},
        {"type": "message", "role": "user", "content": [named_file(), named_file()]},
    ],
}
"""Messages of one speaker, which some formats join; of some of them everything is lost."""


def native(name: str, entry_point: str) -> st.SearchStrategy[Any]:
    """Bodies of a vendor; Open Responses' own are described by the contract."""
    if native_path(name).exists():
        return values(schema(name), f"#/$defs/{entry_point}", NATIVE)
    reference = f"#/components/schemas/{CONTRACT[entry_point]}"
    return values({"components": components()}, reference, NATIVE)


def fits(name: str, entry_point: str, body: Any) -> bool:
    """Whether a generated body is one that the schema allows; nearly all are."""
    return not native_path(name).exists() or validator(name, entry_point).is_valid(body)


# GetPut ---------------------------------------------------------------------------------------


def get_put_of_request(name: str, body: Any) -> list[str]:
    """What of a native request does not come back, and no loss tells."""
    dialect = dialects.get(name)
    path = dialect.path.replace("{model}", "some-model")
    decoded = dialect.decode_request(body, path=path)
    try:
        encoded = dialect.encode_request(decoded.body)
    except UnsupportedError as error:
        return [str(p) for p in error.problems if not foreign(decoded.body, p.path)]
    if encoded.path != path and "/stream" not in encoded.path and "stream" not in body:
        return [f"the path {path} became {encoded.path}"]
    faults = differences(normal(name, body), normal(name, encoded.body))
    return [] if encoded.losses else [f for f in faults if not covered(f, decoded.losses)]


def get_put_of_response(name: str, body: Any) -> list[str]:
    """The same of a native response."""
    dialect = dialects.get(name)
    decoded = dialect.decode_response(body)
    encoded = dialect.encode_response(decoded.body)
    faults = [] if encoded.losses else lost(name, body, encoded.body)
    return [fault for fault in faults if not covered(fault, decoded.losses)]


@each
@brief
@given(data=st.data())
def test_get_put_of_requests(name: str, data: st.DataObject) -> None:
    body = data.draw(native(name, "Request"))
    assume(not says_twice(body))
    holds(get_put_of_request, name, body, lambda: fits(name, "Request", body))


@each
@brief
@given(data=st.data())
def test_get_put_of_responses(name: str, data: st.DataObject) -> None:
    body = data.draw(native(name, "Response"))
    assume(not says_twice(body))
    holds(get_put_of_response, name, body, lambda: fits(name, "Response", body))


def holds(law: Law, name: str, body: Any, valid: Callable[[], bool]) -> None:
    """Fail if the law does not hold for a body, although the body is valid."""
    before = copy.deepcopy(body)
    found = law(name, body)
    assert body == before, "a translation changed its input"
    assert not found or not valid(), found


def says_twice(body: Any) -> bool:
    """Whether one thing is told in two ways, which no server or program does.

    That is a refusal as content beside the field of that name, or several, and an
    image as data beside its URL.
    """
    choices = [choice.get("message") for choice in body.get("choices") or []]
    messages = [*(body.get("messages") or []), *choices]
    listed = [m for m in messages if isinstance(m, dict) and isinstance(m.get("content"), list)]
    parts = [part for message in listed for part in message["content"]]
    return any(part.get("url") and part.get("data") for part in parts) or any(
        sum(part.get("type") == "refusal" for part in message["content"])
        + (message.get("refusal") is not None)
        > 1
        for message in listed
    )


def foreign(request: Any, place: str) -> bool:
    """Whether a place holds state with another origin's envelope, which nobody else may get."""
    item = request["input"][int(place.split("/")[2])]
    return ":" in str(item.get("encrypted_content"))


def differences(one: Any, other: Any, path: tuple[str | int, ...] = ()) -> list[str]:
    """Where two values differ: a pointer and what stands there."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            fault
            for key in {**one, **other}
            for fault in differences(one.get(key, ...), other.get(key, ...), (*path, key))
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            fault
            for index, (left, right) in enumerate(zip(one, other, strict=True))
            for fault in differences(left, right, (*path, index))
        ]
    if one == other or (isinstance(one, Hollow) and other is ...):
        return []
    return [f"{pointer(path)}: {one!r:.200} became {other!r:.200}"]


def covered(fault: str, losses: tuple[Loss, ...]) -> bool:
    """Whether a loss points at the place of a difference, or at what holds it."""
    place = fault.partition(": ")[0]
    return any(place == loss.path or place.startswith(f"{loss.path}/") for loss in losses)


def canonical(component: str, words: dict[str, tuple[Any, ...]]) -> st.SearchStrategy[Any]:
    document = {"components": components()}
    return values(document, f"#/components/schemas/{component}", Vocabulary(words))


# PutGet ---------------------------------------------------------------------------------------


def put_get_of_request(name: str, body: Any) -> list[str]:
    """What of a canonical request does not come back, and no loss tells."""
    dialect = dialects.get(name)
    try:
        encoded = dialect.encode_request(body)
    except UnsupportedError as error:
        return unexplained(error)
    decoded = dialect.decode_request(encoded.body, path=encoded.path)
    losses = (*encoded.losses, *decoded.losses)
    return unaccounted(name, "request", body, decoded.body, losses)


def put_get_of_response(name: str, body: Any) -> list[str]:
    """The same of a canonical response."""
    dialect = dialects.get(name)
    try:
        encoded = dialect.encode_response(body)
    except UnsupportedError as error:
        return unexplained(error)
    decoded = dialect.decode_response(encoded.body)
    losses = (*encoded.losses, *decoded.losses)
    return unaccounted(name, "response", body, decoded.body, losses)


def put_get_of_error(name: str, body: Any) -> list[str]:
    """The same of a canonical error."""
    dialect = dialects.get(name)
    encoded = dialect.encode_error({"error": body})
    decoded = dialect.decode_error(encoded.status, encoded.body)
    losses = (*encoded.losses, *decoded.losses)
    return unaccounted(name, "error", body, decoded.body["error"], losses)


def unexplained(error: UnsupportedError) -> list[str]:
    return [f"{problem.path} is refused" for problem in error.problems if not problem.reason]


def valid(component: str, body: Any) -> Callable[[], bool]:
    return lambda: validator_of(component).is_valid(body)


@each
@brief
@example(made=NEIGHBOURS)
@given(made=canonical("CreateResponseBody", WORDS))
def test_put_get_of_requests(name: str, made: Any) -> None:
    body = sensible(made)
    holds(put_get_of_request, name, body, valid("CreateResponseBody", body))


@each
@brief
@given(made=canonical("ResponseResource", WORDS))
def test_put_get_of_responses(name: str, made: Any) -> None:
    body = consistent(made)
    holds(put_get_of_response, name, body, valid("ResponseResource", body))


@each
@brief
@given(body=canonical("ErrorPayload", ERRORS))
def test_put_get_of_errors(name: str, body: Any) -> None:
    holds(put_get_of_error, name, body, valid("ErrorPayload", body))
