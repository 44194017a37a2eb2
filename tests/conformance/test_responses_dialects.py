"""The two dialects that are nearly Open Responses itself: compaction, reasoning, extensions.

What single bodies become is proved by their vectors; here stands what no
vector can say: what other dialects refuse, and what recordings of compactions
become.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from openresponses import dialects
from openresponses.dialects import DecodeError, Dialect, UnsupportedError
from recordings import CORPUS

RESPONSES = ("openai_responses", "openresponses")
OTHERS = tuple(name for name in dialects.names() if name not in RESPONSES)
REQUEST = {"model": "m-1", "input": "Hello."}
RESULT = {"id": "resp_1", "object": "response.compaction", "created_at": 1, "output": []}


@pytest.mark.parametrize("name", OTHERS)
def test_others_refuse_to_compact(name: str) -> None:
    dialect = dialects.get(name)
    for translate, body in (
        (dialect.encode_compaction_request, REQUEST),
        (dialect.decode_compaction_request, REQUEST),
        (dialect.encode_compaction, RESULT),
        (dialect.decode_compaction, RESULT),
    ):
        with pytest.raises(UnsupportedError, match=f"{name} has no compaction"):
            translate(body)


@pytest.mark.parametrize("name", RESPONSES)
def test_a_request_to_compact_names_a_model(name: str) -> None:
    with pytest.raises(DecodeError, match="/model: expected the name of a model"):
        dialects.get(name).decode_compaction_request({"input": "Hello."})


@pytest.mark.parametrize("name", RESPONSES)
def test_state_of_others_stays_at_home(name: str) -> None:
    """Law T4: an envelope reaches nobody but its origin, whatever stands beside it."""
    dialect = dialects.get(name)
    for origin in (other for other in dialects.names() if other != name):
        item = {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "Thinking."}],
            "encrypted_content": f"{origin}/content:secret",
        }
        encoded = dialect.encode_request({"model": "m-1", "input": [item]})
        assert "secret" not in str(encoded.body)
        assert [loss.path for loss in encoded.losses] == ["/input/0"]


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "portable"])
def test_untagged_state_goes_to_no_vendor(name: str) -> None:
    """The portable form belongs to applications, which hand the state back."""
    item = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAAAsecret"}
    hello = {"type": "message", "role": "user", "content": "Hello."}
    encoded = dialects.get(name).encode_request({"model": "m-1", "input": [item, hello]})
    assert "secret" not in str(encoded.body)
    assert any(loss.path.startswith("/input/0") for loss in encoded.losses)


@pytest.mark.parametrize("name", RESPONSES)
def test_every_dialect_shares_its_calls(name: str) -> None:
    """What the sister reads, this one says in the same words."""
    body: dict[str, Any] = {
        "model": "m-1",
        "input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi."}]},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "1"},
        ],
        "tools": [
            {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}
        ],
        "tool_choice": "required",
        "stream": True,
    }
    sister = dialects.get(next(other for other in RESPONSES if other != name))
    decoded = dialects.get(name).decode_request(body)
    encoded = sister.encode_request(decoded.body)
    assert (encoded.body, decoded.losses, encoded.losses) == (body, (), ())


def compactions() -> list[dict[str, Any]]:
    """The recorded requests to compact a conversation."""
    folders = (meta.parent for meta in sorted((CORPUS / RESPONSES[0]).glob("*compact*/meta.json")))
    metas = ((folder, json.loads((folder / "meta.json").read_text("utf-8"))) for folder in folders)
    found = [folder for folder, meta in metas if meta.get("operation") == "compact"]
    return [json.loads((folder / "request.json").read_text("utf-8")) for folder in found]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the recordings are not beside the project")
@pytest.mark.parametrize("name", RESPONSES)
def test_recorded_compactions_come_back(name: str) -> None:
    dialect: Dialect = dialects.get(name)
    requests = compactions()
    assert requests
    for request in requests:
        decoded = dialect.decode_compaction_request(copy.deepcopy(request))
        back = dialect.encode_compaction_request(decoded.body)
        assert untyped(back.body) == untyped(request)
        assert (decoded.losses, back.losses) == ((), ())


def untyped(body: dict[str, Any]) -> dict[str, Any]:
    """The body up to the normal form that a message may leave out its type."""
    items = [
        {k: v for k, v in item.items() if k != "type" or v != "message"} for item in body["input"]
    ]
    return {**body, "input": items}
