"""Examples and documentation of the client run as they are, against servers on the loopback."""

from __future__ import annotations

import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clients import KEY
from replay import Reply, Request, Server
from vendors import CAT, Chat, Messages, Ollama, Responses, Vendor

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
BEARER = ("authorization", f"Bearer {KEY}")
SAID = {
    "plain": "It is 42.\n18 tokens\n",
    "streaming": "It is 42.\ncompleted, request None\n",
    "tool_loop": "weather returned 3\nweather returned 18\nOslo: 3, Rome: 18\n"
    "2 turns; 7 items to go on with\n",
    "structured_output": "Oslo 3\n",
    "image": "I see a cat.\n",
    "concurrent": "It is 42.\n" * 5,
}
"""Example -> what it prints."""


class House:
    """OpenAI, Anthropic and Ollama in one server, told by the path of a request."""

    def __init__(self) -> None:
        self.vendors: dict[str, Vendor] = {
            "/v1/responses": Responses("/v1/responses", BEARER),
            "/v1/chat/completions": Chat("/v1/chat/completions", BEARER),
            "/v1/messages": Messages("/v1/messages", None),
            "/api/chat": Ollama("/api/chat", None),
        }

    def answer(self, request: Request) -> Reply:
        return self.vendors[request.path].answer(request)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """The server, which clients find by the environment."""
    made = House()
    with Server(made.answer) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_API_KEY"):
            monkeypatch.setenv(name, KEY)
        yield made


def run(name: str, *arguments: str) -> None:
    before = sys.argv
    sys.argv = [name, *arguments]
    try:
        runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    finally:
        sys.argv = before


def test_every_example_is_listed() -> None:
    files = {path.name for path in EXAMPLES.glob("*.py")}
    assert files == set(re.findall(r"\]\((\w+\.py)\)", (EXAMPLES / "README.md").read_text()))


@pytest.mark.parametrize("name", SAID)
def test_examples(
    name: str, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(CAT)
    run(name, *([str(picture)] if name == "image" else []))
    assert sorted(capsys.readouterr().out.splitlines()) == sorted(SAID[name].splitlines())


def test_errors(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    run("errors")
    unknown, model, missing, tool = capsys.readouterr().out.splitlines()
    assert "did you mean 'anthropic'" in unknown
    assert model.startswith("refused before anything was sent: model: anthropic needs")
    assert missing.startswith("not_found, HTTP 404, code ")
    assert "no such model" in missing and "[request req_7]" in missing
    assert tool.startswith("refused") and "/tools/0/type" in tool and "Leave that out" in tool


def test_provider_extensions(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    run("provider_extensions")
    said, loss = capsys.readouterr().out.splitlines()
    assert said == "It is 42."
    assert "/provider_extensions/ollama/options/num_cxt: unchecked" in loss and "num_ctx" in loss


def test_portable_ui(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    run("portable_ui")
    lines = capsys.readouterr().out.splitlines()
    assert '"type": "start"' in lines[0] and '"type": "done"' in lines[-2]
    assert lines[-1] == "4 messages"


def test_any_provider(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    run("any_provider", "ollama", "llama3.2")
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.startswith("Ollama speaks ollama_chat, openai_chat")
    assert [line.partition(" (")[0] for line in lines] == [
        f"{dialect}: It is 42."
        for dialect in ("ollama_chat", "openai_chat", "openai_responses", "anthropic_messages")
    ]


def programs(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text("utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("page", ["client.md", "migrating.md"])
def test_documentation(page: str, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """All programs of a page run, one after the other, in one space."""
    for name, value in {"AZURE_RESOURCE_NAME": "mine", "AZURE_OPENAI_API_KEY": KEY}.items():
        monkeypatch.setenv(name, value)
    space: dict[str, Any] = {}
    found = programs(page)
    assert len(found) >= 4
    for number, program in enumerate(found):
        exec(compile(program, f"{page}#{number}", "exec"), space)


def test_the_readme(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    [program] = re.findall(r"```py\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    exec(program, {})
    assert "It is 42." in capsys.readouterr().out


@pytest.mark.parametrize("page", ["docs/client.md", "docs/migrating.md", "examples/README.md"])
def test_links(page: str) -> None:
    path = ROOT / page
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert (path.parent / link).exists(), link
