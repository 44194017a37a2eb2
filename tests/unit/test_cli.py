"""The command line: exit codes, what is printed where, and configuration."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from orgen import fingerprint, pipeline
from orgen.cli import run
from orgen.resources import templates_dir

SPEC = """\
openapi: 3.1.0
info: {title: Shapes, version: '1'}
paths: {}
components:
  schemas:
    Circle:
      type: object
      description: A round shape.
      required: [type]
      properties:
        type: {type: string, enum: [circle], description: Always `circle`.}
        radius: {type: number, minimum: 0, description: Half the width.}
"""
BROKEN = SPEC.replace("{type: number,", "{$ref: '#/components/schemas/Radius',").replace(
    "required: [type]", "required: [type, colour]"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository with a small spec, as the working directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "api.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    facts = fingerprint.tool_facts()  # once: somebody may be editing the sources right now
    monkeypatch.setattr(fingerprint, "tool_facts", lambda: facts)
    return tmp_path


def generate(*flags: str) -> int:
    return run(["generate", "--spec", "api.yaml", "--out", "gen", "-t", "openapi", *flags])


@pytest.mark.parametrize("command", [[], ["validate"], ["generate"], ["bundle"]])
def test_help_gives_examples(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*command, "--help"]) == 0
    assert f"Examples:\n    orgen {' '.join(command)}" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert re.fullmatch(r"orgen \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["generate", "--nonsense"],
        ["generate", "--models", "attrs"],
        ["generate", "--target", "cobol"],
        ["generate", "--package", "not a name"],
        ["generate", "--package", "class"],
        ["generate", "--out", ""],
        ["generate", "--spec", "a\0b"],
        ["validate", "one", "two"],
    ],
)
def test_wrong_arguments_exit_with_2(
    folder: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    assert "Usage: orgen" in capsys.readouterr().err


def test_validate_finds_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "api.yaml"]) == 0
    assert capsys.readouterr().out.endswith("api.yaml: 1 components, no faults\n")


def test_validate_reports_every_fault_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "api.yaml").write_text(BROKEN)
    assert run(["validate", "api.yaml", "--error-format", "json"]) == 2
    found = json.loads(capsys.readouterr().out)
    assert {(item["file"], item["line"]) for item in found} >= {("api.yaml", 9), ("api.yaml", 12)}


def test_faults_as_annotations(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "api.yaml").write_text(BROKEN)
    assert run(["validate", "api.yaml", "--error-format", "github"]) == 2
    assert capsys.readouterr().out.startswith("::error file=api.yaml,line=9,")


def test_no_faults_in_json_are_an_empty_list(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", "api.yaml", "--error-format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_warnings_count_when_asked(folder: Path) -> None:
    (folder / "api.yaml").write_text(SPEC + "      flavour: sweet\n")  # no keyword of JSON Schema
    assert run(["validate", "api.yaml"]) == 0
    assert run(["validate", "api.yaml", "--strict-warnings"]) == 1


@pytest.mark.parametrize("command", ["validate api.yaml", "generate --spec api.yaml", "bundle"])
def test_a_missing_spec_is_a_fault(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "api.yaml").unlink()
    (folder / "orgen.toml").write_text('spec = "api.yaml"\n')
    assert run(command.split()) == 2
    captured = capsys.readouterr()
    assert "api.yaml:1:1: L001" in captured.out + captured.err
    assert sorted(path.name for path in folder.iterdir()) == [".git", "orgen.toml"]


def test_a_faulty_spec_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "api.yaml").write_text(BROKEN)
    assert generate() == 2
    assert "api.yaml:12:" in capsys.readouterr().err
    assert not (folder / "gen").exists()


def test_generate_then_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate() == 0
    assert capsys.readouterr() == ("gen: 3 written, 0 removed, 0 unchanged\n", "")
    assert generate() == 0
    assert capsys.readouterr().out == "gen: 0 written, 0 removed, 3 unchanged\n"
    assert generate("--check") == 0
    assert generate("--check", "--quiet") == 0
    assert generate("--no-cache", "--quiet") == 0


def test_an_edited_output_is_shown_then_protected(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate() == 0
    document = folder / "gen/openapi/openapi.json"
    text = document.read_text()
    document.write_text(text.replace("Shapes", "Edited"))
    capsys.readouterr()
    assert generate("--check") == 1
    diff = capsys.readouterr().out
    assert diff.startswith("--- a/gen/openapi/openapi.json\n+++ b/gen/openapi/openapi.json\n@@ ")
    assert '-    "title": "Edited",\n+    "title": "Shapes",\n' in diff
    assert generate() == 2
    assert "gen/openapi/openapi.json:1:1: W001" in capsys.readouterr().err
    assert "Edited" in document.read_text()
    assert generate("--force") == 0
    assert document.read_text() == text


def test_a_missing_output_is_shown_then_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate() == 0
    (folder / "gen/openapi/openapi.core.json").unlink()
    capsys.readouterr()
    assert generate("--check") == 1
    assert capsys.readouterr().out.startswith("--- /dev/null\n+++ b/gen/openapi/openapi.core.json")
    assert generate() == 0
    assert generate("--check") == 0


def test_an_edited_lock_is_noticed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate() == 0
    lock = folder / "gen/orgen.lock"
    text = lock.read_text()
    for edited in (text.replace('"pydantic"', '"msgspec"'), text + "# note\n"):
        lock.write_text(edited)
        assert generate("--check") == 1
        assert generate() == 0
        assert lock.read_text() == text


def test_an_edited_output_with_a_doctored_lock_is_noticed(folder: Path) -> None:
    """`--check` generates everything and believes no record."""
    assert generate() == 0
    document = folder / "gen/openapi/openapi.json"
    before = fingerprint.hashlib.sha256(document.read_bytes()).hexdigest()
    document.write_text(document.read_text().replace("Shapes", "Edited"))
    after = fingerprint.hashlib.sha256(document.read_bytes()).hexdigest()
    lock = folder / "gen/orgen.lock"
    lock.write_text(lock.read_text().replace(before, after))
    assert generate("--check") == 1


def test_any_edit_of_the_spec_is_noticed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Also one that changes nothing but the hash."""
    assert generate() == 0
    (folder / "api.yaml").write_text(SPEC + "# a remark\n")
    capsys.readouterr()
    assert generate("--check") == 1
    diff = capsys.readouterr().out
    assert diff.startswith("--- a/gen/orgen.lock\n")
    assert '\n-"api.yaml" = ' in diff
    assert generate() == 0
    assert generate("--check") == 0


def test_any_edit_of_a_template_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(templates_dir(), folder / "templates")
    monkeypatch.setattr(fingerprint, "templates_dir", lambda: folder / "templates")
    assert generate() == 0
    template = next((folder / "templates").rglob("*.jinja"))
    template.write_text(template.read_text() + "{# a remark #}")
    capsys.readouterr()
    assert generate("--check") == 1
    name = template.relative_to(folder / "templates").as_posix()
    assert f'\n+"{name}" = ' in capsys.readouterr().out


def test_one_target_leaves_the_others_alone(folder: Path) -> None:
    arguments = ["generate", "--spec", "api.yaml", "--out", "gen"]
    assert run([*arguments, "-t", "openapi", "-t", "docs"]) == 0
    page = folder / "gen/docs/index.md"
    assert page.exists()
    page.write_text("edited")
    (folder / "api.yaml").write_text(SPEC.replace("A round", "A very round"))
    assert generate() == 0
    assert page.read_text() == "edited"
    assert run([*arguments, "-t", "docs"]) == 2
    assert run([*arguments, "-t", "docs", "--force"]) == 0
    assert run([*arguments, "-t", "docs", "-t", "openapi", "--check"]) == 0


def test_a_target_that_is_configured_no_more_goes(folder: Path) -> None:
    settings = folder / "orgen.toml"
    settings.write_text('spec = "api.yaml"\nout = "gen"\ntargets = ["openapi", "docs"]\n')
    assert run(["generate"]) == 0
    (folder / "gen/docs/mine.md").write_text("mine")
    settings.write_text('spec = "api.yaml"\nout = "gen"\ntargets = ["openapi"]\n')
    assert run(["generate", "--check"]) == 1
    assert run(["generate"]) == 0
    assert [path.name for path in (folder / "gen/docs").iterdir()] == ["mine.md"]


def test_a_broken_lock_is_told_and_forced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate() == 0
    (folder / "gen/orgen.lock").write_text("<<<<<<< ours\n")
    capsys.readouterr()
    assert generate() == 2
    assert "gen/orgen.lock:1:1: W004" in capsys.readouterr().err
    assert generate("--force") == 0
    assert generate("--check") == 0


def test_a_faulty_configuration_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "orgen.toml").write_text('spec = "api.yaml"\nmodel = "none"\n')
    assert run(["generate"]) == 2
    assert capsys.readouterr().err == (
        "orgen.toml:2:1: C001 there is no setting named 'model'\n"
        '    2 | model = "none"\n'
        "      | ^^^^^ did you mean models? the keys are spec, out, targets, package, "
        "models, vendor\n"
    )


def test_bundle_goes_to_output_or_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bundle", "--spec", "api.yaml"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text)["info"]["title"] == "Shapes"
    (folder / "out.json").write_text("before")
    assert run(["bundle", "--spec", "api.yaml", "-o", "out.json"]) == 0
    assert (folder / "out.json").read_text() == text
    assert run(["bundle", "--spec", "api.yaml", "-o", "missing/out.json"]) == 2
    assert "missing/out.json:1:1: W006" in capsys.readouterr().err


def test_a_fault_of_the_tool_is_confessed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(pipeline, "generate", fail)
    assert generate() == 2
    shown = capsys.readouterr().err
    assert shown.startswith("orgen: internal error: ZeroDivisionError: by zero\n")
    assert "Traceback" not in shown
    monkeypatch.setenv("ORGEN_TRACEBACK", "1")
    assert generate() == 2
    assert "Traceback" in capsys.readouterr().err


def test_an_interruption_exits_with_130(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "generate", interrupt)
    assert generate() == 130
    assert not (folder / "gen").exists()


def test_a_reader_that_leaves_early_is_no_fault(folder: Path) -> None:
    many = "".join(f"    C{n}: {{type: string, description: '{'x' * 500}'}}\n" for n in range(400))
    (folder / "api.yaml").write_text(SPEC + many)
    command = [sys.executable, "-m", "orgen.cli", "bundle", "--spec", "api.yaml"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        assert b"Traceback" not in (shown := process.stderr.read()), shown
        assert b"BrokenPipe" not in shown
