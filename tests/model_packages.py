"""Builds packages of model classes for tests and imports them under names of their own."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from orgen.config import Config, ModelFlavour
from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Schema
from orgen.load import Document, load_spec
from orgen.pipeline import read_spec
from orgen.progress import Progress
from orgen.resolve import resolve
from orgen.targets.python.models import render_models

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT.parent / "shared" / "reference" / "openresponses"
CORPUS = ROOT.parent / "shared" / "corpus" / "openai_responses"


def schema_of(path: Path) -> Schema:
    """The resolved schema of a faultless spec."""
    diagnostics = Diagnostics()
    document = load_spec(path, diagnostics)
    assert document is not None, list(diagnostics)
    schema = resolve(document, diagnostics)
    assert not diagnostics.has_errors, list(diagnostics)
    return schema


def spec_documents(path: Path) -> tuple[Document, Document]:
    """A spec without and with its overlays."""
    diagnostics = Diagnostics()
    spec = read_spec(path, diagnostics, Progress())
    assert not diagnostics.has_errors, list(diagnostics)
    return spec.core, spec.full


def write_models(schema: Schema, package: Path, flavour: ModelFlavour = "pydantic") -> Path:
    """Write the modules of the models into the folder `package`."""
    diagnostics = Diagnostics()
    config = Config(package, package, package=package.name, models=flavour)
    package.mkdir(parents=True, exist_ok=True)
    for file in render_models(schema, config, diagnostics):
        (package / file.path.name).write_text(file.text, encoding="utf-8")
    assert not diagnostics.has_errors, list(diagnostics)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "py.typed").write_text("", encoding="utf-8")
    return package


def import_models(schema: Schema, package: Path, flavour: ModelFlavour = "pydantic") -> ModuleType:
    """Write and import `<package>.models`; the name of the folder must be new to the process."""
    write_models(schema, package, flavour)
    sys.path.insert(0, str(package.parent))
    try:
        return importlib.import_module(f"{package.name}.models")
    finally:
        sys.path.remove(str(package.parent))


def models_of(
    components: dict[str, Any], folder: Path, flavour: ModelFlavour = "pydantic"
) -> ModuleType:
    """The models of an OpenAPI document with these component schemas."""
    name = re.sub(r"\W", "_", f"models_{folder.parent.name}_{folder.name}_{flavour}")
    spec = folder / "spec.json"
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Test", "version": "1"},
        "paths": {},
        "components": {"schemas": components},
    }
    spec.write_text(json.dumps(document), encoding="utf-8")
    return import_models(schema_of(spec), folder / name, flavour)
