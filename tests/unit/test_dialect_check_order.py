"""Which templates match everything that others match, and input that is made to hurt."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics, Span
from orgen.dialect.ast import Template
from orgen.dialect.check import check
from orgen.dialect.check.order import covers
from orgen.dialect.load import load_dialect
from orgen.dialect.template import TemplateReader
from orgen.ir.schema import Json, Schema
from orgen.load import Document, load_spec
from orgen.load.document import Place
from orgen.resolve import resolve

GOLDEN = Path(__file__).parents[1] / "golden" / "dialect_errors"


def template(value: Json) -> Template:
    diagnostics = Diagnostics()
    found = TemplateReader(Document(value, Place(Span("t"))), diagnostics).template(value, ())
    assert diagnostics.items == []
    return found


@pytest.mark.parametrize(
    ("general", "special"),
    [
        ("$x", "word"),
        ("$x", "$y"),
        ("$x|each(g)", "$y"),
        ("$_", {"a": 1}),
        ({"a": "$x"}, {"a": "word", "b": "$y"}),
        ({"a": "$x", "b?": "$y"}, {"a": "word"}),
        ({"a?": "$x"}, {"a?": "$y"}),
        ({"a?": "word"}, {"a": "word"}),
        ({"a": ["$x"]}, {"a": [{"b": "$y"}]}),
        ("data:$a,$b", "data:$c,$d"),
        ("$x|json", "$y|json"),
    ],
)
def test_covers(general: Json, special: Json) -> None:
    wider, narrower = template(general), template(special)
    if general == {"a": ["$x"]}:
        assert not covers(wider, narrower), "a variable may have a kind that objects do not"
        return
    assert covers(wider, narrower)


@pytest.mark.parametrize(
    ("general", "special"),
    [
        ("word", "$x"),
        ("word", "other"),
        (1, True),
        ("data:$a,$b", "$x"),
        ({"a": "$x", "b": "$y"}, {"a": "$x"}),
        ({"a": "$x"}, {"a?": "$x"}),
        ({"a": "$x", "b?": "word"}, {"a": "$x"}),
        ({"a": ["$x"]}, {"a": ["$x", "$y"]}),
        ("$x|str", "$y"),
        ("$x", "$y|obj"),
    ],
)
def test_does_not_cover(general: Json, special: Json) -> None:
    assert not covers(template(general), template(special))


def schema(name: str) -> Schema:
    diagnostics = Diagnostics()
    document = load_spec(GOLDEN / name, diagnostics)
    assert document is not None
    return resolve(document, diagnostics)


def faults(folder: Path, text: str) -> list[str]:
    path = folder / "tiny" / "dialect.yaml"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    diagnostics = Diagnostics()
    dialect = load_dialect(path, folder, diagnostics)
    if dialect is not None:
        check(dialect, schema("contract.yaml"), schema("native.yaml"), diagnostics)
    return [item.code for item in diagnostics]


def original() -> str:
    return (GOLDEN / "tiny" / "dialect.yaml").read_text("utf-8")


def test_groups_that_lead_to_each_other_come_to_an_end(tmp_path: Path) -> None:
    text = original().replace(
        "{type: text, text: $text}\n      native: {type: text, text: $text}",
        "{type: text, text: $text}\n      native: {type: text, text: $text|each(part)}",
    )
    assert text != original()
    assert "D023" in faults(tmp_path, text)


def test_groups_that_include_each_other_are_reported(tmp_path: Path) -> None:
    text = original().replace(
        "group:\n", "group:\n  one: [{use: two}]\n  two: [{use: three}]\n  three: [{use: one}]\n"
    )
    assert "D006" in faults(tmp_path, text)


def test_groups_do_not_grow_without_end(tmp_path: Path) -> None:
    names = [f"g{index}" for index in range(40)]
    groups = "".join(
        f"  {name}: [{{use: {after}}}, {{use: {after}}}]\n"
        for name, after in itertools.pairwise(names)
    )
    text = original().replace("group:\n", f"group:\n{groups}  g39: [{{use: part}}]\n")
    assert "D006" in faults(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "dialect: [tiny]",
        "{dialect: tiny, request: 1, group: [], turns: {a: {}}, drop: [x], text: null}",
        "dialect: tiny\nrequest: {a: {to: {}}, b: [1], c: null}\nmap: {m: [1]}\n",
    ],
)
def test_any_other_shape_is_reported(tmp_path: Path, text: str) -> None:
    found = faults(tmp_path, text)
    assert found
    assert set(found) <= {"D001", "L007"}


def test_strange_names_are_reported(tmp_path: Path) -> None:
    text = original().replace("  verbose: no such switch", "  \"__import__('os')\": no such switch")
    assert faults(tmp_path, text) == ["D010", "D012"]
