"""What rules make of a response is whole from the beginning; requests are as they were."""

from __future__ import annotations

from typing import Any

import pytest
from dialect_builds import schema
from openresponses import dialects
from openresponses.runtime.residue import MOST_NAMES, Prefixes
from openresponses.runtime.resource import ECHO
from orgen.diagnostics import Span
from orgen.dialect.compile.answers import Demands, demands, with_answers
from orgen.dialect.compile.filters import constant
from orgen.dialect.compile.types import CanonicalTypes
from orgen.ir.operations import (
    Alternative,
    Do,
    Equals,
    Expr,
    Field,
    Function,
    FunctionName,
    Guard,
    Holds,
    Local,
    NewList,
    NewObject,
    Primitive,
    Put,
    Return,
    Step,
    Stmt,
)

NOWHERE = Span("test", 1, 1)
DEMANDED = Demands(frozenset({"message", "function_call"}), {"output_text": ("annotations",)})
CALL = NewObject((("type", constant("function_call")), ("name", Local("block"))))
NEW = {"id": Primitive("new_id", (constant("function_call"),), context=True)}
NEW_STATUS = Primitive("new_status", (), context=True)
IN_RESPONSE = Guard(Holds(Primitive("in_response", (), context=True)))
IN_REQUEST = Guard(Holds(Primitive("in_request", (), context=True)))
NAMED = Guard(Equals(Field(Local("block"), "type"), constant("call")))


def function(name: str, *body: Stmt, parameter: str = "block") -> Function:
    return Function(name, (parameter,), "", body, (), (), NOWHERE)


def caller(name: str, *used: str) -> Function:
    names = tuple(FunctionName(one) for one in used)
    return function(name, Do(Primitive("each", names, context=True)), parameter="body")


def choice(*alternatives: tuple[tuple[Step, ...], Expr]) -> Function:
    made = tuple(Alternative(steps, (Return(value),), NOWHERE) for steps, value in alternatives)
    return Function("decode_block", ("block",), "", (), made, (), NOWHERE)


def answered(*functions: Function) -> dict[str, Function]:
    return {found.name: found for found in with_answers(functions, DEMANDED)}


def test_items_of_answers_have_an_id_and_a_status_and_those_of_requests_have_none() -> None:
    block = function("decode_block", Return(CALL))
    requests, answers = caller("decode_request", "decode_block"), caller(
        "decode_response", "decode_block"
    )
    found = answered(requests, answers, block)
    assert found["decode_request"] == requests
    assert found["decode_block"] == block
    assert found["decode_response"] == caller("decode_response", "decode_answer_block")
    entries = (CALL.entries[0], ("id", NEW["id"]), ("status", NEW_STATUS), *CALL.entries[1:])
    assert found["decode_answer_block"].prologue == (Return(NewObject(entries)),)


def test_a_function_that_no_request_needs_is_not_there_twice() -> None:
    block = function("decode_block", Return(CALL))
    found = answered(caller("decode_request"), caller("decode_response", "decode_block"), block)
    assert list(found) == ["decode_request", "decode_response", "decode_block"]
    assert found["decode_block"] != block


@pytest.mark.parametrize("key", ["id", "status"])
def test_what_an_item_states_of_itself_is_left_to_it(key: str) -> None:
    stating = function("decode_block", Put("out", (key,), Local("said")), Return(CALL))
    functions = (caller("decode_response", "decode_block"), stating)
    assert with_answers(functions, DEMANDED) == functions


def test_text_parts_have_their_lists() -> None:
    text = NewObject((("type", constant("output_text")), ("text", Local("block"))))
    message = NewObject((("type", constant("message")), ("content", NewList((text,)))))
    found = answered(caller("decode_response", "decode_block"), choice(((), message)))
    (returned,) = found["decode_block"].alternatives[0].body
    assert isinstance(returned, Return) and isinstance(returned.value, NewObject)
    whole = NewObject((*text.entries, ("annotations", constant([]))))
    assert dict(returned.value.entries)["content"] == NewList((whole,))


def test_what_asks_for_the_kind_of_body_is_decided() -> None:
    other = NewObject((("type", constant("message")),))
    block = choice(
        ((NAMED, IN_REQUEST), other),
        ((NAMED, IN_RESPONSE), CALL),
        ((NAMED,), other),
        ((), other),
    )
    found = answered(caller("decode_response", "decode_block"), block)
    assert [one.steps for one in found["decode_block"].alternatives] == [(NAMED,), ()]


def test_the_schema_tells_what_is_demanded() -> None:
    found = demands(CanonicalTypes(schema()))
    assert {"message", "function_call", "reasoning", "function_call_output"} <= found.items
    assert "annotations" in found.lists["output_text"]
    assert found.lists["refusal"] == ()


# At run time ------------------------------------------------------------------------


def reply(stop_reason: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m"}
    return {**body, "content": list(blocks), "stop_reason": stop_reason, "stop_sequence": None}


def call(name: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"call_{name}", "name": name, "input": {}}


def test_only_the_last_item_of_an_answer_that_was_cut_off_is_incomplete() -> None:
    anthropic = dialects.get("anthropic_messages")
    body = reply("max_tokens", {"type": "text", "text": "one"}, call("f"))
    output = anthropic.decode_response(body).body["output"]
    assert [item["status"] for item in output] == ["completed", "incomplete"]
    own = reply("max_tokens", call("f"), {"type": "server_tool_use", "id": "x"})
    output = anthropic.decode_response(own).body["output"]
    assert [item["status"] for item in output] == ["completed", "completed"]


def test_ids_are_counted_without_calls_that_the_request_forbids() -> None:
    anthropic = dialects.get("anthropic_messages")
    tools = [{"type": "function", "name": "f"}]
    request = {"model": "m", "tool_choice": {"type": "allowed_tools", "tools": tools}}
    body = reply("tool_use", call("other"), call("f"))
    (item,) = anthropic.decode_response(body, request=request).body["output"]
    plain = anthropic.decode_response(reply("tool_use", call("f"))).body["output"]
    assert (item["name"], item["id"]) == ("f", plain[0]["id"])


def test_settings_that_may_be_null_are_null_where_nothing_is_said() -> None:
    resource = CanonicalTypes(schema()).component("ResponseResource")
    for name, value in ECHO.items():
        found = resource.property(name)
        assert found is not None
        assert found.nullable is (value is None), name


def test_names_of_residue_are_remembered_up_to_a_number() -> None:
    names = Prefixes("acme", {"usage.seen"})["usage."]
    assert names["seen"] == ""
    assert names["a.b"] == "acme:usage.a~1b"
    for number in range(2 * MOST_NAMES):
        assert names[f"key_{number}"] == f"acme:usage.key_{number}"
    assert len(names) == MOST_NAMES
    assert names["x" * 1_000] == "acme:usage." + "x" * 1_000
