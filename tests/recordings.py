"""Reads the recordings of real API traffic that may lie beside the project.

Each case is a folder with `meta.json` and, as far as they were recorded,
`request.json` and `response.json`. Without the recordings there are no cases,
and the tests that need them say so.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
CORPUS = SHARED / "corpus"
ORACLE = SHARED / "tools" / "oracle.py"


@dataclass(frozen=True)
class Recording:
    """One recorded exchange."""

    dialect: str
    name: str
    folder: Path
    model: str | None
    streaming: bool
    status: int
    operation: str

    @property
    def has_request(self) -> bool:
        return (self.folder / "request.json").is_file()

    @property
    def has_response(self) -> bool:
        """Whether the answer is one whole JSON body."""
        return (self.folder / "response.json").is_file()

    def request(self) -> Any:
        return json.loads((self.folder / "request.json").read_text("utf-8"))

    def response(self) -> Any:
        return json.loads((self.folder / "response.json").read_text("utf-8"))

    def path(self, plain: str, stream: str) -> str:
        """The URL path, from the dialect's two forms of it."""
        return (stream if self.streaming else plain).replace("{model}", self.model or "")


@cache
def recordings(dialect: str) -> tuple[Recording, ...]:
    """Every recorded creation of a response, by name."""
    found = (_read(meta) for meta in sorted((CORPUS / dialect).glob("*/meta.json")))
    return tuple(case for case in found if case.operation == "create")


def _read(meta: Path) -> Recording:
    facts = json.loads(meta.read_text("utf-8"))
    return Recording(
        dialect=facts["dialect"],
        name=meta.parent.name,
        folder=meta.parent,
        model=facts.get("model"),
        streaming=bool(facts.get("streaming")),
        status=facts.get("status") or 200,
        operation=facts.get("operation") or "create",
    )


@cache
def oracle() -> ModuleType | None:
    """The independent reader of the recordings, if it is there."""
    if not ORACLE.is_file():
        return None
    spec = importlib.util.spec_from_file_location("recordings_oracle", ORACLE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
