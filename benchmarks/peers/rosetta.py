"""LLM-Rosetta: a pipeline a request, from one format to another, as its documentation shows.

It takes parsed chunks of a stream, so that reading each event's JSON is counted (with the
fastest reader), and finding the events among the bytes is not.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.conversation import small
from benchmarks.ours import dumps, loads
from benchmarks.requests import NATIVE, canonical
from benchmarks.tasks import RequestTask, ResponseTask, Run, StreamTask, Task

_rosetta: Any = import_module("llm_rosetta")
_Pipeline: Any = _rosetta.ConversionPipeline

OPEN = "open_responses"
NAMES = {
    "anthropic_messages": "anthropic",
    "gemini_generate_content": "google",
    "openai_chat": "openai_chat",
}
"""Its names for the formats that it knows besides Responses."""


def offer(task: Task) -> Run | None:
    """Requests both ways, responses, streams."""
    match task:
        case RequestTask(dialect=dialect) if dialect in NAMES:
            return _request(task)
        case ResponseTask(dialect=dialect) if dialect in NAMES:
            return _response(task)
        case StreamTask(reader="decode") if task.stream.dialect in NAMES:
            return _stream(task)
        case _:
            return None


def _request(task: RequestTask) -> Run:
    name = NAMES[task.dialect]
    if task.direction == "encode":
        return lambda: _Pipeline(OPEN, name).convert_request(task.canonical)
    # Gemini's path names the model; here the body must.
    body = {**task.native, "model": task.canonical["model"]}
    return lambda: _Pipeline(name, OPEN).convert_request(body)


def _response(task: ResponseTask) -> Run:
    name = NAMES[task.dialect]
    source, target = (OPEN, name) if task.direction == "decode" else (name, OPEN)
    body = task.native if task.direction == "decode" else task.canonical
    pipeline = _begun(source, target)
    return lambda: pipeline.convert_response(body)


def _stream(task: StreamTask) -> Run:
    texts = task.stream.texts
    source = NAMES.get(task.target or "", OPEN)
    pipeline = _begun(source, NAMES[task.stream.dialect])

    def run() -> list[Any]:
        process = pipeline.create_stream_processor().process_chunk
        found: list[Any] = []
        for text in texts:
            found += process(loads(text))
        if len(found) < len(texts) // 2:
            raise ValueError(f"{len(found)} events of {len(texts)}")
        if task.target:
            return [b"data: " + dumps(event) + b"\n\n" for event in found]
        return found

    return run


def _begun(source: str, target: str) -> Any:
    """A pipeline that has seen its request, which the answers need."""
    pipeline = _Pipeline(source, target)
    native = {name: dialect for dialect, name in NAMES.items()}
    body = NATIVE[native[source]](small()) if source in native else canonical(small())
    pipeline.convert_request({**body, "model": "model-1"})
    return pipeline
