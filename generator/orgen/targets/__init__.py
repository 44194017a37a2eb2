"""Output targets. Each turns the same inputs into files; none knows of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgen.config import Config
    from orgen.diagnostics import Diagnostics
    from orgen.dialect.ast import Dialect
    from orgen.ir.schema import Schema
    from orgen.load import Document
    from orgen.provider.model import Provider
    from orgen.render import SourceFile


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a target works from.

    `core` and `full` are the loaded spec without and with its overlays; `schema`
    is `full`, resolved; `dialects` are those to generate code for, and `known_dialects` all
    of the spec, checked: what one dialect says may depend on what its neighbours know.
    `providers` are all of the spec, whichever dialects they serve.
    """

    core: Document
    full: Document
    schema: Schema
    config: Config
    dialects: Sequence[Dialect] = ()
    known_dialects: Sequence[Dialect] = ()
    providers: Sequence[Provider] = ()


class Target(Protocol):
    """A named generator of files below `<out>/<name>/`."""

    name: str

    def files(self, inputs: Inputs, diagnostics: Diagnostics) -> Sequence[SourceFile]:
        """All files of this target, unformatted, in a fixed order."""
        ...
