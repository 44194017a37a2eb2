"""A program that calls models, as a user would write it; checked strictly."""

from __future__ import annotations

from typing import assert_type

from openresponses import AsyncClient, Client, run_tools
from openresponses.client import ApiError, Loss, Timeouts, ToolResult
from openresponses.types import ExtensionEvent, ResponseResource, StreamEvent, is_stream_event


def asked(base_url: str, question: str) -> str:
    """The text of an answer, as it comes."""
    timeouts = Timeouts(connect=5, total=60)
    text = ""
    with (
        Client("vllm", base_url=base_url, timeout=timeouts) as client,
        client.stream({"model": "m", "input": question}) as stream,
    ):
        for event in stream:
            assert_type(event, StreamEvent | ExtensionEvent)
            if is_stream_event(event) and event["type"] == "response.output_text.delta":
                text += assert_type(event["delta"], str)
    assert_type(stream.losses, tuple[Loss, ...])
    return f"{text} ({stream.response['status']})"


async def awaited(base_url: str) -> ResponseResource:
    """A whole answer."""
    async with AsyncClient("vllm", base_url=base_url) as client:
        return assert_type(await client.create({"model": "m", "input": "Hi"}), ResponseResource)


def with_tools(base_url: str) -> ToolResult:
    """What became of a conversation with a tool."""

    def weather(city: str) -> str:
        return city

    with Client("vllm", base_url=base_url) as client:
        run = run_tools(client, {"model": "m", "input": "Hi"}, {"weather": weather})
        return run.finish()


def refused(base_url: str) -> tuple[str, int, float | None]:
    """What a provider says that has had enough."""
    with Client("vllm", base_url=base_url, max_retries=0) as client:
        try:
            client.create({"model": "m", "input": "Hi"})
        except ApiError as error:
            return error.type, error.status, error.retry_after
    return "", 200, None
