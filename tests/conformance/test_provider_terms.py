"""Every row of `lacks` and `refuses` has a fact that would fail without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from orgen.diagnostics import Diagnostics
from orgen.load import load_file
from orgen.resources import spec_dir
from test_provider_facts import FACTS

FILES = sorted(spec_dir().glob("providers/*.yaml"))


def profiles(root: Any) -> Iterator[tuple[str, list[str], Any]]:
    """(dialect, patterns of models, profile) of a provider, and of the families of its models."""
    for dialect, served in root["dialects"].items():
        yield dialect, ["*"], served.get("profile", {})
    for entry in root.get("models", ()):
        patterns = entry["pattern"]
        for dialect, profile in entry.get("profiles", {}).items():
            yield dialect, [patterns] if isinstance(patterns, str) else patterns, profile


def told(section: str, provider: str, dialect: str, patterns: list[str]) -> list[dict[str, Any]]:
    """The facts about requests to such models."""
    return [
        fact
        for fact in FACTS[section]
        if (fact["provider"], fact["dialect"]) == (provider, dialect)
        and any(fnmatchcase(fact["request"].get("model", "m"), each) for each in patterns)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_term_has_a_fact(path: Path) -> None:
    document = load_file(path, spec_dir(), Diagnostics())
    assert document is not None
    idle = []
    for dialect, patterns, profile in profiles(document.value):
        lost = [
            fact
            for fact in told("sent", path.stem, dialect, patterns)
            if any(action == "dropped" for _, action in fact.get("losses", ()))
        ]
        refused = [
            json.dumps(fact["request"]) for fact in told("refused", path.stem, dialect, patterns)
        ]
        for name in profile.get("lacks", {}):
            if not any(name in fact.get("absent", ()) for fact in lost):
                idle.append(f"{dialect} lacks {name}")
        for name in profile.get("refuses", {}):
            if not any(f'"{name.partition("<")[0]}"' in request for request in refused):
                idle.append(f"{dialect} refuses {name}")
    assert idle == []
