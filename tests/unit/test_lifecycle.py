"""The lifecycle table: it fits the spec, and its faults are found where they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Schema
from orgen.lifecycle import Lifecycle, load_lifecycle
from orgen.lifecycle_walk import Fault, walk
from orgen.load import load_spec
from orgen.resolve import resolve
from orgen.schema_paths import stream_events

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "spec"


@pytest.fixture(scope="module")
def schema() -> Schema:
    diagnostics = Diagnostics()
    document = load_spec(SPEC, diagnostics)
    assert document is not None
    resolved = resolve(document, diagnostics)
    diagnostics.check()
    assert resolved is not None
    return resolved


@pytest.fixture(scope="module")
def lifecycle(schema: Schema) -> Lifecycle:
    diagnostics = Diagnostics()
    table = load_lifecycle(SPEC / "lifecycle.yaml", SPEC, schema, diagnostics)
    assert list(diagnostics) == []
    assert table is not None
    return table


def test_every_event_has_one_rule(schema: Schema, lifecycle: Lifecycle) -> None:
    events = [rule.event for rule in lifecycle.rules]
    assert len(events) == len(set(events)) == 24
    assert set(events) == {event for event in stream_events(schema) if ":" not in event}


def test_aliases_find_the_rule_of_the_spec(lifecycle: Lifecycle) -> None:
    rule = lifecycle.rule("response.reasoning_text.delta")
    assert rule is not None
    assert rule.event == "response.reasoning.delta"
    assert lifecycle.rule("response.nonsense") is None


def test_a_rule_says_where_its_payload_lands(lifecycle: Lifecycle) -> None:
    rule = lifecycle.rule("response.reasoning_summary_text.delta")
    assert rule is not None
    assert (rule.action, rule.channel, rule.value) == ("extend", "summary", "delta")
    assert rule.path == "summary/{summary_index}/text"
    assert rule.index == {"output_index": False, "summary_index": False}


# Edits of the real table, each with the code and the line's text that must be reported.
FAULTS = [
    ("step: 1}", "step: 0}", "V090", "sequence:"),
    ("action: advance", "action: leap", "V090", "action: leap"),
    ("- event: response.queued", "- event: response.queue", "V091", "response.queue"),
    ("- event: response.queued", "- event: response.queue", "V092", "events:"),
    ("- event: response.queued", "- event: response.created", "V093", "response.created"),
    ("from: [created, queued]", "from: [created, waiting]", "V094", "waiting"),
    ("channel: refusal", "channel: refusals", "V094", "channel: refusals"),
    ("item: [open], content_part", "items: [open], content_part", "V094", "items"),
    ("within: response\n", "within: channel\n", "V094", "within: channel"),
    ("value: annotation", "value: annotations", "V095", "value: annotations"),
    ("{logprobs: 'content", "{logits: 'content", "V095", "logits"),
    ("annotations/{annotation_index}", "annotations/{index}", "V095", "{index}"),
    ("annotations/{annotation_index}", "notes/{annotation_index}", "V095", "notes"),
    ("types: [summary_text]", "types: [summery_text]", "V096", "summery_text"),
    ("      queued: The", "      lost: Nobody comes here.\n      queued: The", "V097", "lost:"),
    ("      - error\n", "", "V097", None),
]


@pytest.mark.parametrize(("old", "new", "code", "line"), FAULTS)
def test_faults_are_reported_where_they_are(
    tmp_path: Path, schema: Schema, old: str, new: str, code: str, line: str | None
) -> None:
    text = (SPEC / "lifecycle.yaml").read_text("utf-8")
    assert old in text
    if line is None:  # without its event, the state it led to is out of reach
        text = re.sub(r"  - event: error\n(    .*\n)+", "", text)
        line = "failing: An error"
    faulty = tmp_path / "lifecycle.yaml"
    faulty.write_text(text.replace(old, new, 1), "utf-8")
    diagnostics = Diagnostics()
    assert load_lifecycle(faulty, tmp_path, schema, diagnostics) is None
    found = [item for item in diagnostics if item.code == code]
    assert found
    lines = faulty.read_text("utf-8").splitlines()
    assert any(line in lines[item.span.line - 1] for item in found)


def test_a_walk_that_breaks_the_table_is_reported(tmp_path: Path, schema: Schema) -> None:
    text = (SPEC / "lifecycle.yaml").read_text("utf-8")
    head, walks = text.split("\nwalks:\n")
    faulty = tmp_path / "lifecycle.yaml"
    faulty.write_text(
        f"{head}\nwalks:\n" + walks.replace("      - response.in_progress\n", "", 1), "utf-8"
    )
    diagnostics = Diagnostics()
    assert load_lifecycle(faulty, tmp_path, schema, diagnostics) is None
    (fault,) = diagnostics
    assert fault.code == "V098"
    assert "response.output_item.added cannot come while the response is created" in fault.message


def test_many_faults_are_reported_at_once(tmp_path: Path, schema: Schema) -> None:
    text = (SPEC / "lifecycle.yaml").read_text("utf-8")
    for old, new in (("value: annotation", "value: note"), ("to: queued", "to: waiting")):
        text = text.replace(old, new, 1)
    faulty = tmp_path / "lifecycle.yaml"
    faulty.write_text(text, "utf-8")
    diagnostics = Diagnostics()
    load_lifecycle(faulty, tmp_path, schema, diagnostics)
    assert {"V094", "V095"} <= {item.code for item in diagnostics}


BROKEN_STREAMS = {
    "nothing": ([], 0),
    "no creation": (["response.in_progress"], 0),
    "no end": (["response.created", "response.in_progress"], 2),
    "two ends": (
        ["response.created", "response.in_progress", "response.completed", "response.failed"],
        3,
    ),
    "delta without part": (
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.output_text.delta",
        ],
        3,
    ),
    "open item at the end": (
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.completed",
        ],
        3,
    ),
    "anything but failure after an error": (
        ["response.created", "response.in_progress", "error", "response.completed"],
        3,
    ),
    "unknown": (["response.created", "response.lost"], 1),
}


@pytest.mark.parametrize("name", BROKEN_STREAMS)
def test_broken_streams_do_not_pass(lifecycle: Lifecycle, name: str) -> None:
    events, position = BROKEN_STREAMS[name]
    outcome = walk(lifecycle, events)
    assert isinstance(outcome, Fault)
    assert outcome.position == position
