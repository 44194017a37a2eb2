"""The timer, the table, the guard and the page, with made-up times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import guard, page, plots, report, results, whole
from benchmarks.__main__ import main
from benchmarks.results import Figure, Proof, Report, Result
from benchmarks.timer import Effort, measure

EFFORT = Effort(turn=100, rounds=5, budget=10_000)


class Work:
    """Functions that take made-up time."""

    def __init__(self) -> None:
        self.now = 0
        self.order: list[str] = []

    def clock(self) -> int:
        return self.now

    def run(self, name: str, costs: Iterator[int]) -> None:
        self.order.append(name)
        self.now += next(costs)


def forever(*costs: int) -> Iterator[int]:
    """These, and the last one again and again."""
    yield from costs
    while True:
        yield costs[-1]


def test_contestants_take_turns() -> None:
    work = Work()
    costs = {"floor": forever(100), "ours": forever(250)}
    timings = measure({n: lambda n=n: work.run(n, costs[n]) for n in costs}, EFFORT, work.clock)
    assert work.order == ["floor"] * 2 + ["ours"] * 2 + ["floor", "ours"] * 5
    assert timings["ours"].ratio == 2.5 and timings["floor"].ratio == 1
    assert timings["ours"].median == 250


def test_short_functions_are_repeated_within_a_turn() -> None:
    work = Work()
    costs = {"floor": forever(10), "ours": forever(50)}
    timings = measure({n: lambda n=n: work.run(n, costs[n]) for n in costs}, EFFORT, work.clock)
    assert work.order[4:16] == ["floor"] * 10 + ["ours"] * 2
    assert timings["ours"].ratio == 5


def test_a_slow_round_does_not_move_the_median() -> None:
    work = Work()
    costs = {"floor": forever(100), "ours": forever(200, 200, 200, 9_000, 200)}
    timings = measure({n: lambda n=n: work.run(n, costs[n]) for n in costs}, EFFORT, work.clock)
    assert timings["ours"].ratio == 2
    assert timings["ours"].low == timings["ours"].high == 2


def test_the_slow_take_part_in_few_rounds_and_the_slowest_in_none() -> None:
    work = Work()
    costs = {"floor": forever(100), "slow": forever(4_000), "slowest": forever(50_000)}
    timings = measure({n: lambda n=n: work.run(n, costs[n]) for n in costs}, EFFORT, work.clock)
    assert work.order.count("slow") == 2 + 3
    assert work.order.count("slowest") == 1
    assert timings["slow"].ratio == 40 and timings["slowest"].ratio == 500


@pytest.mark.parametrize("cost", [4_000, 50_000])
def test_the_floor_takes_part_in_every_round_however_slow_it_is(cost: int) -> None:
    work = Work()
    costs = {"floor": forever(cost), "ours": forever(2 * cost, 2 * cost, 200)}
    timings = measure({n: lambda n=n: work.run(n, costs[n]) for n in costs}, EFFORT, work.clock)
    assert work.order.count("floor") >= EFFORT.rounds
    assert timings["ours"].ratio > 0


def result(key: str, ratio: float, goal: float | None = 2.0, **peers: float) -> Result:
    beside = {name: Figure(peer * 10, peer, peer, peer) for name, peer in peers.items()}
    figure = Figure(ratio * 10, ratio, ratio * 0.9, ratio * 1.1)
    return Result(key, key.rpartition("/")[0], key, "us", 10.0, figure, goal, peers=beside)


def a_report(
    *found: Result, proofs: tuple[Proof, ...] = (), absent: tuple[str, ...] = ()
) -> Report:
    return Report(
        "quick", "Linux on x86_64, 2 processors", {"CPython": "3.11"}, found, proofs, absent
    )


def test_the_table_shows_goals_peers_and_what_was_missed() -> None:
    found = a_report(
        result("a/met", 1.5, other=20.0),
        result("a/missed", 2.5),
        result("a/free", 9.0, None),
        proofs=(Proof("p", "it holds", "seen", True),),
        absent=("acme",),
    )
    text = "\n".join(report.lines(found))
    assert re.search(r"a/met .* 1\.50 +2 +20\.0x", text)
    assert re.search(r"a/missed .* 2\.50 +2 +MISSED", text)
    assert "missed: a/missed: 2.50, goal 2 (2.25 to 2.75" in text
    assert "holds  it holds: seen" in text
    assert "1 of 2 goals met" in text
    assert "acme: not installed" in text
    assert not found.passed


def test_absolute_goals_look_at_the_value() -> None:
    figure = Figure(5.0, 3.0, 3.0, 3.0)
    waited = Result("generate/cold", "generate", "cold", "s", 1.6, figure, 6.0, absolute=True)
    assert waited.met
    assert re.search(r"cold +1\.60 +5\.00 +3\.00 +6 s", report.row(waited, []))


def test_a_failed_proof_fails_the_run() -> None:
    failed = a_report(result("a/b", 1.0), proofs=(Proof("p", "it holds", "it does not", False),))
    assert not failed.passed
    assert "failed: p: it does not" in "\n".join(report.lines(failed))
    assert a_report(result("a/b", 1.0)).passed


def test_results_survive_the_file(tmp_path: Path) -> None:
    found = a_report(result("a/b", 1.23456789, other=3.0), proofs=(Proof("p", "t", "s", True),))
    results.write(found, tmp_path / "r.json")
    again = results.read(tmp_path / "r.json")
    assert again.results[0].ours.ratio == 1.235
    assert again.results[0].peers["other"].ratio == 3.0
    assert again.proofs == found.proofs and again.machine == found.machine
    results.write(again, tmp_path / "again.json")
    assert (tmp_path / "r.json").read_bytes() == (tmp_path / "again.json").read_bytes()


class Runs:
    """Gives the ratios of repeated runs, and notes what was asked."""

    def __init__(self, *ratios: dict[str, float]) -> None:
        self.ratios = list(ratios)
        self.asked: list[frozenset[str]] = []

    def __call__(self, keys: frozenset[str]) -> dict[str, float]:
        self.asked.append(keys)
        return self.ratios.pop(0)


def test_the_guard_lets_pass_what_is_within_tolerance() -> None:
    again = Runs()
    verdict = guard.judge({"a": 2.0, "b": 3.0}, {"a": 2.4, "b": 2.9}, again)
    assert verdict.passed and not again.asked
    assert list(guard.lines(verdict)) == ["no loss of speed"]


def test_the_guard_measures_again_before_it_accuses() -> None:
    again = Runs({"a": 3.0, "b": 9.0}, {"a": 2.1})
    verdict = guard.judge({"a": 2.0, "b": 3.0}, {"a": 4.0, "b": 3.0}, again)
    assert verdict.passed
    assert again.asked == [frozenset({"a"})] * 2


def test_the_guard_fails_what_stays_slow() -> None:
    again = Runs({"a": 2.9}, {"a": 2.8}, {"a": 3.1})
    verdict = guard.judge({"a": 2.0, "b": 3.0}, {"a": 4.0, "b": 3.0}, again)
    assert verdict.lost == (guard.Change("a", 2.0, 2.8),)
    assert not verdict.passed
    assert "SLOWER  a: 2.00 -> 2.80 times the floor (+40%, allowed +25%)" in guard.lines(verdict)
    assert len(again.asked) == guard.REPEATS


def test_the_guard_allows_whole_processes_more() -> None:
    assert guard.judge({"generate/cold": 2.0}, {"generate/cold": 2.9}, Runs()).passed


def test_the_guard_tells_of_gains_and_of_new_and_missing_cases() -> None:
    verdict = guard.judge({"a": 2.0, "gone": 1.0}, {"a": 1.0, "new": 1.0}, Runs())
    text = "\n".join(guard.lines(verdict))
    assert "faster  a: 2.00 -> 1.00" in text
    assert "GONE    gone" in text and "new     new" in text
    assert "--update-baseline" in text
    assert not verdict.passed


def test_the_baseline_survives_the_file(tmp_path: Path) -> None:
    guard.write(a_report(result("b/b", 1.23456), result("a/a", 12.3456)), tmp_path / "b.json")
    assert guard.read(tmp_path / "b.json") == {"a/a": 12.3, "b/b": 1.23}


SHOWN = a_report(
    result("request/encode/large/anthropic_messages", 1.9, litellm=61.5),
    result("stream/decode/anthropic_messages/mixed", 4.0, 3.5, **{"llm-rosetta": 8.0}, litellm=8.5),
    result("json/stream/decode/anthropic_messages/mixed", 3.0, 4.0),
)


@pytest.mark.parametrize("draw", [plots.peers, plots.goals])
def test_pictures_are_well_formed_the_same_each_time_and_for_light_and_dark(draw: object) -> None:
    assert callable(draw)
    text = draw(SHOWN)
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg") and root.get("aria-label")
    assert "prefers-color-scheme: dark" in text
    assert draw(SHOWN) == text


def test_texts_of_peers_do_not_overlap() -> None:
    root = ElementTree.fromstring(plots.peers(SHOWN))
    places = sorted(
        float(node.get("x", "0")) for node in root.iter() if (node.text or "") in ("8.00x", "8.50x")
    )
    assert len(places) == 2 and places[1] - places[0] >= plots.APART - 0.2


def test_the_page_shows_goals_and_all_figures() -> None:
    text = page.text(SHOWN)
    assert "2 of 3 cases that have a goal meet it" in text
    assert "| Anthropic stream to events | 3.5x | 4.00x | 4.00x | 0 of 1 |" in text
    assert "llm-rosetta 8.00x, litellm 8.50x" in text
    assert "**4.00** ✗" in text


def test_keys_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out.split()
    assert "stream/decode/openai_chat/text" in listed
    assert "json/stream/decode/openai_chat/text" in listed
    assert "generate/cold" in listed


def test_exit_codes_tell_of_missed_goals(monkeypatch: pytest.MonkeyPatch) -> None:
    for ratio, code in ((1.9, 0), (2.1, 1)):
        found = a_report(result("a/b", ratio))
        monkeypatch.setattr(whole, "report", lambda wanted, found=found: found)
        assert main(["--no-peers"]) == code
