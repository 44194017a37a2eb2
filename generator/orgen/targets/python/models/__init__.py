"""`models.py` of the generated package: classes that validate, with attribute access."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.render import SourceFile
from orgen.resources import templates_dir
from orgen.targets.python.models.flavour import Flavour
from orgen.targets.python.models.generate import Output, generated
from orgen.targets.python.models.lower import lower
from orgen.targets.python.models.msgspec import MsgspecFlavour
from orgen.targets.python.models.pydantic import PydanticFlavour
from orgen.targets.python.names import choose_names

if TYPE_CHECKING:
    from orgen.config import Config
    from orgen.diagnostics import Diagnostics
    from orgen.ir.schema import Schema

__all__ = ["render_models"]

PYDANTIC = ("_model.py", "_union.py")
MSGSPEC = ("_struct.py",)
"""Modules of the runtime that each flavour needs."""


def render_models(schema: Schema, config: Config, diagnostics: Diagnostics) -> list[SourceFile]:
    """`models.py` and the modules it needs, in the flavour of `config`, unformatted."""
    flavour: Flavour
    runtime: tuple[str, ...]
    match config.models:
        case "none":
            return []
        case "pydantic":
            flavour, output, runtime = PydanticFlavour(), Output.PYDANTIC, PYDANTIC
        case "msgspec":
            flavour, output, runtime = MsgspecFlavour(), Output.MSGSPEC, MSGSPEC
    lowered = lower(schema, choose_names(schema, diagnostics), flavour, diagnostics)
    if diagnostics.has_errors:
        return []
    text = generated(lowered, schema, output)
    return [SourceFile(PurePosixPath("openresponses/models.py"), text), *_copied(runtime)]


def _copied(names: tuple[str, ...]) -> list[SourceFile]:
    """Hand-written modules, as they are."""
    folder = templates_dir() / "python" / "runtime"
    return [
        SourceFile(
            PurePosixPath("openresponses") / name, (folder / name).read_text("utf-8"), by_hand=True
        )
        for name in names
    ]
