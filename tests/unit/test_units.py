"""Generating in units gives what generating in order gives, whatever comes from a cache."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from orgen.cache import TextCache
from orgen.config import Config
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.dialect.load import load_dialects
from orgen.pipeline import Output, generate, generate_in_order
from orgen.progress import Progress
from orgen.provider.load import ProviderFiles
from orgen.units import facts, generate_in_units, run
from orgen.units.facts import facts_of
from orgen.units.kept import parse_column, parse_python
from orgen.units.work import Work

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("ollama_chat", "openai_responses", "openresponses")
"""Few dialects, one of which extends another."""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The spec with a few of its dialects and providers."""
    folder = tmp_path_factory.mktemp("units") / "spec"
    shutil.copytree(ROOT / "spec", folder)
    for path in (folder / "dialects").iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path)
    for path in (folder / "providers").glob("*.yaml"):
        if path.stem not in ("groq", "ollama", "vllm"):
            path.unlink()
    return folder


@pytest.fixture(scope="module")
def config(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> Config:
    base = tmp_path_factory.mktemp("out")
    return Config(spec, base / "out", models="none", cache=base / "cache")


@pytest.fixture(scope="module")
def wanted(config: Config) -> Output:
    return generate_in_order(config, Diagnostics(), Progress())


def made(config: Config) -> Output:
    output = generate_in_units(config, Progress())
    assert output is not None
    return output


def same(output: Output, wanted: Output) -> None:
    assert output.files.keys() == wanted.files.keys()
    for target, files in wanted.files.items():
        assert dict(output.files[target]) == dict(files)
    assert (output.spec_version, output.spec_hash) == (wanted.spec_version, wanted.spec_hash)


@pytest.fixture
def work_done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of dialects that are read."""
    read: list[str] = []
    real = Work.dialect

    def dialect(self: Work, name: str) -> object:
        if name not in self.dialects:
            read.append(name)
        return real(self, name)

    monkeypatch.setattr(Work, "dialect", dialect)
    yield read


def test_without_and_with_a_cache(config: Config, wanted: Output, work_done: list[str]) -> None:
    same(made(replace(config, cache=None)), wanted)
    same(made(config), wanted)
    work_done.clear()
    same(made(config), wanted)
    assert not work_done


def test_alone_and_side_by_side(
    config: Config, wanted: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "forks", lambda: False)
    same(made(replace(config, cache=None)), wanted)


def test_a_dialect_that_changes_is_the_only_one_to_be_read(
    config: Config, spec: Path, work_done: list[str], tmp_path: Path
) -> None:
    made(config)
    work_done.clear()
    changed = tmp_path / "spec"
    shutil.copytree(spec, changed)
    path = changed / "dialects" / "ollama_chat" / "dialect.yaml"
    path.write_text(path.read_text("utf-8").replace("title: ", "title: New "), "utf-8")
    now = replace(config, spec=changed)
    output = made(now)
    assert set(work_done) == {"ollama_chat"}
    same(output, generate_in_order(now, Diagnostics(), Progress()))


def test_some_dialects_under_another_name(config: Config) -> None:
    few = replace(config, dialects=("openresponses",), package="acme", client=False, cache=None)
    same(made(few), generate_in_order(few, Diagnostics(), Progress()))


@pytest.mark.parametrize("damage", ["cut", "swap", "other", "nonsense"])
def test_a_damaged_cache_makes_no_difference(
    config: Config, wanted: Output, tmp_path: Path, damage: str
) -> None:
    assert config.cache is not None
    made(config)
    cache = TextCache(tmp_path / "cache")
    shutil.copytree(config.cache, cache.folder)
    entries = sorted(cache.folder.iterdir())
    texts = [path.read_bytes() for path in entries]
    for number, path in enumerate(entries):
        match damage:
            case "cut":
                path.write_bytes(texts[number][: len(texts[number]) // 2])
            case "swap":
                path.write_bytes(b"0" * 64 + texts[number][64:])
            case "other":
                TextCache(cache.folder).put("x", json.dumps({"rows": "[[1]]", "facts": "{}"}))
                path.write_bytes(next(iter(cache.folder.glob("*"))).read_bytes()[:0])
            case _:
                path.write_bytes(b"\xff\x00 pickle")
    same(made(replace(config, cache=cache.folder)), wanted)


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"rows": "[]", "x": ""},
        {"rows": "[[1, 2, 3, 4, 5, 6, []]]"},
        {"rows": "{"},
        {"rows": "[" * 10_000},
        {"rows": '[["a", "b", "c", "d", "e", "f", [["p", 1]]]]'},
        {"column": "[]", "page": "", "table": ""},
        {"column": '{"name": 1}', "page": "", "table": ""},
    ],
)
def test_what_is_no_unit_is_refused(table: Mapping[str, str]) -> None:
    if table.get("rows") != "[]":
        with pytest.raises(ValueError):
            parse_python(table)
    with pytest.raises(ValueError):
        parse_column(table)


def test_a_file_that_is_saved_meanwhile_is_not_kept(
    config: Config, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "spec"
    shutil.copytree(spec, changed)
    path = changed / "dialects" / "ollama_chat" / "dialect.yaml"
    real = run.keys_of

    def save_then(folder: Path) -> object:
        keys = real(folder)
        path.write_text(path.read_text("utf-8") + "# saved\n", "utf-8")
        return keys

    monkeypatch.setattr(run, "keys_of", save_then)
    made(replace(config, spec=changed, cache=tmp_path / "cache"))
    assert not any((tmp_path / "cache").glob("*"))


def test_faults_are_told_as_in_order(config: Config, spec: Path, tmp_path: Path) -> None:
    made(config)
    faulty = tmp_path / "spec"
    shutil.copytree(spec, faulty)
    for name in ("ollama_chat", "openresponses"):
        path = faulty / "dialects" / name / "dialect.yaml"
        path.write_text(path.read_text("utf-8") + "nonsense: 1\n", "utf-8")
    found = []
    for make in (generate, generate_in_order):
        diagnostics = Diagnostics()
        with pytest.raises(DiagnosticError):
            make(replace(config, spec=faulty), diagnostics, Progress())
        found.append((diagnostics.items, diagnostics.sources))
    assert found[0] == found[1]
    assert generate_in_units(replace(config, spec=faulty), Progress()) is None


def test_a_provider_that_changes_is_made_anew_with_those_that_begin_as_it(
    config: Config, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "forks", lambda: False)
    made(config)
    done: list[str] = []
    real = Work.profile

    def profile(self: Work, name: str, slug: str, *others: Any) -> object:
        done.append(f"{name}/{slug}")
        return real(self, name, slug, *others)

    monkeypatch.setattr(Work, "profile", profile)
    changed = tmp_path / "spec"
    shutil.copytree(spec, changed)
    path = changed / "providers" / "ollama.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("the choice of a tool is ignored", "no choice"), "utf-8")
    now = replace(config, spec=changed)
    same(made(now), generate_in_order(now, Diagnostics(), Progress()))
    assert set(done) == {f"{name}/ollama" for name in ("ollama_chat", "openai_responses")}


def test_only_files_of_providers_are_read_that_are_needed(
    config: Config, spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "forks", lambda: False)
    made(config)
    read: list[str] = []
    real = ProviderFiles.read
    monkeypatch.setattr(
        ProviderFiles, "read", lambda self, path: (read.append(path.stem), real(self, path))[1]
    )
    changed = tmp_path / "spec"
    shutil.copytree(spec, changed)
    path = changed / "dialects" / "ollama_chat" / "dialect.yaml"
    path.write_text(path.read_text("utf-8").replace("errors are a text", "one text"), "utf-8")
    now = replace(config, spec=changed)
    output = made(now)
    assert read == ["ollama", "vllm"]  # of which one begins as the other
    same(output, generate_in_order(now, Diagnostics(), Progress()))


@pytest.mark.parametrize("hidden", [r'"ext\u0065nds"', '"extends" '])
def test_a_profile_whose_beginning_is_hidden_is_made_in_order(
    spec: Path, tmp_path: Path, hidden: str
) -> None:
    """`keys` looks for `extends` in the text; what it does not find must not be kept."""
    changed = tmp_path / "spec"
    shutil.copytree(spec, changed)
    shutil.copytree(ROOT / "spec" / "dialects" / "openai_chat", changed / "dialects/openai_chat")
    dialects = '{"openai_chat": {"path": "/x", "profile": {' + hidden + ': "vllm"}}}'
    text = (
        '{"provider": "mine", "title": "Mine", "source": "https://a.example/", '
        '"base_url": "http://localhost", "auth": {"scheme": "bearer", "required": false}, '
        f'"capabilities": {{"input": ["text"]}}, "dialects": {dialects}}}'
    )
    (changed / "providers" / "mine.yaml").write_text(text, "utf-8")
    config = Config(changed, tmp_path / "out", models="none", cache=tmp_path / "cache")
    found = generate_in_units(config, Progress())
    assert (found is None) == ("u0065" in hidden)
    same(
        generate(config, Diagnostics(), Progress()),
        generate_in_order(config, Diagnostics(), Progress()),
    )


def test_facts_come_back_from_the_cache() -> None:
    schema = Work(Config(ROOT / "spec", Path("out")), Progress(), []).schema
    dialects = load_dialects(ROOT / "spec", schema, Diagnostics())
    for dialect in dialects:
        found = facts_of(dialect, ROOT / "spec" / "dialects" / dialect.name)
        assert facts.load(facts.dump(found)) == found
    assert any(facts_of(dialect, ROOT).known.servers for dialect in dialects)
