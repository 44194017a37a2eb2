"""Pages of settings: what `provider_extensions` may say in a dialect, and which provider has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from orgen.dialect.ast import Dialect
from orgen.dialect.settings import request_properties
from orgen.ir.schema import Anything, List, Map, Property, Record, Ref, Schema, Type, Union
from orgen.provider.model import Provider, Service
from orgen.render import SourceFile, environment
from orgen.targets.docs.escape import code, escape
from orgen.targets.docs.lower import header
from orgen.targets.docs.model import Header, Table
from orgen.targets.docs.places import Places
from orgen.targets.docs.spelling import limits, spell

_DEEPEST = 4
"""How many references a phrase about a type follows."""


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What `settings.md.jinja` prints; every string is Markdown."""

    header: Header
    title: str
    dialect: str
    served: str
    settings: Table | None


def settings_page(dialect: str) -> str:
    """The file of a dialect's settings. The meta-schema makes names of dialects plain words."""
    return f"settings-{dialect}.md"


def render_settings(
    schema: Schema, dialect: Dialect, providers: Sequence[Provider]
) -> list[SourceFile]:
    """The page of a dialect that `providers` serve, with their terms; none without any."""
    served = [
        (provider, service)
        for provider in providers
        for service in provider.services
        if service.dialect == dialect.name
    ]
    if not served:
        return []
    rows = tuple(
        (code(prop.name), _type(dialect.native, prop), _about(prop), who)
        for prop in request_properties(dialect.native)
        if prop.name not in dialect.protected and (who := _who(prop, served))
    )
    page = SettingsPage(
        header(schema),
        escape(dialect.title),
        code(dialect.name),
        ", ".join(code(provider.slug) for provider, _ in served),
        Table(("Setting", "Type", "About", "Providers"), rows) if rows else None,
    )
    text = environment("docs").get_template("settings.md.jinja").render(page=page)
    return [SourceFile(PurePosixPath(settings_page(dialect.name)), text)]


def _who(prop: Property, served: Sequence[tuple[Provider, Service]]) -> str:
    """The providers that have a setting; nothing if none has."""
    slugs = [provider.slug for provider, _ in served]
    here = [
        provider.slug
        for provider, service in served
        if (not prop.servers or provider.slug in prop.servers)
        and ((lack := service.terms.lacks.get(prop.name)) is None or lack.unless)
    ]
    if len(here) == len(slugs):
        return "all"
    others = [slug for slug in slugs if slug not in here]
    if len(others) < len(here):
        return f"all but {', '.join(map(code, others))}"
    return ", ".join(map(code, here))


def _about(prop: Property) -> str:
    return escape(" ".join((prop.doc.description or "").split()))


def _type(native: Schema | None, prop: Property) -> str:
    """The type and its bounds, such as "`integer` or `null`, at least 0"."""
    if native is None:
        return "any value"
    found = _plain(native, prop.type, 0)
    null = " or `null`" if prop.nullable else ""
    return ", ".join([spell(found, Places({}, {}), "") + null, *limits(found)])


def _plain(native: Schema, type: Type, depth: int) -> Type:
    """The type with what its references lead to, but for what is inside of objects."""
    match type:
        case Ref() if depth < _DEEPEST:
            return _plain(native, native.deref(type), depth + 1)
        case Ref():
            return Anything()
        case List(items):
            return replace(type, items=_plain(native, items, depth))
        case Map(values):
            return replace(type, values=_plain(native, values, depth))
        case Union(variants):
            inner = (replace(v, type=_plain(native, v.type, depth)) for v in variants)
            return replace(type, variants=tuple(inner))
        case Record():
            return replace(type, min_properties=None, max_properties=None)
        case _:
            return type
