"""`orgen breaking`: what it reads, how it prints, and what it says of harder cases."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from orgen.breaking import Change, compare_specs
from orgen.cli import run
from orgen.diagnostics import Diagnostics
from orgen.load import load_spec

from tests.recordings import SHARED

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "golden" / "breaking"
PUBLISHED = SHARED / "reference" / "openresponses"
HEAD = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}}

Write = Callable[[str, Any], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a JSON file into the working directory."""
    monkeypatch.chdir(tmp_path)

    def put(name: str, value: Any) -> Path:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value, indent=1), "utf-8")
        return path

    return put


def components(**schemas: Any) -> dict[str, Any]:
    return {**HEAD, "paths": {}, "components": {"schemas": schemas}}


def changes(write: Write, old: Any, new: Any) -> tuple[Change, ...]:
    diagnostics = Diagnostics()
    before = load_spec(write("old.json", old), diagnostics)
    after = load_spec(write("new.json", new), diagnostics)
    assert before is not None and after is not None, list(diagnostics)
    return compare_specs(before, after)


def found(write: Write, old: Any, new: Any) -> list[tuple[str, str, str]]:
    """Rule, group and path of every change between two schemas called `A`."""
    listed = changes(write, components(A=old), components(A=new))
    return [(change.rule, change.group.name, change.path) for change in listed]


# What is the same


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}),
        ({"const": 1}, {"enum": [1.0]}),
        ({"minLength": 0, "type": "string"}, {"type": "string"}),
        ({"type": "string", "description": "a"}, {"type": "string", "examples": ["x"]}),
        (
            {"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}]},
            {"properties": {"a": {"type": "string"}}, "required": ["a"]},
        ),
        (
            {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]},
            {
                "type": "object",
                "allOf": [
                    {"properties": {"b": {}}, "required": ["b"]},
                    {"properties": {"a": {}}, "required": ["a"]},
                ],
            },
        ),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]},
         {"oneOf": [{"type": "integer"}, {"type": "string"}]}),
        ({"type": "array"}, {"type": "array", "items": True}),
    ],
)  # fmt: skip
def test_spellings_of_one_meaning_are_no_change(write: Write, left: Any, right: Any) -> None:
    assert found(write, left, right) == []
    assert found(write, right, left) == []


def test_a_renamed_component_is_found_where_others_name_it(write: Write) -> None:
    def spec(leaf: str, branch: str) -> Any:
        def to(name: str) -> Any:
            return {"$ref": f"#/components/schemas/{name}"}

        return components(
            **{
                leaf: {"type": "object", "properties": {"self": to(leaf), "n": {"type": "null"}}},
                branch: {"type": "array", "items": to(leaf)},
                "Root": {"oneOf": [to(leaf), {"type": "string"}, to(branch)]},
            }
        )

    listed = changes(write, spec("Leaf", "Branch"), spec("Leaflet", "Twig"))
    assert {(c.rule, c.message) for c in listed} == {
        ("component-renamed", "`Leaf` is called `Leaflet` now"),
        ("component-renamed", "`Branch` is called `Twig` now"),
    }


def test_a_schema_that_gets_a_name_is_no_change_of_the_data(write: Write) -> None:
    inner = {"type": "object", "properties": {"b": {"type": "string"}}}
    old = components(A={"type": "object", "properties": {"a": inner}})
    reference = {"$ref": "#/components/schemas/B"}
    new = components(A={"type": "object", "properties": {"a": reference}}, B=inner)
    assert [c.rule for c in changes(write, old, new)] == ["reference-changed", "component-added"]


def test_whole_numbers_are_the_same_however_they_are_written(write: Write) -> None:
    assert found(write, {"enum": [1, 2]}, {"enum": [1.0, 2, 3]}) == [("enum-value-added", "A", "")]


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_nothing_changes_between_equals_and_something_on_the_way_back(name: str) -> None:
    before, after = (load_spec(CASES / name / f"{n}.yaml", Diagnostics()) for n in
                     ("before", "after"))  # fmt: skip
    assert before is not None and after is not None
    assert compare_specs(before, before, prose=True) == ()
    assert compare_specs(after, before, prose=True) != ()


# What changed, deep inside


def test_the_default_of_a_constant_is_not_told_twice(write: Write) -> None:
    listed = found(write, {"enum": ["a"], "default": "a"}, {"enum": ["b"], "default": "b"})
    assert listed == [("const-changed", "A", "")]


def test_many_changes_are_told_in_time(write: Write) -> None:
    def variant(name: str) -> Any:
        return {"type": "object", "required": ["t"], "properties": {"t": {"const": name}}}

    old = {"oneOf": [variant(f"a{n}") for n in range(400)]}
    new = {"oneOf": [variant(f"b{n}") for n in range(400)]}
    assert len(found(write, old, new)) == 800
    assert run(["breaking", "--against", "old.json", "--spec", "new.json", "-q"]) == 1


def test_changes_inside_unions_items_and_nested_objects_have_their_path(write: Write) -> None:
    def spec(leaf: Any) -> Any:
        part = {"type": "object", "required": ["type"], "properties": {"type": {"const": "text"},
                "x": leaf}}  # fmt: skip
        other = {"type": "object", "required": ["type"], "properties": {"type": {"const": "n"}}}
        content = {"type": "array", "items": {"anyOf": [other, part, {"type": "null"}]}}
        return {"type": "object", "properties": {"content": content}}

    listed = found(write, spec({"type": "string"}), spec({"type": "string", "maxLength": 3}))
    assert listed == [("constraint-tightened", "A", "content[]<text>.x")]


def test_a_property_that_becomes_a_union_widens(write: Write) -> None:
    old = {"type": "object", "properties": {"a": {"type": "string"}}}
    union = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    new = {"type": "object", "properties": {"a": union}}
    assert found(write, old, new) == [("union-variant-added", "A", "a")]
    assert found(write, new, old) == [("union-variant-removed", "A", "a")]


def test_a_reference_that_becomes_a_union_keeps_its_name(write: Write) -> None:
    def to(name: str) -> Any:
        return {"$ref": f"#/components/schemas/{name}"}

    b = {"type": "object", "properties": {"t": {"const": 1}}, "required": ["t"]}
    c = {"type": "object", "properties": {"t": {"const": 2}}, "required": ["t"]}
    old = components(A={"type": "object", "properties": {"x": to("B")}}, B=b, C=c)
    union = {"oneOf": [to("B"), to("C")]}
    new = components(A={"type": "object", "properties": {"x": union}}, B=b, C=c)
    listed = [(x.rule, x.message) for x in changes(write, old, new)]
    assert listed == [("union-variant-added", "`x` takes the new variant `C`")]


def test_components_in_both_directions_count_in_both(write: Write) -> None:
    def spec(values: list[str]) -> Any:
        reference = {"schema": {"$ref": "#/components/schemas/Color"}}
        content = {"content": {"application/json": reference}}
        responses = {"200": {"description": "d", **content}}
        post = {"requestBody": content, "responses": responses}
        return {**components(Color={"enum": values}), "paths": {"/a": {"post": post}}}

    (added,) = changes(write, spec(["a", "b"]), spec(["a", "b", "c"]))
    assert (added.rule, added.verdict) == (
        "enum-value-added",
        "breaking for clients and servers",
    )


def test_webhooks_turn_the_direction_round(write: Write) -> None:
    def spec(values: list[str]) -> Any:
        content = {"content": {"application/json": {"schema": {"enum": values}}}}
        post = {"requestBody": content, "responses": {"200": {"description": "d"}}}
        return {**components(), "webhooks": {"w": {"post": post}}}

    (added,) = changes(write, spec(["a", "b"]), spec(["a", "b", "c"]))
    assert (added.verdict, added.group.name) == ("breaking for clients", "POST webhook w")


def test_callbacks_are_compared(write: Write) -> None:
    def spec(required: list[str]) -> Any:
        schema = {"type": "object", "properties": {"a": {}}, "required": required}
        body = {"content": {"application/json": {"schema": schema}}}
        item = {"post": {"requestBody": body, "responses": {"200": {"description": "d"}}}}
        post = {"callbacks": {"done": {"{$url}": item}}, "responses": {"200": {"description": "d"}}}
        return {**components(), "paths": {"/a": {"post": post}}}

    (change,) = changes(write, spec([]), spec(["a"]))
    assert (change.rule, change.verdict) == ("property-required", "breaking for servers")


def test_cycles_through_other_names_end(write: Write) -> None:
    def to(name: str) -> Any:
        return {"$ref": f"#/components/schemas/{name}"}

    def node(next_: str, leaf: Any) -> Any:
        return {"type": "object", "properties": {"next": to(next_), "leaf": leaf}}

    old = components(R={"type": "array", "items": to("A")}, A=node("A", {"type": "string"}))
    new = components(
        R={"type": "array", "items": to("B")},
        B=node("C", {"type": "string"}),
        C=node("B", {"type": "boolean"}),
    )
    rules = [change.rule for change in changes(write, old, new)]
    assert "type-changed" in rules and "component-removed" in rules


def test_chains_of_references_are_followed_only_so_far(write: Write) -> None:
    def chain(prefix: str, leaf: str) -> Any:
        links = {
            f"{prefix}{n}": {"type": "object", "properties": {
                "next": {"$ref": f"#/components/schemas/{prefix}{n + 1}"}}}
            for n in range(400)
        }  # fmt: skip
        root = {"$ref": f"#/components/schemas/{prefix}0"}
        return components(R={"type": "array", "items": root}, **links, **{f"{prefix}400":
                          {"type": leaf}})  # fmt: skip

    rules = {change.rule for change in changes(write, chain("A", "string"), chain("B", "boolean"))}
    assert "schema-changed" in rules


# The published documents


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published documents are not here")
def test_the_published_releases_differ_in_exactly_this(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(PUBLISHED / f"{day}.openapi.json") for day in ("2026-01-15", "2026-04-24")]
    assert run(["breaking", "--against", files[0], "--spec", files[1], "--format", "json"]) == 1
    report = json.loads(capsys.readouterr().out)
    listed = {(c["rule"], c["group"]["name"], c["path"], c["verdict"]) for c in report["changes"]}
    fine, clients = "compatible", "breaking for clients"
    added = (
        "CompactionSummaryItemParam", "WebSocketResponseCreateEvent", "WebSocketErrorEvent",
        "CompactionBody", "CompactResponseMethodPublicBody", "CompactResource",
    )  # fmt: skip
    optional = (
        "OutputTextContent",
        "ResponseOutputTextDeltaStreamingEvent",
        "ResponseOutputTextDoneStreamingEvent",
    )
    assert listed == {
        *(("component-added", name, "", fine) for name in added),
        *(("property-optional", name, "logprobs", clients) for name in optional),
        ("property-added", "AssistantMessageItemParam", "phase", fine),
        ("property-added", "Message", "phase", fine),
        ("union-variant-added", "ItemParam", "", "breaking for servers"),
        ("union-variant-added", "ItemField", "", clients),
        ("operation-id-changed", "POST /responses", "", fine),
        ("path-added", "POST /responses/compact", "", fine),
        ("websocket-added", "WebSocket /responses", "", fine),
    }
    assert report["release"]["level"] == "major"


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published documents are not here")
def test_our_spec_is_the_published_one() -> None:
    file = PUBLISHED / "2026-04-24.openapi.json"
    assert run(["breaking", "--against", str(file), "--spec", str(ROOT / "spec"), "-q"]) == 0


# Formats and exit codes


def case(name: str) -> list[str]:
    return ["breaking", "--against", f"{CASES}/{name}/before.yaml", "--spec",
            f"{CASES}/{name}/after.yaml"]  # fmt: skip


def test_exit_codes() -> None:
    assert run(case("property-added")) == 0
    assert run(case("required-parameter-added")) == 1
    assert run([*case("required-parameter-added"), "--for", "servers"]) == 0
    assert run([*case("required-parameter-added"), "--for", "clients"]) == 1


def test_quiet_prints_only_what_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    run([*case("property-added"), "-q"])
    assert capsys.readouterr().out == ""
    run([*case("property-required"), "-q"])
    assert "property-required" in capsys.readouterr().out


def test_json_has_both_positions(capsys: pytest.CaptureFixture[str]) -> None:
    run([*case("property-required"), "--error-format", "json"])
    report = json.loads(capsys.readouterr().out)
    first = report["changes"][0]
    assert first["old"]["file"].endswith("before.yaml") and first["old"]["line"] == 23
    assert first["new"]["file"].endswith("after.yaml") and first["new"]["line"] == 21
    assert report["summary"] == {
        "changes": 2, "breaking": 2, "compatible": 0,
        "breaking_for": {"clients": 1, "servers": 1},
    }  # fmt: skip


def test_github_annotates_the_new_spec(capsys: pytest.CaptureFixture[str]) -> None:
    run([*case("property-required"), "--format", "github"])
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("::error file=") and "after.yaml,line=21,col=" in first
    assert last.startswith("::notice title=orgen breaking::2 changes")


def test_markdown_escapes_what_it_quotes(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    name = "a`b<script>|*x*"
    old = write("old.json", components(A={"type": "object", "properties": {}}))
    new = components(A={"type": "object", "properties": {name: {"type": "string"}}})
    new["info"] = {"title": "<img src=x> @team\x1b[31m", "version": "1"}
    write("new.json", new)
    run(["breaking", "--against", str(old), "--spec", "new.json", "--format", "markdown"])
    text = capsys.readouterr().out
    assert "\x1b" not in text and "\\<img src=x\\> \\@team" in text
    assert "### Compatible" in text and "#### Component A" in text


# Bad input


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{}", "B006"),
        ('{"name": "shop", "version": "1.0", "scripts": {}}', "B006"),
        ('{"openapi": "3.1.0", "info": {"title": "T", "ver', "L011"),
        ("[1, 2]", "L040"),
        ('{"openapi": "3.0.3"}', "L041"),
        ("", "L007"),
        ('{"type": "object"}', "B007"),
    ],
)
def test_files_that_are_no_spec_are_refused(
    write: Write, text: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("good.json", components(A={"type": "string"}))
    write("bad.json", text)
    assert run(["breaking", "--against", "bad.json", "--spec", "good.json"]) == 2
    first = capsys.readouterr().err.splitlines()[0]
    assert first.startswith("bad.json:1:") and f" {code} " in first
    assert run(["breaking", "--against", "good.json", "--spec", "bad.json"]) == 2


def test_faults_of_both_sides_are_reported(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("a.json", "{")
    write("b.json", '{"openapi": 1}')
    assert run(["breaking", "--against", "a.json", "--spec", "b.json"]) == 2
    error = capsys.readouterr().err
    assert "a.json:1:" in error and "b.json:1:" in error


# Git


@pytest.fixture
def repository(write: Write, tmp_path: Path) -> Path:
    """A repository whose only commit, tagged `first`, holds a spec of two files."""
    reference = {"$ref": "schemas/a.json#/$defs/A"}
    write("api/openapi.json", components(A=reference))
    write("api/schemas/a.json", {"$defs": {"A": {"type": "string"}}})
    write("alone.json", components(A={"type": "string"}))
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"], ["tag", "first"]):
        git(*arguments)
    return tmp_path


def git(*arguments: str) -> None:
    settings = ["-c", "user.name=T", "-c", "user.email=t@example.invalid"]
    subprocess.run(["git", *settings, *arguments], check=True, capture_output=True)


def test_compares_with_a_commit(
    repository: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("api/schemas/a.json", {"$defs": {"A": {"type": "integer"}}})
    status = subprocess.run(["git", "status", "--porcelain"], capture_output=True, check=True)
    assert run(["breaking", "--against", "first", "--spec", "api/openapi.json"]) == 1
    text = capsys.readouterr().out
    assert "type-changed" in text
    assert "old first:api/schemas/a.json:4:4" in text and "new api/schemas/a.json:4:4" in text
    assert run(["breaking", "--against", "HEAD:alone.json", "--spec", "alone.json"]) == 0
    after = subprocess.run(["git", "status", "--porcelain"], capture_output=True, check=True)
    assert after.stdout == status.stdout


@pytest.mark.parametrize(
    ("against", "spec", "code"),
    [
        ("nowhere", "alone.json", "B001"),
        ("--all", "alone.json", "B001"),
        ("first..HEAD", "alone.json", "B001"),
        ("first;ls", "alone.json", "B001"),
        ("first:gone.json", "alone.json", "B004"),
        ("first:../x", "alone.json", "B004"),
        ("gone.json", "alone.json", "L001"),
    ],
)
def test_commits_that_are_not_there(
    repository: Path, against: str, spec: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["breaking", f"--against={against}", "--spec", spec]) == 2
    assert f" {code} " in capsys.readouterr().err


def test_faults_in_a_commit_have_its_name(
    repository: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("alone.json", "{")
    git("commit", "-qam", "broken")
    write("alone.json", components())
    assert run(["breaking", "--against", "HEAD", "--spec", "alone.json"]) == 2
    assert capsys.readouterr().err.startswith("HEAD:alone.json:1:2: L011 ")


def test_links_in_a_commit_lead_nowhere_else(
    repository: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("secret.json", {"$defs": {"A": {"type": "string"}}})
    Path("api/schemas/a.json").unlink()
    Path("api/schemas/a.json").symlink_to(Path("secret.json").resolve())
    git("add", ".")
    git("commit", "-qm", "link")
    assert run(["breaking", "--against", "HEAD", "--spec", "alone.json"]) == 0
    capsys.readouterr()
    assert run(["breaking", "--against", "HEAD:api/openapi.json", "--spec", "alone.json"]) == 2
    assert "L032" in capsys.readouterr().err


def test_without_a_repository(
    write: Write, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.path.dirname(os.getcwd()))
    write("a.json", components())
    assert run(["breaking", "--against", "main", "--spec", "a.json"]) == 2
    assert "main:1:1: B002 " in capsys.readouterr().err
