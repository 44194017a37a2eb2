"""Builds single dialects from documents, in memory: checked as `orgen validate` checks them,
compiled as `orgen generate` compiles them, and loaded beside the generated package's runtime.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import openresponses.dialects as package
import pytest
from dialect_vectors import cases, compare
from openresponses.dialects import Dialect
from orgen.diagnostics import Diagnostic, Diagnostics
from orgen.dialect.ast import Dialect as Declared
from orgen.dialect.check import check
from orgen.dialect.compile import compile_dialect
from orgen.dialect.extend import extend
from orgen.dialect.load import load_dialects
from orgen.dialect.parse import parse
from orgen.dialect.settings import settings_of
from orgen.ir.schema import Json, Schema
from orgen.load import Document, load_file
from orgen.pipeline import read_spec
from orgen.progress import Progress
from orgen.resolve import resolve
from orgen.resources import spec_dir
from orgen.targets.python.dialects.module import lower_dialect, render_dialect
from orgen.validate.structure import check_structure
from stream_cases import DIALECTS, stream_cases

SPEC = spec_dir()
NAMES = tuple(sorted(path.parent.name for path in SPEC.glob("dialects/*/dialect.yaml")))


@cache
def schema() -> Schema:
    """The contract with its overlays."""
    diagnostics = Diagnostics()
    found = resolve(read_spec(SPEC, diagnostics, Progress()).full, diagnostics)
    diagnostics.check()
    return found


@cache
def document(name: str) -> Document:
    """The dialect's own file, without what it extends."""
    found = load_file(SPEC / "dialects" / name / "dialect.yaml", SPEC, Diagnostics())
    assert found is not None
    return found


@cache
def meta_schema() -> dict[str, Json]:
    """The schema of dialect files."""
    found = load_file(SPEC / "meta" / "dialect.schema.yaml", SPEC, Diagnostics())
    assert found is not None and isinstance(found.value, dict)
    return found.value


@cache
def declared() -> tuple[Declared, ...]:
    """All dialects as their files are."""
    return tuple(load_dialects(SPEC, schema(), Diagnostics()))


def checked(name: str, changed: Document) -> tuple[Declared | None, list[Diagnostic]]:
    """A changed file's syntax tree, and the faults that `orgen validate` finds."""
    diagnostics = Diagnostics()
    check_structure(changed, meta_schema(), "D001", diagnostics)
    whole = extended(changed, diagnostics)
    if not diagnostics.items and isinstance(whole.value, dict):
        found = {key: part for key, part in whole.value.items() if key != "extends"}
        check_structure(whole, meta_schema(), "D001", diagnostics, found)
    if diagnostics.items:
        return None, list(diagnostics)
    dialect = parse(whole, diagnostics)
    if diagnostics.items:
        return None, list(diagnostics)
    before = next(known for known in declared() if known.name == name)
    dialect = replace(dialect, native=before.native, borrowed=before.borrowed)
    check(dialect, schema(), dialect.native, diagnostics)
    return dialect, list(diagnostics)


def extended(own: Document, diagnostics: Diagnostics) -> Document:
    """A dialect's file upon those that it extends."""
    base = own.value.get("extends") if isinstance(own.value, dict) else None
    below = extended(document(base), diagnostics) if isinstance(base, str) else None
    return extend(below, own, diagnostics)


def built(dialect: Declared) -> Dialect:
    """The translator of a dialect; only its own module is new."""
    others = tuple(known for known in declared() if known.name != dialect.name)
    before = next(known for known in declared() if known.name == dialect.name)
    gone = set(before.other_slugs) - set(dialect.other_slugs)
    slugs = tuple(slug for slug in known_slugs() if slug not in gone)
    settings = settings_of(dialect, (*others, dialect), slugs)
    text = render_dialect(lower_dialect(dialect, compile_dialect(dialect, schema()), settings))
    full_name = f"{package.__name__}.{dialect.name}"
    module: dict[str, Any] = {"__name__": full_name, "__package__": package.__name__}
    exec(compile(text, f"<{dialect.name}>", "exec"), module)  # our own generated code
    found: Dialect = module["DIALECT"]
    return found


def known_slugs() -> dict[str, str]:
    """Every vendor and provider that the generated package knows."""
    return dict(package.get(NAMES[0]).tables.slugs)


def noticed(name: str, changed: Document) -> str:
    """What notices a change of a dialect's file: a diagnostic's code, or the name of a vector."""
    less, faults = checked(name, changed)
    if less is None or faults:
        return faults[0].code
    dialect = built(less)
    for case in cases(name):
        try:
            compare(dialect, case)
        except (Exception, pytest.fail.Exception):
            return case.name
    return stream_that_differs(name, dialect)


def stream_that_differs(name: str, dialect: Dialect) -> str:
    """The name of a stream of our own that a changed dialect reads, or writes, otherwise."""
    if dialect.stream is None:
        return ""
    for case, data in streams(name).items():
        try:
            found = timeless(events_of(dialect, data))
        except Exception:  # whatever it raises, the original does not
            return case
        if found != original_events(name, case):
            return case
    return ""


@cache
def streams(name: str) -> dict[str, bytes]:
    """Streams of our own in that dialect; where there are none, what it makes of another's."""
    if name in DIALECTS:
        return {case.name: case.data for case in stream_cases(name)}
    other = "openai_responses" if name == "openresponses" else "openai_chat"
    found = {}
    for case in stream_cases(other):
        decoder, encoder = package.get(other).StreamDecoder(), package.get(name).StreamEncoder()
        events = [*decoder.feed(case.data), *decoder.close()]
        found[case.name] = b"".join(map(encoder.feed, events)) + encoder.close()
    return found


@cache
def original_events(name: str, case: str) -> Any:
    return timeless(events_of(package.get(name), streams(name)[case]))


def events_of(dialect: Dialect, data: bytes) -> list[Any]:
    """The events of a stream, and the stream that encoding makes of them again."""
    decoder, encoder = dialect.StreamDecoder(), dialect.StreamEncoder()
    events = [dict(event) for event in (*decoder.feed(data), *decoder.close())]
    again = b"".join(map(encoder.feed, events)) + encoder.close()
    return [*events, re.sub(rb'"(created\w*)":[^,}]*', rb'"\1":0', again).decode()]


def timeless(value: Any) -> Any:
    """The value without the time at which it was decoded."""
    if isinstance(value, dict):
        times = ("created_at", "completed_at")
        return {key: timeless(inner) for key, inner in value.items() if key not in times}
    return [timeless(inner) for inner in value] if isinstance(value, list) else value
