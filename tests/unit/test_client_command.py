"""The command: one-shot, by pipe and on a terminal."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from answers import STREAM, calls, chunk, chunks
from openresponses import providers
from openresponses.client.command import main
from replay import Hang, Reply, Request, Server, chopped, json_reply, stream_reply

ROOT = Path(__file__).resolve().parents[2]
THOUGHT = chunk({"role": "assistant", "content": None, "reasoning": "Hm, 6 x 7."})
DIM, PLAIN = "\x1b[2m", "\x1b[0m"


def chat(server: Server, *more: str) -> list[str]:
    """Arguments for a talk with a server."""
    where = ["--provider", "vllm", "--model", "m", "--base-url", server.url]
    return ["chat", *where, *more]


def serve(*turns: bytes) -> Server:
    waiting = list(turns)

    def answer(request: Request) -> Reply:
        return stream_reply(chopped(waiting.pop(0) if len(waiting) > 1 else waiting[0]))

    return Server(answer)


def test_one_shot(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(THOUGHT + STREAM) as server:
        assert main(chat(server, "-p", "What?", "--system", "Be brief.", "--effort", "low")) == 0
    assert capsys.readouterr() == ("It is 42.\n", "")
    [request] = server.requests
    said = [(message["role"], message["content"]) for message in request.json["messages"]]
    assert said == [("system", "Be brief."), ("user", "What?")]
    assert request.json["stream"] is True and request.json["reasoning_effort"] == "low"


def test_from_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Sum it up."))
    with serve(STREAM) as server:
        assert main(chat(server)) == 0
    assert server.requests[0].json["messages"][0]["content"] == "Sum it up."
    assert capsys.readouterr().out == "It is 42.\n"


def test_tools(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "shop_of_mine.py").write_text("def stock(city: str) -> int:\n    return 3\n")
    monkeypatch.chdir(tmp_path)
    with serve(calls(("c1", "stock", '{"city": "Oslo"}')), STREAM) as server:
        assert main(chat(server, "-p", "Stock?", "--tool", "shop_of_mine:stock", "--json")) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = [event["type"] for event in events]
    assert "tool_result" in kinds and kinds[-1] == "done"
    assert server.requests[1].json["messages"][-1]["content"] == "3"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--provider", "olama", "--model", "m", "-p", "x"], 2, "did you mean 'ollama'"),
        (["--provider", "openai", "--model", "m", "-p", "x"], 2, "set OPENAI_API_KEY"),
        (["--provider", "ollama", "--model", "m", "-p", " "], 2, "there is nothing to say"),
        (["--provider", "ollama", "--model", "m", "-p", "x", "--tool", "os"], 2, "MODULE:FUNCTION"),
        (
            ["--provider", "ollama", "--model", "m", "-p", "x", "--base-url", "http://127.0.0.1:9"],
            1,
            "ollama: no connection",
        ),
    ],
)
def test_faults(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    status: int,
    says: str,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr("openresponses.client.blocking.time.sleep", lambda seconds: None)
    assert main(["chat", *arguments]) == status
    out, err = capsys.readouterr()
    assert says in err and err.startswith("openresponses: ") and not out


def test_an_error_of_the_provider(capsys: pytest.CaptureFixture[str]) -> None:
    reply = json_reply({"error": {"message": "no such \x1b[31mmodel"}}, 404)
    with Server(lambda request: reply) as server:
        assert main(chat(server, "-p", "x")) == 1
    assert "vllm answered 404 not_found: no such" in capsys.readouterr().err


def test_a_stream_that_breaks_off(capsys: pytest.CaptureFixture[str]) -> None:
    with Server(lambda request: stream_reply(chunks("It is ")[:2])) as server:
        assert main(chat(server, "-p", "x")) == 1
    out, err = capsys.readouterr()
    assert out == "It is \n" and "stream_truncated" in err


def test_providers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["providers"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert len(table) == len(providers.names()) + 1
    [row] = [line for line in table if line.startswith("anthropic ")]
    assert "ANTHROPIC_API_KEY" in row and "https://api.anthropic.com" in row
    assert main(["providers", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [record["name"] for record in records] == list(providers.names())
    assert "ollama_chat" in next(r for r in records if r["name"] == "ollama")["dialects"]


@pytest.mark.parametrize("arguments", [["--help"], ["chat", "--help"]])
def test_help_has_examples(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0 and "examples:" in capsys.readouterr().out


# On a terminal ------------------------------------------------------------------------------


class Terminal:
    """The command in a process of its own, at a terminal."""

    def __init__(self, arguments: list[str], **environment: str) -> None:
        master, slave = pty.openpty()
        self._master = master
        self.shown = ""
        self._waited = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "openresponses.client.command", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={"PYTHONPATH": str(ROOT / "generated/python"), "TERM": "xterm", **environment},
        )
        os.close(slave)

    def wait_for(self, text: str) -> None:
        """Reads until that is shown, after what was waited for before."""
        end = time.monotonic() + 20
        while (found := self.shown.find(text, self._waited)) < 0:
            assert time.monotonic() < end, f"no {text!r} in {self.shown!r}"
            if select.select([self._master], [], [], 0.1)[0]:
                self.shown += os.read(self._master, 65536).decode()
        self._waited = found + len(text)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def status(self) -> int:
        try:
            return self._process.wait(20)
        finally:
            os.close(self._master)


def test_a_conversation_on_a_terminal() -> None:
    hang = False

    def answer(request: Request) -> Reply:
        if hang:
            return stream_reply([*chunks("Well ")[:2], Hang()])
        return stream_reply(chopped(THOUGHT + STREAM))

    with Server(answer) as server:
        terminal = Terminal(chat(server))
        terminal.wait_for("> ")
        terminal.type("What is 6 x 7?\n")
        terminal.wait_for("It is 42.")
        terminal.wait_for("> ")
        hang = True
        terminal.type("And 6 x 8?\n")
        terminal.wait_for("Well ")
        terminal.interrupt()
        terminal.wait_for("stopped")
        hang = False
        terminal.type("Again?\n")
        terminal.wait_for("It is 42.")
        terminal.wait_for("> ")
        terminal.type("\x04")
        assert terminal.status() == 0
    assert f"{DIM}Hm, 6 x 7." in terminal.shown
    assert f"{PLAIN}It is" in terminal.shown and "Traceback" not in terminal.shown
    last: list[Any] = server.requests[-1].json["messages"]
    assert [message["role"] for message in last] == ["user", "assistant", "user"]


def test_no_colour_and_ctrl_c() -> None:
    with Server(lambda request: stream_reply([THOUGHT, Hang()])) as server:
        terminal = Terminal(chat(server, "-p", "What?"), NO_COLOR="1")
        terminal.wait_for("Hm, 6 x 7.")
        terminal.interrupt()
        assert terminal.status() == 130
    assert "\x1b" not in terminal.shown and "Traceback" not in terminal.shown
