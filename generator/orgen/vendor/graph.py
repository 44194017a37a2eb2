"""Which modules of a package import which: only what is needed is vendored."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Set
from pathlib import PurePosixPath

INTERNAL = "runtime"
"""Folder of the modules that serve only others."""
CLIENT = "client"
"""Folder of a package whose own modules serve it alone."""


def needed(files: Mapping[str, str]) -> dict[str, str]:
    """The files without internal modules that nothing public leads to.

    Keys are paths below the package; every relative import has to stay inside.

    Raises:
        ValueError: if a module imports one that is not there: a fault of the target.
    """
    modules = {path for path in files if path.endswith(".py")}
    kept: set[str] = set()
    waiting = [path for path in sorted(modules) if is_public(path)]
    while waiting:
        path = waiting.pop()
        if path in kept:
            continue
        kept.add(path)
        waiting += imported(path, files[path], modules)
    return {path: text for path, text in files.items() if path in kept or path not in modules}


def is_public(path: str) -> bool:
    """Whether users of the package import the module by its name."""
    *folders, name = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
    parts = [*folders, name]
    inner = parts[0] == INTERNAL or (parts[0] == CLIENT and len(parts) > 1)
    return not inner and not any(part.startswith("_") and part != "__init__" for part in parts)


def imported(path: str, text: str, modules: Set[str]) -> set[str]:
    """Paths of the modules that one imports from its own package, their packages included."""
    found: set[str] = set()
    for base, name in _targets(path, text):
        if (inner := _module(base / name, modules)) is not None:
            found.add(inner)
        elif (module := _module(base, modules)) is not None:
            found.add(module)
        else:
            raise ValueError(f"{path} imports {base}, which is not part of the package")
        found |= _packages(base, modules)
    return found


def _targets(path: str, text: str) -> Iterator[tuple[PurePosixPath, str]]:
    """Folder or module, and name in it, of every relative import."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level:
            parents = PurePosixPath(path).parents
            if node.level > len(parents):
                raise ValueError(f"{path} imports from outside of the package")
            base = parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for alias in node.names:
                yield base, alias.name


def _module(path: PurePosixPath, modules: Set[str]) -> str | None:
    """The file of the module at a path without suffix."""
    for file in (f"{path}.py", str(path / "__init__.py")):
        if file in modules:
            return file
    return None


def _packages(path: PurePosixPath, modules: Set[str]) -> set[str]:
    inits = {str(folder / "__init__.py") for folder in (path, *path.parents)}
    return inits & modules
