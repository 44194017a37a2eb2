"""The records that hold variants which the spec does not know (yet)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import (
    Component,
    Doc,
    Property,
    Record,
    Ref,
    Role,
    Scalar,
    ScalarKind,
    Union,
)
from orgen.resolve.wording import common_noun, stem, words

TEXT = Scalar(ScalarKind.STRING)


@dataclass(slots=True)
class Unknowns:
    """One record per noun (`UnknownItem`), shared by the unions of such things."""

    components: dict[str, Component]
    nouns: Mapping[str, str]
    """Lifted union -> what it was called in its place."""
    diagnostics: Diagnostics
    added: dict[str, Component] = field(default_factory=dict)

    def complete(self, union: Union, owner: Component) -> Union:
        """The union with the name of its record for unknown variants."""
        if not union.open or union.unknown is not None:
            return union
        return replace(union, unknown=self._record(union, owner))

    def _record(self, union: Union, owner: Component) -> str:
        tag = union.discriminators[0]
        record = Record((Property(tag, TEXT, True, False, doc=Doc(description=_TAG_DOC)),))
        for noun in (_noun(union, owner, self.nouns.get(owner.name)), owner.name):
            name = f"Unknown{noun}"
            known = self.added.get(name)
            if known is not None and known.type == record:
                return name
            if known is None and name not in self.components:
                doc = Doc(description=_doc(words(noun)))
                self.added[name] = Component(
                    name, record, doc, topic=owner.topic, lifted=True, span=owner.span
                )
                return name
        self.diagnostics.error(
            owner.span,
            "R004",
            f"the record for unknown variants of {owner.name} needs a name, "
            f"and Unknown{owner.name} is taken",
            "rename that component",
        )
        return f"Unknown{owner.name}"


_TAG_DOC = "A value that this version of the spec does not list."


def _doc(noun: list[str]) -> str:
    name = " ".join(word.lower() for word in noun)
    return f"Any {name} that this version of the spec does not describe; kept as it came."


def _noun(union: Union, owner: Component, place: str | None) -> str:
    """What the variants are: the word they share, else the property or union they stand in."""
    names = [v.type.name for v in union.variants if v.tag and isinstance(v.type, Ref)]
    shared = common_noun(names)
    own = "Event" if owner.role is Role.EVENT else stem(owner.name)
    if shared and owner.role is not Role.EVENT and (place or own.endswith(shared)):
        return shared
    return own if owner.role is Role.EVENT else place or own
