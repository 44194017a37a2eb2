"""What is wrong with a provider file, and where."""

from __future__ import annotations

import shutil
from pathlib import Path

import dialect_builds
import pytest
from orgen.diagnostics import Diagnostics
from orgen.dialect.load import dialect_files
from orgen.provider.load import load_providers

GOOD = """\
provider: acme
title: Acme
source: https://acme.example
base_url: https://acme.example/v1
dialects:
  openai_chat:
    path: /chat/completions
"""


def faults(folder: Path, **texts: str) -> list[tuple[str, int, str]]:
    """(code, line, message) of each fault in provider files beside the real dialects."""
    shutil.copytree(dialect_builds.SPEC / "dialects", folder / "dialects")
    (folder / "providers").mkdir()
    for slug, text in texts.items():
        (folder / "providers" / f"{slug}.yaml").write_text(text)
    diagnostics = Diagnostics()
    known = dialect_builds.declared()
    found = load_providers(
        dialect_files(folder, diagnostics), dialect_builds.schema(), known, diagnostics
    )
    assert diagnostics.items or len(found) == len(texts)
    return [(item.code, item.span.line, item.message) for item in diagnostics.items]


def test_a_good_file_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, acme=GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("provider: acme", "provider: acne", "D060", 1),
        ("title:", "titel:", "D060", 2),
        ("https://acme.example/v1", "file:///etc/passwd", "D060", 4),
        ("openai_chat", "openai_chatt", "D061", 6),
        ("acme.example/v1", "{region}.example/v1", "D062", 4),
        (
            "path: /chat/completions",
            "path: /chat/completions\n    profile: {extends: nobody}",
            "D063",
            8,
        ),
    ],
)
def test_each_fault_has_its_place(old: str, new: str, code: str, line: int, tmp_path: Path) -> None:
    found = faults(tmp_path, acme=GOOD.replace(old, new))
    assert (code, line) in [(known, at) for known, at, _ in found]


def test_two_providers_share_no_name(tmp_path: Path) -> None:
    other = GOOD.replace("provider: acme", "provider: other\naliases: [acme]")
    assert [code for code, _, _ in faults(tmp_path, acme=GOOD, other=other)] == ["D064"]


FAMILY = """\
models:
  - pattern: 'm-*'
    family: big
    profiles:
      openai_chat: {lacks: {seed: there is none}, refuses: {input_audio: there is none}}
  - pattern: ['m-1*', 'm-2*']
    family: bigger
    profiles:
      openai_chat: {extends: big, fixups: [strict_dropped], forms: {input_video: video_url}}
"""


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("openai_chat: {lacks", "openai_chatt: {lacks", "D061", 12),
        ("lacks: {seed", "lacks: {sed", "D065", 12),
        ("refuses: {input_audio", "refuses: {input_odio", "D065", 12),
        ("forms: {input_video", "forms: {input_vidio", "D065", 16),
        ("input_video: video_url", "input_video: video_link", "D065", 16),
        ("extends: big,", "extends: bigg,", "D063", 16),
        ("extends: big,", "extends: nobody/big,", "D063", 16),
        ("extends: big,", "extends: bigger,", "D063", 16),
        ("family: bigger", "family: big", "D064", 14),
        ("    family: big\n", "", "D060", 9),
        ("fixups: [strict_dropped]", "response: {id: id}", "D060", 16),
        ("fixups: [strict_dropped]", "fixups: [strict_droped]", "D005", 16),
        ("{seed: there is none}", "{seed: {unless: {n: 1}}}", "D060", 12),
    ],
)
def test_each_fault_of_a_family_has_its_place(
    old: str, new: str, code: str, line: int, tmp_path: Path
) -> None:
    assert old in FAMILY
    found = faults(tmp_path, acme=GOOD + FAMILY.replace(old, new))
    assert (code, line) in [(known, at) for known, at, _ in found], found


def test_a_family_may_begin_as_one_of_another_provider(tmp_path: Path) -> None:
    other = GOOD.replace("acme", "other") + FAMILY.replace("extends: big,", "extends: acme/big,")
    assert faults(tmp_path, acme=GOOD + FAMILY, other=other) == []
