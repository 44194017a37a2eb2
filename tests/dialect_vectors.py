"""The dialects' own vectors: what each body is on the other side, and what is lost on the way.

A file in `spec/dialects/<name>/vectors/` holds a list of cases:

    {"name": ..., "kind": "request" | "response" | "error" | "compact_request" | "compact_response",
     "native": {...}, "canonical": {...},
     "direction": "both" | "encode" | "decode",   both by default
     "losses": ["/pointer", ...],                 exactly these, none by default; a reason may
                                                  follow: "/pointer: reason"
     "unsupported": ["/pointer", ...],            what of it cannot be sent; native is null
     "invalid": "/pointer",                       what is malformed; the other side is null
     "path": "/v1/...", "status": 400}            where they matter

Expected responses hold the keys that the case is about; decoding fills the
rest of the resource, and what it fills is not compared.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from contract import request_faults
from openresponses.dialects import DecodeError, Dialect, Loss, UnsupportedError

ROOT = Path(__file__).parents[1]
KEYS = {
    *("name", "kind", "native", "canonical", "direction"),
    *("losses", "unsupported", "invalid", "path", "status"),
}


@dataclass(frozen=True)
class Case:
    """One vector: a native body, a canonical one, and how they relate."""

    dialect: str
    name: str
    kind: str
    native: Any
    canonical: Any
    direction: str
    losses: tuple[str, ...]
    unsupported: tuple[str, ...]
    invalid: str | None
    path: str | None
    status: int


@cache
def cases(dialect: str) -> tuple[Case, ...]:
    """The vectors of a dialect, in the order of their files."""
    folder = ROOT / "spec" / "dialects" / dialect / "vectors"
    return tuple(
        read(dialect, f"{path.stem}/{entry['name']}", entry)
        for path in sorted(folder.glob("*.json"))
        for entry in entries(json.loads(path.read_text("utf-8")))
    )


def entries(content: Any) -> list[dict[str, Any]]:
    return content if isinstance(content, list) else [content]


def read(dialect: str, name: str, entry: dict[str, Any]) -> Case:
    assert entry.keys() <= KEYS, f"{name}: {sorted(entry.keys() - KEYS)}"
    return Case(
        dialect=dialect,
        name=name,
        kind=entry["kind"],
        native=entry["native"],
        canonical=entry["canonical"],
        direction=entry.get("direction", "both"),
        losses=tuple(entry.get("losses", ())),
        unsupported=tuple(entry.get("unsupported", ())),
        invalid=entry.get("invalid"),
        path=entry.get("path"),
        status=entry.get("status", 400),
    )


def compare(dialect: Dialect, case: Case) -> None:
    """Fail unless the dialect translates as the vector says."""
    native, canonical = copy.deepcopy(case.native), copy.deepcopy(case.canonical)
    if case.unsupported:
        with pytest.raises(UnsupportedError) as refused:
            encoded(dialect, case)
        assert [problem.path for problem in refused.value.problems] == list(case.unsupported)
        return
    if case.invalid is not None:
        with pytest.raises(DecodeError) as malformed:
            encoded(dialect, case) if case.direction == "encode" else decoded(dialect, case)
        assert malformed.value.path == case.invalid
        return
    lost: set[Loss] = set()
    if case.direction in ("both", "decode"):
        lost |= decoded(dialect, case)
    if case.direction in ("both", "encode"):
        lost |= encoded(dialect, case)
    assert {loss.path for loss in lost} == {loss.partition(": ")[0] for loss in case.losses}
    assert {loss for loss in case.losses if ": " in loss} <= {
        f"{loss.path}: {loss.reason}" for loss in lost
    }
    assert (case.native, case.canonical) == (native, canonical), "a translation changed its input"


def decoded(dialect: Dialect, case: Case) -> set[Loss]:
    """Compares the native body's decoding with the canonical one; gives the losses."""
    match case.kind:
        case "request":
            result = dialect.decode_request(case.native, path=case.path)
            assert result.body == case.canonical
            assert request_faults(result.body) == []
        case "response":
            result = dialect.decode_response(case.native)
            assert missing(case.canonical, result.body) == []
        case "compact_request":
            result = dialect.decode_compaction_request(case.native)
            assert result.body == case.canonical
        case "compact_response":
            result = dialect.decode_compaction(case.native)
            assert missing(case.canonical, result.body) == []
        case "error":
            result = dialect.decode_error(case.status, case.native)
            assert missing(case.canonical, result.body) == []
        case kind:
            pytest.fail(f"{kind} is no kind of vector")
    return set(result.losses)


def encoded(dialect: Dialect, case: Case) -> set[Loss]:
    """The same in the other direction; bodies are compared to the last key."""
    match case.kind:
        case "request":
            result = dialect.encode_request(case.canonical)
            assert case.path is None or result.path == case.path
        case "response":
            result = dialect.encode_response(case.canonical)
        case "compact_request":
            result = dialect.encode_compaction_request(case.canonical)
            assert case.path is None or result.path == case.path
        case "compact_response":
            result = dialect.encode_compaction(case.canonical)
        case _:
            result = dialect.encode_error(case.canonical)
            assert result.status == case.status
    assert result.body == case.native
    return set(result.losses)


def missing(wanted: Any, found: Any, place: str = "") -> list[str]:
    """What of `wanted` is not in `found`: objects may hold more keys, lists no more elements."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return [
            fault
            for key, value in wanted.items()
            for fault in missing(value, found.get(key), f"{place}/{key}")
        ]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return [f for i, (w, g) in pairs for f in missing(w, g, f"{place}/{i}")]
    return [] if wanted == found else [f"{place}: wanted {wanted!r}, found {found!r}"]
