"""The `client` package of the generated Python: written by hand, and copied as it is."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from orgen.ir.schema import Schema
from orgen.render import SourceFile
from orgen.resources import templates_dir
from orgen.targets.python.module import header

CLIENT_NAMES = ("AsyncClient", "Client", "arun_tools", "run_tools")
"""What the package itself offers of it."""


def client_dir() -> Path:
    """Folder of the modules that are copied."""
    return templates_dir() / "python" / "client"


def client_files(schema: Schema) -> list[SourceFile]:
    """`openresponses/client/*.py`."""
    return [
        SourceFile(
            PurePosixPath("openresponses/client", path.name),
            f"{header(schema)}\n{path.read_text('utf-8')}",
            by_hand=True,
        )
        for path in sorted(client_dir().glob("*.py"))
    ]
