"""Hostile input ends in a diagnostic: in bounded time and memory, without leaving the folder."""

from __future__ import annotations

import json
import os
import random
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from orgen.diagnostics import Diagnostics
from orgen.load import load_file, load_spec
from orgen.load.limits import MAX_FAULTS
from orgen.report import render
from orgen.validate import validate

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'

SMALL = """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /items:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
      responses:
        '200': {description: Made., content: {application/json: {schema: {type: string}}}}
components:
  schemas:
    Item:
      oneOf: [{$ref: '#/components/schemas/Book'}, {$ref: '#/components/schemas/Pen'}]
      discriminator: {propertyName: type}
    Book:
      type: object
      required: [type, title]
      properties:
        type: {type: string, enum: [book], default: book}
        title: {type: string, minLength: 1, pattern: '^[a-z]+$'}
        next: {anyOf: [{$ref: '#/components/schemas/Book'}, {type: 'null'}]}
    Pen: &pen
      allOf: [{type: object, required: [type], properties: {type: {const: pen}}}]
      description: "Ink \\u00e9"
    Other: *pen
"""


@contextmanager
def bounded(seconds: float = 20.0, megabytes: float = 400.0) -> Iterator[None]:
    """Fail if what is inside takes more processor time or memory; generous, for slow machines."""
    tracemalloc.start()
    started = time.process_time()
    try:
        yield
        elapsed = time.process_time() - started
        peak = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert elapsed < seconds
    assert peak < megabytes


def diagnose(path: Path) -> Diagnostics:
    diagnostics = Diagnostics()
    document = load_spec(path, diagnostics)
    if document is not None:
        validate(document, diagnostics)
    for item in diagnostics:
        assert item.span.file
        assert item.span.line >= 1
        assert item.span.column >= 1
    for format in ("text", "json", "github"):
        render(diagnostics, format).encode("utf-8")
    return diagnostics


def codes(path: Path) -> set[str]:
    with bounded():
        return {item.code for item in diagnose(path)}


def write(folder: Path, text: str | bytes, name: str = "spec.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def schemas(text: str) -> str:
    return f"{HEAD}components:\n  schemas:\n    {text}\n"


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("https://example.com/schema.yaml", "L031"),
        ("HTTP://example.com/schema.yaml#/a", "L031"),
        ("//example.com/schema.yaml", "L031"),
        ("file:///etc/passwd", "L031"),
        ("data:application/json,{}", "L031"),
        ("/etc/passwd", "L032"),
        ("%2fetc/passwd", "L032"),
        ("../../outside", "L032"),
        ("a/../../outside", "L032"),
        ("%2e%2e/outside", "L032"),
        ("..\\\\outside", "L031"),
        ("a\\u0000b.yaml", "L031"),
        ("x" * 10_000, "L033"),
        ("x/" * 5_000, "L033"),
        ("folder", "L033"),
        ("#anchor", "L034"),
        ("#/components/schemas/A/nothing", "L035"),
    ],
)
def test_references_are_confined(tmp_path: Path, reference: str, code: str) -> None:
    (tmp_path / "outside").write_text("type: string\n")
    (tmp_path / "inner" / "spec" / "folder").mkdir(parents=True)
    spec = write(tmp_path / "inner" / "spec", schemas(f'A: {{x: {{}}, $ref: "{reference}"}}'))
    assert code in codes(spec)


def test_urls_are_never_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something opened a connection")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("urllib.request.urlopen", refuse)
    url = "https://example.com/schema.json"
    text = f"A: {{$schema: '{url}', $id: '{url}', $ref: '{url}#/a', default: 1}}"
    assert {"L031", "V013"} <= codes(write(tmp_path, schemas(text)))


def test_symbolic_links_out_of_the_tree_are_refused(tmp_path: Path) -> None:
    outside = write(tmp_path, "secret: 1\n", "outside.yaml")
    spec = tmp_path / "spec"
    spec.mkdir()
    (spec / "link.yaml").symlink_to(outside)
    (spec / "loop.yaml").symlink_to(spec / "loop.yaml")
    (spec / "folder").symlink_to(tmp_path)
    for target in ("link.yaml", "folder/outside.yaml"):
        assert "L032" in codes(write(spec, schemas(f"A: {{$ref: {target}}}")))
    assert codes(write(spec, schemas("A: {$ref: loop.yaml}"))) & {"L032", "L033"}


def test_what_is_not_a_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    diagnostics = Diagnostics()
    for path, code in (
        (tmp_path / "pipe.yaml", "L003"),
        (tmp_path, "L003"),
        (tmp_path / "none", "L001"),
    ):
        assert load_file(path, tmp_path, diagnostics) is None
        assert diagnostics.items[-1].code == code
    assert load_file(Path("/etc/passwd"), tmp_path, diagnostics) is None
    assert diagnostics.items[-1].code == "L030"


@pytest.mark.parametrize("name", ["spec.yaml", "spec.json"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [100, 100_000])
def test_deep_nesting(tmp_path: Path, name: str, opening: str, depth: int) -> None:
    assert codes(write(tmp_path, opening * depth, name)) == {"L021"}


def test_deep_block_nesting(tmp_path: Path) -> None:
    lines = "".join(f"{' ' * depth}a:\n" for depth in range(100))
    assert codes(write(tmp_path, lines)) == {"L021"}


def test_nesting_through_aliases(tmp_path: Path) -> None:
    lines = ["x0: &x0 [1]", *(f"x{n}: &x{n} [*x{n - 1}]" for n in range(1, 100))]
    assert "L021" in codes(write(tmp_path, "\n".join(lines)))


def test_billion_laughs(tmp_path: Path) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    for level in range(1, 12):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    assert codes(write(tmp_path, "\n".join(lines))) == {"L023"}


@pytest.mark.parametrize("name", ["spec.yaml", "spec.json"])
def test_fifty_megabytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as stream:
        for _ in range(50):
            stream.write(b'{"a": "' + b"x" * (2**20 - 9) + b'"}')
    with bounded(seconds=5, megabytes=20):
        assert {item.code for item in diagnose(path)} == {"L004"}


def test_many_values(tmp_path: Path) -> None:
    text = "[" + "1," * 2_000_000 + "1]"
    assert codes(write(tmp_path, text, "spec.json")) == {"L022"}


def test_many_values_in_yaml(tmp_path: Path) -> None:
    # Not under tracemalloc, which makes the parser five times slower.
    assert {item.code for item in diagnose(write(tmp_path, "- 1\n" * 210_000))} == {"L022"}


def test_many_faults(tmp_path: Path) -> None:
    names = ", ".join(f"requierd{number}" for number in range(20_000))
    diagnostics = diagnose(write(tmp_path, schemas(f"A: {{{names}}}")))
    assert len(diagnostics.items) == MAX_FAULTS + 1
    assert "V099" in {item.code for item in diagnostics}


def test_long_scalars(tmp_path: Path) -> None:
    long = json.dumps({"openapi": "3.1.0", "x": "y" * 2_000_000})
    assert "L024" in codes(write(tmp_path, long, "spec.json"))
    assert "L024" in codes(write(tmp_path, schemas("A: {default: " + "9" * 100_000 + "}")))
    digits = json.dumps({"openapi": "3.1.0"})[:-1] + ', "x": ' + "9" * 100_000 + "}"
    assert "L024" in codes(write(tmp_path, digits, "digits.json"))


def test_long_names(tmp_path: Path) -> None:
    name = "N" * 10_000
    schema = {"type": "object", "required": [f"{name}x"], "properties": {name: {"typ": "a"}}}
    value = {"openapi": "3.1.0", "info": {}, "components": {"schemas": {name: schema}}}
    path = write(tmp_path, json.dumps(value), "spec.json")
    assert {"V012", "V020"} <= codes(path)
    assert all(len(line) < 400 for line in render(diagnose(path)).splitlines())


def test_cyclic_references(tmp_path: Path) -> None:
    loop = "\n    ".join(
        f"A{n}: {{$ref: '#/components/schemas/A{(n + 1) % 2_000}'}}" for n in range(2_000)
    )
    assert "V003" in codes(write(tmp_path, schemas(loop)))
    write(tmp_path, schemas("B: {$ref: 'spec.yaml#/components/schemas/B'}"), "other.yaml")
    assert "V003" in codes(write(tmp_path, schemas("A: {$ref: 'spec.yaml#/components/schemas/A'}")))


def test_cyclic_path_references(tmp_path: Path) -> None:
    text = HEAD + "paths: {/a: {$ref: '#/paths/~1b'}, /b: {$ref: '#/paths/~1a'}}\n"
    assert codes(write(tmp_path, text)) == {"L027"}


def test_path_references_that_multiply(tmp_path: Path) -> None:
    level = "{{get: {{responses: {{}}, callbacks: {{x: {{a: {0}, b: {0}}}}}}}}}"
    items = ["p0: {}"]
    items += [
        f"p{n}: " + level.format(f"{{$ref: '#/components/pathItems/p{n - 1}'}}")
        for n in range(1, 30)
    ]
    text = HEAD + "components:\n  pathItems:\n    " + "\n    ".join(items) + "\n"
    assert codes(write(tmp_path, text)) & {"L025", "L027"}


def test_long_chains_and_wide_graphs(tmp_path: Path) -> None:
    chain = [f"A{n}: {{allOf: [{{$ref: '#/components/schemas/A{n + 1}'}}]}}" for n in range(3_000)]
    text = "\n    ".join([*chain, "A3000: {type: string, default: a}"])
    assert codes(write(tmp_path, schemas(text))) == {"V005"}
    twice = (
        "{{anyOf: [{{$ref: '#/components/schemas/A{0}'}}, {{$ref: '#/components/schemas/B{0}'}}]}}"
    )
    wide = [f"{name}{n}: {twice.format(n + 1)}" for n in range(25) for name in "AB"]
    text = "\n    ".join([*wide, "A25: {type: string}", "B25: {type: string, default: 1}"])
    assert "V005" in codes(write(tmp_path, schemas(text)))


def test_values_that_take_exponential_time(tmp_path: Path) -> None:
    members = ", ".join(f"{{$ref: '#/components/schemas/M{n}'}}" for n in range(20))
    value = '{"x": ' * 25 + "1" + "}" * 25
    text = [f"A: {{anyOf: [{members}], default: {value}}}"]
    text += [
        f"M{n}: {{type: object, properties: {{x: {{$ref: '#/components/schemas/A'}}}}}}"
        for n in range(20)
    ]
    assert "V048" in codes(write(tmp_path, schemas("\n    ".join(text))))


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "((a*)*)*", "(a{0,99999}){0,99999}", "(" * 900, "[" * 999, "\\\\"]
)
def test_dangerous_patterns(tmp_path: Path, pattern: str) -> None:
    text = f"A: {{type: string, pattern: '{pattern}', default: {'a' * 40}!}}"
    assert codes(write(tmp_path, schemas(text))) & {"V041", "V042", "V043"}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfea\x00:\x00",
        b"\xfe\xff\x00a",
        b"a: \xe9",
        b"a: \xed\xa0\x80",
        b"\x00\x01\x02",
        b"a: \x1b[31mred",
        b"\x89PNG\r\n\x1a\n",
        "a: \u2028b\u0085: \u2029c".encode(),
        b'a: "\\ud800"',
        b'a: "\\U00110000"',
        b"%YAML 99999999999999999999.1\n---\na: 1",
        b"%TAG ! tag:x,2000:%ZZ\n---\na: !%ZZ b",
        b"? [a]\n: b",
        b"!!python/object/apply:os.system ['true']",
        b"- &a\n- *b",
        b"\xef\xbb\xbf",
        b"",
    ],
)
@pytest.mark.parametrize("name", ["spec.yaml", "spec.json", "spec"])
def test_weird_bytes(tmp_path: Path, data: bytes, name: str) -> None:
    assert codes(write(tmp_path, data, name))


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=400), suffix=st.sampled_from([".yaml", ".json", ""]))
def test_random_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    assert diagnose(write(tmp_path_factory.getbasetemp(), data, f"random{suffix}")).items


_PIECES = st.sampled_from(
    [*"{}[]:,&*!|>%@`\"'#-? \n\t\\~0", "$ref", "null", "<<", "..", "\u2028", "9e999", ": ", "- "]
)


@settings(max_examples=250, deadline=None)
@given(seed=st.integers(0, 2**32), pieces=st.lists(_PIECES, min_size=1, max_size=4))
def test_mutated_specs(
    tmp_path_factory: pytest.TempPathFactory, seed: int, pieces: list[str]
) -> None:
    chance = random.Random(seed)
    text = SMALL
    for piece in pieces:
        start = chance.randrange(len(text))
        text = text[:start] + piece + text[start + chance.randrange(8) :]
    diagnose(write(tmp_path_factory.getbasetemp(), text, "mutated.yaml"))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "properties", "oneOf", "allOf", "$ref", "enum", "required", "items", "default"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)


@settings(max_examples=250, deadline=None)
@given(schema=_JSON, where=st.sampled_from(["components", "paths", "schemas", "discriminator"]))
def test_misshapen_specs(
    tmp_path_factory: pytest.TempPathFactory, schema: object, where: str
) -> None:
    value: dict[str, object] = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}}
    match where:
        case "schemas":
            value["components"] = {"schemas": {"A": schema}}
        case "discriminator":
            union = {"oneOf": [schema, {"$ref": "#/components/schemas/A"}]}
            value["components"] = {"schemas": {"A": {**union, "discriminator": schema}}}
        case _:
            value[where] = schema
    path = write(tmp_path_factory.getbasetemp(), json.dumps(value), "misshapen.json")
    diagnose(path)


def test_the_small_spec_is_sound(tmp_path: Path) -> None:
    found = diagnose(write(tmp_path, SMALL))
    assert [item.code for item in found] == ["V002"]
