"""A spec: a folder or a single file, read with all that it refers to, as one document."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from orgen.diagnostics import Diagnostics, Span
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.document import Document, Place
from orgen.load.file import load_file
from orgen.load.files import Files
from orgen.load.merge import merge
from orgen.load.naming import component_name
from orgen.load.schema_dialect import report_dialect
from orgen.load.source import display_name

ROOT_NAME = "openresponses.yaml"
"""The root file of a spec folder."""

# Keywords that describe a schema without saying anything about values.
_ANNOTATIONS = frozenset(
    {
        "$schema", "$id", "$comment", "title", "description", "$defs", "definitions",
        "examples", "default", "deprecated", "readOnly", "writeOnly",
    }
)  # fmt: skip


def load_spec(path: Path, diagnostics: Diagnostics, within: Path | None = None) -> Document | None:
    """Load a spec folder with `openresponses.yaml`, or any single OpenAPI or JSON Schema file.

    The result always has the form of an OpenAPI 3.1 document whose references
    are all `#/components/schemas/<Name>`. Returns None if the root file cannot
    be read; every fault is reported either way. References may lead to files
    below `within`, which is the file's own folder unless it is given.
    """
    path = Path(path)
    folder = path.is_dir()
    root = path / ROOT_NAME if folder else path
    if folder and not root.exists():
        diagnostics.error(
            Span(display_name(path)),
            "L001",
            f"the folder holds no {ROOT_NAME}",
            hint="name a spec folder, or a single OpenAPI 3.1 or JSON Schema file",
        )
        return None
    below = within or root.parent
    document = load_file(root, below, diagnostics)
    if document is None:
        return None
    files = Files(below, root.relative_to(below).as_posix(), document, diagnostics)
    framed = _framed(document, root.stem, diagnostics)
    if framed is None:
        return None
    frame, root_component = framed
    report_dialect(document, diagnostics)
    merged = merge(files, frame, root_component, diagnostics)
    return None if merged is None else dataclasses.replace(merged, folder=folder)


def _framed(
    document: Document, stem: str, diagnostics: Diagnostics
) -> tuple[Document, str | None] | None:
    """The root as an OpenAPI document; with the name of its root schema if it is JSON Schema."""
    value = document.value
    if not isinstance(value, dict):
        diagnostics.error(
            document.span(),
            "L040",
            "the document is not an object",
            hint="a spec is an OpenAPI 3.1 document or a JSON Schema",
        )
        return None
    if "openapi" in value or "swagger" in value:
        return (document, None) if _is_openapi_3_1(document, value, diagnostics) else None
    if {"paths", "components", "info"} & value.keys() and not {"type", "properties"} & value.keys():
        diagnostics.error(
            document.span(),
            "L040",
            "the document looks like OpenAPI but does not say which version",
            hint="begin it with openapi: 3.1.0",
        )
        return None
    return _as_openapi(document, value, stem)


def _is_openapi_3_1(document: Document, value: dict[str, Json], diagnostics: Diagnostics) -> bool:
    version = value.get("openapi", value.get("swagger"))
    if "openapi" in value and isinstance(version, str) and version.startswith("3.1."):
        return True
    diagnostics.error(
        document.span(("openapi",) if "openapi" in value else ("swagger",)),
        "L041",
        f"{quote(str(version))} is not a version of OpenAPI 3.1",
        hint='write a string such as "3.1.0"; older documents must be converted first',
    )
    return False


def _as_openapi(
    document: Document, value: dict[str, Json], stem: str
) -> tuple[Document, str | None]:
    """A JSON Schema document in OpenAPI's form: definitions and root schema as components."""
    schemas: dict[str, Json] = {}
    places: dict[str | int, Place] = {}
    for keyword in ("$defs", "definitions"):
        definitions = value.get(keyword)
        if isinstance(definitions, dict):
            fresh = [name for name in definitions if name not in schemas]
            schemas |= {name: definitions[name] for name in fresh}
            places |= {name: document.place.at((keyword, name)) for name in fresh}
    name = None
    if value.keys() - _ANNOTATIONS:
        name = component_name(value.get("title"), stem)
        while name in schemas:
            name += "Root"
        outer = {key: part for key, part in value.items() if key not in ("$defs", "definitions")}
        schemas = {name: outer, **schemas}
        places = {name: document.place, **places}
    return _frame(document, value, schemas, places, stem), name


def _frame(
    document: Document,
    value: dict[str, Json],
    schemas: dict[str, Json],
    places: dict[str | int, Place],
    stem: str,
) -> Document:
    title = value.get("title")
    info: dict[str, Json] = {"title": title if isinstance(title, str) else stem, "version": "0"}
    if isinstance(value.get("description"), str):
        info["description"] = value["description"]
    info |= {key: part for key, part in value.items() if key.startswith("x-orgen-")}
    here = document.place
    components = Place(here.span, None, {"schemas": Place(here.span, None, places)})
    inside: dict[str | int, Place] = {
        "info": Place(here.span, None, {key: here.at((key,)) for key in info}),
        "components": components,
    }
    frame: dict[str, Json] = {
        "openapi": "3.1.0",
        "info": info,
        "components": {"schemas": schemas},
        "paths": {},
    }
    return dataclasses.replace(document, value=frame, place=Place(here.span, None, inside))
