"""Many streams at once through one AsyncClient: equal content, time, and memory per stream.

    python benchmarks/concurrency.py                 200 streams of 400 pieces
    python benchmarks/concurrency.py --streams 1000

A server in a process of its own sends each stream up to its middle, waits until
all of them have come so far, and then sends the rest. Memory is what the process
of the client holds at that moment beyond what it held before, through the number
of streams. Exits with 1 if the streams are not equal.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "generated" / "python"))
AsyncClient: Any = import_module("openresponses").AsyncClient

PIECE = "some words "
PATIENCE = 120.0
"""Seconds after which the server gives up."""

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1777017600, "model": "m"}


def event(delta: dict[str, Any], reason: str | None = None) -> bytes:
    """A server-sent event of the Chat format."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return b"data: " + json.dumps({**HEAD, "choices": [choice]}).encode() + b"\n\n"


# The server -------------------------------------------------------------------------


class Half:
    """Where all streams wait for each other."""

    def __init__(self, streams: int) -> None:
        self._left = streams
        self._open = asyncio.Event()

    async def meet(self) -> None:
        self._left -= 1
        if self._left <= 0:
            # The client reads what was sent, and looks at its memory.
            asyncio.get_running_loop().call_later(1.0, self._open.set)
        await asyncio.wait_for(self._open.wait(), PATIENCE)


async def serve(streams: int, pieces: int) -> None:
    """Answers so many requests, and ends. The port is the first line of the output."""
    half, over = Half(streams), asyncio.Semaphore(0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
        writer.write(b"connection: close\r\n\r\n" + event({"role": "assistant", "content": ""}))
        for number in range(pieces):
            if number == pieces // 2:
                await half.meet()
            writer.write(event({"content": PIECE}))
            await writer.drain()
        writer.write(event({}, "stop") + b"data: [DONE]\n\n")
        writer.close()
        await writer.wait_closed()
        over.release()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        for _ in range(streams):
            await asyncio.wait_for(over.acquire(), PATIENCE)


@contextmanager
def serving(streams: int, pieces: int) -> Iterator[str]:
    """The URL of a server in a process of its own."""
    command = [sys.executable, __file__, "--serve", f"--streams={streams}", f"--pieces={pieces}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


# The client -------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """What was measured. Seconds and bytes."""

    streams: int
    equal: bool
    seconds: float
    processor: float
    bytes_per_stream: float
    left: int
    """Tasks that are left at the end."""


def resident() -> int:
    """The memory of this process, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell how much memory a process has")


async def measure(url: str, streams: int, pieces: int) -> Figures:
    """Reads so many streams at once."""
    at_half = 0
    peak = 0
    wanted = PIECE * pieces

    async def read(client: Any) -> bool:
        nonlocal at_half, peak
        seen = 0
        async with client.stream({"model": "m", "input": "Hi"}) as stream:
            async for said in stream:
                if said["type"] == "response.output_text.delta":
                    seen += 1
                    if seen == pieces // 2:
                        at_half += 1
                        peak = resident() if at_half == streams else peak
        [item] = stream.response["output"]
        return bool(item["content"][0]["text"] == wanted)

    async with AsyncClient("vllm", base_url=url, max_retries=0, timeout=PATIENCE) as client:
        before, begun, used = resident(), time.monotonic(), time.process_time()
        read_all = await asyncio.gather(*(read(client) for _ in range(streams)))
        seconds, processor = time.monotonic() - begun, time.process_time() - used
    left = len(asyncio.all_tasks()) - 1
    per_stream = (peak - before) / streams
    return Figures(streams, all(read_all), seconds, processor, per_stream, left)


async def warm_up() -> None:
    """Loads all modules, so that they are not counted."""
    with serving(1, 4) as url:
        await measure(url, 1, 4)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--pieces", type=int, default=400)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.streams, options.pieces))
        return 0
    asyncio.run(warm_up())
    with serving(options.streams, options.pieces) as url:
        found = asyncio.run(measure(url, options.streams, options.pieces))
    events = found.streams * options.pieces
    print(f"{found.streams} streams of {options.pieces} pieces through one AsyncClient")
    print(f"equal content        {'yes' if found.equal else 'NO'}")
    print(f"tasks left           {found.left}")
    print(f"memory per stream    {found.bytes_per_stream / 1024:.0f} KiB")
    print(f"time                 {found.seconds:.2f} s, of which 1 s is the server's pause")
    print(f"processor per event  {found.processor / events * 1e6:.0f} us")
    return 0 if found.equal and not found.left else 1


if __name__ == "__main__":
    raise SystemExit(main())
