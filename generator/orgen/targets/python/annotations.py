"""Prints types as annotations for TypedDicts; evaluated when the module is imported."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from orgen.ir.schema import (
    Anything,
    List,
    Literals,
    Map,
    Nothing,
    Record,
    Ref,
    Scalar,
    ScalarKind,
    Type,
    Union,
)
from orgen.targets.python.text import string

_SCALARS = {
    ScalarKind.STRING: "str",
    ScalarKind.INTEGER: "int",
    ScalarKind.NUMBER: "float",
    ScalarKind.BOOLEAN: "bool",
    ScalarKind.NULL: "None",
}


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints annotations where the names in `defined` exist already; others are quoted."""

    classes: Mapping[str, str]
    """Component name -> identifier."""
    defined: Container[str]
    """Components defined above."""

    def annotation(self, type: Type, nullable: bool = False) -> str:
        """`str | None`, `list["Item"]`, `"Item | None"` ..."""
        members = self._members(type)
        if nullable and "None" not in members:
            members.append("None")
        if len(members) == 1:
            return members[0]
        if any(member.startswith('"') for member in members):
            return _quoted(members)
        return " | ".join(members)

    def _members(self, type: Type) -> list[str]:
        """What stands between the bars; each once."""
        match type:
            case Union():
                found = [m for v in type.variants for m in self._members(v.type)]
            case Literals():
                found = _literals(type)
            case _:
                found = [self._single(type)]
        if "Any" in found:
            return ["Any"]
        return list(dict.fromkeys(found))

    def _single(self, type: Type) -> str:
        match type:
            case Scalar():
                return _SCALARS[type.kind]
            case List():
                return f"list[{self.annotation(type.items)}]"
            case Map():
                return f"dict[str, {self.annotation(type.values)}]"
            case Ref():
                name = self.classes[type.name]
                return name if type.name in self.defined else f'"{name}"'
            case Anything():
                return "Any"
            case Nothing():
                return "Never"
            case Record():
                return "dict[str, Any]"
            case _:
                raise TypeError(f"{type} has members")


def _literals(literals: Literals) -> list[str]:
    """`Literal["a", 1]`; `Literal` takes no fractions, so these are just numbers."""
    exact = [v for v in literals.values if not isinstance(v, float)]
    printed = ", ".join(string(v) if isinstance(v, str) else repr(v) for v in exact)
    found = [f"Literal[{printed}]"] if exact else []
    return found + ["float"] * (len(exact) < len(literals.values))


def _quoted(members: list[str]) -> str:
    """A union with a name from further below: quoted whole where no escape forbids that."""
    bare = " | ".join(member.strip('"') if _is_name(member) else member for member in members)
    if "\\" not in bare and '"' not in bare:
        return f'"{bare}"'
    return f"Union[{', '.join(members)}]"


def _is_name(member: str) -> bool:
    return member.startswith('"')
