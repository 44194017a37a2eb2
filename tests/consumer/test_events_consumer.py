"""What a user's program reads from a stream; `make check` types it strictly."""

from __future__ import annotations

import json

from reads_events import collected, messages, shown

STREAM = b"""\
data: {"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}}

data: {"type": "response.output_text.delta", "delta": "Hello"}

data: {"type": "acme:note"}

data: {"type": "error", "error": {"message": "too busy", "code": "busy"}}
"""


def test_a_program_shows_text_and_errors() -> None:
    assert shown([STREAM[:100], STREAM[100:]]) == "Hello[too busy]"


def test_a_program_collects_the_response() -> None:
    response = collected([STREAM])
    assert (response["status"], response["error"]) == (
        "failed",
        {"code": "busy", "message": "too busy"},
    )


def test_a_program_reads_messages() -> None:
    assert messages([json.dumps({"type": "acme:note"}), "nonsense"]) == ["acme:note", "error"]
