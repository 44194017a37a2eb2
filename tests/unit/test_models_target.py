"""`models.py` of small specs: golden texts, and what the classes accept, refuse and keep."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
from conftest import Golden
from model_packages import models_of, schema_of
from orgen.config import Config
from orgen.diagnostics import Diagnostics
from orgen.format import format_files
from orgen.load import load_spec
from orgen.render import SourceFile
from orgen.resolve import resolve
from orgen.targets import Inputs
from orgen.targets.python import target
from orgen.targets.python.models import render_models
from pydantic import TypeAdapter, ValidationError

CASES = sorted((Path(__file__).parents[1] / "golden" / "models").iterdir())
Build = Callable[[dict[str, Any]], ModuleType]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return lambda components: models_of(components, tmp_path)


def rendered(case: Path, flavour: Any) -> str:
    config = Config(case, case, models=flavour)
    files = render_models(schema_of(case / "spec.json"), config, Diagnostics())
    formatted: list[SourceFile] = list(format_files(files[:1]))
    return formatted[0].text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("flavour", ["pydantic", "msgspec"])
def test_golden(case: Path, flavour: str, golden: Golden) -> None:
    golden.check(case / f"{flavour}.py.txt", rendered(case, flavour))


def test_no_flavour_means_no_module() -> None:
    config = Config(CASES[0], CASES[0], models="none")
    assert render_models(schema_of(CASES[0] / "spec.json"), config, Diagnostics()) == []


def refused(kind: Any, value: Any) -> list[tuple[Any, str]]:
    """(location, kind of fault) of each fault."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    faults = [(fault["loc"], fault["type"]) for fault in caught.value.errors()]
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_json(json.dumps(value))
    assert [(fault["loc"], fault["type"]) for fault in caught.value.errors()] == faults
    return faults


def kept(kind: Any, value: Any) -> bool:
    """Whether a value is accepted, and dumped as it was written, from both forms."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    dumped = adapter.dump_python(adapter.validate_python(value))
    text = adapter.dump_json(adapter.validate_json(json.dumps(value)))
    written = json.dumps(value, sort_keys=True)
    return (
        json.dumps(dumped, sort_keys=True)
        == written
        == json.dumps(json.loads(text), sort_keys=True)
    )


def record(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or []}


def test_optional_nullable_and_defaulted_are_three_things(build: Build) -> None:
    text = {"type": "string"}
    nullable = {"type": ["string", "null"]}
    models = build(
        {
            "R": record(
                ["must", "must_or_null", "tag"],
                must=text,
                must_or_null=nullable,
                may=text,
                may_or_null=nullable,
                default={"type": "string", "default": "d"},
                tag={"type": "string", "enum": ["t"], "default": "t"},
            )
        }
    )
    whole = {"must": "a", "must_or_null": None, "tag": "t"}
    assert kept(models.R, whole)
    assert kept(models.R, {**whole, "may_or_null": None, "may": "x", "default": "d"})
    assert refused(models.R, {**whole, "may": None}) == [(("may",), "string_type")]
    assert refused(models.R, {**whole, "default": None}) == [(("default",), "string_type")]
    assert {loc for loc, _ in refused(models.R, {})} == {(name,) for name in whole}
    absent = models.R.model_validate(whole)
    assert (absent.default, bool(absent.may)) == ("d", False)
    assert kept(models.R, {**whole, "may": "missing"})


def test_missing_can_be_passed_and_assigned_and_is_never_written(build: Build) -> None:
    models = build({"R": record(a={"type": "integer"}, b={"$ref": "#/components/schemas/R"})})
    missing = models.MISSING
    value = models.R(a=missing, b=models.R(a=1))
    value.b.a = missing
    assert value.model_dump() == {"b": {}}
    assert value.model_dump_json() == '{"b":{}}'
    assert value.model_copy(deep=True).a is missing


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", "éé"], ["a", "abcd", 12]),
        ({"type": "string", "pattern": "b+"}, ["abc", "bb"], ["a", ""]),
        ({"type": "string", "pattern": "^(?=.*a)b$|x(?!y)"}, ["xz"], ["xy", "b"]),
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 3}, [1, 2], [0, 3, True, "1", 1.5]),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, [1, 1.0, 0.5], [0, 2, "1", True]),
        ({"type": "number", "multipleOf": 5}, [10, 15.0], [7]),
        ({"type": "boolean"}, [True], [1, "true", None]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, [["a"]], [[], [1], "a"]),
        (
            {"type": "array", "uniqueItems": True},
            [[1, True, "1"], [{"a": 1}]],
            [[1, 1.0], [[], []]],
        ),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, [{"a": 1}], [{"a": "x"}]),
        ({"type": "object", "maxProperties": 1}, [{}, {"a": None}], [{"a": 1, "b": 2}]),
        ({"enum": ["a", 1, True, None]}, ["a", 1, True, None], ["b", 2, False]),
        ({"enum": [0.5, "x"]}, [0.5, "x"], [1.5, "y"]),
        ({"type": "array", "items": {"type": "string", "maxLength": 1}}, [["a"]], [["ab"]]),
    ],
)
def test_constraints_hold(
    build: Build, schema: dict[str, Any], good: list[Any], bad: list[Any]
) -> None:
    models = build({"R": record(["x"], x=schema), "Named": schema, "S": record(y={"$ref": NAMED})})
    for value in good:
        assert kept(models.R, {"x": value}), value
        assert kept(models.S, {"y": value}), value
    for value in bad:
        assert refused(models.R, {"x": value})[0][0][0] == "x", value
        assert refused(models.S, {"y": value})[0][0][0] == "y", value


NAMED = "#/components/schemas/Named"


def test_closed_and_counted_objects(build: Build) -> None:
    models = build(
        {
            "Closed": {**record(a={"type": "integer"}), "additionalProperties": False},
            "Counted": {**record(a={"type": "integer"}), "minProperties": 1, "maxProperties": 2},
            "Typed": {
                **record(a={"type": "string"}),
                "additionalProperties": {"type": "integer", "minimum": 0},
            },
        }
    )
    assert refused(models.Closed, {"a": 1, "b": 2}) == [(("b",), "extra_forbidden")]
    assert kept(models.Counted, {"z": 1})
    assert refused(models.Counted, {}) == [((), "too_few_properties")]
    assert refused(models.Counted, {"a": 1, "b": 2, "c": 3}) == [((), "too_many_properties")]
    assert kept(models.Typed, {"a": "x", "b": 1})
    assert refused(models.Typed, {"b": -1})[0][0] == ("b",)


def test_a_union_behind_all_of_stays_a_union(build: Build) -> None:
    """And a wrong value is told what is wrong with the variant that it says it is."""
    call = record(["type", "name"], type={"const": "function"}, name={"type": "string"})
    choice = {"oneOf": [{"enum": ["auto", "none"]}, {"$ref": "#/components/schemas/Call"}]}
    described = {"allOf": [{"$ref": "#/components/schemas/Choice"}, {"description": "Which."}]}
    body = record(tool_choice={"anyOf": [described, {"type": "null"}]})
    models = build({"Call": call, "Choice": choice, "Body": body})
    assert kept(models.Body, {"tool_choice": "auto"})
    assert kept(models.Body, {"tool_choice": {"type": "function", "name": "f"}})
    assert kept(models.Body, {"tool_choice": {"type": "newer", "x": [1, {"y": None}]}})
    assert kept(models.Body, {"tool_choice": None})
    broken = {"tool_choice": {"type": "function", "name": 1}}
    assert refused(models.Body, broken) == [(("tool_choice", "name"), "string_type")]
    assert refused(models.Body, {"tool_choice": "never"}) == [(("tool_choice",), "literal_error")]
    assert refused(models.Body, {"tool_choice": 3}) == [(("tool_choice",), "json_type")]
    assert refused(models.Body, {"tool_choice": {}}) == [(("tool_choice", "type"), "missing")]
    wrong = {"tool_choice": {"type": ["function"]}}
    assert refused(models.Body, wrong) == [(("tool_choice", "type"), "literal_error")]


def test_recursive_types(build: Build) -> None:
    models = build(
        {
            "Tree": record(["leaves"], leaves={"type": "array", "items": {"$ref": TREE}}),
            "Json": {
                "anyOf": [
                    {"type": "string"},
                    {"type": "array", "items": {"$ref": "#/components/schemas/Json"}},
                ]
            },
            "Holder": record(json={"$ref": "#/components/schemas/Json"}),
        }
    )
    assert kept(models.Tree, {"leaves": [{"leaves": []}]})
    assert refused(models.Tree, {"leaves": [{"leaves": [3]}]})[0][0] == ("leaves", 0, "leaves", 0)
    assert kept(models.Holder, {"json": ["a", ["b", []]]})
    assert refused(models.Holder, {"json": ["a", [3]]})[0][0] == ("json", 1, 0)


TREE = "#/components/schemas/Tree"

HOSTILE = [
    '"""', "'''", '"', "\\", "\\\\\"", "a\nb", "\r", "{{ 7*7 }}", "{% raw %}", "{# no #}", "#{x}",
    "\u2028\u2029\x85", "\x00\x07\x1b", "\ud7ff\uffff", "__import__('os')", "__class__",
    "%s", "{0}", "${x}", "<!--", '"""\n    import os\n    """', "é" * 300, " ", "-", "None",
]  # fmt: skip


def test_hostile_text_stays_text(build: Build) -> None:
    """In descriptions, names, constants and defaults: nothing runs, everything survives."""
    names = {text: f"p{chr(97 + i)} {text}" for i, text in enumerate(HOSTILE)}
    properties: dict[str, Any] = {
        names[text]: {"type": "string", "enum": [*HOSTILE], "default": text, "description": text}
        for text in HOSTILE
    }
    models = build(
        {
            "R": {"type": "object", "properties": properties, "description": "\n\n".join(HOSTILE)},
            "E": {"enum": [*HOSTILE], "description": HOSTILE[0] * 3, "title": HOSTILE[1]},
            "Pattern": {"type": "string", "pattern": "^[\"'\\\\]+$"},
        }
    )
    for text in HOSTILE:
        assert kept(models.R, {names[text]: text})
        assert kept(models.E, text)
        assert refused(models.R, {names[text]: text + "!"})[0][0] == (names[text],)
    absent = models.R.model_validate({})
    assert sorted(getattr(absent, name) for name in models.R.model_fields) == sorted(HOSTILE)
    assert kept(models.Pattern, "\"'\\")


def test_hostile_text_stays_text_in_structs(tmp_path: Path) -> None:
    properties: dict[str, Any] = {
        f"p{chr(97 + i)} {text}": {"enum": [*HOSTILE], "default": text, "description": text}
        for i, text in enumerate(HOSTILE)
        if json.dumps(text, ensure_ascii=False)[1:-1] == text
    }
    described = {"type": "object", "properties": properties, "description": "\n\n".join(HOSTILE)}
    models = models_of({"R": described}, tmp_path, "msgspec")
    value = dict(zip(properties, HOSTILE, strict=False))
    assert msgspec.to_builtins(msgspec.convert(value, models.R)) == value


def test_a_name_that_msgspec_cannot_hold_is_a_diagnostic(tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    schemas = {"R": record(**{'say "hi"': {"type": "string"}})}
    spec = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}}
    text = json.dumps({**spec, "components": {"schemas": schemas}})
    (tmp_path / "spec.json").write_text(text, encoding="utf-8")
    config = Config(tmp_path, tmp_path, models="msgspec")
    assert render_models(schema_of(tmp_path / "spec.json"), config, diagnostics) == []
    found = [(d.code, d.span.column) for d in diagnostics]
    assert found == [("N004", text.index('"say') + 1)]


def test_json_schema_of_models_can_be_made(build: Build) -> None:
    """Frameworks ask pydantic for it."""
    models = build({"R": record(["a"], a={"type": "number"}, b={"type": "string"})})
    made = models.R.model_json_schema()
    assert (made["required"], made["properties"]["a"]["type"]) == (["a"], "number")


def test_a_taken_name_is_a_diagnostic(tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    items = {"type": "array", "items": {"type": "string", "maxLength": 1}}
    spec = {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "1"},
        "components": {"schemas": {"R": record(a=items), "RAItem": {"type": "string"}}},
    }
    (tmp_path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    render_models(schema_of(tmp_path / "spec.json"), Config(tmp_path, tmp_path), diagnostics)
    assert [(d.code, d.span.line) for d in diagnostics] == [("N003", 1)]


def test_the_runtime_keeps_its_names(build: Build) -> None:
    """Components called like what the modules use are renamed, not mixed up."""
    names = ["Model", "Field", "Number", "OneOf", "Maybe", "MISSING", "Values", "Any", "list"]
    models = build({name: record(["x"], x={"type": "number"}) for name in names})
    assert all(kept(getattr(models, cls), {"x": 1}) for cls in models.__all__)
    assert len(models.__all__) == len(names)


def test_importing_the_package_imports_no_third_party_module(tmp_path: Path) -> None:
    """Only `models` itself does; the package loads it on first use."""
    document = load_spec(CASES[0] / "spec.json", Diagnostics())
    assert document is not None
    config = Config(tmp_path, tmp_path, package="lazy_models")
    inputs = Inputs(document, document, resolve(document, Diagnostics()), config)
    for file in target.files(inputs, Diagnostics()):
        path = tmp_path / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    program = (
        "import sys, lazy_models as m; a = 'pydantic' in sys.modules;"
        "m.models; print(a, 'pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False True\n"
