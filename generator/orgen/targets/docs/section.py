"""Lowers one component to its section of the reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from orgen.ir.schema import (
    MISSING,
    Anything,
    List,
    Literals,
    Map,
    Missing,
    Nothing,
    Record,
    Ref,
    Scalar,
    Union,
    Variant,
)
from orgen.schema_paths import stream_events
from orgen.targets.docs.escape import (
    code,
    escape,
    json_block,
    json_code,
    paragraphs,
)
from orgen.targets.docs.example import Examples
from orgen.targets.docs.model import Section, Table
from orgen.targets.docs.places import OPERATIONS_PAGE, operation_anchor
from orgen.targets.docs.spelling import limits, spell
from orgen.targets.docs.usage import Use, abouts, references, uses

if TYPE_CHECKING:
    from orgen.ir.schema import Component, Doc, Property, Schema
    from orgen.lifecycle import Lifecycle, Rule
    from orgen.targets.docs.places import Places


def badges(doc: Doc, overlay: str | None) -> str | None:
    """Since when, by which overlay, whether deprecated."""
    parts = [f"*since {escape(doc.since)}*"] if doc.since else []
    parts += [f"*overlay* {code(overlay)}"] if overlay else []
    parts += ["*deprecated*"] if doc.deprecated else []
    return " · ".join(parts) or None


@dataclass(slots=True)
class Sections:
    """Makes sections; holds what is found once for the whole schema."""

    schema: Schema
    places: Places
    lifecycle: Lifecycle | None
    _examples: Examples = field(init=False)
    _uses: dict[str, list[Use]] = field(init=False)
    _abouts: dict[str, str] = field(init=False)
    _operations: dict[str, list[str]] = field(init=False)
    _rules: dict[str, Rule] = field(init=False)

    def __post_init__(self) -> None:
        self._examples = Examples(self.schema)
        self._uses = uses(self.schema)
        self._abouts = abouts(self.schema)
        self._operations = _operation_uses(self.schema)
        self._rules = {}
        if self.lifecycle is not None:
            for event, component in stream_events(self.schema).items():
                rule = self.lifecycle.rule(event)
                if rule is not None:
                    self._rules[component.name] = rule

    def of(self, component: Component, page: str) -> Section:
        """The section of a component on `page`."""
        example = self._examples.of(component.name)
        return Section(
            title=escape(component.name),
            anchor=self.places.components[component.name].anchor,
            badges=badges(component.doc, component.overlay),
            description=_description(component),
            shape=self._shape(component, page),
            table=self._table(component, page),
            notes=tuple(self._notes(component, page)),
            used_by=self._used_by(component.name, page),
            example=None if example is MISSING else json_block(example),
        )

    def _shape(self, component: Component, page: str) -> str | None:
        match component.type:
            case Record(properties):
                return None if properties else "An object without properties of its own."
            case Union():
                return "One of:"
            case Literals(values):
                return "One of these values:" if len(values) != 1 else "Always this value:"
            case List() | Map() | Scalar() | Ref() | Anything() | Nothing():
                phrases = [spell(component.type, self.places, page), *limits(component.type)]
                return f"Type: {'; '.join(phrases)}."

    def _table(self, component: Component, page: str) -> Table | None:
        match component.type:
            case Record(properties) if properties:
                return self._properties(properties, page)
            case Union():
                return self._variants(component.type, page)
            case Literals():
                return _values(component.type)
            case _:
                return None

    def _properties(self, properties: tuple[Property, ...], page: str) -> Table:
        rows = [self._property(each, page) for each in properties]
        if any(row[3] for row in rows):
            return Table(
                ("Property", "Type", "Presence", "Default and limits", "Description"), tuple(rows)
            )
        narrow = tuple((*row[:3], row[4]) for row in rows)
        return Table(("Property", "Type", "Presence", "Description"), narrow)

    def _property(self, property: Property, page: str) -> tuple[str, str, str, str, str]:
        spelled = spell(property.type, self.places, page)
        if property.nullable:
            spelled += " or `null`"
        if property.forbidden:
            presence = "must not be sent"
        else:
            presence = "**required**" if property.required else "optional"
        facts = _default(property)
        facts += limits(property.type)
        about = [badges(property.doc, property.overlay), escape(property.doc.description or "")]
        if isinstance(property.type, Literals):
            about += _meanings(property.type)
        told = "<br>".join(text for text in about if text)
        return code(property.name), spelled, presence, "; ".join(facts), told

    def _variants(self, union: Union, page: str) -> Table:
        discriminators = union.discriminators
        rows: list[tuple[str, ...]] = []
        for variant in union.variants:
            tags = dict(variant.tag.values) if variant.tag else {}
            cells = [" or ".join(json_code(v) for v in tags.get(n, ())) for n in discriminators]
            rows.append((*cells, spell(variant.type, self.places, page), self._about(variant)))
        if union.unknown is not None and union.unknown in self.schema.components:
            cells = ["any other", *[""] * (len(discriminators) - 1)] if discriminators else []
            other = Variant(Ref(union.unknown))
            rows.append((*cells, self.places.link(union.unknown, page), self._about(other)))
        return Table((*map(code, discriminators), "Variant", "About"), tuple(rows))

    def _about(self, variant: Variant) -> str:
        if not isinstance(variant.type, Ref):
            return "; ".join(limits(variant.type))
        component = self.schema.components[variant.type.name]
        about = [self._abouts[component.name], badges(component.doc, component.overlay)]
        return " ".join(text for text in about if text)

    def _notes(self, component: Component, page: str) -> list[str]:
        notes = []
        match component.type:
            case Record(extra=None):
                notes.append("No other property is allowed.")
            case Record(extra=extra) if extra is not None and not isinstance(extra, Anything):
                spelled = spell(extra, self.places, page)
                notes.append(f"Any other property is allowed; its value is: {spelled}.")
            case Union(open=True, unknown=unknown) if unknown not in self.schema.components:
                notes.append("Values of a type that is not listed are kept as they are.")
            case _:
                pass
        if isinstance(component.type, Record):
            notes += [f"Limits: {phrase}." for phrase in limits(component.type)]
        if component.nullable:
            notes.append("May also be `null`.")
        if component.name in self._rules:
            notes.append(movement(self._rules[component.name]))
        return notes

    def _used_by(self, name: str, page: str) -> str | None:
        grouped: dict[str, list[str]] = {}
        for use in self._uses[name]:
            named = grouped.setdefault(use.component, [])
            if use.property is not None:
                named.append(code(use.property))
        links = list(self._operations.get(name, ()))
        for user, named in grouped.items():
            link = self.places.link(user, page)
            links.append(f"{link} ({', '.join(named)})" if named else link)
        return ", ".join(links) or None


def movement(rule: Rule) -> str:
    """What an event does to the state of the stream, in a sentence."""
    what = f"{rule.channel} channel" if rule.channel else rule.object.replace("_", " ")
    states = " or ".join(code(state) for state in rule.before)
    sentence = f"[In a stream](streaming.md#events), it moves the {what} "
    sentence += f"from {states} to {code(rule.after)}."
    if rule.action in ("extend", "finish", "append") and rule.path:
        sentence += f" Its {code(rule.value or '')} belongs at {code(rule.path)} of the item."
    return sentence


def _description(component: Component) -> str | None:
    title = component.doc.title
    parts = []
    if title and title.replace(" ", "").casefold() != component.name.casefold():
        parts.append(f"**{escape(title.rstrip('.'))}.**")
    if component.doc.description:
        parts.append(paragraphs(component.doc.description))
    return " ".join(parts) or None


def _default(property: Property) -> list[str]:
    """The default as a phrase, unless the type says already that there is one value only."""
    default = property.default
    if isinstance(default, Missing):
        return []
    if isinstance(property.type, Literals) and property.type.values == (default,):
        return []
    return [f"default {json_code(default)}"]


def _values(type: Literals) -> Table:
    if not type.descriptions:
        return Table(("Value",), tuple((json_code(value),) for value in type.values))
    rows = [(json_code(v), escape(type.descriptions.get(str(v), ""))) for v in type.values]
    return Table(("Value", "Meaning"), tuple(rows))


def _meanings(type: Literals) -> list[str]:
    """Values of an inline enumeration with what they mean."""
    return [
        f"{json_code(value)}: {escape(type.descriptions[str(value)])}"
        for value in type.values
        if str(value) in type.descriptions
    ]


def _operation_uses(schema: Schema) -> dict[str, list[str]]:
    """Component -> the operations whose bodies are made of it."""
    found: dict[str, dict[str, None]] = {}
    for operation in schema.operations:
        bodies = [body for reply in operation.replies for body in reply.bodies]
        link = f"[{code(operation.method.upper() + ' ' + operation.path)}]"
        link += f"({OPERATIONS_PAGE}#{operation_anchor(operation)})"
        for body in (*operation.requests, *bodies):
            for name in references(body.type):
                found.setdefault(name, {})[link] = None
    for websocket in schema.websockets:
        link = f"[WebSocket on {code(websocket.path)}]({OPERATIONS_PAGE}#websocket)"
        for type in (websocket.client_message, websocket.error_message):
            for name in references(type):
                found.setdefault(name, {})[link] = None
    return {name: list(links) for name, links in found.items()}
