"""The programs of docs/streams.md and docs/ui-events.md do what is said of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openresponses import dialects

DOCS = Path(__file__).parents[2] / "docs"
FUNCTION = {"name": "calculator", "arguments": '{"a": 6, "b": 7}'}
CALL = {"index": 0, "id": "call_1", "function": FUNCTION}


def programs(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL)


def chat(*deltas: dict[str, Any], reason: str) -> bytes:
    choices = [{"index": 0, "delta": delta} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": reason})  # type: ignore[dict-item]
    chunks = [{"id": "c", "model": "m", "choices": [choice]} for choice in choices]
    return b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks)


def test_the_server_of_the_guide() -> None:
    space: dict[str, Any] = {}
    for program in programs("ui-events.md"):
        exec(program, space)
    bodies: list[Any] = []
    replies = [
        chat({"reasoning_content": "Hm."}, {"tool_calls": [CALL]}, reason="tool_calls"),
        chat({"content": "It is 42."}, reason="stop"),
    ]

    def vendor(body: Any) -> Iterator[bytes]:
        bodies.append(body)
        reply = replies[len(bodies) - 1]
        yield from (reply[start : start + 50] for start in range(0, len(reply), 50))

    tries: list[int] = []

    def calculator(a: int, b: int) -> int:
        tries.append(a)
        if len(tries) == 1:
            raise TimeoutError("no answer")
        return a * b

    question = [{"role": "user", "content": "6 x 7?"}]
    data = b"".join(space["respond"](question, vendor, {"calculator": calculator})).decode()
    made = [json.loads(block.partition("data: ")[2]) for block in data.split("\n\n")[:-1]]
    kinds = [event["type"] for event in made]
    wanted = ["reasoning_delta", "tool_call_delta", "tool_call", "done", "tool_error"]
    places = [kinds.index(kind) for kind in (*wanted, "tool_result", "text_delta")]
    assert places == sorted(places)
    assert kinds.count("start") == kinds.count("done") == 2
    failed = next(event for event in made if event["type"] == "tool_error")
    assert (failed["attempt"], failed["will_retry"], failed["message"]) == (1, True, "no answer")
    assert made[-1]["message"]["content"] == "It is 42."
    assert bodies[1]["messages"][-1] == {"role": "tool", "tool_call_id": "call_1", "content": "42"}


def test_the_programs_about_streams(capsys: pytest.CaptureFixture[str]) -> None:
    space: dict[str, Any] = {}
    for program in programs("streams.md"):
        exec(program, space)
    reply = chat({"content": "Hi"}, reason="stop")
    sent = b"".join(space["relay"]([reply], "openai_chat", "anthropic_messages"))
    assert space["answer"]([sent]) == []
    assert capsys.readouterr().out == "Hi"


def test_the_table_names_every_event() -> None:
    text = (DOCS / "ui-events.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    table = dialects.get("portable").streams()
    own = {row["type"] for row in table.extensions.values()}
    assert {*rows} == {*table.events} | own
