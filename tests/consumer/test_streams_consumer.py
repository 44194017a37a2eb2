"""What a user's program does with streams of vendors, and what a type checker says about it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from reads_streams import relayed, shown

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("reads_streams.py")
CHUNKS = [
    b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n',
    b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
]


def test_deltas_are_shown() -> None:
    assert shown(CHUNKS) == "Hi [response.completed]"


def test_streams_are_relayed() -> None:
    data = b"".join(relayed(CHUNKS))
    assert data.startswith(b"event: message_start\n")
    assert data.endswith(b'data: {"type":"message_stop"}\n\n')


@pytest.mark.parametrize("wrong", ['event["text"]', 'event["delta"] + 1'])
def test_a_wrong_use_is_found(wrong: str, tmp_path: Path) -> None:
    program = PROGRAM.read_text().replace('assert_type(event["delta"], str)', wrong)
    (tmp_path / "program.py").write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary"]
    command += ["--cache-dir", str(ROOT / ".mypy_cache" / "consumer"), "program.py"]
    paths = {"MYPYPATH": str(ROOT / "generated" / "python")}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=paths, check=False
    )
    assert done.returncode == 1 and "program.py:21: error" in done.stdout
