"""`orgen init` and the configuration it writes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from orgen.cli import run
from orgen.config_file import read_settings
from orgen.diagnostics import Diagnostics
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "spec" / "meta" / "config.schema.json").read_text("utf-8"))
WRITTEN = [".github/workflows/orgen.yml", ".pre-commit-config.yaml", "pyproject.toml"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one package; the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src" / "acme").mkdir(parents=True)
    (tmp_path / "src" / "acme" / "__init__.py").write_text("")
    (tmp_path / "pyproject.toml").write_text('[project]\r\nname = "acme"')
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text())


def test_it_extends_what_is_there(project: Path) -> None:
    assert run(["init", "--dialects", "openai_chat,ollama_chat"]) == 0
    assert [name for name in tree(project) if name != "src/acme/__init__.py"] == WRITTEN
    text = (project / "pyproject.toml").read_bytes().decode()
    assert text.startswith('[project]\r\nname = "acme"\r\n\r\n[tool.orgen.vendor]\r\n')
    table = tomllib.loads(text)["tool"]["orgen"]
    assert table["vendor"] == {
        "target": "python",
        "dest": "src/acme/_openresponses",
        "dialects": ["ollama_chat", "openai_chat"],
        "models": "none",
    }
    Draft202012Validator(SCHEMA).validate(table)
    diagnostics = Diagnostics()
    assert read_settings(project, diagnostics).vendor is not None
    assert list(diagnostics) == []


def test_without_a_pyproject_it_writes_orgen_toml(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path), "--skip", "workflow", "--package", "_openresponses"]) == 0
    assert list(tree(tmp_path)) == [".pre-commit-config.yaml", "orgen.toml"]
    table = tomllib.loads((tmp_path / "orgen.toml").read_text())
    Draft202012Validator(SCHEMA).validate(table)
    assert table["vendor"]["dest"] == "_openresponses"
    assert len(table["vendor"]["dialects"]) >= 7


def test_it_overwrites_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 0
    before = tree(project)
    capsys.readouterr()
    assert run(["init"]) == 2
    error = capsys.readouterr().err
    assert [line.split()[0] for line in error.splitlines() if " C005 " in line] == [
        ".github/workflows/orgen.yml:1:1:",
        ".pre-commit-config.yaml:1:1:",
        "pyproject.toml:4:13:",
    ]
    assert tree(project) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "tool = {orgen = {}}\n"),
        ("pyproject.toml", "not toml"),
        ("orgen.toml", 'spec = "x.yaml"\n'),
        (".github", ""),
    ],
)
def test_what_is_in_the_way_is_told(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text)
    before = tree(project)
    assert run(["init"]) == 2
    assert tree(project) == before


def test_a_link_is_not_followed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (project / ".github").symlink_to(outside, target_is_directory=True)
    assert run(["init"]) == 2
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--dest", "../x"],
        ["--dest", "/x"],
        ["--dest", "src/class"],
        ["--dest", 'src/a"\n[b]'],
        ["--package", "a b"],
        ["--package", "acme.other"],
        ["--dialects", "cobol"],
        ["nowhere"],
    ],
)
def test_wrong_choices_exit_with_2(project: Path, arguments: list[str]) -> None:
    before = tree(project)
    assert run(["init", *arguments]) == 2
    assert tree(project) == before


def test_the_hook_and_the_workflow_run_the_check(project: Path) -> None:
    assert run(["init"]) == 0
    hooks = yaml(project / ".pre-commit-config.yaml")
    assert hooks["repos"][0]["hooks"][0]["entry"] == "orgen vendor --check"
    workflow = yaml(project / ".github/workflows/orgen.yml")
    steps = workflow["jobs"]["vendored"]["steps"]
    assert steps[-1]["run"].startswith("orgen vendor --check")


CASES: list[tuple[str, str | None]] = [
    ('dest = "src/acme/_o"', None),
    ('dest = "a.b/_o"\npackage = "acme._o"\nmodels = "msgspec"', None),
    ('dest = "_o"\ndialects = ["openai_chat"]', None),
    ('package = "acme"', "1:2 C002 vendor needs the key dest: the folder of the package"),
    ('dest = "/etc"', "2:1 C002 vendor.dest has to be a relative path"),
    ('dest = "a/../../b"', "2:1 C002 vendor.dest has to be a relative path"),
    ('dest = "."', "2:1 C002 vendor.dest has to be a relative path"),
    ("dest = 3", "2:1 C002 vendor.dest has to be a string"),
    ('dest = "_o"\ndialects = []', "3:1 C002 vendor.dialects has to be a list"),
    ('dest = "_o"\ndialects = ["a", "B!"]', "3:18 C002 this is no name of a dialect"),
    ('dest = "_o"\ndialect = ["a"]', "3:1 C001 there is no setting named 'vendor.dialect'"),
    ('dest = "_o"\nmodels = "attrs"', "3:1 C002 vendor.models has to be one of"),
    ('dest = "_o"\ntarget = "cobol"', "3:1 C002 vendor.target has to be python"),
    ('dest = "_o"\npackage = "a..b"', "3:1 C002 vendor.package has to be Python identifiers"),
]


@pytest.mark.parametrize(("text", "fault"), CASES)
def test_the_schema_and_the_reader_agree(text: str, fault: str | None, tmp_path: Path) -> None:
    (tmp_path / "orgen.toml").write_text(f"[vendor]\n{text}\n")
    diagnostics = Diagnostics()
    read_settings(tmp_path, diagnostics)
    found = [f"{d.span.line}:{d.span.column} {d.code} {d.message}" for d in diagnostics]
    valid = Draft202012Validator(SCHEMA).is_valid(tomllib.loads(f"[vendor]\n{text}\n"))
    assert valid == (fault is None)
    if fault is None:
        assert found == []
    else:
        assert len(found) == 1
        assert found[0].startswith(fault)
