"""The flavour `pydantic`: validating classes with attribute access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orgen.ir.schema import MISSING, Record
from orgen.targets.python.models.flavour import FieldFacts, Mark, UnionFacts
from orgen.targets.python.models.imports import OWN
from orgen.targets.python.text import string, value


@dataclass(frozen=True, slots=True)
class PydanticFlavour:
    """Prints `Maybe[T | None]` for what may be absent or null; marks stand in `Annotated`."""

    types: Mapping[str, str] = field(init=False)
    imports: Mapping[str, str] = field(init=False)
    names_members = False

    def __post_init__(self) -> None:
        model, union = f"{OWN}._model", f"{OWN}._union"
        own = ("ClosedModel", "CountedModel", "DefaultedModel", "Matches", "Maybe", "MISSING")
        imports = {name: f"{model}.{name}" for name in (*own, "UniqueItems", "Values")}
        imports |= {"OneOf": f"{union}.OneOf"}
        imports |= {"Annotated": "typing.Annotated", "Field(": "pydantic.Field"}
        types = {name: f"{model}.{name}" for name in ("Forbidden", "Number")}
        object.__setattr__(self, "types", types)
        object.__setattr__(self, "imports", imports)

    @property
    def base(self) -> str:
        return f"{OWN}._model.Model"

    def can_name(self, name: str) -> bool:
        """Any text can be an alias."""
        return True

    def field(self, facts: FieldFacts) -> tuple[str, str]:
        """`Annotated[Maybe[Annotated[` type `, mark] | None], Field(alias=...)] = MISSING`."""
        before, after = "", ""
        if facts.marks:
            before, after = "Annotated[", f", {', '.join(map(_printed, facts.marks))}]"
        if facts.nullable:
            after += " | None"
        absent = facts.optional and not self.defaults(facts)
        if absent:
            before, after = f"Maybe[{before}", f"{after}]"
        if facts.alias is not None:
            before, after = f"Annotated[{before}", f"{after}, Field(alias={string(facts.alias)})]"
        if absent:
            after += " = MISSING"
        elif facts.optional and facts.default is not MISSING:
            after += f" = {value(facts.default)}"
        return before, after

    def bases(self, record: Record, defaulted: bool) -> str:
        """`DefaultedModel, CountedModel, ClosedModel` as far as needed, else `Model`."""
        counted = record.min_properties is not None or record.max_properties is not None
        chosen = [
            name
            for name, wanted in (
                ("DefaultedModel", defaulted),
                ("CountedModel", counted),
                ("ClosedModel", record.extra is None),
            )
            if wanted
        ]
        limits = [
            f"{name}={value}"
            for name, value in (
                ("min_properties", record.min_properties),
                ("max_properties", record.max_properties),
            )
            if value is not None
        ]
        return ", ".join([*(chosen or ["Model"]), *limits])

    def extra(self, name: str) -> tuple[str, ...]:
        """Pydantic's own way to type what `extra="allow"` keeps."""
        return (f"__pydantic_extra__: dict[str, {name}] = Field(init=False)",)

    def opaque(self, record: Record, unknown: bool) -> str:
        """None: every model keeps what it does not list."""
        return ""

    def mark(self, facts: UnionFacts) -> tuple[Mark, ...]:
        """`OneOf("type", open=("UnknownItem",))`."""
        arguments = [string(name) for name in facts.union.discriminators]
        if facts.open:
            names = "".join(f"{string(name)}, " for name in facts.open)
            arguments.append(f"open=({names})")
        return (Mark("OneOf", ", ".join(arguments)),)

    def union(self, facts: UnionFacts) -> str:
        """Nothing: the mark says it all."""
        return ""

    def defaults(self, facts: FieldFacts) -> bool:
        """Optional properties with a default show it; dumps still leave it out."""
        return facts.optional and facts.default is not MISSING


def _printed(mark: Mark) -> str:
    return f"{'Field' if mark.name == 'Limits' else mark.name}({mark.arguments})"
