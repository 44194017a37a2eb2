"""Native bodies to try translators on: own vectors, native vectors, and recordings if present."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from openresponses import dialects
from openresponses.dialects import OpenResponsesError
from recordings import recordings

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class NativeBody:
    """A request or response as a vendor's server would see or send it."""

    name: str
    kind: str
    value: Any
    path: str | None = None


@cache
def vectors(dialect: str) -> tuple[NativeBody, ...]:
    """Requests and responses of the vectors in the repository."""
    found = []
    folder = ROOT / "spec" / "dialects" / dialect / "vectors"
    for path in sorted(folder.glob("native/*.json")):
        content = json.loads(path.read_text("utf-8"))
        kind = content["entry_point"].lower()
        if kind in ("request", "response") and content.get("valid", True):
            for index, value in enumerate(content["bodies"]):
                found.append(NativeBody(f"{path.stem}/{index}", kind, value))
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        for entry in content if isinstance(content, list) else [content]:
            if entry["kind"] in ("request", "response") and entry.get("direction") != "encode":
                name = f"{path.stem}/{entry['name']}"
                found.append(NativeBody(name, entry["kind"], entry["native"], entry.get("path")))
    return tuple(found)


@cache
def recorded(dialect: str) -> tuple[NativeBody, ...]:
    """One recorded request and response of each shape, the shortest of each."""
    shortest: dict[Any, tuple[int, NativeBody]] = {}
    translator = dialects.get(dialect)
    for case in recordings(dialect):
        bodies = []
        if case.has_request:
            path = case.path(translator.path, translator.stream_path)
            bodies.append(NativeBody(case.name, "request", case.request(), path))
        if case.has_response and case.status < 400:
            bodies.append(NativeBody(case.name, "response", case.response()))
        for body in bodies:
            size = len(json.dumps(body.value))
            key = (body.kind, frozenset(key_paths(body.value)))
            if key not in shortest or size < shortest[key][0]:
                shortest[key] = (size, body)
    return tuple(body for _, body in shortest.values())


def key_paths(value: Any, place: str = "") -> set[str]:
    """The paths of keys, list positions aside, with the types of what they hold."""
    found = set()
    if isinstance(value, dict):
        tag = value.get("type")
        place = f"{place}<{tag}>" if isinstance(tag, str) else place
        for key, inner in value.items():
            found |= {f"{place}.{key}", *key_paths(inner, f"{place}.{key}")}
    elif isinstance(value, list):
        for inner in value:
            found |= key_paths(inner, f"{place}[]")
    return found


@cache
def few(dialect: str) -> tuple[NativeBody, ...]:
    """Vectors and recordings, as few as hold every path of keys that occurs; all decode."""
    found: list[NativeBody] = []
    seen: dict[str, set[str]] = {"request": set(), "response": set()}
    for body in (*vectors(dialect), *recorded(dialect)):
        new = key_paths(body.value) - seen[body.kind]
        if new and decodes(dialect, body):
            seen[body.kind] |= new
            found.append(body)
    return tuple(found)


def decodes(dialect: str, body: NativeBody) -> bool:
    """Whether a body is one that the dialect takes at all."""
    try:
        decode(dialect, body)
    except OpenResponsesError:
        return False
    return True


def decode(dialect: str, body: NativeBody) -> Any:
    translator = dialects.get(dialect)
    if body.kind == "request":
        return translator.decode_request(body.value, path=body.path)
    return translator.decode_response(body.value)


def encode(dialect: str, kind: str, value: Any) -> Any:
    translator = dialects.get(dialect)
    return (
        translator.encode_request(value) if kind == "request" else translator.encode_response(value)
    )
