"""An HTTP transport that answers from memory, for clients that cannot do without HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def client(httpx: Any, chunks: list[bytes], content_type: str = "text/event-stream") -> Any:
    """A client of that HTTP library to which every answer is these chunks."""

    class Chunks(httpx.SyncByteStream):  # type: ignore[misc]
        def __iter__(self) -> Iterator[bytes]:
            return iter(chunks)

    def answer(request: Any) -> Any:
        return httpx.Response(200, headers={"content-type": content_type}, stream=Chunks())

    return httpx.Client(transport=httpx.MockTransport(answer))
