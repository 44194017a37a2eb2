"""The `openapi` target: the spec as single OpenAPI documents, with and without overlays."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.bundle import bundle_text
from orgen.render import SourceFile
from orgen.targets import Inputs, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgen.diagnostics import Diagnostics
    from orgen.load import Document

__all__ = ["openapi_files", "target"]

FULL = PurePosixPath("openapi.json")
CORE = PurePosixPath("openapi.core.json")


class _OpenapiTarget:
    name = "openapi"

    def files(self, inputs: Inputs, diagnostics: Diagnostics) -> Sequence[SourceFile]:
        """The full bundle and the core bundle."""
        return openapi_files(inputs.core, inputs.full)


target: Target = _OpenapiTarget()


def openapi_files(core: Document, full: Document) -> list[SourceFile]:
    """The full bundle and the core bundle, of the spec with and without its overlays."""
    return [
        SourceFile(FULL, bundle_text(full, core=False)),
        SourceFile(CORE, bundle_text(core, core=True)),
    ]
