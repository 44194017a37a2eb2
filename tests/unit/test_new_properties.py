"""A property that the contract gains is a fault of every dialect that says nothing about it.

The property is written into a copy of the spec's files, as an editor would, and
`orgen validate` has to name it once for every dialect, with a place in its file.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from orgen.cli import run
from orgen.resources import spec_dir

ADDED = "brand_new_field"
COMPONENTS = ("CreateResponseBody", "FunctionCallItemParam", "ResponseResource")
DIALECTS = sorted(path.parent.name for path in spec_dir().glob("dialects/*/dialect.yaml"))


def with_property(root: Path, component: str) -> None:
    """Writes one more property into the component, wherever it is defined."""
    for path in sorted(root.glob("schemas/*.yaml")):
        lines = path.read_text("utf-8").splitlines(keepends=True)
        found = [index for index, line in enumerate(lines) if line.strip() == f"{component}:"]
        if not found:
            continue
        start = found[0]
        indent = re.match(r" *", lines[start])
        assert indent is not None
        inner = indent[0] + "  "
        at = next(i for i in range(start, len(lines)) if lines[i] == f"{inner}properties:\n")
        name = f"{ADDED}_{component.lower()}"
        lines.insert(at + 1, f"{inner}  {name}: {{type: string, description: New.}}\n")
        path.write_text("".join(lines), "utf-8")
        return
    pytest.fail(f"no file defines {component}")


def owners(name: str) -> set[str]:
    """The dialect and those that it extends: what these lack is reported there, once."""
    text = (spec_dir() / "dialects" / name / "dialect.yaml").read_text("utf-8")
    base = re.search(r"^extends: (\w+)", text, re.MULTILINE)
    return {name} | (owners(base[1]) if base else set())


def test_validate_names_each_silent_dialect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "spec"
    shutil.copytree(spec_dir(), root, ignore=shutil.ignore_patterns("vectors"))
    for component in COMPONENTS:
        with_property(root, component)
    assert run(["validate", str(root)]) == 2
    lines = "".join(capsys.readouterr()).splitlines()
    place = re.compile(r"dialects/(\w+)/[a-z]+\.yaml:\d+:\d+: D\d+ ")
    for component in COMPONENTS:
        added = f"{ADDED}_{component.lower()}"
        told = {found[1] for line in lines if added in line and (found := place.search(line))}
        for name in DIALECTS:
            assert told & owners(name), f"{name} says nothing of {component}"
