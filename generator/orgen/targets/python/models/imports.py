"""Imports of a module's own package, written relative, so that it works under any name."""

from __future__ import annotations

import ast

OWN = "orgen_generated"
"""Stands for the package while datamodel-code-generator works: it takes absolute names only."""


def with_relative_imports(text: str) -> str:
    """The module with `from orgen_generated.x import y` as `from .x import y`, after all others.

    >>> with_relative_imports("from orgen_generated.x import y\\nfrom z import a\\nb = a\\n")
    'from z import a\\n\\nfrom .x import y\\nb = a\\n'
    """
    lines = text.split("\n")
    imports = [
        node for node in ast.parse(text).body if isinstance(node, (ast.Import, ast.ImportFrom))
    ]
    own = [node for node in imports if isinstance(node, ast.ImportFrom) and _is_own(node)]
    if not own:
        return text
    end = max(node.end_lineno or node.lineno for node in imports)
    moved = {number for node in own for number in _lines(node)}
    kept = [line for number, line in enumerate(lines[:end], 1) if number not in moved]
    return "\n".join([*kept, "", *map(_relative, own), *lines[end:]])


def _is_own(node: ast.ImportFrom) -> bool:
    return (node.module or "").partition(".")[0] == OWN


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _relative(node: ast.ImportFrom) -> str:
    module = (node.module or "").removeprefix(OWN)
    return ast.unparse(ast.ImportFrom(module.removeprefix("."), node.names, 1))
