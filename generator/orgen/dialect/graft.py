"""Native schemas that refer to the canonical one: they take over its components, overlays included.

A reference of `native.yaml` into the spec's own files is followed by the
loader, which knows nothing of overlays. Here the components that it found there
make room for what the resolved canonical schema has in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from orgen.diagnostics import Span
from orgen.ir.schema import Component, List, Map, Record, Ref, Schema, Type, Union
from orgen.load.registry import BORROWED
from orgen.resolve.walk import nested

_REQUEST = "Request"


def graft(native: Schema, canonical: Schema) -> tuple[Schema, dict[str, str]]:
    """The native schema upon the canonical components, and what these are called in it.

    The second value maps names in the result to names in `canonical`.
    """
    places = {_place(component): name for name, component in canonical.components.items()}
    borrowed = {
        name: places[_place(component)]
        for name, component in native.components.items()
        if _place(component) in places
    }
    if not borrowed or _REQUEST not in native.components:
        return native, {}
    folder = PurePosixPath(native.components[_REQUEST].span.file).parent
    own = {
        name: component
        for name, component in native.components.items()
        if name not in borrowed and PurePosixPath(component.span.file).is_relative_to(folder)
    }
    wanted = {borrowed[name] for c in own.values() for name in _referred(c.type) & borrowed.keys()}
    names = {name: _free(name, own) for name in _closure(canonical, wanted)}
    renamed = {name: names[old] for name, old in borrowed.items() if old in names}
    components = {name: _with_names(c, name, renamed) for name, c in own.items()}
    for old, name in names.items():
        components[name] = _with_names(canonical.components[old], name, names)
    return replace(native, components=components), {name: old for old, name in names.items()}


def _place(component: Component) -> tuple[Span, type]:
    """Where it is written; a union and the record of its unknown members are one place."""
    return component.span, type(component.type)


def _free(name: str, taken: Mapping[str, Component]) -> str:
    while name in taken:
        name = BORROWED + name
    return name


def _closure(schema: Schema, wanted: set[str]) -> list[str]:
    """The components reached from those wanted, in the schema's own order."""
    found: set[str] = set()
    waiting = sorted(wanted)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += sorted(_referred(schema.components[name].type))
    return [name for name in schema.components if name in found]


def _referred(type: Type) -> set[str]:
    return set(_references(type))


def _references(type: Type) -> Iterator[str]:
    for part in nested(type):
        match part:
            case Ref(name):
                yield name
            case Union(unknown=unknown, extension=extension):
                yield from (name for name in (unknown, extension) if name)


def _with_names(component: Component, name: str, names: Mapping[str, str]) -> Component:
    return replace(component, name=name, type=_renamed(component.type, names))


def _renamed(type: Type, names: Mapping[str, str]) -> Type:
    """The type with other names in its references."""
    match type:
        case Ref(name):
            return Ref(names.get(name, name))
        case List():
            return replace(type, items=_renamed(type.items, names))
        case Map():
            return replace(type, values=_renamed(type.values, names))
        case Record():
            extra = type.extra and _renamed(type.extra, names)
            properties = tuple(replace(p, type=_renamed(p.type, names)) for p in type.properties)
            return replace(type, properties=properties, extra=extra)
        case Union():
            return replace(
                type,
                variants=tuple(replace(v, type=_renamed(v.type, names)) for v in type.variants),
                unknown=type.unknown and names.get(type.unknown, type.unknown),
                extension=type.extension and names.get(type.extension, type.extension),
            )
        case _:
            return type
