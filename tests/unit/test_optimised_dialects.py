"""Every dialect does the same optimised and plain: bodies, errors and streams.

They are tried on all vectors, on one recording of each shape where there are
recordings, and on values that are generated from the schemas.
"""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import openresponses
import pytest
from bodies import recorded, vectors
from contract import components
from dialect_builds import events_of, streams, timeless
from dialect_vectors import cases
from generated_values import WORDS, Vocabulary, values
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from model_packages import spec_documents
from native_schemas import native_path
from native_schemas import schema as native_schema
from openresponses import dialects
from orgen.diagnostics import Diagnostics
from orgen.dialect.compile import compile_dialect
from orgen.dialect.load import load_dialects
from orgen.dialect.settings import settings_of
from orgen.resolve import resolve
from orgen.targets.python.dialects.module import lower_dialect, render_dialect

NAMES = dialects.names()
NATIVE = Vocabulary(WORDS, unknown=True)
CANONICAL = {"request": "CreateResponseBody", "response": "ResponseResource"}
each = pytest.mark.parametrize("name", NAMES)
brief = settings(phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The generated package again, with dialects that were not optimised."""
    folder = tmp_path_factory.mktemp("plain") / "plain_responses"
    shutil.copytree(Path(openresponses.__file__).parent, folder)
    root = Path(__file__).parents[2] / "spec"
    diagnostics = Diagnostics()
    schema = resolve(spec_documents(root)[1], diagnostics)
    loaded = load_dialects(root, schema, diagnostics)
    for dialect in loaded:
        program, settings = compile_dialect(dialect, schema), settings_of(dialect, loaded)
        text = render_dialect(lower_dialect(dialect, program, settings, optimise=False))
        (folder / "dialects" / f"{dialect.name}.py").write_text(text, "utf-8")
    assert not diagnostics.has_errors
    sys.path.insert(0, str(folder.parent))
    try:
        yield importlib.import_module("plain_responses.dialects")
    finally:
        sys.path.remove(str(folder.parent))


def said(dialect: Any, method: str, *arguments: Any, **options: Any) -> tuple[Any, Any]:
    """The result's body, and all that is told of it as text; ids that we made are numbered anew.

    An error has no body.
    """
    try:
        result = getattr(dialect, method)(*arguments, **options)
    except Exception as error:
        if "OpenResponsesError" not in [base.__name__ for base in type(error).__mro__]:
            raise
        return None, str(error)
    for key in ("created_at", "completed_at", "created"):
        result.body.pop(key, None)
    made: dict[str, str] = {}
    text = json.dumps(result.body)
    text = re.sub(r"_og_\w+", lambda m: made.setdefault(m[0], f"_og_{len(made)}"), text)
    return result.body, (text, getattr(result, "path", ""), [str(loss) for loss in result.losses])


def same(name: str, plain: ModuleType, method: str, *arguments: Any, **options: Any) -> Any:
    """The body that both forms of a dialect agree on; None where both refuse."""
    body, told = said(dialects.get(name), method, *arguments, **options)
    assert told == said(plain.get(name), method, *arguments, **options)[1]
    return body


@each
def test_bodies_are_the_same(name: str, plain: ModuleType) -> None:
    for body in (*vectors(name), *recorded(name)):
        options = {"path": body.path} if body.kind == "request" else {}
        canonical = same(name, plain, f"decode_{body.kind}", body.value, **options)
        for other in NAMES if canonical is not None else ():
            same(other, plain, f"encode_{body.kind}", canonical)


@each
def test_errors_are_the_same(name: str, plain: ModuleType) -> None:
    for case in cases(name):
        if case.kind == "error" and case.native is not None:
            same(name, plain, "decode_error", case.status, case.native)
        if case.kind == "error" and case.canonical is not None:
            same(name, plain, "encode_error", case.canonical)


@each
def test_streams_are_the_same(name: str, plain: ModuleType) -> None:
    if dialects.get(name).stream is not None:
        for data in streams(name).values():
            found = timeless(events_of(dialects.get(name), data))
            assert found == timeless(events_of(plain.get(name), data))


@each
@pytest.mark.parametrize("kind", CANONICAL)
@brief
@given(data=st.data())
def test_generated_bodies_are_the_same(
    name: str, kind: str, plain: ModuleType, data: st.DataObject
) -> None:
    contract = {"components": components()}
    reference = f"#/components/schemas/{CANONICAL[kind]}"
    canonical = data.draw(values(contract, reference, NATIVE))
    same(name, plain, f"encode_{kind}", canonical)
    if native_path(name).exists():
        schema, reference = native_schema(name), f"#/$defs/{kind.capitalize()}"
        made = same(name, plain, f"decode_{kind}", data.draw(values(schema, reference, NATIVE)))
        if made is not None:
            same(name, plain, f"encode_{kind}", made)
