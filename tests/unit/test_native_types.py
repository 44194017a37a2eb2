"""`native/*.py`: vendors' schemas as TypedDicts, never more than text, whatever they say."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.graft import graft
from orgen.dialect.load import load_dialect, load_native
from orgen.ir.schema import Record, Schema
from orgen.load import load_spec
from orgen.resolve import resolve
from orgen.targets.python.native_modules import native_files, native_types

CASES = Path(__file__).parents[1] / "golden" / "dialect_errors"
HOSTILE = '"""\nimport os; os._exit(3)\n"""'
HEAD = """\
$schema: https://json-schema.org/draft/2020-12/schema
title: %s
description: d
x-orgen-source: https://example.com
$defs:
  Response: {type: object, description: d}
  Error: {type: object, description: d}
  StreamEvent: {type: object, description: d}
"""


@cache
def contract() -> Schema:
    diagnostics = Diagnostics()
    document = load_spec(CASES / "contract.yaml", diagnostics)
    assert document is not None
    return resolve(document, diagnostics)


def dialect(folder: Path, native: str, title: str = "Tiny") -> Dialect:
    """The small dialect with another native schema."""
    (folder / "schemas").mkdir()
    (folder / "schemas" / "items.yaml").write_text((CASES / "contract.yaml").read_text())
    place = folder / "dialects" / "tiny"
    place.mkdir(parents=True)
    (place / "native.yaml").write_text(HEAD % title + native)
    (place / "dialect.yaml").write_text((CASES / "tiny" / "dialect.yaml").read_text())
    diagnostics = Diagnostics()
    found = load_dialect(place / "dialect.yaml", folder, diagnostics)
    schema = load_native(place, diagnostics, folder)
    diagnostics.check()
    assert found is not None and schema is not None
    return replace(found, native=schema)


def module(made: Dialect) -> str:
    diagnostics = Diagnostics()
    files = native_files(contract(), [made], diagnostics)
    diagnostics.check()
    return next(file.text for file in files if file.path.name == f"{made.name}.py")


def test_records_unions_and_odd_keys(tmp_path: Path) -> None:
    native = """\
  Request:
    type: object
    description: A question.
    required: [model, class]
    properties:
      model: {type: string, description: Which model.}
      class: {type: string, const: fast, description: A word that Python keeps.}
      "top-p": {type: [number, 'null'], description: No identifier.}
      parts: {type: array, items: {$ref: '#/$defs/Part'}, description: What is asked.}
  Part:
    description: One part.
    oneOf: [{$ref: '#/$defs/TextPart'}, {$ref: '#/$defs/ImagePart'}]
  TextPart:
    type: object
    description: Text.
    required: [type, text]
    properties: {type: {const: text, description: d}, text: {type: string, description: d}}
  ImagePart:
    type: object
    description: An image.
    required: [type, url]
    properties: {type: {const: image, description: d}, url: {type: string, description: d}}
"""
    text = module(dialect(tmp_path, native))
    names: dict[str, object] = {}
    exec(compile(text, "native", "exec"), names)
    request = names["Request"]
    assert list(request.__annotations__) == ["model", "class", "top-p", "parts"]  # type: ignore[attr-defined]
    assert 'Request = TypedDict(\n    "Request"' in text
    assert "Part: TypeAlias = TextPart | ImagePart" in text
    assert 'type: Literal["text"]' in text
    assert "Tiny" not in names  # the file itself is no type


@pytest.mark.parametrize("text", [HOSTILE, "\\", "{{ 7 * 7 }}", "\u202e#", "'''"])
def test_no_text_becomes_code(tmp_path: Path, text: str) -> None:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    native = f"""\
  Request:
    type: object
    description: {quoted}
    properties:
      {quoted}: {{type: string, description: {quoted}}}
      word: {{const: {quoted}, description: d}}
"""
    made = module(dialect(tmp_path, native, quoted))
    path = tmp_path / "made.py"
    path.write_text(made, "utf-8")
    script = "import made; print(ascii(list(made.Request.__annotations__)[0]))"
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == ascii(text)


def test_names_that_meet_are_a_fault(tmp_path: Path) -> None:
    native = "  Request: {type: object, description: d}\n"
    native += "  AnyPart: {type: string, description: d}\n"
    native += "  Part:\n    description: d\n    x-orgen-open: true\n    oneOf:\n"
    native += "      - {$ref: '#/$defs/APart'}\n      - {$ref: '#/$defs/BPart'}\n"
    for letter in "AB":
        native += f"  {letter}Part:\n    type: object\n    description: d\n    required: [type]\n"
        native += f"    properties: {{type: {{const: {letter}, description: d}}}}\n"
    diagnostics = Diagnostics()
    native_files(contract(), [dialect(tmp_path, native)], diagnostics)
    assert [item.code for item in diagnostics] == ["N001"]


def test_canonical_components_are_taken_over_whole(tmp_path: Path) -> None:
    native = """\
  Request:
    type: object
    description: d
    properties:
      tools:
        type: array
        items: {$ref: '../../schemas/items.yaml#/components/schemas/Tool'}
        description: d
      own: {$ref: '#/$defs/Tool', description: d}
  Tool:
    type: object
    description: The vendor's own.
    properties: {x: {type: string, description: d}}
"""
    diagnostics = Diagnostics()
    made = dialect(tmp_path, native)
    loaded = load_spec(tmp_path / "schemas" / "items.yaml", diagnostics)
    assert loaded is not None and made.native is not None
    schema = resolve(loaded, diagnostics)
    grown = schema.components["Tool"]
    assert isinstance(grown.type, Record)
    changed = replace(grown, type=replace(grown.type, properties=grown.type.properties[:2]))
    schema = replace(schema, components={**schema.components, "Tool": changed})
    whole, borrowed = graft(made.native, schema)
    assert borrowed == {"CanonicalTool": "Tool"}
    tool = whole.components["CanonicalTool"].type
    assert isinstance(tool, Record) and [p.name for p in tool.properties] == ["type", "name"]
    text = module(replace(made, native=whole, borrowed=borrowed))
    assert "from ..types import (\n    Tool as CanonicalTool,\n)" in text
    assert "tools: list[CanonicalTool]" in text
    assert text.count("class Tool(") == 1 and "class CanonicalTool" not in text


def test_an_extending_dialect_has_the_types_of_the_extended_one(tmp_path: Path) -> None:
    base = dialect(tmp_path, "  Request: {type: object, description: d}\n")
    own = replace(base, name="acme", extends="tiny")
    types = native_types([own, base])
    assert types["acme"] == types["tiny"]
    parameters = "native_tiny.Request, native_tiny.Response, native_tiny.Error"
    assert types["acme"].parameters == parameters
    files = native_files(contract(), [own, base], Diagnostics())
    assert [file.path.name for file in files] == ["__init__.py", "tiny.py"]
