"""The whole spec as one OpenAPI 3.1 document.

The full bundle keeps the marks of overlays (`x-orgen-overlay`); the core bundle,
made from the spec without overlays, holds nothing of ours but the prose.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orgen.ir.schema import Json
    from orgen.load import Document

OPENAPI_VERSION = "3.1.0"
INTERNAL_PREFIX = "x-orgen-"

_FIRST = ("openapi", "info", "jsonSchemaDialect", "servers", "security", "tags", "paths")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Objects whose keys are names that authors choose, not keywords: such a key may
# begin like one of ours and must stay.
_NAMED = frozenset(
    {"properties", "patternProperties", "$defs", "schemas", "x-enumDescriptions", "mapping"}
)
# Values that are data of the described API.
_DATA = frozenset({"const", "default", "enum", "example", "examples"})


def bundle(document: Document, *, core: bool = False) -> Json:
    """The document as OpenAPI 3.1 data, in a customary order of sections.

    `document` is a loaded spec, whose references are all to components. With
    `core`, the toolchain's own keywords are left out.
    """
    value = _without_internal(document.value) if core else document.value
    if not isinstance(value, dict):
        return value
    ordered: dict[str, Json] = {"openapi": value.get("openapi", OPENAPI_VERSION)}
    ordered["info"] = value.get("info", {"title": "Schemas", "version": "0"})
    ordered.update((key, value[key]) for key in _FIRST if key in value)
    ordered.update((key, entry) for key, entry in value.items() if key not in ordered)
    if not ordered.keys() & {"paths", "components", "webhooks"}:
        ordered["paths"] = {}
    return ordered


def bundle_text(document: Document, core: bool) -> str:
    """The bundle as JSON text, indented by two spaces, with a final newline."""
    text = json.dumps(bundle(document, core=core), ensure_ascii=False, allow_nan=False, indent=2)
    # A lone surrogate cannot be written as UTF-8; JSON can spell it.
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def _without_internal(value: Json) -> Json:
    """A copy without the toolchain's keywords; names and data are left as they are."""
    match value:
        case dict():
            return {
                key: _below(key, entry)
                for key, entry in value.items()
                if not key.startswith(INTERNAL_PREFIX)
            }
        case list():
            return [_without_internal(entry) for entry in value]
        case _:
            return value


def _below(key: str, value: Json) -> Json:
    if key in _DATA:
        return value
    if key in _NAMED and isinstance(value, dict):
        return {name: _without_internal(entry) for name, entry in value.items()}
    return _without_internal(value)
