"""Lowers the schema to `types.py`: TypedDicts, literals and unions of the standard library.

Unions are closed for reading, because mypy and pyright narrow `item["type"]`
only where every member has a literal there. What an open union takes beyond
that is `Any<Union>`, and `is_known_<union>` is the way back to the closed union.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from orgen.ir.schema import Component, Ref, Role, Schema, Union
from orgen.resolve.walk import nested
from orgen.targets.python.annotations import Printer
from orgen.targets.python.module import header
from orgen.targets.python.names import attribute_identifier
from orgen.targets.python.text import comment, docstring, import_order, string
from orgen.targets.python.typed_dicts import (
    Alias,
    Definition,
    Guard,
    alias,
    is_typed_dict,
    typed_dict,
)

EXTENSION_EVENT = "ExtensionEvent"
TYPING = ("Any", "Literal", "Never", "NotRequired", "TypeAlias", "TypedDict", "TypeGuard", "Union")


@dataclass(frozen=True, slots=True)
class Section:
    """Definitions of one topic. `title` is a comment line."""

    title: str | None
    definitions: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class TypesModule:
    header: str
    doc: str
    imports: tuple[str, ...]
    borrowed: tuple[str, ...]
    """Names of the canonical types that it takes over, as `import` lists them."""
    exports: tuple[str, ...]
    """Names for `__all__`, as string literals."""
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the definitions of a module."""

    header: str
    doc: str
    borrowed: Mapping[str, str] = field(default_factory=dict)
    """Components that are defined elsewhere -> their identifiers there."""


@dataclass(slots=True)
class _Layout:
    """Puts definitions in an order in which aliases find what they name."""

    schema: Schema
    classes: Mapping[str, str]
    defined: set[str] = field(default_factory=set)
    waiting: list[Component] = field(default_factory=list)

    def section(self, components: Iterable[Component]) -> list[Definition]:
        made: list[Definition] = []
        for component in components:
            if is_typed_dict(component):
                made.append(typed_dict(component, self.classes, self.printer))
                self.defined.add(component.name)
            else:
                self.waiting.append(component)
            made += self.ready()
        return made

    @property
    def printer(self) -> Printer:
        return Printer(self.classes, self.defined)

    def ready(self) -> list[Definition]:
        """Aliases whose names are all defined by now, in their order."""
        made: list[Definition] = []
        found = True
        while found:
            found = False
            for component in self.waiting:
                if _needs(component) <= self.defined:
                    self.waiting.remove(component)
                    made += self.alias(component)
                    found = True
                    break
        return made

    def rest(self) -> list[Definition]:
        """Aliases that need each other: the first comes with quoted names."""
        made: list[Definition] = []
        while self.waiting:
            made += self.alias(self.waiting.pop(0))
            made += self.ready()
        return made

    def alias(self, component: Component) -> list[Definition]:
        made: list[Definition] = [alias(component, self.classes, self.printer)]
        self.defined.add(component.name)
        if isinstance(component.type, Union) and component.type.open:
            made += _opened(component, component.type, self.classes)
        return made


def _needs(component: Component) -> set[str]:
    needed = {part.name for part in nested(component.type) if isinstance(part, Ref)}
    if isinstance(component.type, Union):
        needed |= {n for n in (component.type.unknown, component.type.extension) if n}
    return needed


def _opened(component: Component, union: Union, classes: Mapping[str, str]) -> list[Definition]:
    """The alias with unknown variants, and the guards that tell these apart."""
    identifier = classes[component.name]
    others = " | ".join(classes[n] for n in (union.extension, union.unknown) if n)
    words = attribute_identifier(identifier)
    if component.role is Role.EVENT:
        return _events(union, identifier, others)
    wide = f"Any{identifier}"
    doc = f"Whether the spec describes this variant, so that `{identifier}` can be narrowed."
    return [
        Alias(wide, f"{identifier} | {others}", None),
        _guard(union, f"is_known_{words}", wide, identifier, doc),
    ]


def _events(union: Union, identifier: str, others: str) -> list[Definition]:
    """Events of other makers stand apart from the stream's own, which stay a closed union."""
    made: list[Definition] = []
    if EXTENSION_EVENT not in others.split(" | "):
        doc = docstring("An event that the spec does not describe: a vendor's, or a newer one.")
        made.append(Alias(EXTENSION_EVENT, others, doc))
    parameter = f"{identifier} | {EXTENSION_EVENT}"
    known = f"Whether the spec describes this event, so that `{identifier}` can be narrowed."
    other = f"Whether an event is none of `{identifier}`: a vendor's, or a newer one."
    name = f"is_{attribute_identifier(identifier)}"
    return [
        *made,
        _guard(union, name, parameter, identifier, known),
        Guard(
            f"is_{attribute_identifier(EXTENSION_EVENT)}",
            parameter,
            EXTENSION_EVENT,
            f"not {name}(value)",
            docstring(other, 4),
        ),
    ]


def _guard(union: Union, identifier: str, parameter: str, result: str, doc: str) -> Guard:
    """Asks for the tag; a value that is no object has none and is known by its JSON type."""
    tags = [value for v in union.variants if v.tag for value in v.tag.values[0][1]]
    known = list(dict.fromkeys(string(str(value)) for value in tags))
    if any(v.untagged for v in union.variants):
        known.append("None")
    test = f"value.get({string(union.discriminators[0])}) in {{{', '.join(known)}}}"
    if any(v.tag is None for v in union.variants):
        test = f"not isinstance(value, dict) or {test}"
    return Guard(identifier, parameter, result, test, docstring(doc, 4))


def derived_names(
    schema: Schema, classes: Mapping[str, str], borrowed: Collection[str] = ()
) -> list[str]:
    """Names that a module makes beside those of the components; `borrowed` ones make none."""
    layout = _Layout(schema, classes, set(borrowed))
    own = (c for c in schema.components.values() if c.name not in borrowed)
    made = layout.section(own) + layout.rest()
    chosen = set(classes.values())
    times = Counter(definition.identifier for definition in made)
    return [name for name, count in times.items() if count > 1 or name not in chosen]


def lower_types(schema: Schema, classes: Mapping[str, str]) -> TypesModule:
    """The whole module `types`, ready to be printed."""
    doc = docstring(_DOC.format(name=" ".join(schema.title.split()), version=schema.version))
    return lower_module(schema, classes, Frame(header(schema), doc))


def lower_module(schema: Schema, classes: Mapping[str, str], frame: Frame) -> TypesModule:
    """A module with the types of a schema, but for those that it borrows."""
    topics: dict[str, list[Component]] = {}
    own = [c for c in schema.components.values() if c.name not in frame.borrowed]
    for component in own:
        topics.setdefault(component.topic, []).append(component)
    layout = _Layout(schema, classes, set(frame.borrowed))
    sections = [
        Section(_title(topic) if len(topics) > 1 else None, tuple(layout.section(components)))
        for topic, components in topics.items()
    ]
    rest = layout.rest()
    if rest:
        sections.append(Section(None, tuple(rest)))
    identifiers = [d.identifier for section in sections for d in section.definitions]
    return TypesModule(
        frame.header,
        frame.doc,
        _imports(sections),
        tuple(_borrowed(own, classes, frame.borrowed)),
        tuple(string(name) for name in sorted(identifiers)),
        tuple(sections),
    )


def _borrowed(
    own: Iterable[Component], classes: Mapping[str, str], borrowed: Mapping[str, str]
) -> Iterator[str]:
    """What the module's own types need of those defined elsewhere, under its own names."""
    needed = {name for component in own for name in _needs(component) if name in borrowed}
    for name in sorted(needed, key=lambda name: import_order(borrowed[name])):
        there, here = borrowed[name], classes[name]
        yield there if there == here else f"{there} as {here}"


_DOC = """{name} {version} as plain JSON, typed.

Every object is a dict at run time; these types say which keys it has. Unions are
closed, so that `if item["type"] == "message"` narrows them. Variants that this version
does not describe arrive all the same: leave them aside with the `is_known_...` function
of the union, and annotate with `Any...` where you pass them on."""


def _title(topic: str) -> str:
    return comment(topic.replace("_", " ").replace("-", " ").capitalize())


def _imports(sections: list[Section]) -> tuple[str, ...]:
    """The names of `typing` that the module uses."""
    used = {"TypedDict"}
    for section in sections:
        for definition in section.definitions:
            used |= _used(definition)
    return tuple(name for name in TYPING if name in used)


def _used(definition: Definition) -> set[str]:
    if isinstance(definition, Guard):
        return {"TypeGuard"}
    if isinstance(definition, Alias):
        return {"TypeAlias"} | _words(definition.annotation)
    words: set[str] = set()
    for entry in definition.fields:
        words |= _words(entry.annotation)
    return words


def _words(annotation: str) -> set[str]:
    return set(re.findall(r"\w+", annotation)) & set(TYPING)
