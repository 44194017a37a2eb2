"""Brings the read components together: tags, names, events, unknown variants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from orgen.ir.schema import (
    Body,
    Component,
    Doc,
    Operation,
    Property,
    Record,
    Ref,
    Role,
    Scalar,
    ScalarKind,
    Type,
    Union,
)
from orgen.resolve.lift import Lifter, Place, common_names
from orgen.resolve.operations import EVENT_STREAM
from orgen.resolve.reader import Reader
from orgen.resolve.shape import read_names
from orgen.resolve.source import SCHEMAS, Source, as_object
from orgen.resolve.unions import tagged
from orgen.resolve.unknown import Unknowns
from orgen.resolve.walk import nested
from orgen.resolve.wording import pascal

STREAM_EVENT = "StreamEvent"
EXTENSION_EVENT = "ExtensionEvent"


@dataclass(slots=True)
class Assembly:
    """The components on their way into the schema."""

    source: Source
    reader: Reader
    components: dict[str, Component] = field(default_factory=dict)
    lifter: Lifter = field(init=False)

    def __post_init__(self) -> None:
        self.lifter = Lifter(self.source.diagnostics, self.components)

    def deref(self, type: Type) -> Type:
        """Follow references through components as they were read."""
        seen: set[str] = set()
        while isinstance(type, Ref) and type.name not in seen:
            seen.add(type.name)
            type = self.reader.component(type.name).type
        return type

    def tagged(self, type: Type) -> Type:
        return tagged(type, self.deref)

    def read_components(self) -> None:
        """Read and tag all components, then name what is inside them."""
        for name in self.source.schemas:
            self.components[name] = self._component(name)
        self._lift_records()
        self.lifter.common = common_names(self.components, self.components)
        for name, component in sorted(self.components.items()):
            if isinstance(component.type, Union) and component.type.open:
                key = tuple(v.type for v in component.type.variants)
                self.lifter.shared.setdefault(key, name)

    def _lift_records(self) -> None:
        for name, component in sorted(self.components.items()):
            place = _place(component, pascal(name))
            self.components[name] = replace(
                component, type=self.lifter.records(component.type, place, top=True)
            )

    def _component(self, name: str) -> Component:
        shape = self.reader.component(name)
        pointer = (*SCHEMAS, name)
        node = as_object(self.source.schemas[name])
        overlay = node.get("x-orgen-overlay")
        value = self.source.span((*pointer, "type"))
        return Component(
            name,
            self.tagged(shape.type),
            shape.doc,
            shape.nullable,
            topic=PurePosixPath(value.file).stem or "schema",
            overlay=overlay if isinstance(overlay, str) else None,
            names=read_names(node),
            span=self.source.document.key_span(pointer),
        )

    def place_operations(self, operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
        """Tag the bodies and name inline ones; the union of a stream is `StreamEvent`."""
        streams: list[Type] = []
        for body in (b for o in operations for reply in o.replies for b in reply.bodies):
            if body.media_type == EVENT_STREAM and body.type not in streams:
                streams.append(body.type)
        return tuple(
            replace(
                operation,
                requests=tuple(
                    self._body(operation, body, "Request", False) for body in operation.requests
                ),
                replies=tuple(
                    replace(
                        reply,
                        bodies=tuple(
                            self._body(operation, body, "Response", len(streams) == 1)
                            for body in reply.bodies
                        ),
                    )
                    for reply in operation.replies
                ),
            )
            for operation in operations
        )

    def _body(self, operation: Operation, body: Body, side: str, one_stream: bool) -> Body:
        stream = body.media_type == EVENT_STREAM
        span = self.source.span(("paths", operation.path, operation.method))
        noun = STREAM_EVENT if stream else side
        parent = "" if stream and one_stream else pascal(operation.id)
        place = Place(parent, noun, span, "events" if stream else "operations")
        type = self.lifter.records(self.tagged(body.type), place)
        type = self.lifter.unions(type, place)
        if stream and isinstance(type, Ref):
            self._mark_events(type.name)
        return replace(body, type=type)

    def _mark_events(self, name: str) -> None:
        """Note which components are events; events of extensions stand apart."""
        holder = self.components if name in self.components else self.lifter.lifted
        union = holder[name].type
        if not isinstance(union, Union):
            return
        holder[name] = replace(holder[name], role=Role.EVENT)
        events = [v.type.name for v in union.variants if isinstance(v.type, Ref)]
        for event in [*events, union.extension]:
            if event in self.components:
                self.components[event] = replace(self.components[event], role=Role.EVENT)
        if union.open and union.extension is None:
            extended = replace(union, extension=self._extension_event(union, holder[name]))
            holder[name] = replace(holder[name], type=extended)

    def _extension_event(self, union: Union, owner: Component) -> str:
        """The component for events of other makers: the document's own, else what all share."""
        if EXTENSION_EVENT in self.components:
            component = self.components[EXTENSION_EVENT]
            self.components[EXTENSION_EVENT] = replace(component, role=Role.EVENT)
            return EXTENSION_EVENT
        tag = union.discriminators[0]
        records = [self.deref(v.type) for v in union.variants]
        first, *others = [r for r in records if isinstance(r, Record)]
        shared = [
            replace(p, doc=Doc(), span=owner.span)
            for p in first.properties
            if p.required
            and p.name != tag
            and all((o := other.property(p.name)) and o.type == p.type for other in others)
        ]
        name = Property(tag, Scalar(ScalarKind.STRING), True, False)
        self.lifter.lifted.setdefault(
            EXTENSION_EVENT,
            Component(
                EXTENSION_EVENT,
                Record((name, *shared)),
                Doc(description="An event that this version of the spec does not describe."),
                topic=owner.topic,
                role=Role.EVENT,
                lifted=True,
                span=owner.span,
            ),
        )
        return EXTENSION_EVENT

    def finished(self) -> dict[str, Component]:
        """All components in document order, each preceded by those lifted out of it."""
        for name, component in sorted(self.components.items()):
            self.components[name] = self._with_unions(component)
        for name, component in sorted(self.lifter.lifted.items()):
            self.lifter.lifted[name] = self._with_unions(component)
        everything = self.components | self.lifter.lifted
        unknowns = Unknowns(everything, self.lifter.nouns, self.source.diagnostics)
        for name, component in everything.items():
            if isinstance(component.type, Union):
                union = unknowns.complete(component.type, component)
                everything[name] = replace(component, type=union)
        return _ordered(everything | unknowns.added)

    def _with_unions(self, component: Component) -> Component:
        place = _place(component, pascal(component.name))
        return replace(component, type=self.lifter.unions(component.type, place, top=True))


def _place(component: Component, noun: str) -> Place:
    return Place(component.name, noun, component.span, component.topic, component.overlay)


def _ordered(components: dict[str, Component]) -> dict[str, Component]:
    """Written components in their order; lifted ones before the first that needs them."""
    order: dict[str, Component] = {}

    def put(name: str) -> None:
        component = components[name]
        pending.add(name)
        for part in nested(component.type):
            if isinstance(part, Ref) and part.name not in pending and components[part.name].lifted:
                put(part.name)
        order[name] = component
        if isinstance(component.type, Union):
            for other in (component.type.unknown, component.type.extension):
                if other and other not in pending and components[other].lifted:
                    put(other)

    pending: set[str] = set()
    for name, component in components.items():
        if name not in pending and not component.lifted:
            put(name)
    for name in components:
        if name not in pending:
            put(name)
    return order
