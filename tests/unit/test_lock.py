"""`orgen.lock`: the same facts give the same text, and a hostile one leads nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics
from orgen.lock import LOCK_NAME, Lock, TargetLock, dump_lock, read_lock

LOCK = Lock(
    spec={"version": "2026-04-24", "hash": "ab"},
    tool={"orgen": "0.1.0", "hash": "cd"},
    settings={"package": "openresponses"},
    sources={"schemas/items.yaml": "12", 'odd "name"\u2028.yaml': "34"},
    templates={"python/types.py.jinja": "56"},
    targets={
        "python": TargetLock("ff", {"openresponses/types.py": "78"}),
        "docs": TargetLock("ff", {"items.md": "90"}),
    },
)


def read(folder: Path, text: str) -> tuple[Lock, list[str]]:
    (folder / LOCK_NAME).write_text(text, encoding="utf-8")
    diagnostics = Diagnostics()
    return read_lock(folder, diagnostics), [item.code for item in diagnostics]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    lock, codes = read(tmp_path, dump_lock(LOCK))
    assert lock == LOCK
    assert codes == []


def test_the_text_does_not_depend_on_the_order_of_facts() -> None:
    turned = Lock(
        spec=dict(reversed(LOCK.spec.items())),
        tool=dict(reversed(LOCK.tool.items())),
        settings=LOCK.settings,
        sources=dict(reversed(LOCK.sources.items())),
        templates=LOCK.templates,
        targets=dict(reversed(LOCK.targets.items())),
    )
    assert dump_lock(turned) == dump_lock(LOCK)


def test_the_text_is_one_fact_a_line() -> None:
    assert dump_lock(LOCK).splitlines()[:7] == [
        "# Written by orgen with the files it lists. Commit it; do not edit it.",
        "",
        "format = 1",
        "",
        "[spec]",
        'hash = "ab"',
        'version = "2026-04-24"',
    ]
    assert '[targets.docs.files]\n"items.md" = "90"\n' in dump_lock(LOCK)


def test_owned_files_are_below_their_targets() -> None:
    assert LOCK.owned == {"python/openresponses/types.py": "78", "docs/items.md": "90"}


def test_without_a_lock_nothing_is_owned(tmp_path: Path) -> None:
    diagnostics = Diagnostics()
    assert read_lock(tmp_path, diagnostics) == Lock()
    assert read_lock(tmp_path / "missing", diagnostics) == Lock()
    assert not diagnostics


@pytest.mark.parametrize(
    "text",
    [
        "",
        "format = 2\n",
        "<<<<<<< HEAD\nformat = 1\n",
        "format = 1\ntargets = 3\n",
        "format = 1\n[targets.python]\ninputs = 1\n",
        "format = 1\n[spec]\nversion = 3\n",
        'format = 1\n[targets.x]\ninputs = "f"\n[targets.x.files]\n"../../etc/passwd" = "00"\n',
        'format = 1\n[targets.".."]\ninputs = "f"\n[targets."..".files]\n"passwd" = "00"\n',
        'format = 1\n[targets."/etc"]\ninputs = "f"\n[targets."/etc".files]\n"passwd" = "00"\n',
    ],
)
def test_a_broken_or_hostile_lock_owns_nothing(tmp_path: Path, text: str) -> None:
    lock, codes = read(tmp_path, text)
    assert lock.owned == {}
    assert codes == ["W004"]


def test_a_lock_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(dump_lock(LOCK))
    (tmp_path / LOCK_NAME).symlink_to(tmp_path / "elsewhere")
    diagnostics = Diagnostics()
    assert read_lock(tmp_path, diagnostics) == Lock()
    assert [item.code for item in diagnostics] == ["W004"]
