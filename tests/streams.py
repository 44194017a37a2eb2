"""Lawful streams: their events, and the response that they build.

`lawful_streams()` is a Hypothesis strategy; `greeting()` is one short example.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

Event = dict[str, Any]


@dataclass
class Stream:
    events: list[Event]
    response: dict[str, Any]


def renumbered(events: list[Event]) -> list[Event]:
    """The same events, counted anew from 0."""
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def sse(events: list[Event], *, done: bool = True, end: str = "\n") -> bytes:
    """The events as a server sends them."""
    text = "".join(
        f"event: {e['type']}{end}data: {json.dumps(e, ensure_ascii=False)}{end}{end}"
        for e in events
    )
    return (text + (f"data: [DONE]{end}{end}" if done else "")).encode()


def response(status: str, output: list[Any], **more: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "status": status, "output": output, **more}


def greeting() -> Stream:
    """One message that says hello in two pieces."""
    part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    plan = Plan("message", {"role": "assistant"}, "content", [(part, "text", ["Hel", "lo"], [])])
    return build([plan], "completed", lambda choices: choices[0])


@dataclass
class Plan:
    """An item: its type, its fixed fields, and its parts with their pieces and annotations."""

    type: str
    fields: dict[str, Any]
    list: str | None
    parts: list[tuple[dict[str, Any], str, list[str], list[Any]]]
    pieces: list[str] | None = None
    """Pieces of the arguments, of a function call."""
    status: str = "completed"


NAMES = {
    "output_text": "output_text",
    "refusal": "refusal",
    "reasoning_text": "reasoning",
    "summary_text": "reasoning_summary_text",
}


def item_events(plan: Plan, number: int) -> Iterator[Event]:
    """The events of one item; `output_index` is added when they are put in order."""
    identifier = f"item_{number}"
    item = {"type": plan.type, "id": identifier, "status": "in_progress", **plan.fields}
    if plan.list:
        item[plan.list] = []
    if plan.pieces is not None:
        item["arguments"] = ""
    yield {"type": "response.output_item.added", "item": copy.deepcopy(item)}
    index = "summary_index" if plan.list == "summary" else "content_index"
    group = "reasoning_summary_part" if plan.list == "summary" else "content_part"
    for place, (part, key, pieces, notes) in enumerate(plan.parts):
        at = {"item_id": identifier, index: place}
        yield {"type": f"response.{group}.added", **at, "part": copy.deepcopy(part)}
        name = NAMES[part["type"]]
        for piece in pieces:
            yield {"type": f"response.{name}.delta", **at, "delta": piece}
        for note_place, note in enumerate(notes):
            kind = "response.output_text.annotation.added"
            yield {"type": kind, **at, "annotation_index": note_place, "annotation": note}
        yield {"type": f"response.{name}.done", **at, key: "".join(pieces)}
        whole = {**part, key: "".join(pieces)} | ({"annotations": notes} if notes else {})
        yield {"type": f"response.{group}.done", **at, "part": copy.deepcopy(whole)}
        item[plan.list or ""].append(whole)
    if plan.pieces is not None:
        kind = "response.function_call_arguments"
        for piece in plan.pieces:
            yield {"type": f"{kind}.delta", "item_id": identifier, "delta": piece}
        item["arguments"] = "".join(plan.pieces)
        yield {"type": f"{kind}.done", "item_id": identifier, "arguments": item["arguments"]}
    yield {"type": "response.output_item.done", "item": {**item, "status": plan.status}}


def build(plans: list[Plan], end: str, choose: Any, extra: int | None = None) -> Stream:
    """The stream of those items; `choose` picks which open or next item goes on."""
    begun = response("in_progress", [])
    events: list[Event] = [{"type": "response.created", "response": begun}]
    if extra is not None and extra % 2:
        events.append({"type": "response.queued", "response": {**begun, "status": "queued"}})
    events.append({"type": "response.in_progress", "response": begun})
    waiting = [iter(list(item_events(plan, number))) for number, plan in enumerate(plans)]
    running: list[tuple[int, list[Event]]] = []
    output: list[Any] = []
    while waiting or running:
        options = list(range(len(running))) + ([len(running)] if waiting else [])
        chosen = choose(options)
        if chosen == len(running):
            running.append((len(output), list(waiting.pop(0))))
            output.append(None)
        place, left = running[chosen]
        event = left.pop(0)
        events.append({**event, "output_index": place})
        if not left:
            output[place] = event["item"]
            running.pop(chosen)
    if extra is not None:
        events.insert(len(events), {"type": "acme:progress", "percent": extra})
    more: dict[str, Any] = {"usage": {"total_tokens": 3}}
    if end == "incomplete":
        more["incomplete_details"] = {"reason": "max_output_tokens"}
    if end == "failed":
        error = {"type": "server_error", "code": "x", "message": "broke", "param": None}
        events.append({"type": "error", "error": error})
        more["error"] = {"code": "x", "message": "broke"}
    final = response(end, output, **more)
    events.append({"type": f"response.{end}", "response": final})
    return Stream(renumbered(copy.deepcopy(events)), copy.deepcopy(final))


TEXTS = st.lists(st.text(min_size=1, max_size=5), max_size=4)
NOTES = st.lists(
    st.builds(lambda n: {"type": "url_citation", "url": f"u:{n}"}, st.integers(0, 9)), max_size=2
)


def _part(kind: str, key: str, **more: Any) -> Any:
    notes = NOTES if kind == "output_text" else st.just([])
    part = {"type": kind, key: "", **more}
    return st.tuples(st.just(part), st.just(key), TEXTS, notes)


def _parts(*kinds: Any) -> Any:
    return st.lists(st.one_of(*kinds), max_size=3)


PLANS = st.one_of(
    st.builds(
        lambda parts: Plan("message", {"role": "assistant"}, "content", parts),
        _parts(_part("output_text", "text", annotations=[]), _part("refusal", "refusal")),
    ),
    st.builds(
        lambda parts: Plan("reasoning", {"content": []}, "summary", parts),
        _parts(_part("summary_text", "text")),
    ),
    st.builds(
        lambda parts: Plan("reasoning", {"summary": []}, "content", parts),
        _parts(_part("reasoning_text", "text")),
    ),
    st.builds(
        lambda pieces: Plan("function_call", {"call_id": "c", "name": "f"}, None, [], pieces), TEXTS
    ),
    st.builds(lambda n: Plan("acme:search", {"query": n}, None, []), st.integers()),
)


@st.composite
def lawful_streams(draw: st.DrawFn) -> Stream:
    """Any lawful stream: items may be open at the same time."""
    plans = draw(st.lists(PLANS, max_size=4))
    end = draw(st.sampled_from(["completed", "incomplete", "failed"]))
    if end != "completed" and plans:
        plans[-1].status = "incomplete"
    extra = draw(st.none() | st.integers(0, 9))
    return build(plans, end, lambda options: draw(st.sampled_from(options)), extra)
