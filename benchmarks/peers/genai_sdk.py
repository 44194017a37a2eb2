"""Google's SDK: its client reads the stream from a transport in memory, into its own models."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers.served import client
from benchmarks.tasks import Run, StreamTask, Task

_genai: Any = import_module("google.genai")
_types: Any = import_module("google.genai.types")
_httpx: Any = import_module("httpx")


def offer(task: Task) -> Run | None:
    """Streams of generateContent."""
    match task:
        case StreamTask(target=None) if task.stream.dialect == "gemini_generate_content":
            options = _types.HttpOptions(httpx_client=client(_httpx, task.stream.chunks()))
            served = _genai.Client(api_key="none", http_options=options)

            def run() -> list[Any]:
                generate = served.models.generate_content_stream
                return list(generate(model="model-1", contents="?"))

            return run
        case _:
            return None
