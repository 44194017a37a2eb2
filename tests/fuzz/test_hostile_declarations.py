"""Texts of dialect and provider files stay texts: none becomes code of the generated package."""

from __future__ import annotations

import ast
import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest
from orgen.cli import run
from orgen.resources import spec_dir

TEXT = 'x"""\nWRONG()\n\'\'\'\nWRONG()\n")+WRONG()+("\\'
WEB = 'https://a.example/x")+WRONG()+("\\"""'
DIALECT = "ollama_chat"

PROVIDER = {
    "provider": "mean",
    "title": TEXT,
    "source": WEB,
    "base_url": "http://localhost:1",
    "auth": {"scheme": "bearer", "env": ["MEAN_KEY"]},
    "list_models": "/models",
    "dialects": {
        DIALECT: {
            "path": "/chat",
            "note": TEXT,
            "profile": {"lacks": {"think": TEXT}},
        }
    },
    "capabilities": {"input": ["text"], "output": ["text"]},
    "models": [
        {
            "pattern": "small-*",
            "family": "small",
            "note": TEXT,
            "profiles": {DIALECT: {"lacks": {"keep_alive": TEXT}}},
        }
    ],
    "settings": {"mode": {"type": "string", "enum": [TEXT, WEB], "description": TEXT}},
    "notes": [TEXT],
}


def test_no_text_of_a_declaration_becomes_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec, out = tmp_path / "spec", tmp_path / "out"
    shutil.copytree(spec_dir(), spec)
    for folder in (spec / "dialects").iterdir():
        if folder.name != DIALECT:
            shutil.rmtree(folder)
    for file in (spec / "providers").iterdir():
        file.unlink()
    (spec / "providers" / "mean.yaml").write_text(json.dumps(PROVIDER), encoding="utf-8")
    dialect = spec / "dialects" / DIALECT / "dialect.yaml"
    text = dialect.read_text("utf-8")
    changed = re.sub(r"^title: .*$", lambda _: f"title: {json.dumps(TEXT)}", text, flags=re.M)
    changed = re.sub(
        r"^(source: .*)$", lambda found: f"source: {json.dumps(WEB)}", changed, flags=re.M
    )
    changed = re.sub(r"^(drop:.*\n(?: +#.*\n)* +[\w.]+: ).*$", _mean, changed, flags=re.M)
    assert changed.count("WRONG") == 2 * TEXT.count("WRONG") + WEB.count("WRONG")
    dialect.write_text(changed, encoding="utf-8")

    arguments = ["--spec", str(spec), "--out", str(out), "--target", "python", "--models", "none"]
    status = run(["generate", "--no-cache", *arguments])
    assert status == 0, capsys.readouterr()
    modules = {path: path.read_text("utf-8") for path in out.rglob("*.py")}
    assert sum("WRONG" in module for module in modules.values()) > 3
    for path, module in modules.items():
        names = {node.id for node in ast.walk(ast.parse(module)) if isinstance(node, ast.Name)}
        assert "WRONG" not in names, path
    for path in out.rglob("*.toml"):
        tomllib.loads(path.read_text("utf-8"))


def _mean(found: re.Match[str]) -> str:
    return found[1] + json.dumps(TEXT)


def test_a_name_that_is_no_name_is_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "spec"
    shutil.copytree(spec_dir(), spec)
    dialect = spec / "dialects" / DIALECT / "dialect.yaml"
    text = dialect.read_text("utf-8")
    block = re.search(r"^response:\n(?:.*\n)*?  (\w+):\n +- ", text, flags=re.M)
    assert block is not None
    name = '"x(body, out, ctx):\\n    WRONG()\\n\\ndef y"'
    dialect.write_text(text[: block.start(1)] + name + text[block.end(1) :], encoding="utf-8")
    assert run(["validate", str(spec)]) == 2
    told = "".join(capsys.readouterr())
    line = text[: block.start(1)].count("\n") + 1
    assert f"dialect.yaml:{line}:3: D001 " in told
    assert "is no name for a block of rules" in told
