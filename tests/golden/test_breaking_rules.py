"""Every rule about changes of a spec: what is reported of two small documents, word for word.

A case is a folder named after its rule, with `before.yaml`, `after.yaml` and the report that is
expected, `report.txt`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from orgen.breaking.change import Rule
from orgen.breaking.render import render_report
from orgen.breaking.rules import RULE_TABLE, RULES
from orgen.breaking.run import report_breaking
from orgen.diagnostics import Diagnostics
from orgen.progress import Progress

if TYPE_CHECKING:
    from tests.conftest import Golden

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "breaking"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reports_exactly(case: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    if case.name == "schema-changed":
        monkeypatch.setattr("orgen.breaking.schemas.MAX_DEPTH", 3)
    prose = case.name == "description-changed"
    report = report_breaking(
        "before.yaml", Path("after.yaml"), Diagnostics(), Progress(), prose=prose
    )
    assert case.name in {change.rule for change in report.changes}
    golden.check(case / "report.txt", render_report(report, "text"))


def test_every_rule_has_a_case() -> None:
    assert {case.name for case in CASES} == set(RULES)
    assert len(RULES) == sum(len(rules) for _, rules in RULE_TABLE), "two rules share an id"


def row(rule: Rule) -> str:
    """The line of the documentation about a rule."""
    effects = (
        (rule.clients, "clients"),
        (rule.writer, "writers"),
        (rule.reader, "readers"),
        (rule.caller, "callers"),
        (rule.callee, "servers"),
    )
    parties = [party for reason, party in effects if reason is not None]
    return f"| `{rule.id}` | {rule.what} | {', '.join(parties) or 'nobody'} |"


def test_every_rule_is_documented() -> None:
    lines = (ROOT / "docs" / "breaking-changes.md").read_text("utf-8").splitlines()
    rows = [row(rule) for _, rules in RULE_TABLE for rule in rules]
    assert [line for line in lines if line.startswith("| `")] == rows
