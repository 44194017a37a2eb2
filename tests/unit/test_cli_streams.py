"""`orgen translate --stream`, and the events that it shows to people."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from orgen.cli import run
from orgen.cli.event_lines import event_line

ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]

DELTAS = [{"role": "assistant", "content": "Hel"}, {"content": "lo\n"}, {}]
REASONS = [None, None, "stop"]
CHAT = [
    {"id": "c1", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    for delta, reason in zip(DELTAS, REASONS, strict=True)
]
STREAM = b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in CHAT)
DONE = b"data: [DONE]\n\n"
FROM = ("--from", "openai_chat")
TO = ("--to", "portable")


@pytest.fixture(autouse=True)
def repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """This repository is the working directory: its generated package translates."""
    monkeypatch.chdir(ROOT)
    for name in ("CLICOLOR_FORCE", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def translate(monkeypatch: pytest.MonkeyPatch, data: bytes, *flags: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return run(["translate", *flags])


def test_a_stream(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert translate(monkeypatch, STREAM + DONE, "--stream", *FROM, *TO) == 0
    made = [line[6:] for line in capsys.readouterr().out.splitlines() if line[:6] == "data: "]
    kinds = [json.loads(line)["type"] for line in made]
    assert kinds == ["start", "text_delta", "text_delta", "done"]


def test_the_events(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert translate(monkeypatch, STREAM + DONE, "--events", *FROM) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[4].split() == ["4", "output_text.delta", "0.0", '"Hel"']
    assert lines[5].split() == ["5", "output_text.delta", "0.0", r'"lo\n"']
    assert lines[-1].split()[:3] == ["9", "completed", "c1"]
    assert "\x1b" not in "".join(lines)


def test_colours_only_where_they_are_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    translate(monkeypatch, STREAM + DONE, "--events", *FROM)
    assert "\x1b[32m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    translate(monkeypatch, STREAM + DONE, "--events", *FROM)
    assert "\x1b" not in capsys.readouterr().out


def test_the_canonical_form(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    assert translate(monkeypatch, STREAM + DONE, "--stream", *FROM, "--to", "openresponses") == 0
    out = capsys.readouterr().out
    assert out.startswith("event: response.created\n")
    back = ("--from", "openresponses", "--to", "ollama_chat")
    assert translate(monkeypatch, out.encode(), "--stream", *back) == 0
    chunks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "".join(chunk["message"].get("content") or "" for chunk in chunks) == "Hello\n"


def test_losses_are_told_at_the_end(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    odd = STREAM.replace(b'"model"', b'"system_fingerprint": "fp", "model"') + DONE
    assert translate(monkeypatch, odd, "--stream", *FROM, *TO) == 0
    table = capsys.readouterr().err.splitlines()
    assert table[0].split() == ["lost", "on", "at", "action", "reason"]
    assert any("system_fingerprint" in row and row.startswith("encode") for row in table[1:])
    assert translate(monkeypatch, odd, "--stream", "--strict", *FROM, *TO) == 1
    captured = capsys.readouterr()
    assert "D092" in captured.err
    assert '"type":"done"' in captured.out


@pytest.mark.parametrize("data", [STREAM[:150], b"", b"not a stream"])
def test_what_is_no_whole_stream(
    data: bytes, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert translate(monkeypatch, data, "--stream", *FROM, *TO) == 2
    captured = capsys.readouterr()
    assert "D090" in captured.err
    assert '"type":"error"' in captured.out


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--stream", *FROM), "Missing option '--to'"),
        (("--stream", *FROM, "--to", "portabel"), "portable"),
        (("--stream", "--kind", "error", *FROM, *TO), "errors in them"),
    ],
)
def test_arguments_that_are_wrong(
    flags: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    assert translate(monkeypatch, STREAM, *flags) == 2
    assert said in capsys.readouterr().err


def test_what_comes_is_passed_on_at_once() -> None:
    """Something is printed while the input is still open; a reader that goes is no fault."""
    command = [sys.executable, "-m", "orgen.cli", "translate", "--stream", *FROM, *TO]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stderr is not None
        first = STREAM.index(b"\n\n") + 2
        os.write(process.stdin.fileno(), STREAM[:first])
        assert os.read(process.stdout.fileno(), 4096).startswith(b"event: start\n")
        process.stdout.close()
        os.write(process.stdin.fileno(), STREAM[first:] + DONE)
        process.stdin.close()
        errors = process.stderr.read()
        assert process.wait(timeout=60) == 1
    assert b"Traceback" not in errors and b"Exception" not in errors


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"type": "error", "error": {"code": "c", "message": "m\x1b[2J"}}, r"c m\x1b[2J"),
        ({"type": "acme:note", "sequence_number": 3, "x": [1]}, "x: [1]"),
        ({"type": "acme:x", "item": {"type": "function_call", "name": "f"}}, "f"),
        ({"type": "response.failed", "response": {"error": {"code": "c"}}}, "(c: None)"),
        ({"type": None, "response": 5, "item": []}, ""),
    ],
)  # fmt: skip
def test_lines_of_events(event: dict[str, Any], said: str) -> None:
    line = event_line(event, color=False)
    assert line.endswith(said) and line.isprintable()


def test_lines_end_at_the_edge_of_the_screen() -> None:
    event = {"type": "response.output_text.delta", "delta": "a" * 100}
    assert len(event_line(event, color=False, width=60)) == 60
