"""Validation: what the golden cases do not show, above all what must not be reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics, Severity
from orgen.load import load_file, load_spec
from orgen.overlay import apply_overlays
from orgen.report import render
from orgen.validate import validate
from orgen.validate.graphs import cycles, innermost_first
from orgen.validate.patterns import pattern_fault

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / ".." / "shared" / "reference" / "openresponses"


def check(tmp_path: Path, components: str) -> list[str]:
    path = tmp_path / "spec.yaml"
    head = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\ncomponents:\n  schemas:\n    '
    path.write_text(head + components.strip().replace("\n", "\n    ") + "\n")
    diagnostics = Diagnostics()
    document = load_spec(path, diagnostics)
    assert document is not None
    validate(document, diagnostics)
    return [item.code for item in diagnostics]


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the published contracts are not here")
@pytest.mark.parametrize("version", ["2026-01-15", "2026-04-24"])
def test_published_contracts_have_no_errors(version: str) -> None:
    diagnostics = Diagnostics()
    document = load_spec(REFERENCE / f"{version}.openapi.json", diagnostics)
    assert document is not None
    validate(document, diagnostics)
    assert not [item for item in diagnostics if item.severity is Severity.ERROR]
    # Two components that nothing refers to, and one example of an older form.
    assert sorted(item.code for item in diagnostics) == ["V002", "V002", "V047"]


@pytest.mark.parametrize("full", [False, True])
def test_our_own_spec_has_no_errors(full: bool) -> None:
    spec = ROOT / "spec"
    diagnostics = Diagnostics()
    document = load_spec(spec, diagnostics)
    assert document is not None
    if full:
        paths = sorted((spec / "overlays").glob("*.yaml"))
        overlays = [load_file(path, spec, diagnostics) for path in paths]
        document = apply_overlays(document, [one for one in overlays if one], diagnostics)
    validate(document, diagnostics)
    errors = Diagnostics([item for item in diagnostics if item.severity is Severity.ERROR])
    assert not errors, render(errors)


@pytest.mark.parametrize(
    "components",
    [
        # Recursion with an end.
        "A: {type: object, properties: {next: {$ref: '#/components/schemas/A'}}}",
        "A: {type: object, required: [all], properties: {all: {type: array, items:"
        " {$ref: '#/components/schemas/A'}}}}",
        "A: {type: object, required: [a], properties: {a:"
        " {oneOf: [{$ref: '#/components/schemas/A'}, {type: string}]}}}",
        # Required properties that another part defines.
        "A: {allOf: [{properties: {a: true}}, {required: [a]}]}",
        "A: {type: object, required: [a], allOf: [{$ref: '#/components/schemas/B'}]}\n"
        "B: {type: object, properties: {a: {type: string}}}",
        # Data that looks like a schema.
        "A: {type: object, default: {$ref: nowhere}, example: {requierd: 1}}",
        "A: {type: object, properties: {requierd: {type: string}, if: {type: string}}}",
        # Equal for Python, not for JSON.
        "A: {enum: [1, true, 0, false, '1']}",
        "A: {type: number, const: 1}",
        "A: {type: integer, enum: [1.0, 2]}",
        # Two constants tell members apart; so does a default.
        "A: {discriminator: {propertyName: t}, oneOf: [{$ref: '#/components/schemas/B'},"
        " {$ref: '#/components/schemas/C'}]}\n"
        "B: {required: [t, r], properties: {t: {const: x}, r: {const: b}}}\n"
        "C: {required: [r], properties: {t: {enum: [x], default: x}, r: {enum: [c, d]}}}",
        # Constraints apply to values of their type and leave others alone.
        "A: {type: [string, 'null'], maxLength: 3, default: null}",
        "A: {propertyNames: {pattern: '^a'}, additionalProperties: true}",
        "A: {format: date-time, contentEncoding: base64, readOnly: true, $comment: fine}",
        "A: {x-anything: {requierd: 1}}",
    ],
)
def test_sound_schemas(tmp_path: Path, components: str) -> None:
    assert check(tmp_path, components) == []


@pytest.mark.parametrize(
    ("components", "codes"),
    [
        ("A: {enum: [1, 1.0]}", ["V021"]),
        ("A: {enum: [{a: 1}, {a: 1}]}", ["V013", "V013", "V021"]),
        ("A: {type: object, required: [a], additionalProperties: true}", ["V020"]),
        ("A: {oneOf: [{$ref: '#/components/schemas/A'}, {type: string}]}", ["V003"]),
        ("A: {$ref: 'components/schemas/A'}", ["L033"]),
        ("A: {minimum: 2, maximum: 1}", ["V040"]),
        ("A: {x-orgen-describe-me: true}", ["V061"]),
        ("A: {type: string, format: 3, title: []}", ["V011", "V011"]),
        ("A: {type: []}", ["V011"]),
        ("A: [1]", ["V011"]),
        ("A: {properties: {a: {allOf: [{type: string}, {default: 1}]}}}", ["V043"]),
        ("A: {type: string, not: {$ref: '#/components/schemas/None'}}", ["V013"]),
    ],
)
def test_faulty_schemas(tmp_path: Path, components: str, codes: list[str]) -> None:
    assert sorted(check(tmp_path, components)) == codes


def test_descriptions_are_asked_for_only_in_our_own_spec(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\ncomponents: {schemas: {A: {}}}"
    )
    for own, codes in ((None, []), (True, ["V060"])):
        diagnostics = Diagnostics()
        document = load_spec(path, diagnostics)
        assert document is not None
        validate(document, diagnostics, own=own)
        assert [item.code for item in diagnostics] == codes


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-zA-Z0-9_-]+$",
        "^[a-z0-9][a-z0-9_-]*:.+",
        "^[a-z]+(-[a-z]+)*$",
        "^(a|b)*$",
        r"^\d{4}-\d{2}(\.\d+)?$",
        "(?:abc){2,5}",
        "^[^/]+(/[^/]+)*$",
        "[]a](x)",
        "a{,3}b{",
        "^(?=a)b(?!c)",
    ],
)
def test_safe_patterns(pattern: str) -> None:
    assert pattern_fault(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("(a+)+", "V042"),
        ("(a*)*b", "V042"),
        ("((ab*)c*)+", "V042"),
        ("(.a+)*", "V042"),
        ("(a{1,200}){1,200}", "V042"),
        ("(-[^x]+)*", "V042"),
        ("(-a+|b+)*", "V042"),
        ("a" * 2_000, "V042"),
        ("(" * 50 + ")" * 50, "V042"),
        ("[z-a]", "V041"),
        ("(", "V041"),
        ("*", "V041"),
        ("a\\", "V041"),
        ("(?i)a", "V041"),
        (r"a\Z", "V041"),
        ("(?<name>a)", "V041"),
    ],
)
def test_faulty_patterns(pattern: str, code: str) -> None:
    fault = pattern_fault(pattern)
    assert fault is not None
    assert fault[0] == code


def test_cycles() -> None:
    graph = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": ["d"], "e": ["a", "x"], "f": []}
    assert cycles(graph) == [["a", "b", "c"], ["d"]]
    assert cycles({}) == []
    long = {str(n): [str(n + 1)] for n in range(5_000)}
    assert innermost_first(long)[0] == "4999"
    assert cycles({**long, "4999": ["0"]})[0][:2] == ["0", "1"]
