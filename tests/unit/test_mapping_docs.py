"""The tables of dialects: every field has a cell, and no text can act."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Golden
from markdown_it import MarkdownIt
from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect, Note
from orgen.dialect.load import load_dialect
from orgen.dialect.mapping import Cell, Mapping, Scope, Status, canonical_fields, mapping_of
from orgen.dialect.skeleton import skeleton_files
from orgen.ir.schema import Record, Schema
from orgen.load import load_file, load_spec
from orgen.overlay import apply_overlays
from orgen.resolve import resolve
from orgen.targets.docs import render_pages
from orgen.targets.docs.mapping import COVERAGE_PAGE, TABLES_FILE, render_mappings

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "spec"
GOLDEN = ROOT / "tests" / "golden" / "mapping"
HOSTILE = "</script><img src=x onerror=alert(1)>\"'`|{{ 7 * 7 }}\u202e&amp;"


@cache
def schema() -> Schema:
    diagnostics = Diagnostics()
    document = load_spec(SPEC, diagnostics)
    assert document is not None
    overlays = [load_file(each, SPEC, diagnostics) for each in sorted(SPEC.glob("overlays/*.yaml"))]
    full = apply_overlays(document, [each for each in overlays if each], diagnostics)
    found = resolve(full, diagnostics)
    diagnostics.check()
    return found


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Dialect:
    return made(tmp_path_factory.mktemp("spec"))


def made(root: Path, *changes: tuple[str, str]) -> Dialect:
    """The skeleton as a dialect, with texts replaced."""
    folder = root / "dialects" / "acme_chat"
    folder.mkdir(parents=True)
    text = skeleton_files("acme_chat", "acme", "Acme Chat", schema())["dialect.yaml"]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (folder / "dialect.yaml").write_text(text)
    diagnostics = Diagnostics()
    dialect = load_dialect(folder / "dialect.yaml", root, diagnostics)
    diagnostics.check()
    assert dialect is not None
    return dialect


def mapping(dialect: Dialect) -> Mapping:
    return mapping_of(dialect, schema(), canonical_fields(schema()))


def cell(dialect: Dialect, name: str) -> Cell:
    return next(each for each in mapping(dialect).cells if each.field.name == name)


def pages(dialects: Sequence[Dialect]) -> dict[str, str]:
    return {str(file.path): file.text for file in render_mappings(schema(), dialects)}


# Fields -----------------------------------------------------------------------


def test_every_property_of_the_request_and_the_response_is_a_field() -> None:
    names = {field.name for field in canonical_fields(schema())}
    for component, prefix in (("CreateResponseBody", ""), ("ResponseResource", "response.")):
        record = schema().components[component].type
        assert isinstance(record, Record)
        for each in record.properties:
            name = f"{prefix}{each.name}"
            assert any(one == name or one.startswith(f"{name}.") for one in names), name


def test_fields_are_unique_and_values_have_theirs() -> None:
    fields = canonical_fields(schema())
    keys = [(field.scope, field.path) for field in fields]
    assert len(keys) == len(set(keys))
    paths = {field.path for field in fields if field.scope is Scope.VALUE}
    assert {"input_image.detail", "function_call", "function_call.arguments"} <= paths
    forms = {field.path for field in fields if "<" in field.path}
    assert {"tool_choice<none>", "tool_choice<allowed_tools>"} <= forms


def test_a_spec_without_requests_has_no_fields() -> None:
    assert canonical_fields(Schema("Shapes", "1", "0" * 64, {})) == ()


# Cells ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "status", "natives"),
    [
        ("temperature", Status.MAPPED, ("temperature",)),
        ("max_output_tokens", Status.MAPPED, ("max_tokens",)),
        ("input", Status.MAPPED, ("messages",)),
        ("metadata", Status.DROPPED, ()),
        ("message.id", Status.IGNORED, ()),
        ("item_reference", Status.REJECTED, ()),
        ("item_reference.id", Status.REJECTED, ()),
        ("refusal.refusal", Status.EMULATED, ("answer",)),
        ("function.name", Status.MAPPED, ("tools[function].name",)),
        (
            "function_call.arguments",
            Status.MAPPED,
            ("messages[assistant].tool_calls[].arguments",),
        ),
        ("function_call_output.call_id", Status.MAPPED, ("messages[tool].tool_call_id",)),
        ("response.usage.input_tokens", Status.MAPPED, ("usage.input_tokens",)),
        ("response.temperature", Status.EMULATED, ()),
        ("reasoning.effort", Status.DROPPED, ()),
        ("error.message", Status.MAPPED, ("error.message",)),
        ("error.param", Status.IGNORED, ()),
    ],
)
def test_what_becomes_of_a_field(
    acme: Dialect, field: str, status: Status, natives: tuple[str, ...]
) -> None:
    found = cell(acme, field)
    assert found.status is status
    if field != "refusal.refusal":
        assert found.natives == natives


def test_reasons_are_those_of_the_file(acme: Dialect) -> None:
    assert cell(acme, "metadata").reason == "not mapped yet"
    assert cell(acme, "refusal").reason == "the API has no refusal part; sent as text"
    assert cell(acme, "response.temperature").reason


def test_cells_know_their_lines(acme: Dialect) -> None:
    span = cell(acme, "temperature").span
    assert span is not None
    text = Path(span.file).read_text().split("\n")[span.line - 1]
    assert text == "  temperature: temperature"


def test_written_places_come_before_those_only_read(tmp_path: Path) -> None:
    dialect = made(
        tmp_path,
        (
            "  top_p: top_p\n",
            "  choice:\n"
            "    - {canonical: {top_p: $p}, native: {old_p: $p}, only: decode}\n"
            "    - {canonical: {top_p: $p}, native: {top_p: $p}}\n",
        ),
    )
    assert cell(dialect, "top_p").natives == ("top_p", "old_p")


def test_forms_of_marked_values_stand_behind(tmp_path: Path) -> None:
    dialect = made(
        tmp_path,
        (
            "  top_p: top_p\n",
            "  choice:\n"
            '    - {canonical: {top_p: $p, "acme_chat:@form": old}, native: {old_p: $p}}\n'
            "    - {canonical: {top_p: $p}, native: {top_p: $p}}\n",
        ),
    )
    assert cell(dialect, "top_p").natives == ("top_p", "old_p")


def test_a_type_may_be_left_out(tmp_path: Path) -> None:
    dialect = made(
        tmp_path,
        ("  answer:\n", "  answer:\n    - same: {type?: item_reference!, id: $id}\n"),
        ("  item_reference: no place for it\n", ""),
    )
    assert cell(dialect, "item_reference.id").natives == ("id",)


def test_a_note_about_a_type_is_not_about_settings_of_that_name(tmp_path: Path) -> None:
    dialect = made(tmp_path, ("  top_p: top_p\n", "  top_p: top_p\n  reasoning.effort: effort\n"))
    assert cell(dialect, "reasoning.effort").remarks == ()


def test_notes_about_settings_are_not_about_their_echo(acme: Dialect) -> None:
    assert cell(acme, "metadata").status is Status.DROPPED
    assert cell(acme, "response.metadata").status is Status.EMULATED
    assert cell(acme, "response.usage.total_tokens").status is Status.DROPPED


def test_policies_stand_in_for_rules(tmp_path: Path) -> None:
    dialect = made(tmp_path, ("\nprotected:", "\nfixups: [narrow_allowed_tools]\nprotected:"))
    assert cell(dialect, "tool_choice<allowed_tools>").status is Status.EMULATED


# Pages ------------------------------------------------------------------------


def test_there_are_no_pages_without_dialects() -> None:
    assert render_mappings(schema(), []) == []


def test_the_page_of_a_dialect(acme: Dialect, golden: Golden) -> None:
    text = pages([acme])["mapping-acme_chat.md"]
    golden.check(
        GOLDEN / "mapping-acme_chat.md", re.sub(r"(?<=^<!-- Spec ).*", "... -->", text, flags=re.M)
    )


def test_the_page_lists_every_field_once(acme: Dialect) -> None:
    tokens = MarkdownIt().enable("table").parse(pages([acme])["mapping-acme_chat.md"])
    cells = [token.content for token in tokens if token.type == "inline"]
    for field in canonical_fields(schema()):
        if "_" not in field.name and "<" not in field.name:
            assert f"`{field.name}`" in cells


def test_tables_are_complete_and_sorted(acme: Dialect) -> None:
    text = pages([acme])[TABLES_FILE]
    value = json.loads(text)
    assert text == json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    fields = canonical_fields(schema())
    assert [each["name"] for each in value["fields"]] == [field.name for field in fields]
    (dialect,) = value["dialects"].values()
    assert [each["name"] for each in dialect["cells"]] == [field.name for field in fields]
    assert sum(dialect["counts"].values()) == len(fields)
    assert dialect["file"] == "dialects/acme_chat/dialect.yaml"


def test_the_front_page_leads_to_dialects(acme: Dialect) -> None:
    files = {str(file.path): file.text for file in render_pages(schema(), None, [acme])}
    assert "[Acme Chat](mapping-acme_chat.md)" in files["index.md"]
    assert "(coverage.html)" in files["index.md"]
    assert (
        "Dialects"
        not in {str(file.path): file.text for file in render_pages(schema(), None)}["index.md"]
    )


def test_order_of_dialects_does_not_matter(acme: Dialect) -> None:
    other = replace(acme, name="zeta_chat")
    assert pages([acme, other]) == pages([other, acme])


# The matrix -------------------------------------------------------------------


class Page(HTMLParser):
    """Collects tags with their attributes, and the text of styles and scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.words: list[str] = []
        self.inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in ("style", "script"):
            self.raw[self.inside] = self.raw.get(self.inside, "") + data
        else:
            self.words.append(data)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def matrix(*dialects: Dialect) -> Page:
    return Page(pages(dialects)[COVERAGE_PAGE])


def test_the_matrix_has_a_cell_for_every_field_and_dialect(acme: Dialect) -> None:
    page = matrix(acme, replace(acme, name="zeta_chat"))
    fields = canonical_fields(schema())
    rows = [row["data-name"] for row in page.all("tr") if "data-name" in row]
    assert rows == [field.name for field in fields]
    cells = page.all("td")
    assert len(cells) == 2 * len(fields)
    assert all(cell["class"] in {each.value for each in Status} for cell in cells)
    assert all(cell["aria-label"] for cell in cells)


def test_the_matrix_counts_what_it_shows(acme: Dialect) -> None:
    page = matrix(acme)
    cells = [cell["class"] for cell in page.all("td")]
    text = pages([acme])[COVERAGE_PAGE]
    for status in Status:
        assert f"{status.value} <b>{cells.count(status.value)}</b>" in text


def test_the_matrix_loads_nothing(acme: Dialect) -> None:
    page = matrix(acme)
    assert not {"link", "img", "iframe", "object", "embed", "form"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert "src" not in attributes
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    links = [a["href"] for a in page.all("a")] + [use["href"] for use in page.all("use")]
    assert all(re.fullmatch(r"#\w+|mapping-\w+\.md", str(link)) for link in links)
    assert not re.search(
        r"https?:|url\(|@import|fetch\(|innerHTML|eval", "".join(page.raw.values())
    )


def test_the_policy_of_the_matrix_allows_its_own_style_and_script_only(acme: Dialect) -> None:
    page = matrix(acme)
    (policy,) = [m["content"] for m in page.all("meta") if m.get("http-equiv")]
    assert policy is not None
    assert "default-src 'none'" in policy
    for kind in ("style", "script"):
        digest = hashlib.sha256(page.raw[kind].encode()).digest()
        assert f"{kind}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy


def test_the_matrix_knows_both_colour_schemes(acme: Dialect) -> None:
    style = matrix(acme).raw["style"]
    light, dark = style.split("prefers-color-scheme: dark")
    for status in Status:
        assert f"--{status.value}:" in light
        assert f"--{status.value}:" in dark


def test_hostile_text_stays_text(acme: Dialect) -> None:
    notes = tuple(Note(note.place, HOSTILE, note.span) for note in acme.drop)
    hostile = replace(acme, title=HOSTILE, source=HOSTILE, slug=HOSTILE, drop=notes)
    clean, dirty = matrix(acme), matrix(hostile)
    assert [tag for tag, _ in clean.tags] == [tag for tag, _ in dirty.tags]
    assert [sorted(a) for _, a in clean.tags] == [sorted(a) for _, a in dirty.tags]
    assert clean.raw == dirty.raw
    shown = [cell["data-notes"] or "" for cell in dirty.all("td")]
    assert any("</script><img src=x" in note for note in shown)
    markdown = pages([hostile])["mapping-acme_chat.md"]
    assert "<img" not in markdown
    assert "</script>" not in markdown
    assert "{{" not in markdown
    assert json.loads(pages([hostile])[TABLES_FILE])["dialects"]["acme_chat"]["title"] == HOSTILE
