"""The checks of dialects on the real ones: every row counts, and so does every property."""

from __future__ import annotations

import ast
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Body, Dialect
from orgen.dialect.check import Status, check, coverage
from orgen.dialect.check.findings import BUILT_IN
from orgen.dialect.check.sides import RESPONSE
from orgen.dialect.load import dialect_files, load_dialects
from orgen.ir.schema import Property, Record, Scalar, ScalarKind, Schema
from orgen.load import load_file, load_spec
from orgen.overlay import apply_overlays
from orgen.provider.load import load_providers
from orgen.resolve import resolve
from orgen.resources import spec_dir, templates_dir

SPEC = spec_dir()
NAMES = sorted(path.parent.name for path in SPEC.glob("dialects/*/dialect.yaml"))
ADDED = "brand_new_field"


@cache
def schema() -> Schema:
    diagnostics = Diagnostics()
    core = load_spec(SPEC, diagnostics)
    assert core is not None
    paths = sorted((SPEC / "overlays").glob("*.yaml"))
    overlays = [o for path in paths if (o := load_file(path, SPEC, diagnostics)) is not None]
    found = resolve(apply_overlays(core, overlays, diagnostics), diagnostics)
    diagnostics.check()
    return found


@cache
def dialects() -> dict[str, Dialect]:
    found = load_dialects(SPEC, schema(), Diagnostics())
    return {dialect.name: dialect for dialect in found}


def codes(dialect: Dialect, changed: Schema | None = None) -> set[str]:
    diagnostics = Diagnostics()
    check(dialect, changed or schema(), dialect.native, diagnostics)
    return {item.code for item in diagnostics}


def messages(dialect: Dialect, changed: Schema) -> list[str]:
    diagnostics = Diagnostics()
    check(dialect, changed, dialect.native, diagnostics)
    return [item.message for item in diagnostics]


@pytest.mark.parametrize("name", NAMES)
def test_has_no_fault(name: str) -> None:
    assert messages(dialects()[name], schema()) == []


# A new property of the contract ---------------------------------------------------------------


def with_property(component: str) -> Schema:
    """The contract with one more property in a component."""
    found = schema()
    record = found.components[component].type
    assert isinstance(record, Record)
    added = Property(ADDED, Scalar(ScalarKind.STRING), required=False, nullable=True)
    changed = replace(
        found.components[component], type=replace(record, properties=(*record.properties, added))
    )
    return replace(found, components={**found.components, component: changed})


@pytest.mark.parametrize(
    "component",
    [
        "CreateResponseBody",
        "UserMessageItemParam",
        "FunctionCallItemParam",
        "InputTextContentParam",
        "OutputTextContentParam",
        "FunctionToolParam",
        "ResponseResource",
        "Usage",
        "ErrorPayload",
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_misses_a_property_that_the_contract_gains(name: str, component: str) -> None:
    found = messages(dialects()[name], with_property(component))
    assert any(ADDED in message for message in found), f"{name} says nothing of a new {component}"


def test_a_report_names_every_dialect_that_misses_it_once() -> None:
    """Also those that extend another, which has the place; profiles of providers add nothing."""
    changed, diagnostics = with_property("ResponseResource"), Diagnostics()
    files = dialect_files(SPEC, diagnostics)
    found = load_dialects(SPEC, changed, diagnostics, files)
    load_providers(files, changed, found, diagnostics)
    missing = [item for item in diagnostics if item.code == "D010"]
    places = [span for item in missing for span in (item.span, *(r.span for r in item.related))]
    assert [Path(span.file).parent.name for span in places] == NAMES
    assert all(span.line > 1 for span in places)


@pytest.mark.parametrize("name", NAMES)
def test_a_property_of_items_is_missed_at_the_rule_for_them(name: str) -> None:
    diagnostics, dialect = Diagnostics(), dialects()[name]
    check(dialect, with_property("FunctionCallItemParam"), dialect.native, diagnostics)
    found = next(item.span for item in diagnostics if item.code == "D010")
    line = Path(SPEC / "dialects" / name / "dialect.yaml").read_text("utf-8").splitlines()
    assert "{type: function_call, " in line[found.line - 1][found.column - 1 :]


# A row or rule less ------------------------------------------------------------------------------


def without_rows(dialect: Dialect) -> list[tuple[str, Dialect]]:
    found = []
    for field in ("request", "response"):
        body: Body = getattr(dialect, field)
        for row in body.rows:
            rows = tuple(other for other in body.rows if other is not row)
            place = f"{field} {'.'.join(map(str, row.canonical))}"
            found.append((place, replace(dialect, **{field: replace(body, rows=rows)})))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_misses_every_row(name: str) -> None:
    unnoticed = [place for place, less in without_rows(dialects()[name]) if not codes(less)]
    assert unnoticed == []


@pytest.mark.parametrize("name", NAMES)
def test_misses_every_block(name: str) -> None:
    dialect = dialects()[name]
    unnoticed = []
    for field in ("request", "response"):
        body: Body = getattr(dialect, field)
        for block in body.blocks:
            if all(rule.only or rule.when for rule in block.rules):
                continue  # it corrects what another row or block carries
            blocks = tuple(other for other in body.blocks if other is not block)
            if not codes(replace(dialect, **{field: replace(body, blocks=blocks)})):
                unnoticed.append(f"{field} {block.name}")
    assert unnoticed == []


@pytest.mark.parametrize("name", NAMES)
def test_misses_every_section_of_notes(name: str) -> None:
    dialect = dialects()[name]
    for section, code in (("drop", "D010"), ("reject", "D010"), ("residue", "D011")):
        if getattr(dialect, section):
            assert code in codes(replace(dialect, **{section: ()})), section


def test_finds_a_rule_less() -> None:
    """A value of each of these types can no longer be sent, which somebody has to say."""
    dialect = dialects()["anthropic_messages"]
    for group, kind in (("assistant_content", "output_text"), ("tool", "function")):
        old = dialect.groups[group]
        rules = tuple(rule for rule in old.rules if f"'{kind}'" not in str(rule.canonical))
        assert len(rules) < len(old.rules)
        changed = {**dialect.groups, group: replace(old, rules=rules)}
        found = messages(replace(dialect, groups=changed), schema())
        assert any(f"'{kind}'" in message for message in found), found


# Coverage as a value -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_coverage_misses_nothing(name: str) -> None:
    found = coverage(dialects()[name], schema())
    assert [e.place for e in found.entries if e.status is Status.MISSING] == []
    request = {e.place for e in found.entries if e.context == "request"}
    body = schema().components["CreateResponseBody"].type
    assert isinstance(body, Record)
    assert {property.name for property in body.properties} <= request


def test_coverage_says_how_a_place_is_carried() -> None:
    entries = coverage(dialects()["anthropic_messages"], schema()).entries
    found = {(e.context, e.place): e for e in entries}
    limit = found["request", "max_output_tokens"]
    assert (limit.status, limit.native) == (Status.MAPPED, ("max_tokens",))
    assert found["request", "temperature"].status is Status.EMULATED
    store = found["request", "store"]
    assert (store.status, store.native, store.reason) == (
        Status.DROPPED,
        (),
        "the API keeps no state",
    )
    assert found["message<user>", "input_audio"].status is Status.REJECTED
    assert found["message<user>", "message.id"].status is Status.IGNORED


def test_built_in_fields_are_those_of_the_runtime() -> None:
    """The table of echoed settings exists twice, in two languages: they must agree."""
    source = (templates_dir() / "python" / "runtime" / "resource.py").read_text("utf-8")
    tables = {
        node.target.id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    echo = tables["ECHO"]
    assert isinstance(echo, ast.Dict)
    echoed = {key.value for key in echo.keys if isinstance(key, ast.Constant)}
    ours = {name for name, how in BUILT_IN[RESPONSE].items() if how == "echoed from the request"}
    assert ours == echoed
