"""The lens laws of every dialect, on values generated from the schemas.

GetPut: a native body that fits `native.yaml` comes back from decoding and
encoding, up to the normal forms that its dialect file declares. PutGet: what a
canonical body says is said again when its encoding is decoded. Where either
does not hold, a loss or an error says so; there are no other exceptions.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
from canonical_forms import unaccounted
from contract import components
from contract import validator as validator_of
from generated_values import ERRORS, WORDS, Vocabulary, consistent, sensible, values
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from native_schemas import native_path, schema, validator
from normal_forms import normal
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
CONTRACT = {"Request": "CreateResponseBody", "Response": "ResponseResource"}


def native(name: str, entry_point: str) -> st.SearchStrategy[Any]:
    """Bodies of a vendor; Open Responses' own are described by the contract."""
    if native_path(name).exists():
        return values(schema(name), f"#/$defs/{entry_point}", NATIVE)
    reference = f"#/components/schemas/{CONTRACT[entry_point]}"
    return values({"components": components()}, reference, NATIVE)


def fits(name: str, entry_point: str, body: Any) -> bool:
    """Whether a generated body is one that the schema allows; nearly all are."""
    return not native_path(name).exists() or validator(name, entry_point).is_valid(body)


@pytest.mark.parametrize("name", NAMES)
@brief
@given(data=st.data())
def test_get_put_of_requests(name: str, data: st.DataObject) -> None:
    body = data.draw(native(name, "Request"))
    assume(not refuses_twice(body))
    before = copy.deepcopy(body)
    dialect = dialects.get(name)
    path = dialect.path.replace("{model}", "some-model")
    decoded = dialect.decode_request(body, path=path)
    assert body == before
    try:
        encoded = dialect.encode_request(decoded.body)
    except UnsupportedError as error:
        assert all(foreign(decoded.body, problem.path) for problem in error.problems)
        return
    assert encoded.path == path or "/stream" in encoded.path or "stream" in body
    found = [
        fault
        for fault in differences(normal(name, body), normal(name, encoded.body))
        if not covered(fault, decoded.losses) and not encoded.losses
    ]
    assert not found or not fits(name, "Request", body), found


@pytest.mark.parametrize("name", NAMES)
@brief
@given(data=st.data())
def test_get_put_of_responses(name: str, data: st.DataObject) -> None:
    body = data.draw(native(name, "Response"))
    before = copy.deepcopy(body)
    dialect = dialects.get(name)
    decoded = dialect.decode_response(body)
    assert body == before
    encoded = dialect.encode_response(decoded.body)
    found = [] if encoded.losses else lost(name, body, encoded.body)
    found = [fault for fault in found if not covered(fault, decoded.losses)]
    assert not found or not fits(name, "Response", body), found


def refuses_twice(body: Any) -> bool:
    """A refusal as content beside the field of that name, which no server sends."""
    messages = body.get("messages") or []
    return any(
        message.get("refusal")
        and any(part.get("type") == "refusal" for part in message.get("content") or [])
        for message in messages
        if isinstance(message, dict) and isinstance(message.get("content"), list)
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
    return [] if one == other else [f"{pointer(path)}: {one!r:.200} became {other!r:.200}"]


def covered(fault: str, losses: tuple[Loss, ...]) -> bool:
    """Whether a loss points at the place of a difference, or at what holds it."""
    place = fault.partition(": ")[0]
    return any(place == loss.path or place.startswith(f"{loss.path}/") for loss in losses)


def canonical(component: str, words: dict[str, tuple[Any, ...]]) -> st.SearchStrategy[Any]:
    document = {"components": components()}
    return values(document, f"#/components/schemas/{component}", Vocabulary(words))


@pytest.mark.parametrize("name", NAMES)
@brief
@given(made=canonical("CreateResponseBody", WORDS))
def test_put_get_of_requests(name: str, made: Any) -> None:
    body = sensible(made)
    before = copy.deepcopy(body)
    dialect = dialects.get(name)
    try:
        encoded = dialect.encode_request(body)
    except UnsupportedError as error:
        assert all(problem.reason for problem in error.problems)
        return
    finally:
        assert body == before
    decoded = dialect.decode_request(encoded.body, path=encoded.path)
    losses = (*encoded.losses, *decoded.losses)
    found = unaccounted(name, "request", body, decoded.body, losses)
    assert not found or not validator_of("CreateResponseBody").is_valid(body), found


@pytest.mark.parametrize("name", NAMES)
@brief
@given(made=canonical("ResponseResource", WORDS))
def test_put_get_of_responses(name: str, made: Any) -> None:
    body = consistent(made)
    before = copy.deepcopy(body)
    dialect = dialects.get(name)
    try:
        encoded = dialect.encode_response(body)
    except UnsupportedError as error:
        assert all(problem.reason for problem in error.problems)
        return
    finally:
        assert body == before
    decoded = dialect.decode_response(encoded.body)
    losses = (*encoded.losses, *decoded.losses)
    found = unaccounted(name, "response", body, decoded.body, losses)
    assert not found or not validator_of("ResponseResource").is_valid(body), found


@pytest.mark.parametrize("name", NAMES)
@brief
@given(body=canonical("ErrorPayload", ERRORS))
def test_put_get_of_errors(name: str, body: Any) -> None:
    dialect = dialects.get(name)
    encoded = dialect.encode_error({"error": body})
    decoded = dialect.decode_error(encoded.status, encoded.body)
    losses = (*encoded.losses, *decoded.losses)
    assert not unaccounted(name, "error", body, decoded.body["error"], losses)
