"""Builds documents from schemas that are written down in a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Schema
from orgen.load import load_spec
from orgen.resolve import resolve


def resolved(
    folder: Path, schemas: dict[str, Any], paths: dict[str, Any] | None = None, title: str = "Test"
) -> tuple[Schema, Diagnostics]:
    """The schema of an OpenAPI document with these components, and what was said about it."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths or {},
        "components": {"schemas": schemas},
    }
    path = folder / "openapi.json"
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    diagnostics = Diagnostics()
    loaded = load_spec(path, diagnostics)
    assert loaded is not None, list(diagnostics)
    return resolve(loaded, diagnostics), diagnostics


def faults(diagnostics: Diagnostics) -> list[tuple[str, int]]:
    """Code and line of each diagnostic."""
    return [(item.code, item.span.line) for item in diagnostics]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def constant(value: str, **more: Any) -> dict[str, Any]:
    """An object told apart by its `type`."""
    return {
        "type": "object",
        "required": ["type", *more],
        "properties": {"type": {"const": value}, **more},
    }
