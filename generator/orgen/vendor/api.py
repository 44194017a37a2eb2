"""The public names of a generated package, read from its source, and how two versions differ."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeAlias

from orgen.vendor.graph import is_public

Api: TypeAlias = "dict[str, str]"
"""Dotted name below the package -> what it is: a signature, an annotation, a member."""
_LONGEST = 160
_Definition: TypeAlias = (
    "ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One name of the API; `before` or `after` is None where it was not or is no more."""

    name: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.name}{self.after}"
        if self.after is None:
            return f"- {self.name}{self.before}"
        return f"~ {self.name}{self.before}  ->  {self.after.removeprefix(': ')}"


def api_of(texts: Mapping[str, str]) -> Api:
    """The API of the package with these modules; keys are paths below it.

    It is what public modules list in `__all__`, but for `__version__` and its like. A module that
    is no Python has none.
    """
    trees = {path: tree for path, text in texts.items() if (tree := _parsed(path, text))}
    found: Api = {}
    for path in sorted(trees):
        if is_public(path):
            module = _dotted(path)
            if module:
                found[module] = " (module)"
            for name in _exports(trees[path]):
                definition = _definition(path, name, trees)
                if definition is not None:
                    found |= _described(f"{module}.{name}" if module else name, definition)
    return found


def changes(before: Api, after: Api) -> list[Change]:
    """How the API changes, by name; of what comes or goes as a whole, only the whole."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    whole = {name for name in names if name not in before or name not in after}
    return [
        Change(name, before.get(name), after.get(name))
        for name in names
        if not any(parent in whole for parent in _parents(name))
    ]


def _parents(name: str) -> list[str]:
    parts = name.split("[")[0].split(".")
    above = [".".join(parts[:length]) for length in range(1, len(parts))]
    return [*above, ".".join(parts)] if "[" in name else above


def _parsed(path: str, text: str) -> ast.Module | None:
    if not path.endswith(".py"):
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _dotted(path: str) -> str:
    name = path.removesuffix(".py").replace("/", ".")
    return "" if name == "__init__" else name.removesuffix(".__init__")


def _exports(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and _is_named(node, "__all__"):
            value = node.value
            elements = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
            texts = [item.value for item in elements if isinstance(item, ast.Constant)]
            return [text for text in texts if isinstance(text, str) and text[:2] != "__"]
    return []


def _is_named(node: ast.stmt, name: str) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id=found)]) | ast.AnnAssign(target=ast.Name(id=found)):
            return found == name
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name == name
        case _:
            return False


def _definition(
    path: str, name: str, trees: Mapping[str, ast.Module], depth: int = 8
) -> _Definition | None:
    """Where a name is defined, imports between the modules of the package followed."""
    for node in trees[path].body:
        if isinstance(node, ast.ImportFrom) and node.level:
            for alias in node.names:
                origin = _file(path, node, trees)
                if (alias.asname or alias.name) == name and origin is not None and depth:
                    return _definition(origin, alias.name, trees, depth - 1)
        elif _is_named(node, name) and isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
        ):
            return node
    return None


def _file(path: str, node: ast.ImportFrom, trees: Mapping[str, ast.Module]) -> str | None:
    parents = PurePosixPath(path).parents
    if node.level > len(parents):
        return None
    base = parents[node.level - 1].joinpath(*(node.module or "").split("."))
    return next((f for f in (f"{base}.py", str(base / "__init__.py")) if f in trees), None)


def _described(name: str, node: _Definition) -> Api:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return {name: _signature(node)}
        case ast.ClassDef():
            return {name: _bases(node), **_members(name, node)}
        case ast.AnnAssign():
            return _alias(name, node.value) if node.value else {name: f": {_text(node.annotation)}"}
        case ast.Assign():
            return _alias(name, node.value)


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return _cut(f"({ast.unparse(node.args)}){returns}")


def _bases(node: ast.ClassDef) -> str:
    bases = ", ".join(ast.unparse(base) for base in [*node.bases])
    return _cut(f" (class of {bases})" if bases else " (class)")


def _members(name: str, node: ast.ClassDef) -> Api:
    found: Api = {}
    for member in node.body:
        match member:
            case ast.AnnAssign(target=ast.Name(id=field)) if not field.startswith("_"):
                default = f" = {_text(member.value)}" if member.value else ""
                found[f"{name}.{field}"] = f": {_text(member.annotation)}{default}"
            case ast.FunctionDef() | ast.AsyncFunctionDef() if not member.name.startswith("_"):
                found[f"{name}.{member.name}"] = _signature(member)
            case _:
                pass
    return found


def _alias(name: str, value: ast.expr) -> Api:
    """A union or `Literal` member by member, a dictionary type field by field, or a value."""
    match value:
        case ast.Call(func=ast.Name(id="TypedDict"), args=[_, ast.Dict(keys=keys, values=values)]):
            fields = {
                f"{name}.{key.value!s}": f": {_text(item)}"
                for key, item in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            }
            return {name: " (class of TypedDict)", **fields}
        case ast.BinOp(op=ast.BitOr()):
            return {name: " (union)", **{f"{name}[{_text(m)}]": "" for m in _operands(value)}}
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=elements)):
            return {name: " (literals)", **{f"{name}[{_text(m)}]": "" for m in elements}}
        case _:
            return {name: f" = {_text(value)}"}


def _operands(value: ast.expr) -> list[ast.expr]:
    found: list[ast.expr] = []
    while isinstance(value, ast.BinOp):
        found.append(value.right)
        value = value.left
    return [value, *reversed(found)]


def _text(node: ast.expr) -> str:
    return _cut(ast.unparse(node))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
