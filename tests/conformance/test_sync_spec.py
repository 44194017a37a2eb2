"""The spec moves to another release and back, and its dialects are told what to decide."""

from __future__ import annotations

import copy
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from orgen.bundle import bundle
from orgen.cli import run
from orgen.contract import compare, contract_hash
from orgen.diagnostics import Diagnostics
from orgen.load import load_spec
from orgen.progress import Progress
from orgen.sync import Synced, prepare_sync, write_sync

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / ".." / "shared" / "reference" / "openresponses").resolve()
EARLIER, LATER = (REFERENCE / f"{day}.openapi.json" for day in ("2026-01-15", "2026-04-24"))

needs_published = pytest.mark.skipif(
    not LATER.exists(), reason="the published documents are not beside the repository"
)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A copy of the core spec with its overlays, but without dialects."""
    folder = tmp_path / "spec"
    shutil.copytree(
        ROOT / "spec", folder, ignore=shutil.ignore_patterns("dialects", "providers", "meta")
    )
    return folder


def synced(spec: Path, published: Path) -> Synced:
    diagnostics = Diagnostics()
    made = prepare_sync(spec, published, diagnostics, Progress())
    write_sync(spec, made, diagnostics)
    assert not diagnostics
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def core(spec: Path) -> Any:
    diagnostics = Diagnostics()
    document = load_spec(spec, diagnostics)
    assert document is not None and not diagnostics, list(diagnostics)
    return document.value


def published() -> Any:
    """Our own core as a published document: in JSON, without a word of ours."""
    diagnostics = Diagnostics()
    document = load_spec(ROOT / "spec", diagnostics)
    assert document is not None
    return copy.deepcopy(bundle(document, core=True))


def described(schemas: Any) -> dict[str, Any]:
    """Every description, by the way to it."""
    found: dict[str, Any] = {}

    def walk(value: Any, way: str) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("description"), str):
                found[way] = value["description"]
            for key, part in value.items():
                walk(part, f"{way}/{key}")
        elif isinstance(value, list):
            for part in value:
                walk(part, f"{way}/{json.dumps(part, sort_keys=True)[:80]}")

    walk(schemas, "")
    return found


@needs_published
def test_goes_to_the_earlier_release_and_back(spec: Path, full: bool) -> None:
    whole = core(spec)
    back = synced(spec, EARLIER)
    earlier = contents(spec)
    assert [str(one) for one in compare(json.loads(EARLIER.read_text("utf-8")), core(spec))] == []
    assert len(back.removed) == 6 and not back.added and len(back.changed) == 7
    if full:
        assert synced(spec, EARLIER).is_empty and contents(spec) == earlier
    kept, before = described(core(spec)), described(whole)
    assert {way: before[way] for way in kept if way in before} == kept

    made = synced(spec, LATER)
    later = contents(spec)
    assert [str(one) for one in compare(json.loads(LATER.read_text("utf-8")), core(spec))] == []
    assert {one.name: Path(one.file).stem for one in made.added} == {
        "CompactionSummaryItemParam": "items",
        "CompactionBody": "items",
        "CompactResponseMethodPublicBody": "responses",
        "CompactResource": "responses",
        "WebSocketResponseCreateEvent": "transport",
        "WebSocketErrorEvent": "transport",
    }
    names = list(whole["components"]["schemas"])
    assert list(core(spec)["components"]["schemas"]) == names
    assert described(core(spec)).items() >= kept.items()
    assert synced(spec, LATER).is_empty and contents(spec) == later

    if full:
        synced(spec, EARLIER)
        assert contents(spec) == earlier
    for name, text in earlier.items():
        lines = later[name].splitlines()
        comments = [line for line in text.splitlines() if line.lstrip().startswith(b"#")]
        assert [line for line in comments if line not in lines] == [], name


def test_the_same_release_in_other_words_changes_nothing(spec: Path, tmp_path: Path) -> None:
    document = published()
    path = tmp_path / "published.json"
    path.write_text(json.dumps(document, sort_keys=True), "utf-8")
    before = contents(spec)
    made = synced(spec, path)
    assert made.is_empty and contents(spec) == before
    assert not made.decisions.items


def test_each_dialect_is_told_what_to_decide(
    spec: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("anthropic_messages", "ollama_chat"):
        shutil.copytree(ROOT / "spec" / "dialects" / name, spec / "dialects" / name)
    document = published()
    schemas = document["components"]["schemas"]
    document["info"]["version"] = "2026-09-09"
    schemas["Message"]["properties"]["mood"] = {"type": "string", "description": "A mood."}
    schemas["CreateResponseBody"]["properties"]["seed_words"] = {"type": "array", "items": True}
    (tmp_path / "published.json").write_text(json.dumps(document), "utf-8")
    monkeypatch.chdir(tmp_path)

    assert run(["sync", "published.json", "--spec", "spec"]) == 0
    summary = capsys.readouterr().out
    assert run(["validate", "spec"]) == 2
    report = capsys.readouterr().out
    for dialect in ("anthropic_messages", "ollama_chat"):
        for field in ("message.mood", "seed_words"):
            place = rf"spec/dialects/{dialect}/dialect\.yaml:\d+:\d+: D010 .*'{field}'"
            assert re.search(place, report), (dialect, field)
            assert re.search(place, summary), (dialect, field)
        section = summary.partition(f"to decide in spec/dialects/{dialect}/")[2]
        assert re.search(
            r"below drop \(line \d+\), reject \(line \d+\) or ignore \(line \d+\):", section
        )
        assert "    message.mood: <reason>\n" in section
    for place in ("Message.mood", "CreateResponseBody.seed_words"):
        assert re.search(rf"spec/schemas/\w+\.yaml:\d+:\d+: V061 {place} waits", report)
    assert contract_hash(document) == core(spec)["info"]["x-orgen-contract"]["sha256"]
    assert run(["bundle", "--core", "--spec", "spec", "-o", "bundle.json"]) == 0
    assert compare(document, json.loads((tmp_path / "bundle.json").read_text("utf-8"))) == []
