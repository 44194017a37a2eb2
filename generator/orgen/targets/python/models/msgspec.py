"""The flavour `msgspec`: structs, faster and smaller, which keep less than pydantic's classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orgen.ir.schema import Record
from orgen.targets.python.models.flavour import FieldFacts, Mark, UnionFacts
from orgen.targets.python.models.imports import OWN
from orgen.targets.python.text import string


@dataclass(frozen=True, slots=True)
class MsgspecFlavour:
    """Prints `T | None | UnsetType` for what may be absent or null; unions are types apart."""

    types: Mapping[str, str] = field(init=False)
    imports: Mapping[str, str] = field(init=False)
    names_members = True

    def __post_init__(self) -> None:
        struct = f"{OWN}._struct"
        imports = {
            "UNSET": "msgspec.UNSET",
            "UnsetType": "msgspec.UnsetType",
            "Struct,": "msgspec.Struct",
            "Meta(": "msgspec.Meta",
            "field(": "msgspec.field",
            "Annotated": "typing.Annotated",
            "Object": f"{struct}.Object",
            "Unknown": f"{struct}.Unknown",
            "variants=": f"{struct}.one_of",
            "rest=": "typing.Union",
            "unknown=": "typing.TYPE_CHECKING",
            "": "typing.TypeAlias",
        }
        types = {name: f"{struct}.{name}" for name in ("Forbidden", "Number")}
        object.__setattr__(self, "imports", imports)
        object.__setattr__(self, "types", types)

    @property
    def base(self) -> str:
        return "msgspec.Struct"

    def can_name(self, name: str) -> bool:
        """msgspec writes names as they are, so none may need an escape in JSON."""
        return not any(char in '\\"' or char < " " for char in name)

    def field(self, facts: FieldFacts) -> tuple[str, str]:
        """`Annotated[` type `, Meta(ge=0)] | None | UnsetType = field(name=..., default=UNSET)`."""
        before, after = "", ""
        limits = [self._mark(mark) for mark in facts.marks if mark.name == "Limits"]
        if limits:
            before, after = "Annotated[", f", {', '.join(limits)}]"
        if facts.nullable:
            after += " | None"
        if facts.optional:
            after += " | UnsetType"
        arguments = [f"name={string(facts.alias)}"] if facts.alias is not None else []
        if facts.optional and arguments:
            arguments.append("default=UNSET")
        if arguments:
            after += f" = field({', '.join(arguments)})"
        elif facts.optional:
            after += " = UNSET"
        return before, after

    def _mark(self, mark: Mark) -> str:
        return f"Meta({mark.arguments})"

    def bases(self, record: Record, defaulted: bool) -> str:
        """`Struct, kw_only=True`, and for closed records `forbid_unknown_fields=True`."""
        closed = ", forbid_unknown_fields=True" if record.extra is None else ""
        return f"Struct, kw_only=True{closed}"

    def opaque(self, record: Record, unknown: bool) -> str:
        """Dictionaries, where there is more to keep than the listed properties."""
        if unknown:
            return "Unknown"
        return "" if record.properties or record.extra is None else "Object"

    def extra(self, name: str) -> tuple[str, ...]:
        """Structs drop properties beyond the listed ones."""
        return ()

    def mark(self, facts: UnionFacts) -> tuple[Mark, ...]:
        """No mark: a union with discriminators is a type apart."""
        return ()

    def union(self, facts: UnionFacts) -> str:
        """Arguments of `one_of`: `"type", variants={"message": Message}, unknown=UnknownItem`."""
        if not facts.variants:
            return ""
        arguments = [string(name) for name in facts.union.discriminators]
        arguments.append(f"variants={_table(facts)}")
        if facts.open:
            arguments.append(f"unknown={facts.open[-1]}")
        if facts.rest:
            arguments.append(f"rest=Union[{', '.join(facts.rest)}]")
        return ", ".join(arguments)

    def defaults(self, facts: FieldFacts) -> bool:
        """Absent is `UNSET`, whatever the default: else it would be written."""
        return False


def _table(facts: UnionFacts) -> str:
    """`{"message": {"user": UserMessage}, None: ItemReference}`."""
    shared: dict[str, dict[str, str]] = {}
    for name, tags, untagged in facts.variants:
        first, *second = tags
        for value in first:
            entries = shared.setdefault(string(value), {})
            entries.update({string(v): name for v in (second[0] if second else ())} or {"": name})
        if untagged:
            shared["None"] = {"": name}
    printed = []
    for value, inner in shared.items():
        nested = ", ".join(f"{key}: {name}" for key, name in inner.items())
        printed.append(f"{value}: {inner.get('') or '{' + nested + '}'}")
    return "{" + ", ".join(printed) + "}"
