"""Every benchmark gives the right result, in short streams; nothing is timed here."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks import checks, growth, plain, requests, streams, suite, timer
from benchmarks.cases import cases
from benchmarks.conversation import SIZES, medium
from benchmarks.ours import PYTHON, dialects
from benchmarks.plans import KINDS, plan
from benchmarks.tasks import Case

CASES = list(cases(40))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_results_are_right(case: Case) -> None:
    case.check()
    case.floor()


def test_cases_have_names_of_their_own_and_cover_every_dialect() -> None:
    keys = [case.key for case in CASES]
    assert len(set(keys)) == len(keys)
    for part in ("request/encode/", "request/decode/", "response/decode/", "stream/decode/"):
        for dialect in dialects.names():
            assert any(key.startswith(part) and f"/{dialect}" in key for key in keys)


def test_ours_is_the_package_of_this_tree() -> None:
    assert PYTHON.as_posix() in dialects.__file__


def test_sizes_are_what_they_are_called() -> None:
    assert len(requests.canonical(SIZES["large"]())["input"]) == 60
    image = requests.canonical(medium())["input"][2]["content"][1]["image_url"]
    assert 10_000 < len(image) < 10_500


@pytest.mark.parametrize("kind", KINDS)
def test_streams_have_about_as_many_events_as_are_asked_for(kind: str) -> None:
    for dialect in ("anthropic_messages", "openai_chat", "openresponses"):
        made = streams.stream(dialect, kind, 200)  # type: ignore[arg-type]
        assert 200 <= len(made.events) <= 225
        assert b"".join(made.chunks(7)) == made.data


def test_a_wrong_result_is_refused() -> None:
    case = next(case for case in CASES if case.key == "request/encode/small/openai_chat")
    with pytest.raises(checks.WrongResult, match="expected"):
        checks.same(case.ours().body, {}, "body")  # type: ignore[attr-defined]
    with pytest.raises(checks.WrongResult, match="out of nowhere"):
        checks.said([{"type": "acme:item"}])


def test_what_is_said_in_a_plan_is_told_by_its_items() -> None:
    runs = plan("mixed", 40)
    assert [fact[0] for fact in checks.planned(runs)] == [
        "reasoning",
        "text",
        runs[2].call_id,
        runs[3].call_id,
    ]


def test_a_case_that_gives_wrong_results_is_not_timed() -> None:
    def wrong() -> None:
        raise checks.WrongResult("no")

    with pytest.raises(checks.WrongResult):
        suite.run(dataclasses.replace(CASES[0], check=wrong), timer.ONCE)


def test_a_run_gives_figures_of_the_floor_of_ours_and_of_peers() -> None:
    result = suite.run(CASES[0], timer.ONCE, lambda task: {"peer": lambda: None})
    assert result.key == CASES[0].key
    assert result.floor > 0 and result.ours.value > 0
    assert list(result.peers) == ["peer"]


def test_a_peer_that_fails_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise RuntimeError("not today")

    result = suite.run(CASES[0], timer.ONCE, lambda task: {"bad": fails, "good": lambda: None})
    assert list(result.peers) == ["good"]
    assert "bad fails: RuntimeError('not today')" in capsys.readouterr().err


def test_patterns_pick_cases() -> None:
    keys = {case.key for case in suite.picked(CASES, ["request/*/large/openai_chat", "read/te"])}
    assert keys == {
        "request/encode/large/openai_chat",
        "request/decode/large/openai_chat",
        "stream/read/text",
    }
    assert suite.picked(CASES, []) == CASES


def test_digests_look_past_the_clock_and_the_order_of_keys_only() -> None:
    assert plain.digest([{"created_at": 1, "a": 1, "b": 2}]) == plain.digest([{"b": 2, "a": 1}])
    assert plain.digest([{"a": 1}]) != plain.digest([{"a": 2}])
    assert plain.digest(b'data: {"created":1,"a":1}\n') == plain.digest(b'data: {"a":1}\n')
    assert plain.digest(b'{"a":1}\n') != plain.digest(b'{"a":1}\n\n')


def test_keep_alives_and_single_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "EVENTS", 160)
    monkeypatch.setattr(growth, "ENTRIES", 80)
    proofs = {proof.key: proof for proof in growth.proofs()}
    assert set(proofs) == set(growth.KEYS)
    assert "the same events" in proofs["growth/byte"].seen
    assert proofs["growth/keep-alive"].held
