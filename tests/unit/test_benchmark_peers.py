"""The vendors' own SDKs read the streams that they are measured with, and say what was planned."""

from __future__ import annotations

from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from benchmarks import modelled, peers, requests, responses, streams
from benchmarks.conversation import small
from benchmarks.ours import dumps
from benchmarks.peers import anthropic_sdk, genai_sdk, openai_sdk
from benchmarks.tasks import ModelTask, RequestTask, StreamTask


def read(module: Any, dialect: str) -> tuple[str, list[Any]]:
    """The planned text, and what the SDK makes of a stream of it."""
    made = streams.stream(dialect, "text", 40)
    run = module.offer(StreamTask("decode", made, "text"))
    return made.runs[0].whole, run()


def test_openai_reads_chat() -> None:
    planned, found = read(openai_sdk, "openai_chat")
    deltas = [chunk.choices[0].delta.content or "" for chunk in found if chunk.choices]
    assert "".join(deltas) == planned


@pytest.mark.parametrize("dialect", ["openresponses", "openai_responses"])
def test_openai_reads_responses(dialect: str) -> None:
    planned, found = read(openai_sdk, dialect)
    deltas = [event.delta for event in found if event.type == "response.output_text.delta"]
    assert "".join(deltas) == planned
    assert found[-1].response.output_text == planned


def test_anthropic_reads_messages() -> None:
    planned, found = read(anthropic_sdk, "anthropic_messages")
    deltas = [event.delta.text for event in found if event.type == "content_block_delta"]
    assert "".join(deltas) == planned


def test_google_reads_its_stream() -> None:
    planned, found = read(genai_sdk, "gemini_generate_content")
    assert "".join(chunk.text for chunk in found) == planned


def test_sdks_offer_nothing_for_what_they_do_not_do() -> None:
    said = small()
    task = RequestTask("encode", "openai_chat", "small", requests.canonical(said), {})
    other = StreamTask("decode", streams.stream("ollama_chat", "text", 8), "text")
    for module in (openai_sdk, anthropic_sdk, genai_sdk):
        assert module.offer(task) is None
        assert module.offer(other) is None


def test_openai_reads_a_response() -> None:
    task = ModelTask("pydantic", "response", dumps(responses.canonical()))
    run = openai_sdk.offer(task)
    assert run is not None
    found: Any = run()
    assert found.output_text == responses.TEXT


def test_a_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    field = peers.load()
    assert field.absent == [peer.distribution for peer in peers.PEERS]
    assert field(ModelTask("pydantic", "response", b"{}")) == {}


def test_models_read_what_they_are_measured_with(tmp_path: Path) -> None:
    found = list(islice(modelled.cases(tmp_path), 2))
    assert [case.key for case in found] == modelled.keys()[:2]
    for case in found:
        case.check()
