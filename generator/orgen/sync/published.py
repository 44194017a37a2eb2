"""The published document: read, and refused unless it can replace our contract."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from orgen.diagnostics import Diagnostics, Severity
from orgen.load import Document, load_file, load_spec
from orgen.sync.written import Written, read_written
from orgen.validate import validate

_SHARED = 3
"""One in so many of our components must be in the published document, or it is another API."""


def read_published(path: Path, diagnostics: Diagnostics) -> tuple[Document, Written] | None:
    """The document, merged and as it is written; None after reporting what is wrong with it."""
    document = load_file(path, path.parent, diagnostics)
    if document is None or diagnostics.has_errors or not _is_openapi(document, diagnostics):
        return None
    merged = load_spec(path, diagnostics)
    if merged is None or diagnostics.has_errors:
        return None
    found = Diagnostics(sources=diagnostics.sources)
    validate(merged, found)
    _check_contents(merged, found)
    diagnostics.items += [item for item in found.items if item.severity is Severity.ERROR]
    if diagnostics.has_errors:
        return None
    written = read_written(path, Diagnostics())
    return None if written is None else (merged, written)


def _is_openapi(document: Document, diagnostics: Diagnostics) -> bool:
    value = document.value
    if isinstance(value, dict) and ("openapi" in value or "swagger" in value):
        return True
    diagnostics.error(
        document.span(),
        "S001",
        "this is no OpenAPI document",
        "name the published document of Open Responses, which begins with openapi: 3.1.0",
    )
    return False


def _check_contents(document: Document, diagnostics: Diagnostics) -> None:
    """S002 and S003: a contract has a release, operations and components."""
    value = document.value
    assert isinstance(value, dict)  # as `_is_openapi` has found
    info = value.get("info")
    version = info.get("version") if isinstance(info, dict) else None
    if not isinstance(version, str) or not version.isprintable() or not 0 < len(version) <= 100:
        diagnostics.error(
            document.span(("info", "version")),
            "S002",
            "the document does not say which release it is",
            "info.version must be a short string, such as '2026-04-24'",
        )
    for key, pointer in (("paths", ("paths",)), ("components", ("components", "schemas"))):
        part = document.schemas if key == "components" else value.get(key)
        if not part:
            diagnostics.error(
                document.span(pointer),
                "S003",
                f"the document has no {'.'.join(pointer)}",
                "is it whole? a sync would empty the spec",
            )


def refuse_strangers(ours: Collection[str], theirs: Document, diagnostics: Diagnostics) -> None:
    """S004: a document that shares hardly any component with the spec describes something else."""
    shared = sum(name in theirs.schemas for name in ours)
    if ours and shared * _SHARED < len(ours):
        diagnostics.error(
            theirs.span(("info",)),
            "S004",
            f"only {shared} of the {len(ours)} components of the spec are in this document",
            "is it another API? begin a spec folder of its own for it",
        )
