"""Anthropic's SDK: its client reads the stream from a transport in memory, into its own models."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.peers.served import client
from benchmarks.tasks import Run, StreamTask, Task

_anthropic: Any = import_module("anthropic")
_httpx: Any = import_module("httpx2")


def offer(task: Task) -> Run | None:
    """Streams of Messages."""
    match task:
        case StreamTask(target=None) if task.stream.dialect == "anthropic_messages":
            served = _anthropic.Anthropic(
                api_key="none",
                base_url="http://anthropic.invalid",
                http_client=client(_httpx, task.stream.chunks()),
            )
            asked = [{"role": "user", "content": "?"}]

            def run() -> list[Any]:
                create = served.messages.create
                return list(create(model="model-1", max_tokens=9, messages=asked, stream=True))

            return run
        case _:
            return None
