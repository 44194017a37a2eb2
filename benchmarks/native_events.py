"""Plans as native Open Responses events, written here by the lifecycle's rules."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from benchmarks.plans import TOOL, Run
from benchmarks.responses import ID, envelope, usage

Event = dict[str, Any]


def native_events(runs: tuple[Run, ...]) -> Iterator[Event]:
    """All events of one response, numbered."""
    for number, event in enumerate(_events(runs)):
        yield {"type": event["type"], "sequence_number": number, **event}


def _events(runs: tuple[Run, ...]) -> Iterator[Event]:
    begun = envelope("in_progress", [], None)
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    output: list[Event] = []
    for index, run in enumerate(runs):
        item = yield from _item(index, run)
        output.append(item)
    completed = envelope("completed", output, usage())
    yield {"type": "response.completed", "response": completed}


def _item(index: int, run: Run) -> Generator[Event, None, Event]:
    """The events of one item; returns the whole item."""
    if run.kind == "call":
        return (yield from _call(index, run))
    base, part, more = _message(index) if run.kind == "text" else _reasoning(index)
    family = "output_text" if run.kind == "text" else "reasoning"
    at = {"output_index": index}
    opened = {**base, "status": "in_progress", "content": []}
    yield {"type": "response.output_item.added", **at, "item": opened}
    place = {"item_id": base["id"], **at, "content_index": 0}
    yield {"type": "response.content_part.added", **place, "part": part}
    for piece in run.pieces:
        yield {"type": f"response.{family}.delta", **place, "delta": piece, **more}
    yield {"type": f"response.{family}.done", **place, "text": run.whole, **more}
    whole = {**part, "text": run.whole}
    yield {"type": "response.content_part.done", **place, "part": whole}
    item = {**base, "status": "completed", "content": [whole]}
    yield {"type": "response.output_item.done", **at, "item": item}
    return item


def _message(index: int) -> tuple[Event, Event, Event]:
    """A message, its empty part, and what its events have besides the delta."""
    item = {"type": "message", "id": f"msg_{ID}{index}", "role": "assistant"}
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    return item, part, {"logprobs": []}


def _reasoning(index: int) -> tuple[Event, Event, Event]:
    item = {"type": "reasoning", "id": f"rs_{ID}{index}", "summary": []}
    return item, {"type": "reasoning_text", "text": ""}, {}


def _call(index: int, run: Run) -> Generator[Event, None, Event]:
    base = {
        "type": "function_call",
        "id": f"fc_{ID}{index}",
        "call_id": run.call_id,
        "name": TOOL,
    }
    at = {"output_index": index}
    begun = {**base, "arguments": "", "status": "in_progress"}
    yield {"type": "response.output_item.added", **at, "item": begun}
    place = {"item_id": base["id"], **at}
    for piece in run.pieces:
        yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
    yield {"type": "response.function_call_arguments.done", **place, "arguments": run.whole}
    item = {**base, "arguments": run.whole, "status": "completed"}
    yield {"type": "response.output_item.done", **at, "item": item}
    return item
