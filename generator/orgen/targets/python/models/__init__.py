"""`models.py` of the generated package: classes that validate, with attribute access."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.render import SourceFile
from orgen.resources import templates_dir
from orgen.targets.python.models.generate import Output, generated
from orgen.targets.python.models.lower import lower
from orgen.targets.python.models.pydantic import PydanticFlavour
from orgen.targets.python.names import choose_names

if TYPE_CHECKING:
    from orgen.config import Config
    from orgen.diagnostics import Diagnostics
    from orgen.ir.schema import Schema

__all__ = ["render_models"]


def render_models(schema: Schema, config: Config, diagnostics: Diagnostics) -> list[SourceFile]:
    """`models.py` and the modules it needs, in the flavour of `config`, unformatted."""
    if config.models == "none":
        return []
    names = choose_names(schema, diagnostics)
    lowered = lower(schema, names, PydanticFlavour(config.package), diagnostics)
    text = generated(lowered, schema, Output.PYDANTIC, config.package)
    return [
        SourceFile(PurePosixPath("openresponses/models.py"), text),
        *_runtime("_model.py", "_union.py"),
    ]


def _runtime(*names: str) -> list[SourceFile]:
    """Hand-written modules, copied as they are."""
    folder = templates_dir() / "python" / "runtime"
    return [
        SourceFile(PurePosixPath("openresponses") / name, (folder / name).read_text("utf-8"))
        for name in names
    ]
