"""The page of providers: one row each, then what is to be known of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from orgen.ir.schema import Json, Schema
from orgen.provider.model import Auth, Provider
from orgen.render import SourceFile, environment
from orgen.targets.docs.escape import code, escape, json_code
from orgen.targets.docs.lower import header
from orgen.targets.docs.model import Table
from orgen.targets.docs.settings import settings_page

PROVIDERS_PAGE = "providers.md"


@dataclass(frozen=True, slots=True)
class Section:
    """What is to be known of one provider, as Markdown."""

    title: str
    anchor: str
    notes: tuple[str, ...]
    settings: str
    """Where the settings are told that it has in common with others."""
    own: Table | None
    lacks: Table | None
    models: Table | None


def render_providers(
    schema: Schema, providers: Sequence[Provider], pages: Sequence[str] = ()
) -> list[SourceFile]:
    """The page; none without providers, who have their terms. `pages`: dialects that have one."""
    if not providers:
        return []
    columns = ("Provider", "Name", "Base URL", "Key", "Dialects")
    text = (
        environment("docs")
        .get_template("providers.md.jinja")
        .render(
            header=header(schema),
            table=Table(columns, tuple(map(_row, providers))),
            sections=[_section(provider, pages) for provider in providers],
        )
    )
    return [SourceFile(PurePosixPath(PROVIDERS_PAGE), text)]


def _row(provider: Provider) -> tuple[str, ...]:
    served = (f"{code(one.dialect)} at {code(one.path)}" for one in provider.services)
    return (
        f"[{escape(provider.title)}](#{_anchor(provider)})",
        _codes(provider.names),
        code(provider.base_url),
        _key(provider.auth),
        "<br>".join(served),
    )


def _anchor(provider: Provider) -> str:
    return f"provider-{provider.slug}"  # the meta-schema makes slugs plain words


def _key(auth: Auth) -> str:
    how = f"{escape(auth.scheme)} {code(auth.name)}" if auth.name else escape(auth.scheme)
    named = f": {_codes(auth.env)}" if auth.env else ""
    return f"{how}{named}{'' if auth.required else ' (optional)'}"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(map(code, words))


def _section(provider: Provider, pages: Sequence[str]) -> Section:
    linked = [
        f"[{code(one.dialect)}]({settings_page(one.dialect)})"
        for one in provider.services
        if one.dialect in pages
    ]
    own = tuple(
        (code(name), _type(schema), escape(_description(schema)))
        for name, schema in provider.settings.items()
    )
    models = tuple(
        (_codes(rule.patterns), _codes(rule.examples) or "-", escape(rule.note) or "-")
        for rule in provider.models
        if rule.note or rule.examples
    )
    lacks = tuple(_terms(provider))
    return Section(
        escape(provider.title),
        _anchor(provider),
        tuple(map(escape, _notes(provider))),
        ", ".join(linked),
        Table(("Setting", "Type", "About"), own) if own else None,
        Table(("Dialect", "Not here", "What becomes of it", "Why"), lacks) if lacks else None,
        Table(("Models", "Examples", "About"), models) if models else None,
    )


def _notes(provider: Provider) -> Iterator[str]:
    yield from provider.notes
    for service in provider.services:
        if service.note:
            yield f"`{service.dialect}`: {service.note}"


def _terms(provider: Provider) -> Iterator[tuple[str, ...]]:
    for service in provider.services:
        dialect = code(service.dialect)
        for name, lack in service.terms.lacks.items():
            unless = " and ".join(f"{code(k)} {json_code(v)}" for k, v in lack.unless.items())
            what = f"a loss, unless with {unless}" if unless else "a loss"
            yield dialect, code(name), what, escape(lack.because)
        for name, because in service.terms.refuses.items():
            yield dialect, code(name), "an error", escape(because)


def _type(schema: Json) -> str:
    """The type of a setting that a provider file describes."""
    said = _said(schema)
    if "enum" in said:
        return " or ".join(map(json_code, said["enum"]))
    if said.get("type") == "array":
        return f"list of {_type(said.get('items'))}"
    return code(str(said["type"])) if "type" in said else "any value"


def _description(schema: Json) -> str:
    return str(_said(schema).get("description", ""))


def _said(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, dict) else {}
