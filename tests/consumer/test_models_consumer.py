"""The consumer programs and the generated models satisfy strict type checkers, and run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from model_packages import REFERENCE, ROOT, schema_of, spec_documents, write_models
from orgen.config import ModelFlavour
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Schema
from orgen.resolve import resolve

HERE = Path(__file__).parent
PROGRAM = HERE / "reads_models.py"
TOLD = """\
text hi
unknown item newer ['x']
unknown acme:ping
none
['f'] {"model":"m","tools":[{"name":"f","type":"function"}],"tool_choice":"auto"}
{'type': 'json_schema', 'name': 'n', 'description': None, 'schema': None, 'strict': True}
"""


def own() -> Schema:
    return resolve(spec_documents(ROOT / "spec")[1], Diagnostics())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("consumer")
    write_models(own(), made / "openresponses")
    shutil.copy(PROGRAM, made)
    return made


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def mypy(folder: Path, *names: str) -> None:
    run(sys.executable, "-m", "mypy", "--strict", *names, folder=folder)


def pyright(folder: Path, *names: str) -> None:
    arguments = ["--pythonpath", sys.executable, *names]
    run(sys.executable, "-m", "pyright", *arguments, folder=folder)


def test_the_program_runs(folder: Path) -> None:
    assert run(sys.executable, PROGRAM.name, folder=folder) == TOLD


def test_mypy_is_satisfied(folder: Path) -> None:
    mypy(folder, "openresponses", PROGRAM.name)


def test_pyright_is_satisfied(folder: Path) -> None:
    pyright(folder, "openresponses", PROGRAM.name)


def test_the_other_flavour_satisfies_both(tmp_path: Path) -> None:
    flavour: ModelFlavour = "msgspec"
    write_models(own(), tmp_path / "openresponses", flavour)
    mypy(tmp_path, "openresponses")
    pyright(tmp_path, "openresponses")


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the published documents are not here")
@pytest.mark.parametrize("version", ["2026-01-15", "2026-04-24"])
def test_published_documents_give_models_that_satisfy_both(version: str, tmp_path: Path) -> None:
    write_models(schema_of(REFERENCE / f"{version}.openapi.json"), tmp_path / "openresponses")
    mypy(tmp_path, "openresponses")
    pyright(tmp_path, "openresponses")
