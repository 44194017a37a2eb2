"""Loading: YAML 1.2 and JSON as plain data with positions, several files as one document."""

from __future__ import annotations

from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics, Span
from orgen.ir.schema import Json
from orgen.load import Document, format_pointer, load_file, load_spec, parse_pointer

REFERENCE = Path(__file__).parents[2] / ".." / "shared" / "reference" / "openresponses"


def load(tmp_path: Path, text: str, name: str = "file.yaml") -> Document:
    (tmp_path / name).write_bytes(text.encode())
    diagnostics = Diagnostics()
    document = load_file(tmp_path / name, tmp_path, diagnostics)
    assert not diagnostics.items
    assert document is not None
    return document


def faults(tmp_path: Path, text: str, name: str = "file.yaml") -> list[str]:
    (tmp_path / name).write_bytes(text.encode())
    diagnostics = Diagnostics()
    load_file(tmp_path / name, tmp_path, diagnostics)
    return [f"{item.span.line}:{item.span.column} {item.code}" for item in diagnostics]


# Source: https://yaml.org/spec/1.2.2/#1032-tag-resolution
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("n", "n"),
        ("0", 0),
        ("-19", -19),
        ("+12", 12),
        ("007", 7),
        ("0o14", 12),
        ("014", 14),
        ("0xFF", 255),
        ("0b101", "0b101"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("12e03", 12000.0),
        ("1e3", 1000.0),
        ("-2E+05", -200000.0),
        (".", "."),
        ("-", "-"),
        ("+", "+"),
        ("1.2.3", "1.2.3"),
        ("2026-04-24", "2026-04-24"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("'12'", "12"),
        ('"null"', "null"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!int 12", 12),
        ("!!float 3", 3),
        ("!!null ''", None),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ('"\\u00e9\\n\\x41"', "é\nA"),
        ("|\n    a\n    b\n", "a\nb\n"),
        (">-\n    a\n    b\n", "a b"),
    ],
)
def test_core_schema(tmp_path: Path, text: str, value: Json) -> None:
    found = load(tmp_path, f"- {text}\n").get((0,)) if text != "-" else "-"
    assert found == value
    assert type(found) is type(value)


def test_status_keys_are_taken_as_written(tmp_path: Path) -> None:
    document = load(tmp_path, "200: a\n007: b\n1.10: c\n'true': d\n")
    assert document.value == {"200": "a", "007": "b", "1.10": "c", "true": "d"}


def test_positions_in_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = load(tmp_path, "a:\n  - x\n  - {k: 'v w'}   # end\nb: |\n  text\nc: 1\n")
    assert document.span(("a", 1, "k")) == Span("file.yaml", 3, 9, 3, 14)
    assert document.key_span(("a", 1, "k")) == Span("file.yaml", 3, 6, 3, 7)
    assert document.span(("a",)) == Span("file.yaml", 2, 3, 3, 15)
    assert document.span(("b",)) == Span("file.yaml", 4, 4, 5, 7)
    assert document.key_span(("c",)) == Span("file.yaml", 6, 1, 6, 2)
    # What is not there falls back to the nearest place around it.
    assert document.span(("a", 1, "none", 3)) == document.span(("a", 1))


def test_positions_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = load(tmp_path, '{\r\n\t"a": [1, "\\ud83d\\ude00"],\r"b": {}\n}', "file.json")
    assert document.value == {"a": [1, "\U0001f600"], "b": {}}
    assert document.span(("a", 1)) == Span("file.json", 2, 11, 2, 25)
    assert document.key_span(("b",)) == Span("file.json", 3, 1, 3, 4)
    assert document.span(()) == Span("file.json", 1, 1, 4, 2)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize("name", ["file.yaml", "file.json"])
def test_unicode_breaks_are_ordinary_characters(tmp_path: Path, mark: str, name: str) -> None:
    document = load(tmp_path, f'{{"a": "x{mark}y",\n"b": 1}}', name)
    assert document.value == {"a": f"x{mark}y", "b": 1}
    assert document.key_span(("b",)).line == 2


def test_plain_scalars_keep_unicode_breaks(tmp_path: Path) -> None:
    assert load(tmp_path, "a: x\u2028y\nb: \ue000\u0085\n").value == {
        "a": "x\u2028y",
        "b": "\ue000\x85",
    }


def test_byte_order_mark_is_not_counted(tmp_path: Path) -> None:
    for name, text in (("file.yaml", "\ufeffa: 1\n"), ("file.json", '\ufeff{"a": 1}')):
        assert load(tmp_path, text, name).value == {"a": 1}
    assert load(tmp_path, "\ufeffa: 1\n").key_span(("a",)).column == 1


def test_aliases_stand_for_their_anchors(tmp_path: Path) -> None:
    document = load(tmp_path, "a: &a {x: [1]}\nb: *a\n")
    assert document.value == {"a": {"x": [1]}, "b": {"x": [1]}}
    assert document.span(("b",)).line == 2
    assert document.span(("b", "x", 0)).line == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1 "b": 2}', ["1:9 L011"]),
        ('{"a" 1}', ["1:6 L011"]),
        ("{'a': 1}", ["1:2 L011"]),
        ("[1, 2", ["1:1 L011"]),
        ("[1,]", ["1:4 L011"]),
        ('"a\nb"', ["1:3 L011"]),
        ('"\\x41"', ["1:2 L011"]),
        ('"abc', ["1:1 L011"]),
        ("01", ["1:1 L011"]),
        ("+1", ["1:1 L011"]),
        (".5", ["1:1 L011"]),
        ("1.", ["1:1 L011"]),
        ("True", ["1:1 L011"]),
        ("[] []", ["1:4 L011"]),
        ("", ["1:1 L007"]),
        (" \n", ["1:1 L007"]),
        ('{"a": ', ["1:7 L011"]),
        ("[NaN, -Infinity]", ["1:2 L014", "1:7 L014"]),
        ('{"a": 1, "a": 2, "a": 3}', ["1:10 L012", "1:18 L012"]),
        ('["\\udc00", "\\ud800x"]', ["1:2 L013", "1:12 L013"]),
    ],
)
def test_faulty_json(tmp_path: Path, text: str, found: list[str]) -> None:
    assert faults(tmp_path, text, "file.json") == found


def test_first_of_two_keys_wins(tmp_path: Path) -> None:
    (tmp_path / "file.json").write_text('{"a": 1, "a": 2}')
    document = load_file(tmp_path / "file.json", tmp_path, Diagnostics())
    assert document is not None
    assert document.value == {"a": 1}


def test_content_decides_without_a_known_suffix(tmp_path: Path) -> None:
    assert load(tmp_path, '{"a": "\\ud83d\\ude00"}', "file").value == {"a": "\U0001f600"}
    assert load(tmp_path, "a: 1", "file").value == {"a": 1}


def test_pointers() -> None:
    value: Json = {"a/b": [{"~": 1}], "0": 2}
    assert parse_pointer("/a~1b/0/~0", value) == ("a/b", 0, "~")
    assert parse_pointer("/0", value) == ("0",)
    assert parse_pointer("a", value) is None
    assert parse_pointer("", value) == ()
    assert format_pointer(("a/b", 0, "~")) == "/a~1b/0/~0"


ROOT = """\
openapi: 3.1.0
info: {title: T, version: "1", x-orgen-note: kept}
paths:
  /a:
    post:
      requestBody: {$ref: bodies.yaml#/Body}
components:
  schemas:
    Second: {$ref: schemas/items.yaml#/$defs/Second}
    First: {$ref: schemas/items.yaml#/$defs/First}
    Alias: {$ref: schemas/items.yaml#/$defs/First}
    Local: {type: object, properties: {$ref: {$ref: "#/components/schemas/First"}}}
"""
ITEMS = """\
$defs:
  First:
    type: object
    properties:
      other: {$ref: "#/$defs/Second", description: Kept beside.}
      price: {$ref: "../prices.json#/definitions/Price"}
      part: {$ref: "#/$defs/First/properties/name"}
      name: {type: string}
  Second:
    oneOf: [{$ref: "items.yaml#/$defs/First"}]
    discriminator: {propertyName: t, mapping: {a: "#/$defs/First", b: Local}}
    example: {$ref: "#/not/a/reference"}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec" / "schemas").mkdir(parents=True)
    (tmp_path / "spec" / "openresponses.yaml").write_text(ROOT)
    (tmp_path / "spec" / "schemas" / "items.yaml").write_text(ITEMS)
    (tmp_path / "spec" / "prices.json").write_text('{"definitions": {"Price": {"type": "number"}}}')
    (tmp_path / "spec" / "bodies.yaml").write_text(
        "Body: {content: {application/json: {schema: {$ref: schemas/items.yaml#/$defs/Second}}}}\n"
    )
    diagnostics = Diagnostics()
    document = load_spec(Path("spec"), diagnostics)
    assert not diagnostics.items
    assert document is not None
    return document


def test_files_become_one_document(spec: Document) -> None:
    assert list(spec.schemas) == ["Second", "First", "Alias", "Local", "Price", "name"]
    assert spec.get(("components", "schemas", "First", "properties")) == {
        "other": {"$ref": "#/components/schemas/Second", "description": "Kept beside."},
        "price": {"$ref": "#/components/schemas/Price"},
        "part": {"$ref": "#/components/schemas/name"},
        "name": {"type": "string"},
    }
    assert spec.schemas["Second"] == {
        "oneOf": [{"$ref": "#/components/schemas/First"}],
        "discriminator": {
            "propertyName": "t",
            "mapping": {"a": "#/components/schemas/First", "b": "#/components/schemas/Local"},
        },
        "example": {"$ref": "#/not/a/reference"},
    }
    assert spec.schemas["Alias"] == {"$ref": "#/components/schemas/First"}
    assert spec.get(("info", "x-orgen-note")) == "kept"
    media = ("paths", "/a", "post", "requestBody", "content", "application/json", "schema")
    assert spec.get(media) == {"$ref": "#/components/schemas/Second"}


def test_a_property_may_be_called_ref(spec: Document) -> None:
    assert spec.get(("components", "schemas", "Local", "properties")) == {
        "$ref": {"$ref": "#/components/schemas/First"}
    }


def test_values_keep_their_own_files(spec: Document) -> None:
    schemas = ("components", "schemas")
    assert str(spec.key_span((*schemas, "First"))) == "spec/schemas/items.yaml:2:3"
    assert str(spec.span((*schemas, "Price", "type"))) == "spec/prices.json:1:36"
    assert str(spec.key_span((*schemas, "Local"))) == "spec/openresponses.yaml:12:5"
    assert spec.files == (
        "spec/openresponses.yaml",
        "spec/schemas/items.yaml",
        "spec/bodies.yaml",
        "spec/prices.json",
    )


def test_topics_are_file_stems(spec: Document) -> None:
    assert [spec.topic(name) for name in ("First", "Price", "Local")] == [
        "items",
        "prices",
        "schema",
    ]
    assert spec.folder


def test_json_schema_takes_the_form_of_openapi(tmp_path: Path) -> None:
    (tmp_path / "my-thing.json").write_text(
        '{"title": "a nice thing", "type": "object", "x-orgen-a": 1, "properties": {"self":'
        ' {"$ref": "#"}, "b": {"$ref": "#/$defs/B"}}, "$defs": {"B": {"$defs": {"C": true}}}}'
    )
    diagnostics = Diagnostics()
    document = load_spec(tmp_path / "my-thing.json", diagnostics)
    assert not diagnostics.items
    assert document is not None
    assert list(document.schemas) == ["ANiceThing", "B", "C"]
    assert document.get(("components", "schemas", "ANiceThing", "properties")) == {
        "self": {"$ref": "#/components/schemas/ANiceThing"},
        "b": {"$ref": "#/components/schemas/B"},
    }
    assert document.get(("info",)) == {"title": "a nice thing", "version": "0", "x-orgen-a": 1}
    assert document.get(("paths",)) == {}
    assert not document.folder


def test_definitions_alone_have_no_root_component(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("title: T\n$defs: {A: {type: string}}\n")
    document = load_spec(tmp_path / "a.yaml", Diagnostics())
    assert document is not None
    assert list(document.schemas) == ["A"]


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the published contracts are not here")
@pytest.mark.parametrize(("version", "count"), [("2026-01-15", 102), ("2026-04-24", 108)])
def test_published_contracts_load(version: str, count: int) -> None:
    diagnostics = Diagnostics()
    document = load_spec(REFERENCE / f"{version}.openapi.json", diagnostics)
    assert not diagnostics.items
    assert document is not None
    assert len(document.schemas) == count
