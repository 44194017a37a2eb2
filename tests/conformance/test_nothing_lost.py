"""Nothing that a body says disappears: what is broken in one place is accounted for, leaf by leaf.

Bodies are vectors and recordings; each is changed in one place at a time: a
key is added, renamed or dropped, an unknown element is put into a list. Of
every leaf of what results, one of these must hold: it comes back when the
request is encoded again, it is in the decoded response, a loss points at it,
or the dialect declares that it ignores it. Refusing the body is no loss.

The reverse for canonical bodies: an unknown key anywhere in them is a loss
that points at it, an error, or in the native body.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from bodies import NativeBody, decode, encode, few
from normal_forms import OPAQUE, normal
from openresponses import dialects
from openresponses.dialects import Loss, OpenResponsesError
from openresponses.runtime.resource import ECHO
from places import Path, at, changed, containers, inserted, leaves, pointer, renamed, without

MARK = "probe-7f3a"
NEW = {"deep": [MARK, {"deeper": MARK}]}
SAMPLE = 1200


@pytest.mark.parametrize("dialect", dialects.names())
def test_every_leaf_of_a_native_body_is_accounted_for(dialect: str, full: bool) -> None:
    found = [(body, change) for body in few(dialect) for change in changes(dialect, body.value)]
    if not full:
        found = random.Random(1).sample(found, min(SAMPLE, len(found)))
    taken, wrong = 0, []
    for body, (what, value) in found:
        mutant = NativeBody(body.name, body.kind, value, body.path)
        try:
            decoded = decode(dialect, mutant)
            back = encode(dialect, "request", decoded.body) if body.kind == "request" else None
        except OpenResponsesError:
            continue  # said aloud
        taken += 1
        if back is not None and back.losses:
            continue  # the way back says that it is not exact
        losses = (*decoded.losses, *(back.losses if back else ()))
        if back is not None:
            lost = not_back(dialect, value, back.body, decoded.losses)
        else:
            lost = not_told(dialect, value, decoded.body, losses)
        wrong += [f"{body.name} {what}: {place} = {leaf!r:.60}" for place, leaf in lost]
    assert taken >= 0.4 * len(found), "most of what is changed must still be taken"
    assert not wrong, f"{len(wrong)} of {taken}\n" + "\n".join(wrong[:20])


def changes(dialect: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every change in one place, with its description."""
    for path, holder in containers(value):
        if any(step in OPAQUE[dialect] for step in path):
            continue
        place = pointer(path)
        if isinstance(holder, dict):
            yield f"{place} + key", changed(value, path, {**holder, "zz_new": NEW})
            for key in holder:
                yield f"{place} - {key}", without(value, (*path, key))
                yield f"{place} {key} renamed", renamed(value, (*path, key), f"{key}_zz")
        elif holder and all(isinstance(element, dict) for element in holder):
            for element in ({"type": "zz_new", "zz_payload": NEW}, {"zz_new": NEW}):
                yield f"{place} + element", inserted(value, path, len(holder), element)
                yield f"{place} + first element", inserted(value, path, 0, element)


def not_back(
    dialect: str, value: Any, back: Any, losses: tuple[Loss, ...]
) -> list[tuple[str, Any]]:
    """The leaves of a request that are not there after the way there and back.

    Only their keys are compared here: some APIs demand an order.
    """
    there = Counter((last_key(p), repr(v)) for p, v in leaves(normal(dialect, back)))
    lost = []
    for path, leaf in leaves(normal(dialect, value)):
        if not excused(dialect, path, losses):
            key = (last_key(path), repr(leaf))
            if not there[key]:
                lost.append((pointer(path), leaf))
            there[key] -= 1
    return lost


def last_key(path: Path) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def not_told(
    dialect: str, value: Any, told: Any, losses: tuple[Loss, ...]
) -> list[tuple[str, Any]]:
    """The leaves of a response that are nowhere in what was decoded."""
    text = json.dumps(told, ensure_ascii=False)
    numbers = {leaf for _, leaf in leaves(told) if not isinstance(leaf, str)}
    lost = []
    for path, leaf in leaves(value):
        if path[-1] == "zz_new" or leaf == MARK or "zz" in pointer(path):
            known = leaf in numbers if not isinstance(leaf, str) else told_text(leaf, text)
            if leaf is not None and not known and not excused(dialect, path, losses):
                lost.append((pointer(path), leaf))
    return lost


def told_text(leaf: str, text: str) -> bool:
    """Whether a text is in a JSON document, perhaps within JSON text inside it."""
    plain = json.dumps(leaf, ensure_ascii=False)[1:-1]
    return plain in text or json.dumps(plain, ensure_ascii=False)[1:-1] in text


def excused(dialect: str, path: Path, losses: tuple[Loss, ...]) -> bool:
    """Whether a loss points at the leaf or at what holds it, or the dialect ignores it."""
    place = pointer(path)
    if any(place == loss.path or place.startswith(f"{loss.path}/") for loss in losses if loss.path):
        return True
    return any(note in ignored_as(path) for note in dialects.get(dialect).tables.ignore)


def ignored_as(path: Path) -> set[str]:
    """The ways in which a dialect can declare that it ignores a native place."""
    names: set[str] = set()
    for end in range(1, len(path) + 1):
        keys = [str(step) for step in path[:end]]
        names |= {".".join(keys[start:]) for start in range(len(keys))}
        names.add(f"*.{keys[-1]}")
    return names


@pytest.mark.parametrize("dialect", dialects.names())
def test_every_unknown_key_of_a_canonical_body_is_accounted_for(dialect: str, full: bool) -> None:
    wrong = []
    found = list(probes(dialect))
    if not full:
        found = random.Random(2).sample(found, min(SAMPLE, len(found)))
    for name, kind, place, value in found:
        try:
            encoded = encode(dialect, kind, value)
        except OpenResponsesError:
            continue
        losses = [loss.path for loss in encoded.losses]
        covered = any(place == path or place.startswith(f"{path}/") for path in losses if path)
        if not covered and MARK not in json.dumps(encoded.body):
            wrong.append(f"{name} {place}: losses at {losses}")
    assert not wrong, f"{len(wrong)} of {len(found)}\n" + "\n".join(wrong[:20])


def probes(dialect: str) -> Iterator[tuple[str, str, str, Any]]:
    """Canonical bodies with an unknown key: name, kind, where it is, body.

    Not in the settings that a response echoes, which no API sends.
    """
    for body in few(dialect):
        canonical = decode(dialect, body).body
        for path, holder in containers(canonical):
            echoed = body.kind == "response" and path[:1] and path[0] in ECHO
            skipped = (
                echoed
                or said_elsewhere(dialect, path, canonical)
                or belongs_to_user(path, canonical)
                or carried(dialect, path, canonical)
            )
            if isinstance(holder, dict) and not skipped:
                value = changed(canonical, path, {**holder, "zz_new": MARK})
                yield body.name, body.kind, pointer((*path, "zz_new")), value


def belongs_to_user(path: Path, value: Any) -> bool:
    """Whether a canonical place is inside a schema, metadata, residue or an extension."""
    if path and path[0] in ("metadata", "provider_extensions"):
        return True
    steps = [(path[:end], step) for end, step in enumerate(path)]
    return any(
        step in ("parameters", "schema") or ":" in str(step) or ":" in str(kind_at(value, before))
        for before, step in steps
    )


def carried(dialect: str, path: Path, value: Any) -> bool:
    """Whether a place is in reasoning whose own opaque state is what goes back to its origin."""
    if len(path) < 3 or path[0] not in ("input", "output"):
        return False
    state = at(value, path[:2]).get("encrypted_content")
    return isinstance(state, str) and state.startswith(f"{dialect}/")


def said_elsewhere(dialect: str, path: Path, value: Any) -> bool:
    """Whether a place is in a field that the dialect declares to ignore when it encodes.

    So are log probabilities beside the vendor's own, which residue holds and which go back.
    """
    if "logprobs" in path and any("logprobs" in key and ":" in key for key in value):
        return True
    ignored = dialects.get(dialect).tables.ignore
    return any(f"{kind_at(value, path[:end])}.{path[end]}" in ignored for end in range(len(path)))


def kind_at(value: Any, path: Path) -> Any:
    holder = at(value, path)
    return holder.get("type") if isinstance(holder, dict) else None
