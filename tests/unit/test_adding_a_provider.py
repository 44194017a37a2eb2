"""`docs/adding-a-provider.md`, followed step by step in a copy of the spec; and its reference."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dialect_builds
import pytest
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.dialect.primitives import FILTERS, FIXUPS, STRUCTURES
from orgen.dialect.primitives_table import renewed
from orgen.provider.find import find_spoken
from orgen.provider.skeleton import provider_text

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "adding-a-provider.md"
LANGUAGE = ROOT / "docs" / "dialect-language.md"
_FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A fenced block: its language, what stands behind that, and its text."""

    language: str
    info: str
    text: str


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with the contract, and no dialects yet."""
    shutil.copytree(ROOT / "spec", tmp_path / "spec", ignore=shutil.ignore_patterns("dialects"))
    (tmp_path / ".git").mkdir()
    (tmp_path / "orgen.toml").write_text('spec = "spec"\nout = "generated"\nmodels = "none"\n')
    return tmp_path


def steps() -> list[Step]:
    return [Step(*match) for match in _FENCE.findall(GUIDE.read_text("utf-8"))]


def follow(step: Step, folder: Path) -> None:
    """Do what a block of the guide says."""
    match step.language:
        case "sh":
            expected = int(step.info.removeprefix("exit=") or "0")
            done = shell(step.text, folder)
            assert done.returncode == expected, done.stdout + done.stderr
        case "diff":
            apply(step.text, folder / step.info)
        case "json":
            (folder / step.info).write_text(step.text)
        case "python":
            environment = {**os.environ, "PYTHONPATH": str(folder / "generated" / "python")}
            subprocess.run([sys.executable, "-c", step.text], env=environment, check=True)
        case other:
            raise ValueError(f"the guide has a block of an unknown language: {other}")


def shell(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = f'set -e\norgen() {{ "{sys.executable}" -m orgen.cli "$@"; }}\n{text}'
    return subprocess.run(["bash", "-c", program], cwd=folder, capture_output=True, text=True)


def apply(diff: str, path: Path) -> None:
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] != "+")
    new = "".join(line[1:] for line in lines if line[0] != "-")
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{path.name} has no single place for\n{diff}"
    path.write_text(text.replace(old, new), "utf-8")


def test_the_guide_leads_to_a_dialect_that_round_trips(clone: Path) -> None:
    for step in steps():
        follow(step, clone)
    request = json.loads((clone / "request.json").read_text())
    canonical = json.loads((clone / "canonical.json").read_text())
    assert canonical["reasoning"] == {"effort": "high"}
    assert canonical["acme_chat:seed"] == 7
    assert json.loads((clone / "back.json").read_text()) == request


def test_the_skeletons_vector_holds_in_both_directions(clone: Path) -> None:
    commands = "orgen new dialect acme_chat\norgen generate --target python"
    assert shell(commands, clone).returncode == 0
    vectors = clone / "spec" / "dialects" / "acme_chat" / "vectors" / "requests.json"
    (case,) = json.loads(vectors.read_text())
    (clone / "native.json").write_text(json.dumps(case["native"]))
    (clone / "canonical.json").write_text(json.dumps(case["canonical"]))
    for source, target, file, expected in (
        ("acme_chat", "openresponses", "native", "canonical"),
        ("openresponses", "acme_chat", "canonical", "native"),
    ):
        flags = f"--strict --from {source} --to {target}"
        done = shell(f"orgen translate {flags} < {file}.json", clone)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == case[expected]


def test_the_reference_lists_every_primitive() -> None:
    page = LANGUAGE.read_text("utf-8")
    command = "python -m orgen.dialect.primitives_table docs/dialect-language.md"
    assert page == renewed(page), f"to renew the table: {command}"
    for name in (*FILTERS, *STRUCTURES, *FIXUPS):
        assert re.search(rf"[`|]{name}\b", page), name


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no markers"):
        renewed("# A page\n")


@pytest.mark.parametrize("extends", ["vllm", "deepseek", "openai_responses"])
def test_a_skeleton_of_a_provider_is_sound(extends: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "spec", tmp_path / "spec")
    diagnostics = Diagnostics()
    spec = tmp_path / "spec"
    text = provider_text("acme-cloud", "Acme Cloud", extends, spec, diagnostics)
    (spec / "providers" / "acme-cloud.yaml").write_text(text)
    dialect = "openai_responses" if extends == "openai_responses" else "openai_chat"
    schema = dialect_builds.schema()
    made = find_spoken(spec, schema, diagnostics, dialect, "acme-cloud")
    assert not diagnostics.items and made.title == "Acme Cloud"
    if extends != "openai_responses":
        assert (
            made.dialect.fixups
            == find_spoken(spec, schema, diagnostics, dialect, extends).dialect.fixups
        )


def test_a_provider_that_does_not_serve_the_dialect_is_told() -> None:
    diagnostics = Diagnostics()
    with pytest.raises(DiagnosticError, match="'mistral' serves openai_chat, and not ollama_chat"):
        find_spoken(ROOT / "spec", dialect_builds.schema(), diagnostics, "ollama_chat", "mistral")
    with pytest.raises(DiagnosticError, match="no provider 'mistrall' serves openai_chat"):
        find_spoken(
            ROOT / "spec", dialect_builds.schema(), Diagnostics(), "openai_chat", "mistrall"
        )


def test_a_family_is_found_by_the_model() -> None:
    spec, schema = ROOT / "spec", dialect_builds.schema()
    found = find_spoken(spec, schema, Diagnostics(), "openai_chat", "openai", "gpt-5.4")
    assert found.family == "optional_reasoning"
    assert found.terms.lacks["temperature"].unless == {"reasoning_effort": "none"}
    assert find_spoken(spec, schema, Diagnostics(), "openai_chat", "openai", "gpt-4.1").family == ""
