"""What becomes of a bare string, where content is a string or a list of parts.

Most content is one text. What `picked`, `bare` and `listed` make of it is known when the dialect
is compiled, if the groups give a text of that type back as it is; and so is the one part that
`each` makes of it on the way back. Then strings need no function that looks for parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from orgen.ir.operations import (
    Account,
    AllOf,
    Alternative,
    Constant,
    Differs,
    Either,
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
    NewObject,
    Operands,
    Picked,
    Present,
    Primitive,
    Program,
    Return,
    Stmt,
    When,
)
from orgen.ir.trees import mapped, parts

KINDS = ("input_text", "output_text")
"""Types of part that a bare string may be, in the order in which they are tried."""

Code = TypeVar("Code", Stmt, Expr)

NULL = Constant("null", None)
EMPTY = Constant('""', "")
IN_REQUEST = Holds(Primitive("in_request", (), context=True))


@dataclass(frozen=True, slots=True)
class Texts:
    """What a program makes of texts."""

    part: Expr | None = None
    """A bare string as a part; the string is the local name `text`."""
    alike: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Encoding functions of groups -> types of the parts whose text is all that they give."""
    parts: Mapping[str, Expr] = field(default_factory=dict)
    """Decoding functions of groups -> what they make of a string, which is called `native`."""


def texts_of(program: Program) -> Texts:
    """What the functions of a program make of texts."""
    alike: dict[str, frozenset[str]] = {}
    parts: dict[str, Expr] = {}
    for function in program.functions:
        if function.parameters == ("part",):
            alike[function.name] = frozenset(k for k in KINDS if _gives_text(function, k))
        elif function.parameters == ("native",) and (made := _of_string(function)) is not None:
            parts[function.name] = made
    return Texts(program.text, alike, parts)


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


def _of_string(function: Function) -> Expr | None:
    """What every rule that may take a string makes of it, if nothing depends on more."""
    native = Local(function.parameters[0])
    made: Expr | None = None
    for alternative in () if function.prologue else function.alternatives:
        match alternative.steps, alternative.body:
            case (Guard(IsKind(value, kinds)), *rest), (
                Return(NewObject() as found),
            ) if value == native and all(isinstance(step, Guard) for step in rest):
                if "string" not in kinds:
                    continue
                if {*_locals(found)} != {native.name} or made not in (None, found):
                    return None
                made = found
                if not rest:
                    return made
            case (Guard(IsKind(value, kinds)), *_), _ if value == native:
                if "string" in kinds:
                    return None
            case _:
                return None
    return None


# Bodies -----------------------------------------------------------------------


def with_bare(function: Function, texts: Texts) -> Function:
    """The function, where bare strings take the short way."""
    alternatives = (
        replace(
            alternative,
            steps=tuple(
                (
                    replace(step, value=_shortened(step.value, texts))
                    if isinstance(step, Let)
                    else step
                )
                for step in alternative.steps
            ),
            body=_body(alternative.body, texts),
        )
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
            return NewList((content,)) if kind in texts.alike.get(name, ()) else None
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


def _locals(tree: object) -> Iterator[str]:
    for part in parts(tree):
        match part:
            case Local(name):
                yield name


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
        match mapped(stmt, fold):
            case Let(local, Constant(_, None)):
                nothing.add(Local(local))
            case When(Present(value), _, otherwise) if value in nothing:
                made += otherwise
            case other:
                made.append(other)
    return tuple(made)


def _shortened(code: Code, texts: Texts) -> Code:
    """The code, where content that is a bare string is not looked through."""

    def fold(node: Any) -> Any:
        match node:
            case Primitive("bare", (Either(AllOf((IsKind(content), _)), _, other),)):
                return Either(_is_string(content), content, replace(node, arguments=(other,)))
            case Primitive("listed", (Either(AllOf((IsKind(content), _)), _, other),)) if (
                texts.part is not None
            ):
                listed = NewList((_with(texts.part, "text", content),))
                return Either(_is_string(content), listed, replace(node, arguments=(other,)))
            case Primitive("encode_parts", (Local() as content, _)):
                return Either(AllOf((_is_string(content), IN_REQUEST)), content, node)
            case Primitive("each", (Primitive("texts", (Local() as text, *_)), FunctionName(name))):
                part = texts.parts.get(name)
                if part is None:
                    return node
                said = AllOf((_is_string(text), Differs(text, EMPTY)))
                return Either(said, NewList((_with(part, "native", text),)), node)
            case _:
                return node

    return mapped(code, fold)


def _is_string(value: Expr) -> IsKind:
    return IsKind(value, ("string",))


def _with(expression: Expr, name: str, value: Expr) -> Expr:
    """The expression with a value for a local name."""
    return mapped(expression, lambda one: value if one == Local(name) else one)
