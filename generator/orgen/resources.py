"""Where the toolchain's own templates and spec lie: beside the checkout, or inside the wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _resource(packaged: str, checkout: str) -> Path:
    inside = _PACKAGE / packaged
    return inside if inside.is_dir() else _PACKAGE.parent.parent / checkout


def templates_dir() -> Path:
    """The folder that holds one folder of Jinja templates per target."""
    return _resource("_templates", "templates")


def spec_dir() -> Path:
    """The canonical spec that ships with the toolchain."""
    return _resource("_spec", "spec")
