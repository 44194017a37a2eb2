"""Recorded Responses streams: read, checked against the laws, and collected."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from openresponses import events
from streams import Event

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "openai_responses"
STREAMS = sorted(CORPUS.glob("*/response.sse"))

if not STREAMS:
    pytest.skip("the recordings are not part of the repository", allow_module_level=True)

# What the servers do that the contract does not allow, wherever they do it: reason -> the
# violations (event and message) that it accounts for.
DRIFT = {
    "OpenAI's hosted tools have items and events without a slug": (
        r"response\.(web_search|file_search|code_interpreter|image_generation|mcp|custom_tool"
        r"|shell|apply_patch)_\S+: is neither an event of the spec nor named `slug:type`"
        r"|response\.output_item\.added: the spec has no item of type \"[a-z_]+\""
    ),
    "opaque reasoning state is encrypted anew each time it is sent": (
        r"response\.(output_item\.done|completed): `\S*\.encrypted_content` is not what was sent.*"
    ),
    "streams of early 2025 are not numbered": r"\S+: `sequence_number` is a whole number, not null",
}
# Recordings that break the laws in ways of their own: case -> reason and violations.
LAWLESS = {
    "pai.models.test_openai.test_openai_instructions_with_responses_logprobs_streaming.00": (
        "content_part.done leaves out the logprobs that output_item.done has",
        r".*logprobs` has 9 entries, but 0 were sent before",
    ),
    "pai.models.test_openai_responses.test_background_mode_streaming_starting_after_vcr.01": (
        "resumed after the first event",
        r"response\.queued: `sequence_number` is 1, not 0|\S+: cannot come while .* is absent"
        r"|response\.queued: `response\.id` is .*",
    ),
    "pai.models.test_openai_responses."
    "test_openai_responses_model_mcp_list_tools_stream_backfills_missi-f4d87d9d.00": (
        "two items are never closed",
        r"response\.completed: cannot come while the item at [01] is open",
    ),
    "vai.openai.openai-phase.1.chunks.txt": ("shortened by hand", r".*"),
    "vai.openai.parallel-tool-call-wrapper.1.chunks.txt": ("only events of one call", r".*"),
    "vai.xai.xai-web-search-tool.1.chunks.txt": (
        "xAI opens hosted calls as completed",
        r"response\.output_item\.added: `item\.status` is \"completed\", not in_progress",
    ),
}


def name(path: Path) -> str:
    return path.parent.name


@pytest.fixture(params=STREAMS, ids=name)
def recording(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def read(path: Path) -> list[Any]:
    return list(events.read([path.read_bytes()]))


def plainly(path: Path) -> list[Event]:
    """The events by a simpler way: every line of data is one, if it is JSON."""
    found = []
    for line in re.split(r"\r\n|\r|\n", path.read_text("utf-8")):
        with contextlib.suppress(json.JSONDecodeError):  # `[DONE]`, and lines cut by hand
            found.append(json.loads(line.removeprefix("data:")))
    return [event for event in found if isinstance(event, dict)]


def test_every_event_is_read(recording: Path) -> None:
    renamed = {alias: rule.event for rule in events.LIFECYCLE.rules for alias in rule.aliases}
    expected = [{**e, "type": renamed.get(e["type"], e["type"])} for e in plainly(recording)]
    assert [e for e in read(recording) if e["type"] != "error"] == [
        e for e in expected if e["type"] != "error"
    ]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_no_cut_matters(recording: Path, size: int) -> None:
    text = recording.read_bytes()[:200_000]
    pieces = (text[i : i + size] for i in range(0, len(text), size))
    assert list(events.read(pieces)) == list(events.read([text]))


def test_only_known_laws_are_broken(recording: Path) -> None:
    reasons = list(DRIFT.values())
    if name(recording) in LAWLESS:
        reasons.append(LAWLESS[name(recording)][1])
    allowed = re.compile("|".join(f"(?:{reason})" for reason in reasons), re.DOTALL)
    found = events.check(read(recording))
    assert [str(v) for v in found if not allowed.fullmatch(f"{v.event}: {v.message}")] == []


def test_every_exception_is_needed() -> None:
    found = {name(path): events.check(read(path)) for path in STREAMS}
    messages = [f"{v.event}: {v.message}" for each in found.values() for v in each]
    for reason, pattern in DRIFT.items():
        assert any(re.fullmatch(pattern, message) for message in messages), reason
    for case, (reason, pattern) in LAWLESS.items():
        own = [f"{v.event}: {v.message}" for v in found[case]]
        drift = re.compile("|".join(f"(?:{each})" for each in DRIFT.values()))
        rest = [message for message in own if not drift.fullmatch(message)]
        assert any(re.fullmatch(pattern, message, re.DOTALL) for message in rest), reason


def test_the_events_build_the_response(recording: Path) -> None:
    """The last event counts; where it is missing or silent, the events before it do."""
    stream = read(recording)
    built = events.accumulate(stream)
    final = stream[-1].get("response")
    if final is None:
        assert built["status"] == "failed"
        return
    for key, value in final.items():
        if key != "output" and value:
            assert built[key] == value  # type: ignore[literal-required]
    if name(recording) in LAWLESS:
        assert len(built["output"]) >= len(final["output"])
        return
    pairs = zip(built["output"], final["output"], strict=True)
    assert [i for i, (mine, theirs) in enumerate(pairs) if not _says(mine, theirs)] == []


def test_the_items_are_built_without_the_last_event(recording: Path) -> None:
    stream = read(recording)
    final = stream[-1].get("response")
    if final is None or name(recording) in LAWLESS:
        return
    built = events.accumulate(stream[:-1])["output"]
    assert [_texts(item) for item in built] == [_texts(item) for item in final["output"]]


def _says(mine: Any, theirs: Any) -> bool:
    """Whether `mine` says all that `theirs` does."""
    if isinstance(theirs, dict):
        return isinstance(mine, dict) and all(
            not value or _says(mine.get(key), value) for key, value in theirs.items()
        )
    if isinstance(theirs, list):
        pairs = zip(mine, theirs, strict=False)
        return len(mine) >= len(theirs) and all(_says(m, t) for m, t in pairs)
    return bool(mine == theirs)


def _texts(value: Any) -> Any:
    """All but what is empty, and opaque state, which changes each time it is sent."""
    if isinstance(value, dict):
        kept = {k: _texts(v) for k, v in value.items() if k != "encrypted_content"}
        return {k: v for k, v in kept.items() if v not in (None, [], {}, "")}
    return [_texts(entry) for entry in value] if isinstance(value, list) else value
