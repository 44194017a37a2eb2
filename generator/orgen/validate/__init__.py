"""Checks a merged document: that it is OpenAPI 3.1, that it means something, and only one thing.

Every rule has a code of its own in `docs/diagnostics.md` and reports all its
faults. Rules that look through references do not follow those that go in circles, and
do not run at all on schemas too large to be resolved. Nothing is changed.
"""

from __future__ import annotations

from contextlib import suppress

from orgen.diagnostics import Diagnostics
from orgen.load import Document
from orgen.validate.constraints import check_constraints, check_required
from orgen.validate.context import Context, TooManyFaults
from orgen.validate.defaults import check_defaults
from orgen.validate.discriminators import check_discriminators
from orgen.validate.frame import check_frame
from orgen.validate.keywords import check_keywords
from orgen.validate.merging import check_merging
from orgen.validate.prose import check_prose
from orgen.validate.references import check_references

__all__ = ["validate"]


def validate(document: Document, diagnostics: Diagnostics, *, own: bool | None = None) -> None:
    """Report every fault of a document that `load_spec` or `apply_overlays` made.

    `own` asks for descriptions everywhere, as in our own spec; by default that
    is so for spec folders and not for single documents.
    """
    context = Context(document, diagnostics, document.folder if own is None else own)
    with suppress(TooManyFaults):
        _run(context)


def _run(context: Context) -> None:
    """All rules, family by family."""
    check_frame(context)
    check_keywords(context)
    check_constraints(context)
    if check_references(context):
        check_required(context)
        check_discriminators(context)
        check_merging(context)
        check_prose(context)
        # Last, as values are checked only by schemas that are sound.
        check_defaults(context)
