"""`types.py`: readable, typed, and never more than text, whatever the spec says."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import typing
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest
from orgen.config import Config
from orgen.diagnostics import Diagnostics
from orgen.format import format_files
from orgen.ir.schema import Schema
from orgen.load import load_spec
from orgen.render import SourceFile
from orgen.resolve import resolve
from orgen.targets import Inputs
from orgen.targets.python import render_types, target
from orgen.targets.python.text import string
from resolving import constant, ref, resolved

from tests.conftest import Golden

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "types"
CASES = sorted(path.parent for path in GOLDEN.glob("*/spec.yaml"))
PUBLISHED = ROOT / ".." / "shared" / "reference" / "openresponses"

HOSTILE = [
    "'",
    '"',
    '"""',
    "'''",
    '""""""',
    "\\",
    "\\\\",
    '\\"""',
    "a\nb",
    "a\r\nb",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "#{x}",
    "# type: ignore",
    "\u2028",
    "\u2029\u0085",
    "\u202e",
    "\x00",
    "\x1b[31m",
    "${x}",
    '"""\nimport os; os._exit(3)\n"""',
    '")\nraise SystemExit(3)\n("',
    "class",
    "None",
    "match",
    "__class__",
    "__doc__",
    "__mangled",
    "__init__",
    "ﬁ",
    "",
    " ",
    "+1",
    "3d",
    "str",
    "Any",
    "Thing",
    "x" * 10_000,
]


def written(schema: Schema, diagnostics: Diagnostics, folder: Path, models: Any = "none") -> Path:
    """The generated package on disk; returns the folder of its modules."""
    document: Any = None
    config = Config(folder, folder, models=models)
    files = target.files(Inputs(document, document, schema, config), diagnostics)
    assert not list(diagnostics)
    for file in format_files(files):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode("utf-8"))
    return folder / "openresponses"


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("generated_types", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generated_types"] = module
    spec.loader.exec_module(module)
    return module


def check_types(folder: Path, *files: str) -> None:
    """mypy --strict and pyright agree that the files are right."""
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", *files]
    for command in (mypy, [sys.executable, "-m", "pyright", *files]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-500:]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Path, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    diagnostics = Diagnostics()
    document = load_spec(Path("spec.yaml"), diagnostics)
    assert document is not None, list(diagnostics)
    text = render_types(resolve(document, diagnostics), diagnostics)
    assert not list(diagnostics)
    (file,) = format_files([SourceFile(PurePosixPath("types.py"), text)])
    golden.check(case / "types.py", file.text)
    compile(file.text, "types.py", "exec")


def test_golden_modules_satisfy_type_checkers(tmp_path: Path) -> None:
    for case in CASES:
        shutil.copy(case / "types.py", tmp_path / f"{case.name}.py")
    check_types(tmp_path, *(f"{case.name}.py" for case in CASES))


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    values = [text for text in HOSTILE if len(text) < 1000]
    schema, diagnostics = resolved(
        tmp_path,
        {
            "Thing": {
                "description": "\n\n".join(HOSTILE),
                "type": "object",
                "properties": {
                    text: {"enum": values, "description": text, "default": text} for text in HOSTILE
                },
            },
            "Choice": {"enum": values, "x-enumDescriptions": {v: v for v in values}},
            "class": {"type": "string", "description": HOSTILE[-1]},
            "__init__": constant('a"\n', plain={"type": "string", "description": '"'}),
            "Pick": {"oneOf": [ref("__init__")], "description": '"""\\'},
        },
        title='T"""\nimport os; os._exit(3)\n# {{ x }}',
    )
    module = imported(written(schema, diagnostics, tmp_path) / "types.py")
    hints = typing.get_type_hints(module.Thing)
    assert list(hints) == HOSTILE
    for hint in hints.values():
        assert list(typing.get_args(hint)) == values
    assert list(typing.get_args(module.Choice)) == values
    assert typing.get_args(typing.get_type_hints(module.Init)["type"]) == ('a"\n',)
    assert set(module.__all__) == {
        *("AnyPick", "Choice", "Class", "Init", "Pick", "Thing", "UnknownPick", "is_known_pick")
    }


def test_lone_surrogates_survive_as_escapes() -> None:
    assert string("\ud800") == '"\\ud800"'


def test_guards_tell_known_variants_from_others(tmp_path: Path) -> None:
    cat = constant("cat")
    schema, diagnostics = resolved(
        tmp_path,
        {
            "Cat": cat,
            "Mode": {"enum": ["auto"]},
            "Pet": {"oneOf": [ref("Cat"), ref("Mode")]},
            "Animal": {"oneOf": [ref("Cat")]},
        },
    )
    module = imported(written(schema, diagnostics, tmp_path) / "types.py")
    assert module.is_known_pet("auto") and module.is_known_pet({"type": "cat"})
    assert not module.is_known_pet({"type": "acme:dog", "x": 1})
    assert module.is_known_animal({"type": "cat"}) and not module.is_known_animal({"type": "d"})


def test_required_and_optional_keys_are_known_at_run_time(tmp_path: Path) -> None:
    node = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["b"]}
    schema, diagnostics = resolved(tmp_path, {"A": node})
    module = imported(written(schema, diagnostics, tmp_path) / "types.py")
    assert module.A.__required_keys__ == {"b"} and module.A.__optional_keys__ == {"a"}


def test_recursive_schemas_import_and_resolve(tmp_path: Path) -> None:
    json: Any = {
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": ref("Json")},
            {"type": "object", "additionalProperties": ref("Json")},
        ]
    }
    schema, diagnostics = resolved(
        tmp_path, {"Node": {"properties": {"next": ref("Node"), "data": ref("Json")}}, "Json": json}
    )
    package = written(schema, diagnostics, tmp_path)
    module = imported(package / "types.py")
    assert set(typing.get_type_hints(module.Node)) == {"next", "data"}
    check_types(tmp_path, "openresponses/types.py")


def test_importing_the_package_imports_nothing_else(tmp_path: Path) -> None:
    schema, diagnostics = resolved(tmp_path, {"A": constant("a")})
    written(schema, diagnostics, tmp_path)
    program = """
import sys
before = set(sys.modules)
import openresponses
assert set(sys.modules) - before == {"openresponses"}, set(sys.modules) - before
from openresponses import types
assert types.A and openresponses.types is types
assert openresponses.__spec_version__ == "1" and len(openresponses.__spec_hash__) == 64
try:
    openresponses.nothing
except AttributeError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout == "module 'openresponses' has no attribute 'nothing'\n", done.stderr


CONSUMER = """
import openresponses
from openresponses import types


def show(event: types.StreamEvent | types.ExtensionEvent) -> str:
    if types.is_extension_event(event):
        return event["type"]
    if not types.is_stream_event(event):
        return event["type"]
    if event["type"] == "response.output_text.delta":
        return event["delta"]
    if event["type"] == "response.output_item.added":
        item = event["item"]
        if item is None or not types.is_known_item_field(item):
            return openresponses.__spec_version__
        if item["type"] == "message":
            for part in item["content"]:
                if part["type"] == "output_text":
                    return part["text"]
        return item["id"]
    return str(event["sequence_number"])


auto: types.CreateResponseBody = {"model": "m", "input": "hi", "tool_choice": "auto"}
named: types.CreateResponseBody = {
    "tool_choice": {"type": "function", "name": "f"},
    "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
}
"""


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published documents are not here")
@pytest.mark.parametrize("version", ["2026-01-15", "2026-04-24"])
def test_a_consumer_of_the_published_contract_is_well_typed(tmp_path: Path, version: str) -> None:
    diagnostics = Diagnostics()
    document = load_spec(PUBLISHED / f"{version}.openapi.json", diagnostics)
    assert document is not None
    package = written(resolve(document, diagnostics), diagnostics, tmp_path)
    (tmp_path / "consumer.py").write_text(CONSUMER, encoding="utf-8")
    check_types(tmp_path, "consumer.py", "openresponses/__init__.py", "openresponses/types.py")
    assert imported(package / "types.py").__all__
