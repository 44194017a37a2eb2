"""The dialects on recordings of real traffic, each compared with what the vendor said.

Requests: what decoding and encoding make of a recorded request is that request,
up to the normal forms of `normal_forms.py`, and the decoded request is valid.
Responses: every fact that an independent reader finds (text, refusal,
reasoning, calls, usage, the end, errors) is in the decoded response, which is
valid. Cases that cannot come out right are listed with their reasons in
`exceptions/<dialect>.txt`; a listed case that does come out right fails, too.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from contract import request_faults, response_faults
from facts import expected_facts, found_facts
from normal_forms import normal
from openresponses import dialects
from openresponses.dialects import OpenResponsesError
from recordings import CORPUS, Recording, oracle, recordings

EXCEPTIONS = Path(__file__).parent / "exceptions"
RECORDED = [name for name in dialects.names() if (CORPUS / name).is_dir()]
SHARE = 0.995

here = pytest.mark.skipif(not CORPUS.is_dir(), reason="the recordings are not beside the project")
compared = pytest.mark.skipif(oracle() is None, reason="the reader of recordings is not there")


@cache
def exceptions(dialect: str) -> dict[str, str]:
    """`<part>/<case>` -> reason, from lines `part/case: reason`."""
    path = EXCEPTIONS / f"{dialect}.txt"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    entries = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {case: reason for case, _, reason in entries}


def judge(dialect: str, part: str, total: int, faults: dict[str, str]) -> None:
    """Every fault is an exception, every exception a fault, and there are few of them."""
    listed = {
        case.removeprefix(f"{part}/"): reason
        for case, reason in exceptions(dialect).items()
        if case.startswith(f"{part}/")
    }
    assert all(listed.values()), "every exception needs a reason"
    unlisted = {case: fault for case, fault in faults.items() if case not in listed}
    shown = "\n".join(f"{case}: {fault[:500]}" for case, fault in list(unlisted.items())[:12])
    assert not unlisted, f"{len(unlisted)} of {total}\n{shown}"
    assert set(listed) == set(faults), "some exceptions are not needed any more"
    assert len(faults) <= max(1, total * (1 - SHARE)), f"{len(faults)} of {total} are exceptions"


@here
@pytest.mark.parametrize("dialect", RECORDED)
def test_recorded_requests_come_back(dialect: str) -> None:
    cases = [case for case in recordings(dialect) if case.has_request]
    faults = {case.name: fault for case in cases if (fault := request_fault(case))}
    judge(dialect, "request", len(cases), faults)


def request_fault(case: Recording) -> str | None:
    """What is wrong with the way of a request to Open Responses and back."""
    found = dialects.get(case.dialect)
    path = case.path(found.path, found.stream_path)
    native = case.request()
    before = json.dumps(native)
    try:
        decoded = found.decode_request(native, path=path)
        canonical = copy.deepcopy(decoded.body)
        encoded = found.encode_request(decoded.body)
    except OpenResponsesError as error:
        return f"{type(error).__name__}: {error}"
    assert json.dumps(native) == before, "decoding changed its input"
    assert decoded.body == canonical, "encoding changed its input"
    wanted, back = normal(case.dialect, native), normal(case.dialect, encoded.body)
    if wanted != back:
        return "; ".join(differences(wanted, back))
    if "{model}" in found.path and encoded.path != path:
        return f"the path was {path} and is {encoded.path}"
    return next(iter(request_faults(decoded.body)), None)


@here
@compared
@pytest.mark.parametrize("dialect", RECORDED)
def test_recorded_responses_tell_every_fact(dialect: str) -> None:
    cases = [case for case in recordings(dialect) if case.has_response]
    faults = {case.name: fault for case in cases if (fault := response_fault(case))}
    judge(dialect, "response", len(cases), faults)


def response_fault(case: Recording) -> str | None:
    """Which fact of a response is missing or wrong, or why it is not valid."""
    reader = oracle()
    assert reader is not None
    said = reader.read_case(case.folder)
    found = dialects.get(case.dialect)
    native = case.response()
    try:
        if case.status >= 400 or said["error"]:
            error = found.decode_error(case.status, native).body["error"]
            return error_fault(case.status, said["error"], error)
        body = found.decode_response(native).body
    except OpenResponsesError as error:
        return f"{type(error).__name__}: {error}"
    wanted, told = expected_facts(case.dialect, said, native), found_facts(body)
    wrong = [
        f"{name}: {value!r:.200} is told as {told[name]!r:.200}"
        for name, value in wanted.items()
        if told[name] != value
    ]
    ids = [item["call_id"] for item in body["output"] if item["type"] == "function_call"]
    if not said["warnings"] and len(set(ids)) < len(ids):
        wrong.append(f"calls share ids: {ids}")
    return "; ".join(wrong) or next(iter(response_faults(body)), None)


def error_fault(status: int, said: Any, error: dict[str, Any]) -> str | None:
    """The message is the vendor's, the type one of the contract's and fit for the status."""
    messages = list(texts(said))
    if messages and not any(message in error["message"] for message in messages):
        return f"the message {error['message']!r} is none of {messages!r:.300}"
    wanted = {404: "not_found", 429: "too_many_requests"}.get(status)
    if wanted is None and status >= 400:
        wanted = "invalid_request" if status < 500 and status != 408 else "server_error"
    if wanted is not None and error["type"] not in (wanted, "model_error"):
        return f"the type of status {status} is {error['type']}, not {wanted}"
    return None


def texts(value: Any) -> Iterator[str]:
    """Every text of an error, its message first."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key in sorted(value, key=lambda key: key != "message"):
            yield from texts(value[key])
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@here
@pytest.mark.parametrize("dialect", RECORDED)
def test_recorded_responses_come_back(dialect: str) -> None:
    """Encoding a decoded response and decoding that again says the same."""
    found = dialects.get(dialect)
    faults = {}
    cases = [case for case in recordings(dialect) if case.has_response and case.status < 400]
    for case in cases:
        try:
            first = found.decode_response(case.response()).body
        except OpenResponsesError:
            continue  # judged above
        encoded = found.encode_response(first)
        second = found.decode_response(encoded.body).body
        if found_facts(first) != found_facts(second):
            faults[case.name] = "; ".join(differences(found_facts(first), found_facts(second)))
    judge(dialect, "again", len(cases), faults)


def differences(left: Any, right: Any, place: str = "") -> Iterator[str]:
    """Where two JSON values differ, in words."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in {**left, **right}:
            if key in left and key in right:
                yield from differences(left[key], right[key], f"{place}/{key}")
            else:
                side, value = ("lost", left[key]) if key in left else ("added", right[key])
                yield f"{place}/{key} {side}: {json.dumps(value, default=str)[:120]}"
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{place}/{index}")
    elif left != right:
        texts = (json.dumps(value, default=str)[:120] for value in (left, right))
        yield f"{place}: {' became '.join(texts)}"
