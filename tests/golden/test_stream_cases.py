"""Streams as servers send them: the events of each, the response that they build, the losses.

A case is a folder with the vendor's bytes; `decoded.json` beside them is what
they must come to. See `tests/stream_cases.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from contract import faults
from openresponses import events
from openresponses.runtime.resource import ECHO
from stream_cases import DIALECTS, Decoded, StreamCase, decoded, outline, stream_cases

if TYPE_CHECKING:
    from tests.conftest import Golden

CASES = [case for dialect in DIALECTS for case in stream_cases(dialect)]
NOT_SHOWN = {*ECHO, "object", "created_at", "completed_at"}


def shown(found: Decoded) -> str:
    response = {key: value for key, value in found.response.items() if key not in NOT_SHOWN}
    whole: dict[str, Any] = {
        "events": [outline(event) for event in found.events],
        "response": response,
        "losses": [f"{loss.path}: {loss.action}: {loss.reason}" for loss in found.losses],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.dialect}/{case.name}")
def test_decodes_as_shown(case: StreamCase, golden: Golden) -> None:
    found = decoded(case.dialect, case.data)
    golden.check(case.folder / "decoded.json", shown(found))
    assert [str(violation) for violation in events.check(found.events)] == []
    assert events.accumulate(found.events) == found.response
    assert faults("ResponseResource", found.response) == []
    one_by_one = decoded(case.dialect, (case.data[n : n + 1] for n in range(len(case.data))))
    assert shown(one_by_one) == shown(found)
