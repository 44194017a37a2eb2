"""The hand-written modules of the generated package, and what they export."""

from __future__ import annotations

import ast
from pathlib import Path

from orgen.resources import templates_dir


def runtime_dir() -> Path:
    """Folder of the modules that are copied as they are."""
    return templates_dir() / "python" / "runtime"


def _exports(module: str) -> frozenset[str]:
    tree = ast.parse((runtime_dir() / module).read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return frozenset(ast.literal_eval(node.value))
    raise ValueError(f"{module} has no __all__")


PRIMITIVES = _exports("primitives.py")
"""Names of the pure primitives."""

RUNTIME_MODULES = tuple(
    sorted(path.name for path in runtime_dir().glob("*.py") if not path.name.startswith("_"))
)
"""Modules that every translator needs; those of the models begin with an underscore."""
