"""What a run of the toolchain is asked to do, after defaults, files and flags are merged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

ModelFlavour: TypeAlias = Literal["pydantic", "msgspec", "none"]


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one run.

    `spec` is a spec folder or a single OpenAPI / JSON Schema file; `out` the
    folder that receives one folder per target; `package` the import name of
    the generated Python package; `models` the flavour of its model classes.
    """

    spec: Path
    out: Path
    targets: tuple[str, ...] = ("python", "openapi", "docs")
    package: str = "openresponses"
    models: ModelFlavour = "pydantic"
