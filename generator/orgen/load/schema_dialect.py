"""The JSON Schema dialect that a document says it is written in."""

from __future__ import annotations

from orgen.diagnostics import Diagnostics
from orgen.load.building import quote
from orgen.load.document import Document

_DIALECTS = frozenset(
    {
        "https://json-schema.org/draft/2020-12/schema",
        "https://spec.openapis.org/oas/3.1/dialect/base",
    }
)


def report_dialect(root: Document, diagnostics: Diagnostics) -> None:
    """Report a JSON Schema dialect other than 2020-12."""
    for keyword in ("$schema", "jsonSchemaDialect"):
        found = root.value.get(keyword) if isinstance(root.value, dict) else None
        if isinstance(found, str) and found.rstrip("#") not in _DIALECTS:
            diagnostics.error(
                root.span((keyword,)),
                "L042",
                f"{quote(found)} is not a JSON Schema dialect that is read here",
                hint="use https://json-schema.org/draft/2020-12/schema",
            )
