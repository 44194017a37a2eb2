"""What a user's program does with typed dialects, and what a type checker says about it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from reads_dialects import QUESTION, answer, failure, roles, sent, text_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "generated" / "python"

HEAD = """\
from openresponses import dialects
from openresponses.dialects.openai_chat import DIALECT
from openresponses.native import anthropic_messages
"""


def test_bodies_are_plain_json() -> None:
    body = sent(QUESTION)
    assert body["max_tokens"] == 1000
    assert body["messages"][0]["role"] == "user"
    assert roles(QUESTION) == ["user"]


def test_answers_and_errors_come_back_typed() -> None:
    response = answer(
        {
            "id": "c",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-5",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": "Hello"},
                }
            ],
        }
    )
    assert response["status"] == "completed"
    error = failure(429, {"type": "error", "error": {"type": "rate_limit_error", "message": "no"}})
    assert error["message"] == "no"


def test_native_answers_narrow() -> None:
    native = dict(sent(QUESTION), content=[{"type": "text", "text": "Hi"}])
    assert text_of(native) == "Hi"  # type: ignore[arg-type]


def checked(folder: Path, program: str) -> str:
    """What mypy says about a program, strictly."""
    (folder / "program.py").write_text(HEAD + program)
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-error-summary",
        "--hide-error-context",
    ]
    command += ["--config-file=", f"--cache-dir={ROOT / '.mypy_cache' / 'consumer'}", "program.py"]
    found = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={"MYPYPATH": str(PACKAGE)}
    )
    return found.stdout + found.stderr


def test_a_type_checker_knows_the_vendors_keys(tmp_path: Path) -> None:
    program = """\
body = dialects.get("anthropic_messages").encode_request({"model": "m", "input": "Hi"}).body
body["max_tokns"]
DIALECT.encode_request({}).body["temperature"] = "hot"
block: anthropic_messages.TextBlock = {"type": "txt", "text": ""}
dialects.get("openai_chat").decode_request(3)
"""
    said = checked(tmp_path, program).splitlines()
    codes = [line.rpartition("[")[2].rstrip("]") for line in said if ": error:" in line]
    assert codes == ["typeddict-item", "typeddict-item", "typeddict-item", "arg-type"], said
    assert '"max_tokns"' in said[0]


def test_the_program_and_the_package_are_strictly_typed(tmp_path: Path) -> None:
    program = (Path(__file__).parent / "reads_dialects.py").read_text()
    (tmp_path / "user.py").write_text(program)
    assert checked(tmp_path, "import user\nuser.sent(user.QUESTION)\n") == ""


@pytest.mark.parametrize("module", ["openresponses", "openresponses.dialects.anthropic_messages"])
def test_native_types_are_not_imported(module: str) -> None:
    script = (
        f"import sys, {module}\n"
        "found = ('openresponses.native', 'openresponses.types')\n"
        "print([name for name in sys.modules if name.startswith(found)])"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=PACKAGE, check=True
    )
    assert found.stdout.strip() == "[]"
