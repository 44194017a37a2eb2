"""The cache of texts: whole entries, no trust in damaged ones, a bound on their number."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath

import pytest
from orgen import cache as module
from orgen.cache import TextCache, cache_folder
from orgen.format import format_files
from orgen.render import SourceFile


def test_gives_back_what_was_put(tmp_path: Path) -> None:
    cache = TextCache(tmp_path / "cache")
    assert cache.get("key") is None
    cache.put("key", "text\r\n\u2028 \N{SNOWMAN}")
    assert cache.get("key") == "text\r\n\u2028 \N{SNOWMAN}"
    assert cache.get("other") is None


def test_a_damaged_entry_is_no_entry(tmp_path: Path) -> None:
    cache = TextCache(tmp_path)
    cache.put("key", "text")
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(entry.read_bytes() + b"!")
    assert cache.get("key") is None


@pytest.mark.parametrize("text", ["[" * 100_000, "[1]", '{"a": 1}', "{", '"a"'])
def test_what_is_no_table_is_no_entry(tmp_path: Path, text: str) -> None:
    cache = TextCache(tmp_path)
    cache.put("key", text)
    assert cache.get_table("key") is None
    cache.put_table("key", {"a": "b"})
    assert cache.get_table("key") == {"a": "b"}


def test_entries_that_are_no_text_or_no_file_are_none(tmp_path: Path) -> None:
    cache = TextCache(tmp_path)
    cache.put("key", "text")
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(hashlib.sha256(b"\xff").hexdigest().encode() + b"\n\xff")
    assert cache.get("key") is None
    entry.unlink()
    os.mkfifo(entry)
    assert cache.get("key") is None
    entry.unlink()
    entry.mkdir()
    assert cache.get("key") is None
    cache.put("key", "half of \ud800 a pair")
    assert cache.get("key") is None


def test_a_cache_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = TextCache(tmp_path / "file" / "cache")
    cache.put("key", "text")
    assert cache.get("key") is None
    cache.prune()


def test_the_oldest_entries_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 3)
    cache = TextCache(tmp_path)
    for number in range(5):
        cache.put(str(number), str(number))
    cache.prune()
    assert len(list(tmp_path.iterdir())) == 3


def test_formatting_with_a_cache_is_formatting(tmp_path: Path) -> None:
    files = [
        SourceFile(PurePosixPath("a.py"), "x  =  1\n"),
        SourceFile(PurePosixPath("b.md"), "x  =  1\n"),
        SourceFile(PurePosixPath("c.py"), "y  =  (2)\n"),
    ]
    plain = format_files(files)
    cache = TextCache(tmp_path)
    assert format_files(files, cache) == plain
    assert len(list(tmp_path.iterdir())) == 2
    assert format_files(files, cache) == plain
    changed = [SourceFile(PurePosixPath("a.py"), "x  =  2\n"), *files[1:]]
    assert format_files(changed, cache) == format_files(changed)


def test_lies_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ORGEN_CACHE_DIR", raising=False)
    assert cache_folder() is None
    (tmp_path / "orgen.toml").touch()
    assert cache_folder() == Path(".orgen/cache")
    monkeypatch.setenv("ORGEN_CACHE_DIR", "/elsewhere")
    assert cache_folder() == Path("/elsewhere")
    monkeypatch.setenv("ORGEN_CACHE_DIR", "")
    assert cache_folder() is None
