"""Every dialect translates its own vectors as they say; `tests/dialect_vectors.py` reads them."""

from __future__ import annotations

import pytest
from dialect_vectors import Case, cases, compare
from openresponses import dialects

CASES = [
    pytest.param(case, id=f"{dialect}-{case.name}")
    for dialect in dialects.names()
    for case in cases(dialect)
]


@pytest.mark.parametrize("case", CASES)
def test_vector(case: Case) -> None:
    compare(dialects.get(case.dialect), case)


@pytest.mark.parametrize("name", dialects.names())
def test_every_dialect_has_vectors_for_every_kind_of_body(name: str) -> None:
    found = cases(name)
    assert len(found) >= 30
    assert {"request", "response", "error"} <= {case.kind for case in found}
    assert len({case.name for case in found}) == len(found), "two vectors share a name"
