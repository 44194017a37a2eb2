"""Recorded traffic, served again in ugly pieces: what a client reads is what a decoder reads.

Without the recordings beside the project, the vendors' own vectors of streams are served.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from answers import STREAM
from clients import nothing_left_open
from openresponses import dialects, events
from openresponses.client import ApiError, AsyncClient, UnreadableAnswerError
from recordings import Recording, recordings
from replay import Reply, Request, Server, chopped
from vendors import VENDORS, Turn

DIALECTS = {
    "anthropic_messages": "anthropic",
    "gemini_generate_content": "google",
    "ollama_chat": "ollama",
    "openai_chat": "openai",
    "openai_responses": "openai",
}
FILES = {"response.sse": "text/event-stream", "response.ndjson": "application/x-ndjson"}
AT_ONCE = 50
MOST = 15
"""Recordings of each dialect; all of them with --full."""


def streams_of(dialect: str, full: bool) -> list[tuple[str, str, bytes]]:
    """Name, content type and bytes of streams."""
    found = [
        (case.name, kind, (case.folder / file).read_bytes())
        for case in recordings(dialect)
        if case.status == 200
        for file, kind in FILES.items()
        if (case.folder / file).is_file()
    ]
    vendor = VENDORS[dialect]("", None)
    said = vendor.streamed(Turn("It is 42.", (("call_1", "Oslo"),), "Hm."))
    own = [("own", vendor.kind, said)]
    every = 1 if full else max(1, len(found) // MOST)
    return own + found[::every]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_streams(dialect: str, full: bool) -> None:
    """All of them at once, through one client."""
    served = {name: (kind, data) for name, kind, data in streams_of(dialect, full)}

    def answer(request: Request) -> Reply:
        kind, data = served[request.headers["x-recording"]]
        return Reply(
            200, {"content-type": kind}, list(chopped(data)) if len(data) < 40_000 else [data]
        )

    async def read(url: str, name: str) -> Any:
        options: dict[str, Any] = {"base_url": url, "api_key": "k", "max_retries": 0}
        options["headers"] = {"x-recording": name}
        async with (
            AsyncClient(DIALECTS[dialect], dialect=dialect, **options) as client,
            client.stream({"model": "m", "input": "Hi"}) as stream,
        ):
            return [event async for event in stream]

    async def read_all(url: str) -> list[Any]:
        free = asyncio.Semaphore(AT_ONCE)

        async def limited(name: str) -> Any:
            async with free:
                return await read(url, name)

        return await asyncio.gather(*map(limited, served))

    with nothing_left_open(), Server(answer) as server:
        found = asyncio.run(read_all(server.url))
    for (name, (_, data)), got in zip(served.items(), found, strict=True):
        request = {"model": "m", "input": "Hi", "stream": True}
        decoder = dialects.get(dialect).StreamDecoder(request=request, provider=DIALECTS[dialect])
        wanted = [*decoder.feed(data), *decoder.close()]
        assert _timeless(got) == _timeless(wanted), name
        assert not events.check(got), name


def _timeless(found: list[Any]) -> Any:
    """The events without times that our own clock told."""
    return json.loads(
        json.dumps(found),
        object_hook=lambda o: {
            k: v for k, v in o.items() if k not in ("created_at", "completed_at")
        },
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_whole_answers(dialect: str, full: bool) -> None:
    """Recorded JSON, and errors with their status."""
    cases: dict[str, Recording] = {
        case.name: case for case in recordings(dialect) if case.has_response and case.status
    }
    every = 1 if full else max(1, len(cases) // MOST)
    chosen = dict(list(cases.items())[::every])

    def answer(request: Request) -> Reply:
        case = chosen[request.headers["x-recording"]]
        data = json.dumps(case.response()).encode()
        return Reply(case.status, {"content-type": "application/json"}, list(chopped(data, 3)))

    async def read(url: str, name: str) -> Any:
        options: dict[str, Any] = {"base_url": url, "api_key": "k", "max_retries": 0}
        options["headers"] = {"x-recording": name}
        async with AsyncClient(DIALECTS[dialect], dialect=dialect, **options) as client:
            try:
                return await client.create({"model": "m", "input": "Hi"})
            except Exception as error:
                return error

    async def read_all(url: str) -> list[Any]:
        return [await read(url, name) for name in chosen]

    with Server(answer) as server:
        found = asyncio.run(read_all(server.url))
    for case, got in zip(chosen.values(), found, strict=True):
        native = dialects.get(dialect)
        if isinstance(got, dict):
            assert case.status < 300, case.name
            body = native.decode_response(case.response(), provider=DIALECTS[dialect]).body
            assert _timeless([got["output"]]) == _timeless([body["output"]]), case.name
        else:
            assert got.status == case.status and _is_no_answer(case, got), (case.name, got)


def _is_no_answer(case: Recording, error: Any) -> bool:
    """Whether an exception is right: of an error, a response that failed, or another server."""
    body = case.response()
    failed = getattr(error, "response", None)
    return (
        case.status >= 400
        or (failed is not None and failed["status"] == "failed")
        or (isinstance(error, ApiError) and "error" in body)
        or (isinstance(error, UnreadableAnswerError) and not {"choices", "output"} & body.keys())
    )


def test_many_at_once_through_one_client() -> None:
    def answer(request: Request) -> Reply:
        return Reply(200, {"content-type": "text/event-stream"}, list(chopped(STREAM)))

    async def run(url: str) -> list[Any]:
        async with AsyncClient("vllm", base_url=url) as client:

            async def one() -> Any:
                async with client.stream({"model": "m", "input": "Hi"}) as stream:
                    return await stream.finish()

            return await asyncio.gather(*(one() for _ in range(100)))

    with nothing_left_open(), Server(answer) as server:
        found = asyncio.run(run(server.url))
    assert len(found) == 100 and len({json.dumps(r["output"]) for r in found}) == 1
