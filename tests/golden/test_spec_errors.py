"""Faulty specs: the exact diagnostics of each, with position, caret and hint.

A case is a folder that holds `spec.yaml`, `spec.json` or a folder `spec`, which
may hold `overlays`, and what is expected in `diagnostics.txt`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from orgen.diagnostics import Diagnostics
from orgen.load import load_file, load_spec
from orgen.overlay import apply_overlays
from orgen.report import render
from orgen.validate import validate

if TYPE_CHECKING:
    from tests.conftest import Golden

FOLDER = Path(__file__).parent / "spec_errors"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())


def diagnose(spec: Path, diagnostics: Diagnostics) -> None:
    """Load a spec, apply its overlays and validate the result, as the command line does."""
    document = load_spec(spec, diagnostics)
    if document is None:
        return
    paths = sorted((spec / "overlays").glob("*.yaml"))
    overlays = [load_file(path, spec, diagnostics) for path in paths]
    if overlays:
        loaded = [overlay for overlay in overlays if overlay is not None]
        document = apply_overlays(document, loaded, diagnostics)
    validate(document, diagnostics)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_reports_exactly(case: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    inputs = [Path(name) for name in ("spec", "spec.yaml", "spec.json") if Path(name).exists()]
    diagnostics = Diagnostics()
    diagnose(inputs[0] if inputs else Path("spec.yaml"), diagnostics)
    golden.check(case / "diagnostics.txt", render(diagnostics, "text", color=False))
    assert diagnostics.items, "a case without a fault shows nothing"


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 30
