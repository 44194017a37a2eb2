"""Nothing in a dialect file is idle: without any part of it, a check or a vector fails.

That holds for every statement of a file: row, rule, turn, word, note and policy. It holds for the
details of rules, too (options, entries, marks, filters), except for those that `idle/<dialect>.txt`
lists; a listed detail that something does notice fails, too. Brief runs try some of them in each
dialect; `--full` tries all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from dialect_builds import NAMES, document, noticed
from removals import DETAILS, STATEMENTS, Removal, removals

IDLE = Path(__file__).parent / "idle"
STREAMING = ("event", "piece")

SOME = 2
"""How many removals per dialect a brief run tries."""


def chosen(found: Sequence[Removal], full: bool) -> Sequence[Removal]:
    """All removals, or some from all over the file."""
    return found if full else found[:: max(1, len(found) // SOME)]


def idle_details(name: str) -> set[str]:
    """The details of a dialect that nothing is known to notice, by the names of their removals."""
    path = IDLE / f"{name}.txt"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return {line for line in lines if line and not line.startswith("#")}


@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_a_dialect_is_idle(name: str, full: bool) -> None:
    assert not noticed(name, document(name)), "the file as it is must pass first"
    found = [removal for removal in removals(document(name)) if removal.kind in STATEMENTS]
    tried = chosen(found, full)
    idle = [removal.name for removal in tried if not noticed(name, removal.document)]
    assert idle == [], f"{len(idle)} of {len(tried)}"


@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_a_stream_is_idle(name: str, full: bool) -> None:
    """Neither what an event does, nor what becomes of a property of a piece."""
    found = [removal for removal in removals(document(name)) if removal.kind in STREAMING]
    tried = chosen(found, full)
    idle = [removal.name for removal in tried if not noticed(name, removal.document)]
    assert idle == [], f"{len(idle)} of {len(tried)}"


@pytest.mark.parametrize("name", NAMES)
def test_no_detail_of_a_rule_is_idle(name: str, full: bool) -> None:
    """Neither an option, nor an entry, mark or filter of a template."""
    listed = idle_details(name)
    found = [removal for removal in removals(document(name)) if removal.kind in DETAILS]
    gone = listed - {removal.name for removal in found}
    assert gone == set(), "the list speaks of what is there no more"
    tried = chosen(found, full)
    idle = {removal.name for removal in tried if not noticed(name, removal.document)}
    assert idle == listed & {removal.name for removal in tried}, f"of {len(tried)}"
