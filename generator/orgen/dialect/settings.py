"""What a vendor's formats know: settings, types, and the names by which requests call vendors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from orgen.dialect.ast import Dialect
from orgen.dialect.check.shapes import constants
from orgen.ir.schema import List, Map, Property, Record, Ref, Schema, Type, Union

_REQUEST = "Request"
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """What `provider_extensions` may say to a dialect.

    `own` are dotted paths of its native request, objects before what they hold;
    `elsewhere` those that only another dialect of the vendor has, with its
    title; `servers` are the providers of settings that not all have; `slugs` every slug that a
    key may be, with the slug that it stands for.

    Formats of one vendor share its slug. `sisters` are the other ones; `own_types`
    the native types that this one alone knows, `sister_types` those that only
    another one knows, with its title.
    """

    own: tuple[str, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    servers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)
    sisters: tuple[str, ...] = ()
    own_types: tuple[str, ...] = ()
    sister_types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a dialect's neighbours have to know about it."""

    name: str
    slug: str
    title: str
    other_slugs: tuple[str, ...]
    settings: tuple[str, ...]
    """Dotted paths of its native request."""
    servers: tuple[tuple[str, tuple[str, ...]], ...]
    """Properties of its native request that not all servers have, and those that do."""
    types: tuple[str, ...]
    """The words by which its native schema tells values apart."""


def knowledge_of(dialect: Dialect) -> Knowledge:
    """What a dialect's neighbours have to know about it."""
    return Knowledge(
        dialect.name,
        dialect.slug,
        dialect.title,
        dialect.other_slugs,
        native_settings(dialect.native),
        tuple((p.name, p.servers) for p in request_properties(dialect.native) if p.servers),
        native_types(dialect),
    )


def settings_of(
    dialect: Dialect,
    dialects: Sequence[Dialect],
    providers: Sequence[str] | Mapping[str, str] = (),
) -> Settings:
    """The settings of one dialect among others.

    `providers` are slugs of known providers, or all of their names with the slugs they mean.
    """
    return settings_among(knowledge_of(dialect), list(map(knowledge_of, dialects)), providers)


def settings_among(
    dialect: Knowledge,
    dialects: Sequence[Knowledge],
    providers: Sequence[str] | Mapping[str, str] = (),
) -> Settings:
    """The settings of one dialect among others, by what is known about them."""
    elsewhere: dict[str, str] = {}
    sister_types: dict[str, str] = {}
    sisters = [d for d in dialects if d.slug == dialect.slug and d.name != dialect.name]
    for sister in sisters:
        for path in sister.settings:
            if path not in dialect.settings:
                elsewhere.setdefault(path, sister.title)
        for word in sister.types:
            if word not in dialect.types:
                sister_types.setdefault(word, sister.title)
    shared = {word for sister in sisters for word in sister.types}
    return Settings(
        dialect.settings,
        elsewhere,
        dict(dialect.servers),
        known_slugs(dialects, providers),
        tuple(sister.name for sister in sisters),
        tuple(word for word in dialect.types if word not in shared) if sisters else (),
        sister_types,
    )


def known_slugs(
    dialects: Sequence[Dialect] | Sequence[Knowledge], providers: Sequence[str] | Mapping[str, str]
) -> dict[str, str]:
    """Slug or other name of a vendor or provider -> its slug, sorted."""
    found = (
        dict(providers) if isinstance(providers, Mapping) else {slug: slug for slug in providers}
    )
    for dialect in dialects:
        found |= dict.fromkeys((dialect.slug, *dialect.other_slugs), dialect.slug)
    return dict(sorted(found.items()))


def native_types(dialect: Dialect) -> tuple[str, ...]:
    """The words by which the native schema tells values apart, sorted."""
    found: set[str] = set()
    components = dialect.native.components.values() if dialect.native and dialect.tag else ()
    for component in components:
        assert dialect.native is not None and dialect.tag is not None  # or there were none
        if isinstance(component.type, Record):
            words = constants(dialect.native, component.type.property(dialect.tag))
            found.update(word for word in words if isinstance(word, str))
    return tuple(sorted(found))


def request_properties(native: Schema | None) -> tuple[Property, ...]:
    """The properties of the native request; none without a schema."""
    if native is None or _REQUEST not in native.components:
        return ()
    request = native.deref(native.components[_REQUEST].type)
    return request.properties if isinstance(request, Record) else ()


def native_settings(native: Schema | None) -> tuple[str, ...]:
    """Dotted paths of the properties of the native request; none without a schema."""
    if native is None or _REQUEST not in native.components:
        return ()
    request = native.deref(native.components[_REQUEST].type)
    return tuple(_paths(native, request, "", 0)) if isinstance(request, Record) else ()


def _paths(native: Schema, record: Record, prefix: str, depth: int) -> Iterator[str]:
    for property in record.properties:
        path = f"{prefix}{property.name}"
        yield path
        inner = native.deref(property.type)
        if isinstance(inner, Record) and depth + 1 < _DEEPEST and not _recursive(native, inner):
            yield from _paths(native, inner, f"{path}.", depth + 1)


def _recursive(native: Schema, record: Record) -> bool:
    """Whether a record holds records like itself, as a JSON Schema does: it is one setting."""
    waiting: list[Type] = [property.type for property in record.properties]
    seen: set[str] = set()
    while waiting:
        match waiting.pop():
            case Ref(name) if name not in seen:
                seen.add(name)
                waiting.append(native.components[name].type)
            case Record() as found:
                if found == record:
                    return True
                waiting += [property.type for property in found.properties]
            case List(items):
                waiting.append(items)
            case Map(values):
                waiting.append(values)
            case Union(variants):
                waiting += [variant.type for variant in variants]
    return False
