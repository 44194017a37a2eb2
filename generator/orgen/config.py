"""What a run of the toolchain is asked to do, after defaults, files and flags are merged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

ModelFlavour: TypeAlias = Literal["pydantic", "msgspec", "none"]
MODEL_FLAVOURS: tuple[ModelFlavour, ...] = ("pydantic", "msgspec", "none")
TARGETS = ("python", "openapi", "docs")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one run.

    `spec` is a spec folder or a single OpenAPI / JSON Schema file; `out` the
    folder that receives one folder per target; `package` the import name of
    the generated Python package; `models` the flavour of its model classes.
    """

    spec: Path
    out: Path
    targets: tuple[str, ...] = TARGETS
    package: str = "openresponses"
    models: ModelFlavour = "pydantic"
    only: tuple[str, ...] = ()
    """Targets to generate now, the others left as they are; empty for all."""
    dialects: tuple[str, ...] = ()
    """Names of the dialects to generate code for; empty for all."""
    imported_as: str = ""
    """Dotted name that the package's own documentation calls it by, if not `package`."""
    client: bool = True
    """Whether the package gets a client, if it has dialects and providers."""
    cache: Path | None = None
    """Folder for texts kept between runs; None keeps nothing."""

    @property
    def import_name(self) -> str:
        """What users of the package write after `import`."""
        return self.imported_as or self.package

    @property
    def selected(self) -> tuple[str, ...]:
        """The targets of this run, in the order of `targets`."""
        return tuple(name for name in self.targets if not self.only or name in self.only)
