"""The checked-in results of benchmarks fit together."""

from __future__ import annotations

from pathlib import Path

from benchmarks import guard, page, plots, results, whole


def test_the_checked_in_baseline_knows_every_case_and_no_other() -> None:
    known = set(guard.read(Path(guard.__file__).parent / "baseline.json"))
    assert known == {key for key in whole.all_keys() if not key.startswith("growth/")}


def test_the_checked_in_page_is_made_of_the_checked_in_results() -> None:
    found = results.read(page.RESULTS)
    assert page.PAGE.read_text("utf-8") == page.text(found)
    assert (page.FOLDER / "peers.svg").read_text("utf-8") == plots.peers(found)
    assert (page.FOLDER / "goals.svg").read_text("utf-8") == plots.goals(found)
