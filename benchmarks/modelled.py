"""Validation of bodies against the contract, with our models in both flavours.

The flavour of msgspec is made into a folder of its own, and imported under another name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from benchmarks import checks, requests, responses
from benchmarks.conversation import large
from benchmarks.ours import ROOT, dumps, loads
from benchmarks.tasks import Case, ModelTask

Shape = Literal["request", "response"]
NAMES: dict[Shape, str] = {"request": "CreateResponseBody", "response": "ResponseResource"}
PACKAGE = "openresponses_structs"

Read = Callable[[Any, bytes], Any]


def keys() -> list[str]:
    """Of all cases."""
    return [f"models/{library}/{shape}" for library in ("pydantic", "msgspec") for shape in NAMES]


def cases(folder: Path) -> Iterator[Case]:
    """One for each body and each library that is installed. Files of msgspec's go into `folder`."""
    bodies: dict[Shape, bytes] = {
        "request": dumps(requests.canonical(large())),
        "response": dumps(responses.canonical()),
    }
    for library, models, read in _flavours(folder):
        for shape, body in bodies.items():
            yield _case(library, shape, body, getattr(models, NAMES[shape]), read)


def _flavours(folder: Path) -> Iterator[tuple[str, Any, Read]]:
    if find_spec("pydantic"):
        models = import_module("openresponses.models")
        yield "pydantic", models, lambda model, body: model.model_validate_json(body)
    if find_spec("msgspec"):
        decode: Any = _structs(folder).decode
        models = import_module(f"{PACKAGE}.models")
        yield "msgspec", models, lambda model, body: decode(body, model)


def _case(library: str, shape: Shape, body: bytes, model: Any, read: Read) -> Case:
    def ours() -> Any:
        return read(model, body)

    def check() -> None:
        found, value = ours(), loads(body)
        checks.same(type(found).__name__, NAMES[shape], "class")
        checks.same(found.model, value["model"], "model")
        items = found.input if shape == "request" else found.output
        expected = value["input"] if shape == "request" else value["output"]
        checks.same(len(items), len(expected), "number of items")
        for item, plain in zip(items, expected, strict=True):
            if plain["type"] == "function_call":
                checks.same(item.arguments, plain["arguments"], "arguments")

    return Case(
        key=f"models/{library}/{shape}",
        group="models",
        title=f"{library}, {'large request' if shape == 'request' else 'response'}",
        task=ModelTask(library, shape, body),
        floor=lambda: loads(body),
        ours=ours,
        check=check,
    )


def _structs(folder: Path) -> Any:
    """The module `_struct` of a package with the models of msgspec."""
    from orgen.config import Config
    from orgen.diagnostics import Diagnostics
    from orgen.pipeline import read_spec
    from orgen.progress import Progress
    from orgen.resolve import resolve
    from orgen.targets.python.models import render_models

    diagnostics = Diagnostics()
    schema = resolve(read_spec(ROOT / "spec", diagnostics, Progress()).full, diagnostics)
    package = folder / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    config = Config(ROOT / "spec", folder, package=PACKAGE, models="msgspec")
    for file in render_models(schema, config, diagnostics):
        (package / file.path.name).write_text(file.text, "utf-8")
    if diagnostics.has_errors:
        raise RuntimeError(f"the spec has faults: {list(diagnostics)}")
    sys.path.insert(0, str(folder))
    try:
        return import_module(f"{PACKAGE}._struct")
    finally:
        sys.path.remove(str(folder))
