"""The cache is never needed: with it, without it and with a damaged one, the bytes are the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMALL = "ollama_chat"
STRANGE = [
    {"LC_ALL": "C", "PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "0"},
    {"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE", "PYTHONHASHSEED": "4711", "TZ": "America/St_Johns"},
]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The spec with its smallest dialect; with all of them under `--full`."""
    folder = tmp_path_factory.mktemp("small") / "spec"
    shutil.copytree(ROOT / "spec", folder)
    if not request.config.getoption("--full"):
        for other in (folder / "dialects").iterdir():
            if other.name != SMALL:
                shutil.rmtree(other)
    return folder


def generated(spec: Path, out: Path, cache: Path | None, **environ: str) -> dict[str, bytes]:
    """Every file of a run with some cache, or with none."""
    command = [sys.executable, "-m", "orgen.cli", "generate", "--quiet", "--target", "python"]
    command += ["--models", "none", "--spec", str(spec), "--out", str(out)]
    given = {**os.environ, "ORGEN_CACHE_DIR": str(cache or ""), **environ}
    command += [] if cache else ["--no-cache"]
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(command, cwd=out.parent, env=given, check=True, timeout=600)
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_with_and_without_a_cache_the_bytes_are_the_same(
    spec: Path, tmp_path: Path, full: bool
) -> None:
    dialect = spec / "dialects" / SMALL / "dialect.yaml"
    text = dialect.read_text("utf-8")
    cache = tmp_path / "cache"
    plain = generated(spec, tmp_path / "plain", None)
    first = generated(spec, tmp_path / "a" / "folder é", cache, **STRANGE[0])
    assert first == plain
    assert any(cache.iterdir())

    title = next(line for line in text.splitlines() if line.startswith("title:"))
    dialect.write_text(text.replace(title, "title: Another title"), "utf-8")
    try:
        edited = generated(spec, tmp_path / "a" / "folder é", cache)
        assert edited != plain
        assert not full or edited == generated(spec, tmp_path / "b", None, **STRANGE[1])
    finally:
        dialect.write_text(text, "utf-8")

    for number, entry in enumerate(sorted(cache.iterdir())):
        _damage(entry, number)
    assert generated(spec, tmp_path / "c", cache, **STRANGE[1]) == plain


def _damage(entry: Path, number: int) -> None:
    """One of several ways in which an entry can be no good."""
    data = entry.read_bytes()
    match number % 5:
        case 0:
            entry.write_bytes(b"")
        case 1:
            entry.write_bytes(data[: len(data) // 2])
        case 2:
            entry.write_bytes(b"\x80\x04cposix\nsystem\n(S'false'\ntR.")
        case 3:
            entry.unlink()
            entry.mkdir()
        case _:
            entry.write_bytes(data.replace(b"def ", b"DEF "))
