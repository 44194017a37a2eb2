"""The contexts of translations: pointers, ids, envelopes, residue, merging."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from openresponses import dialects
from openresponses.dialects import DecodeError
from openresponses.runtime import residue
from openresponses.runtime.context import response_base
from openresponses.runtime.gathering import Gathering, merge
from openresponses.runtime.settings import merge_patch
from openresponses.runtime.splitting import Splitting
from openresponses.runtime.tables import Turn

TABLES = dialects.get("anthropic_messages").tables


def gathering(source: Any) -> Gathering:
    return Gathering(TABLES, source, "anthropic")


def splitting(source: Any) -> Splitting:
    return Splitting(TABLES, source, "anthropic")


def test_pointers_are_found_by_identity_and_escaped() -> None:
    inner: dict[str, Any] = {}
    ctx = gathering({"a/b": [{}, {"c~": inner}]})
    assert ctx.pointer(inner, "x/y") == "/a~1b/1/c~0/x~1y"
    assert ctx.pointer(ctx.source) == ""
    assert ctx.pointer(ctx.source, "key") == "/key"


def test_a_copy_stands_for_its_original_in_reports() -> None:
    source = {"a": {"b": 1, "c": 2}}
    ctx = gathering(source)
    copy = ctx.without(source["a"], ["b"])
    ctx.report(copy, "c", "dropped", "why")
    assert copy == {"c": 2}
    assert [str(loss) for loss in ctx.losses] == ["/a/c: dropped: why"]


def test_pointers_into_deep_values_are_cheap() -> None:
    inner: Any = []
    source: Any = inner
    for _ in range(20_000):
        source = [source]
    assert gathering(source).pointer(inner) == "/0" * 20_000


def test_opaque_state_goes_back_to_its_origin_only() -> None:
    ctx = gathering({})
    envelope = ctx.carry("signature", "EqQB=")
    assert envelope == "anthropic_messages/signature:EqQB="
    assert ctx.carried("signature", envelope) == "EqQB="
    assert ctx.carried("redacted", envelope) is None
    other = Gathering(replace(TABLES, name="other"), {}, "other")
    assert other.carried("signature", envelope) is None


def test_ids_are_the_same_for_the_same_body() -> None:
    first, second = splitting({}), splitting({})
    first.base = second.base = response_base("msg_1", {})
    assert [first.mint("fc", None), first.mint("fc", None)] == [
        second.mint("fc", ""),
        second.mint("fc", None),
    ]
    assert first.mint("fc", "given") == "given"
    assert response_base(None, {"a": 1}) != response_base(None, {"a": 2})


def test_json_text_is_strict() -> None:
    ctx = gathering({"a": "x"})
    assert ctx.from_json("", ctx.source, "a") == {}
    assert ctx.from_json('{"b": 1}', ctx.source, "a") == {"b": 1}
    assert ctx.problems == []
    assert ctx.from_json("{", ctx.source, "a") == {}
    assert ctx.from_json("NaN", ctx.source, "a") == {}
    assert [problem.path for problem in ctx.problems] == ["/a", "/a"]
    with pytest.raises(DecodeError, match="/a: expected a string, found a whole number"):
        ctx.from_json(3, {"a": 3}, "a")
    with pytest.raises(DecodeError, match="not a JSON value"):
        ctx.to_json(float("nan"), ctx.source, "a")


@pytest.mark.parametrize(("value", "sent", "losses"), [(2, 1, 1), (-1, 0, 1), (0.5, 0.5, 0)])
def test_clamping_reports_what_it_moves(value: Any, sent: Any, losses: int) -> None:
    ctx = gathering({"t": value})
    assert ctx.clamp(value, 0, 1, ctx.source, "t") == sent
    assert [loss.action for loss in ctx.losses] == ["clamped"] * losses


@pytest.mark.parametrize("key", ["plain", "a.b", "a~b", "~1", "a.b~c", "0"])
def test_residue_paths_survive_any_key(key: str) -> None:
    out: dict[str, Any] = {"x": {}}
    assert residue.restore(out, f"x.{residue.escape(key)}", 7)
    assert list(out["x"].values()) == [7]
    assert key == "0" or out == {"x": {key: 7}}


def test_residue_without_a_place_is_told() -> None:
    assert not residue.restore([], "a", 1)
    assert not residue.restore({"a": []}, "a.b", 1)


@pytest.mark.parametrize(
    ("message", "fragment", "merged"),
    [
        ({"content": [1]}, {"content": [2]}, {"content": [1, 2]}),
        ({"content": "a"}, {"content": [2]}, {"content": [{"text": "a"}, 2]}),
        ({"content": [1]}, {"calls": [2]}, {"content": [1], "calls": [2]}),
        ({"content": "a"}, {"content": "b"}, None),
        ({"id": 1}, {"id": 2}, None),
        ({"role": "user", "a": [1]}, {"role": "user", "a": [2]}, {"role": "user", "a": [1, 2]}),
        ({"role": "user", "a": [1]}, {"role": "other", "a": [2]}, None),
        ({"role": "other"}, {"role": "other"}, None),
    ],
)
def test_fragments_merge_or_leave_the_message_alone(
    message: Any, fragment: Any, merged: Any
) -> None:
    before = dict(message)
    turn = Turn("user", {"role": "user"}, True)
    assert merge(message, fragment, turn, lambda text: {"text": text}) is (merged is not None)
    assert message == (merged or before)


def test_settings_are_a_merge_patch() -> None:
    target: dict[str, Any] = {"a": {"b": 1, "c": 2}, "d": 3}
    patch = {"a": {"b": None, "e": [1]}, "d": {"f": 1}, "g": None}
    merge_patch(target, patch)
    assert target == {"a": {"c": 2, "e": [1]}, "d": {"f": 1}}
    target["a"]["e"].append(2)
    assert patch["a"] == {"b": None, "e": [1]}
