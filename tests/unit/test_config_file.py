"""Configuration in pyproject.toml and orgen.toml: values, and positions of faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from orgen.config_file import Settings, read_settings
from orgen.diagnostics import Diagnostics


def read(folder: Path) -> tuple[Settings, list[str]]:
    """The settings and, for each fault, `line:column code message`."""
    diagnostics = Diagnostics()
    settings = read_settings(folder, diagnostics)
    return settings, [f"{d.span.line}:{d.span.column} {d.code} {d.message}" for d in diagnostics]


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.orgen]\nspec = "api"\nout = "gen"\ntargets = ["docs"]\n'
    )
    (tmp_path / "inner").mkdir()
    settings, faults = read(tmp_path / "inner")
    assert faults == []
    assert settings.text("spec") == str(tmp_path / "api")
    assert settings.text("out") == str(tmp_path / "gen")
    assert settings.texts("targets") == ("docs",)
    assert settings.text("package") is None


def test_orgen_toml_wins_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.orgen]\npackage = "one"\n')
    (tmp_path / "orgen.toml").write_text('package = "two"\n')
    assert read(tmp_path)[0].text("package") == "two"


def test_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    (tmp_path / "orgen.toml").write_text('package = "outside"\n')
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    assert read(tmp_path / "repository") == (Settings(), [])


@pytest.mark.parametrize("text", ["", "[tool.black]\n", '[project]\nname = "orgen"\n', "not toml"])
def test_other_projects_are_none_of_our_business(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(text)
    assert read(tmp_path) == (Settings(), [])


def test_every_fault_has_its_position(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.other]\nspecs = 1\n\n[tool.orgen] # ours\n"
        'specs = "a"\n  "models" = "attrs"\npackage = "class"\ntargets = ["rust"]\nout = 3\n'
    )
    assert read(tmp_path)[1] == [
        "5:1 C001 there is no setting named 'specs'",
        "6:4 C002 models has to be one of pydantic, msgspec, none",
        "7:1 C002 package has to be a Python identifier in ASCII letters, and no keyword",
        "8:1 C002 targets has to be a list of python, openapi, docs",
        "9:1 C002 out has to be a string",
    ]


def test_broken_toml_has_its_position(tmp_path: Path) -> None:
    (tmp_path / "orgen.toml").write_text('spec = "a"\nout = = 3\n')
    assert [fault[:8] for fault in read(tmp_path)[1]] == ["2:7 C003"]


def test_unfinished_toml_is_reported_at_its_end(tmp_path: Path) -> None:
    (tmp_path / "orgen.toml").write_text('spec = "a"\nout = """')
    assert [fault[:9] for fault in read(tmp_path)[1]] == ["2:10 C003"]


def test_a_file_that_is_no_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "orgen.toml").write_bytes(b"\xff\xfe")
    assert [fault[:8] for fault in read(tmp_path)[1]] == ["1:1 C004"]


def test_orgen_as_something_else_than_a_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\norgen = 3\n")
    assert [fault[:8] for fault in read(tmp_path)[1]] == ["2:1 C002"]
