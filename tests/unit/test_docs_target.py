"""The reference: every link leads somewhere, every example is valid, no text can act."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from markdown_it import MarkdownIt
from orgen.bundle import bundle
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import (
    MISSING,
    Component,
    Doc,
    List,
    Literals,
    Property,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Schema,
    Tag,
    Union,
    Variant,
)
from orgen.lifecycle import find_lifecycle
from orgen.load import Document, load_file, load_spec
from orgen.overlay import apply_overlays
from orgen.resolve import resolve
from orgen.targets.docs import render_pages
from orgen.targets.docs.escape import code, comment, escape, json_block, paragraphs
from orgen.targets.docs.example import Examples

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "spec"
GOLDEN = ROOT / "tests" / "golden" / "docs"
TEXT = Scalar(ScalarKind.STRING)


def pages_of(path: Path) -> dict[str, str]:
    schema, _ = _resolved(path)
    files = render_pages(schema, find_lifecycle(path, schema, Diagnostics()))
    return {str(file.path): file.text for file in files}


def _resolved(path: Path) -> tuple[Schema, Document]:
    diagnostics = Diagnostics()
    document = load_spec(path, diagnostics)
    assert document is not None
    overlays = [load_file(each, path, diagnostics) for each in sorted(path.glob("overlays/*.yaml"))]
    document = apply_overlays(document, [each for each in overlays if each], diagnostics)
    schema = resolve(document, diagnostics)
    diagnostics.check()
    assert schema is not None
    return schema, document


@cache
def reference() -> dict[str, str]:
    return pages_of(SPEC)


def made(*components: Component) -> Schema:
    return Schema("Title", "1", "0" * 64, {each.name: each for each in components})


def record(*properties: Property) -> Record:
    return Record(properties)


def prop(name: str, type: Any, required: bool = True, **facts: Any) -> Property:
    return Property(name, type, required, facts.pop("nullable", False), **facts)


def html(text: str) -> str:
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)


# --- the whole reference ---------------------------------------------------------------


def test_the_pages_of_the_spec() -> None:
    topics = "items content tools configuration responses events errors transport"
    expected = {f"{name}.md" for name in ("index operations streaming " + topics).split()}
    assert expected | {"streaming.svg"} <= reference().keys()


@pytest.mark.parametrize("name", [*sorted(path.name for path in GOLDEN.glob("*")), "spec"])
def test_every_link_leads_to_an_anchor(name: str) -> None:
    pages = reference() if name == "spec" else pages_of(GOLDEN / name / "spec.yaml")
    anchors = {file: set(re.findall(r'<a id="([^"]+)">', text)) for file, text in pages.items()}
    links = 0
    for file, text in pages.items():
        assert len(re.findall(r'<a id="', text)) == len(anchors[file])
        for target in re.findall(r"(?<!\\)\]\(([^)\s]+)\)", text):
            page, _, anchor = target.partition("#")
            assert (page or file) in pages
            assert not anchor or anchor in anchors[page or file], target
            links += 1
    assert links > 3


def test_every_example_is_valid() -> None:
    schema, document = _resolved(SPEC)
    value: Any = bundle(document)
    examples = Examples(schema)
    checked = 0
    for name in document.schemas:
        example = examples.of(name)
        assert example is not MISSING, name
        whole = {**value, "$ref": f"#/components/schemas/{name}"}
        jsonschema.Draft202012Validator(whole).validate(example)
        checked += 1
    assert checked > 100


def test_events_come_in_the_order_of_a_stream() -> None:
    contents = reference()["events.md"].split("\n<a id=")[0]
    events = re.findall(r"\| `((?:response\.|error)[a-z_.]*)` \|", contents)
    assert len(events) == 24
    assert events[0] == "response.created"
    assert events[-1] == "response.failed"
    added = events.index("response.content_part.added")
    assert added < events.index("response.output_text.delta")


def test_components_say_where_they_are_used() -> None:
    assert re.search(
        r"## Usage\n.*?Used by: \[ResponseResource\]\(#responseresource\) \(`usage`\)",
        reference()["responses.md"] + reference()["configuration.md"],
        re.DOTALL,
    )


def test_the_diagram_is_one_well_formed_drawing() -> None:
    drawing = ElementTree.fromstring(reference()["streaming.svg"])
    texts = [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"response", "item", "in progress", "response.completed"} <= set(texts)
    assert "prefers-color-scheme: dark" in reference()["streaming.svg"]
    width, height = float(drawing.attrib["width"]), float(drawing.attrib["height"])
    for box in drawing.iter("{http://www.w3.org/2000/svg}text"):
        assert 0 < float(box.attrib["x"]) < width
        assert 0 < float(box.attrib["y"]) < height


def test_the_same_input_gives_the_same_bytes() -> None:
    assert pages_of(SPEC) == reference()


def test_a_spec_without_events_has_no_page_on_streaming() -> None:
    files = render_pages(made(Component("A", TEXT)), None)
    assert [str(file.path) for file in files] == ["index.md", "schema.md"]


@pytest.mark.parametrize("case", sorted(GOLDEN.glob("*")), ids=lambda path: path.name)
def test_golden_pages(case: Path, golden: Any) -> None:
    for file, text in pages_of(case / "spec.yaml").items():
        golden.check(case / "expected" / file, text)


# --- escaping --------------------------------------------------------------------------

HOSTILE = [
    "<script>alert(1)</script>",
    "a | b",
    "[x](javascript:alert(1))",
    "![x](http://example.com/x.png)",
    "`` ` ``<b>",
    "`<img src=x onerror=y>`",
    "# heading\n\n# heading",
    "- item\n1. item",
    "1. item",
    "```\nfence\n```",
    "{{ constructor }} {% raw %}",
    "`{{ x }}`",
    "\\| \\` \\",
    "&lt;script&gt; &#60;",
    "<!-- x --> --> ]]>",
    "*a* _b_ ~~c~~ $d$",
    "http://example.com/ www.example.com",
    "| --- |\n| --- |",
    "\u2028\u2029\x00\x1b[31m\u202e\ud800",
    "<a href='x'>y</a>\n</td></tr></table>",
]
ALLOWED = {"p", "code", "table", "thead", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_prose_is_shown_and_does_not_act(text: str) -> None:
    for shown in (escape(text), paragraphs(text), code(text)):
        rendered = html(f"{shown}\n\n| a | b |\n| --- | --- |\n| {escape(text)} | {code(text)} |\n")
        assert set(re.findall(r"<([a-z0-9]+)", rendered)) <= ALLOWED
        assert len(re.findall("<td>", rendered)) == 2
        assert "{{" not in shown
        assert "{%" not in shown
        assert shown.encode("utf-8")


@pytest.mark.parametrize("text", ["a_b `c|d` *e*", "1. one", "x < y & z > {w}", "[a](b)", "a\\b|c"])
def test_escaped_prose_reads_as_it_was_written(text: str) -> None:
    plain = re.sub(r"<[^>]+>", "", html(escape(text))).strip()
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, char)
    assert plain == text.replace("`", "")


def test_words_with_underscores_stay_readable() -> None:
    assert escape("set previous_response_id") == "set previous_response_id"
    assert escape("Use `a{b}`.") == "Use `a{b}`."


def test_comments_cannot_be_ended() -> None:
    for text in ("--> <b>", "--", "--!> x", "a-", "-" * 9):
        assert "--" not in comment(text)


def test_examples_stay_inside_their_block() -> None:
    value = ["```\n</script>{{ x }}{% y %}\u2028\ud800"]
    text = json_block(value)
    assert json.loads(text) == value
    assert not any(mark in text for mark in ("<", "{{", "{%", "\u2028"))
    assert not any(line.startswith("```") for line in text.splitlines())


def test_hostile_schemas_make_harmless_pages() -> None:
    names = [*HOSTILE, "A", "a", "x" * 10_000, "__class__", "index"]
    components = [
        Component(
            name,
            record(*(prop(text, Literals((text,)), doc=Doc(description=text)) for text in HOSTILE)),
            Doc(title=name, description="\n\n".join(HOSTILE), since=HOSTILE[0]),
            topic=name,
            overlay=name,
        )
        for name in names
    ]
    components.append(
        Component("All", Union(tuple(Variant(Ref(name), Tag((("|", ("|",)),))) for name in names)))
    )
    files = render_pages(made(*components), None)
    assert len({file.path for file in files}) == len(files) == len(names) + 2
    for file in files:
        assert re.fullmatch(r"[a-z0-9_-]+\.md", str(file.path))
        assert len(str(file.path)) < 110
        tags = set(re.findall(r"<([a-z0-9]+)", html(file.text)))
        shown = {"h1", "h2", "a", "em", "strong", "pre", "br"}
        assert tags <= ALLOWED | shown
        for target in re.findall(r'href="([^"]*)"', html(file.text)):
            assert re.fullmatch(r"([a-z0-9_-]+\.md)?(#[a-z0-9_-]+)?", target)


# --- examples --------------------------------------------------------------------------


def example(type: Any, *others: Component) -> Any:
    return Examples(made(Component("T", type), *others)).of("T")


@pytest.mark.parametrize(
    ("type", "schema"),
    [
        (Scalar(ScalarKind.STRING, min_length=12), {"minLength": 12}),
        (Scalar(ScalarKind.STRING, max_length=0), {"maxLength": 0}),
        (Scalar(ScalarKind.STRING, pattern="^[a-z]+:.+"), {"pattern": "^[a-z]+:.+"}),
        (Scalar(ScalarKind.STRING, pattern="^A{4}$", min_length=4), {"pattern": "^A{4}$"}),
        (Scalar(ScalarKind.INTEGER, minimum=7), {"type": "integer", "minimum": 7}),
        (Scalar(ScalarKind.INTEGER, exclusive_minimum=1.5), {"exclusiveMinimum": 1.5}),
        (Scalar(ScalarKind.NUMBER, maximum=-2), {"maximum": -2}),
        (Scalar(ScalarKind.INTEGER, minimum=10, multiple_of=7), {"minimum": 10, "multipleOf": 7}),
        (List(TEXT, min_items=2), {"minItems": 2, "items": {"type": "string"}}),
        (List(TEXT, max_items=0), {"maxItems": 0}),
        (Literals((None,)), {"type": "null"}),
    ],
)
def test_examples_keep_the_constraints(type: Any, schema: Any) -> None:
    value = example(type)
    jsonschema.Draft202012Validator(schema).validate(value)


@pytest.mark.parametrize(
    "type",
    [
        Scalar(ScalarKind.STRING, min_length=10**9),
        Scalar(ScalarKind.STRING, pattern="^impossible$"),
        Scalar(ScalarKind.STRING, pattern="(("),
        Scalar(ScalarKind.STRING, pattern="((a+)+)+$b", min_length=10**6),
        List(TEXT, min_items=10**9),
        record(prop("self", Ref("T"))),
        Union(()),
    ],
)
def test_where_no_value_can_be_made_there_is_no_example(type: Any) -> None:
    assert example(type) is MISSING


def test_recursion_ends() -> None:
    tree = record(prop("left", Ref("U")), prop("right", Ref("U")))
    union = Component("U", Union((Variant(Ref("T")), Variant(TEXT))))
    value = example(tree, union)
    assert json.dumps(value).count("left") <= 20


def test_wide_recursion_stays_small() -> None:
    wide = record(*(prop(f"p{n}", Ref("U")) for n in range(60)))
    union = Component("U", Union((Variant(Ref("T")), Variant(TEXT))))
    assert len(json.dumps(example(wide, union))) < 100_000


def test_values_that_double_with_each_level_are_no_examples() -> None:
    levels = [
        Component(f"L{n}", record(prop("a", Ref(f"L{n + 1}")), prop("b", Ref(f"L{n + 1}"))))
        for n in range(60)
    ]
    assert example(Ref("L0"), *levels, Component("L60", TEXT)) is MISSING


def test_wrong_defaults_are_not_shown_as_examples() -> None:
    value = example(record(prop("n", Scalar(ScalarKind.INTEGER, minimum=3), default="x")))
    assert value == {"n": 3}


def test_defaults_and_null_are_taken_where_they_are_valid() -> None:
    value = example(record(prop("n", TEXT, default="x"), prop("m", TEXT, nullable=True)))
    assert value == {"n": "x", "m": None}
