"""A project that vendors two dialects and the client: what checkers say, how it is guarded."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answers import STREAM, calls, whole
from orgen.cli import run
from orgen.vendor import Options
from orgen.vendor import update as updating
from orgen.vendor.build import Wanted
from replay import Reply, Request, Server, chopped, json_reply, stream_reply

HERE = Path(__file__).parent
DEST = "src/acme/_openresponses"
TOLD = """\
anthropic_messages openai_chat
{"max_tokens": 4096, "messages": [{"content": "What is 6 x 7?", "role": "user"}], "model": "m"}
/store dropped
m
error

"""
PYRIGHT = {"extraPaths": ["src"], "typeCheckingMode": "strict"}


@pytest.fixture(scope="module")
def vendored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The project after `orgen init` and `orgen vendor`; each package is built only once."""
    folder = tmp_path_factory.mktemp("consumer")
    (folder / "src" / "acme").mkdir(parents=True)
    (folder / "src" / "acme" / "__init__.py").write_text("")
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "acme"\nversion = "0"\n'
        '[tool.mypy]\nmypy_path = "src"\nexplicit_package_bases = true\n'
    )
    shutil.copy(HERE / "translates_vendored.py", folder / "program.py")
    calling = (HERE / "calls_client.py").read_text().replace("openresponses", "acme._openresponses")
    (folder / "calling.py").write_text(calling)
    build = updating.build  # pyright: ignore[reportPrivateImportUsage]
    built: dict[Options, Wanted] = {}

    def build_once(options: Options, *others: Any) -> Wanted:
        if options not in built:
            built[options] = build(options, *others)
        return built[options]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(updating, "build", build_once)
        patch.chdir(folder)
        assert run(["init", "--client", "--dialects", "anthropic_messages,openai_chat"]) == 0
        assert run(["vendor", "-q"]) == 0
        yield folder


@pytest.fixture
def project(vendored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it to change, as the working directory."""
    folder = shutil.copytree(vendored, tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


def tool(folder: Path, *command: str) -> str:
    """What a command prints that ends well."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def isolated(folder: Path, program: str) -> str:
    """Run a program that finds the standard library and `src`, and nothing else."""
    start = "import sys; sys.path.insert(0, 'src'); import runpy; "
    start += f"runpy.run_path({program!r}, {{}}, '__main__')"
    return tool(folder, "-I", "-S", "-c", start)


def test_it_runs_with_the_standard_library_alone(vendored: Path) -> None:
    assert isolated(vendored, "program.py") == TOLD


def test_it_runs_at_any_depth_and_under_any_name(project: Path) -> None:
    deeper = project / "src" / "acme" / "inner" / "parts" / "wire"
    shutil.move(project / DEST, deeper)
    text = (project / "program.py").read_text()
    (project / "program.py").write_text(
        text.replace("acme._openresponses", "acme.inner.parts.wire")
    )
    assert isolated(project, "program.py") == TOLD


def test_nothing_but_the_dialects_asked_for_is_there(vendored: Path) -> None:
    modules = {path.stem for path in (vendored / DEST / "dialects").glob("*.py")}
    assert {"anthropic_messages", "openai_chat"} <= modules
    assert not {"gemini_generate_content", "ollama_chat", "portable"} & modules
    names = {path.name for path in (vendored / DEST).iterdir()}
    assert {"LICENSE", "orgen-manifest.json", "py.typed"} <= names
    assert "models.py" not in names
    assert not (vendored / DEST / "client" / "command.py").exists()


CALLS = """\
import asyncio, sys
sys.path.insert(0, "src")
import calling
print(calling.asked(sys.argv[1], "What is 6 x 7?"))
print(asyncio.run(calling.awaited(sys.argv[1]))["status"])
print(calling.with_tools(sys.argv[1]).stopped)
print(*calling.refused(sys.argv[1]))
print("openresponses" in sys.modules)
"""


def test_the_client_calls(vendored: Path) -> None:
    tool_turn = calls(("c1", "weather", '{"city": "Oslo"}'))
    replies = [
        stream_reply(chopped(STREAM)),
        json_reply(whole()),
        stream_reply([tool_turn]),
        stream_reply([STREAM]),
        *(Reply(429, {"retry-after": "7"}, [], "length") for _ in range(9)),
    ]

    def answer(request: Request) -> Reply:
        return replies.pop(0)

    with Server(answer) as server:
        told = tool(vendored, "-c", CALLS, server.url)
    expected = ["It is 42. (completed)", "completed", "completed", "too_many_requests 429 7.0"]
    assert told.splitlines() == [*expected, "False"]


def test_it_says_what_it_lacks(vendored: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, 'src')\n"
        "from acme._openresponses.client import CallError, Client\n"
        "for name, request in (('google', 0), ('ollama', {'model': 'm', 'messages': []})):\n"
        "    try: Client(name, dialect='openai_chat', api_key='k').create(request)\n"
        "    except CallError as error: print(error)\n"
        "sys.modules['httpx'] = None\n"
        "del sys.modules['acme._openresponses.client.network']\n"
        "try: import acme._openresponses.client.network\n"
        "except ModuleNotFoundError as error: print(error)\n"
    )
    told = tool(vendored, "-c", program).splitlines()
    assert "expected an object" in told[0]
    assert "need the dialect portable, which this package lacks" in told[1]
    assert told[2] == "the client needs httpx: pip install httpx"


def test_the_client_is_an_option(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["vendor", "--check", "--no-client", "--error-format", "json"]) == 1
    found = {(one["code"], one["file"]) for one in json.loads(capsys.readouterr().out)}
    assert ("P007", f"{DEST}/orgen-manifest.json") in found
    assert ("P006", f"{DEST}/client/blocking.py") in found
    assert run(["vendor", "--update", "--no-client"]) == 0
    assert not (project / DEST / "client").exists()
    assert isolated(project, "program.py") == TOLD


def test_mypy_is_satisfied(vendored: Path) -> None:
    tool(vendored, "-m", "mypy", "--strict", "src", "program.py", "calling.py")


def test_pyright_is_satisfied(vendored: Path, full: bool) -> None:
    """Translators in detail take half a minute, and `make check` looks at them elsewhere."""
    public = [
        f"{DEST}/types.py",
        f"{DEST}/events.py",
        f"{DEST}/dialects/__init__.py",
        f"{DEST}/client",
    ]
    places = ["src"] if full else [f"{DEST}/__init__.py", *public]
    command = ["-m", "pyright", "--project", "pyrightconfig.json"]
    include = json.dumps({**PYRIGHT, "include": [*places, "program.py", "calling.py"]})
    (vendored / "pyrightconfig.json").write_text(include)
    tool(vendored, *command, "--pythonpath", sys.executable)


def test_ruff_is_satisfied_and_changes_nothing(project: Path) -> None:
    blind = ["--extend-ignore", "BLE001"]  # whatever a tool raises is told to the model
    tool(project, "-m", "ruff", "check", "--isolated", "--ignore-noqa", *blind, "src")
    tool(project, "-m", "ruff", "check", "--isolated", "--select", "E,F,I,UP,D", "--fix", DEST)
    tool(project, "-m", "ruff", "format", "--isolated", "src")
    assert run(["vendor", "--check"]) == 0


def test_an_edit_is_reported_and_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["vendor", "--check"]) == 0
    edited = project / DEST / "events.py"
    edited.write_text(edited.read_text() + "# mine\n")
    (project / DEST / "own.py").write_text("x = 1\n")
    capsys.readouterr()
    assert run(["vendor", "--check"]) == 1
    assert f"{DEST}/events.py:" in capsys.readouterr().out
    assert run(["vendor", "--update"]) == 0
    assert "kept: events.py was edited by hand" in capsys.readouterr().out
    assert edited.read_text().endswith("# mine\n")
    assert (project / DEST / "own.py").exists()
