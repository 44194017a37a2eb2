"""OpenAI's SDK: its client reads the stream from a transport in memory, into its own models."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.ours import loads
from benchmarks.peers.served import client
from benchmarks.tasks import ModelTask, Run, StreamTask, Task

_openai: Any = import_module("openai")
_httpx: Any = import_module("httpx2")
_responses: Any = import_module("openai.types.responses")


def offer(task: Task) -> Run | None:
    """Streams of Chat and of Responses; responses as its class, which it does not validate."""
    match task:
        case StreamTask(target=None):
            return _stream(task)
        case ModelTask(shape="response", body=body):
            construct = _responses.Response.construct
            return lambda: construct(**loads(body))
        case _:
            return None


def _stream(task: StreamTask) -> Run | None:
    served = _openai.OpenAI(
        api_key="none",
        base_url="http://openai.invalid/v1",
        http_client=client(_httpx, task.stream.chunks()),
    )
    match task.stream.dialect:
        case "openai_chat":
            asked = [{"role": "user", "content": "?"}]

            def chat() -> list[Any]:
                create = served.chat.completions.create
                return list(create(model="model-1", messages=asked, stream=True))

            return chat
        case "openai_responses" | "openresponses":

            def native() -> list[Any]:
                return list(served.responses.create(model="model-1", input="?", stream=True))

            return native
        case _:
            return None
