"""What becomes of a bare string, where content is a string or a list of parts.

Most content is one text. What `picked`, `bare` and `listed` make of it is known when the dialect
is compiled, if the groups give a text of that type back as it is: then strings need no function
that looks for parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from orgen.ir.operations import (
    Account,
    Alternative,
    Constant,
    Equals,
    Expr,
    Field,
    Function,
    FunctionName,
    Guard,
    Holds,
    IsKind,
    KeySet,
    Let,
    Local,
    NewList,
    Operands,
    Picked,
    Present,
    Primitive,
    Program,
    Return,
    Stmt,
    When,
    WhereText,
)

KINDS = ("input_text", "output_text")
"""Types of part that a bare string may be, in the order in which they are tried."""

NULL = Constant("null", None)
IN_REQUEST = Holds(Primitive("in_request", (), context=True))


@dataclass(frozen=True, slots=True)
class Texts:
    """What a program makes of texts."""

    part: Expr | None = None
    """A bare string as a part; the string is the local name `text`."""
    alike: Mapping[str, frozenset[str]] | None = None
    """Functions of groups -> types of the parts whose text is all that they give."""


def texts_of(program: Program) -> Texts:
    """What the functions of a program make of texts."""
    groups = (function for function in program.functions if function.parameters == ("part",))
    alike = {
        function.name: frozenset(kind for kind in KINDS if _gives_text(function, kind))
        for function in groups
    }
    return Texts(program.text, alike)


# Groups -----------------------------------------------------------------------


def _gives_text(function: Function, kind: str) -> bool:
    """Whether every rule that may take a part of that type with nothing but a text gives it."""
    part = function.parameters[0]
    for alternative in () if function.prologue else function.alternatives:
        names, holds = _taken(alternative, part, kind)
        if holds is False:
            continue
        if not _is_text(alternative.body, part, names):
            return False
        if holds:
            return True
    return False


def _taken(alternative: Alternative, part: str, kind: str) -> tuple[set[str], bool | None]:
    """(names of the text, whether the alternative takes such a part, if that is known)."""
    names: set[str] = set()
    known = True
    for step in alternative.steps:
        if isinstance(step, Let):
            if step.value != Field(Local(part), "text"):
                return names, None
            names.add(step.name)
            continue
        holds = _holds(step, part, kind, names)
        if holds is False:
            return names, False
        known = known and holds is True
    return names, True if known else None


def _holds(step: Guard, part: str, kind: str, names: set[str]) -> bool | None:
    match step.condition:
        case IsKind(Local(name), kinds) if name == part:
            return "object" in kinds
        case IsKind(Local(name), kinds) if name in names:
            return "string" in kinds
        case Present(Local(name)) if name in names:
            return True
        case Equals(Field(Local(name), "type"), Constant(_, value)) if name == part:
            return value == kind
        case _:
            return None


def _is_text(body: tuple[Stmt, ...], part: str, names: set[str]) -> bool:
    """Whether a body does nothing but return the text."""
    names = set(names)
    for stmt in body:
        match stmt:
            case Let(name, Local(value)) if value in names:
                names.add(name)
            case Account(Local(name), known) if name == part and {"type", "text"} <= {*known}:
                pass
            case Return(Local(name)):
                return name in names
            case _:
                return False
    return False


# Bodies -----------------------------------------------------------------------


def with_bare(function: Function, texts: Texts) -> Function:
    """The function, where bare strings take the short way."""
    alternatives = (
        replace(alternative, body=_body(alternative.body, texts))
        for alternative in function.alternatives
    )
    return replace(function, alternatives=tuple(alternatives))


def _body(body: tuple[Stmt, ...], texts: Texts) -> tuple[Stmt, ...]:
    made: list[Stmt] = []
    for number, stmt in enumerate(body):
        match stmt:
            case Let(name, Primitive("picked", (Local() as content, *groups))):
                found = [_picked(group, content, texts) for group in groups]
                lists = [one for one in found if one is not None]
                if len(lists) == len(found) and set(lists) != {NULL}:
                    end = number + 1 + _reach(body[number + 1 :], name)
                    short = _folded(body[number + 1 : end], name, lists)
                    long = tuple(_shortened(one, texts) for one in body[number:end])
                    made.append(When(IsKind(content, ("string",)), short, long))
                    return (*made, *_body(body[end:], texts))
        made.append(_shortened(stmt, texts))
    return tuple(made)


def _picked(group: Expr, content: Local, texts: Texts) -> Expr | None:
    """What a group picks of a bare string; None where that is not known."""
    match group:
        case Operands((FunctionName(name), KeySet(types))):
            kind = next((kind for kind in KINDS if kind in types), None)
            if kind is None:
                return NULL
            return NewList((content,)) if kind in (texts.alike or {}).get(name, ()) else None
        case _:
            return None


def _reach(body: tuple[Stmt, ...], name: str) -> int:
    """How many statements there are up to the last one that speaks of what was picked."""
    names, reach = {name}, 0
    for number, stmt in enumerate(body, 1):
        if not names.isdisjoint(_locals(stmt)):
            reach = number
        if isinstance(stmt, Let) and isinstance(stmt.value, Picked):
            names.add(stmt.name)
    return reach


def _locals(node: Any) -> Iterator[str]:
    if isinstance(node, Local):
        yield node.name
    elif isinstance(node, tuple):
        for one in node:
            yield from _locals(one)
    elif is_dataclass(node):
        for field in fields(node):
            yield from _locals(getattr(node, field.name))


def _folded(body: tuple[Stmt, ...], name: str, lists: list[Expr]) -> tuple[Stmt, ...]:
    """The statements for what is picked of a bare string."""
    made: list[Stmt] = []
    nothing: set[Expr] = set()

    def fold(node: Any) -> Any:
        match node:
            case Picked(Local(of), number) if of == name:
                return lists[number]
            case Primitive("join", (NewList((text,)),)):
                return text
            case Primitive("default", (Local() as text, _)) if NewList((text,)) in lists:
                return text
            case _:
                return node

    for stmt in body:
        match _mapped(stmt, fold):
            case Let(local, Constant(_, None)):
                nothing.add(Local(local))
            case When(Present(value), _, otherwise) if value in nothing:
                made += otherwise
            case other:
                made.append(other)
    return tuple(made)


def _shortened(stmt: Stmt, texts: Texts) -> Stmt:
    """The statement, where content that is a bare string is not looked through."""

    def fold(node: Any) -> Any:
        match node:
            case Primitive("bare", (WhereText(content, _, other),)):
                return WhereText(content, content, replace(node, arguments=(other,)))
            case Primitive("listed", (WhereText(content, _, other),)) if texts.part is not None:
                part = _mapped(texts.part, lambda one: content if one == Local("text") else one)
                return WhereText(content, NewList((part,)), replace(node, arguments=(other,)))
            case Primitive("encode_parts", (Local() as content, _)):
                return WhereText(content, content, node, IN_REQUEST)
            case _:
                return node

    made: Stmt = _mapped(stmt, fold)
    return made


def _mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node whose parts, then itself, are changed."""
    if isinstance(node, tuple):
        return tuple(_mapped(one, change) for one in node)
    if not is_dataclass(node) or isinstance(node, type | Constant):
        return node
    parts = {field.name: getattr(node, field.name) for field in fields(node)}
    changed = {key: _mapped(part, change) for key, part in parts.items()}
    same = all(changed[key] is parts[key] for key in parts)
    return change(node if same else replace(node, **changed))
