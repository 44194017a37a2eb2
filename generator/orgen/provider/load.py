"""Finds the providers of a spec folder, checks them, and puts their profiles upon dialects."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orgen.diagnostics import Diagnostics, Related
from orgen.dialect.ast import Dialect
from orgen.dialect.load import DialectFiles, check_extended
from orgen.dialect.primitives import close_match
from orgen.ir.schema import Json, Schema
from orgen.load import Document, load_file
from orgen.provider.model import Provider, Service
from orgen.provider.parse import check_fields, parse_provider
from orgen.provider.profile import profile_of, upon
from orgen.resources import spec_dir
from orgen.validate.structure import check_structure


def load_providers(
    bases: DialectFiles, schema: Schema, dialects: Sequence[Dialect], diagnostics: Diagnostics
) -> tuple[Provider, ...]:
    """The providers of `spec/providers/*.yaml`, by slug; none for a spec without dialects.

    `dialects` are all dialects of the spec, checked, and `bases` their files. What is wrong with
    a file is reported, and its provider left out.
    """
    files = ProviderFiles(bases, {dialect.name: dialect for dialect in dialects}, diagnostics)
    if dialects:
        files.read_all()
    found = []
    for slug, provider in files.providers.items():
        services = tuple(
            files.service(slug, service, schema)
            for service in provider.services
            if service.dialect in files.dialects
        )
        if services:
            found.append(replace(provider, services=services))
    return tuple(found)


@dataclass(slots=True)
class ProviderFiles:
    """Provider files of one spec folder, and the dialect documents that profiles begin as."""

    bases: DialectFiles
    dialects: Mapping[str, Dialect]
    diagnostics: Diagnostics
    documents: dict[str, Document] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    profiles: dict[tuple[str, str], Document | None] = field(default_factory=dict)
    waiting: list[tuple[str, str]] = field(default_factory=list)
    """Profiles that wait for those that they begin as."""
    faulty: set[str] = field(default_factory=set)
    """Files with faults that were reported."""

    def read_all(self) -> None:
        """Read every file of the spec."""
        paths = sorted(self.bases.root.glob("providers/*.yaml"))
        for path in paths:
            self.read(path)
        _names_differ(self.documents, self.diagnostics)

    def read(self, path: Path) -> None:
        """Read one file; what is wrong with it is reported, and it is left out."""
        local = Diagnostics(sources=self.diagnostics.sources)
        document = load_file(path, self.bases.root, local)
        if document is not None:
            check_structure(document, meta_schema(), "D060", local)
            if not local.items:
                self.check(path, document, local)
        self.diagnostics.items += local.items
        if document is None or local.items:
            self.faulty.add(path.stem)
        else:
            provider = parse_provider(document)
            self.documents[provider.slug] = document
            self.providers[provider.slug] = provider

    def check(self, path: Path, document: Document, diagnostics: Diagnostics) -> None:
        """What the shape does not tell: names of files, dialects and variables."""
        root: Any = document.value
        if root["provider"] != path.stem:
            diagnostics.error(
                document.span(("provider",)),
                "D060",
                f"the provider is called '{root['provider']}', and its file '{path.stem}'",
                "give both the same name",
            )
        names = sorted(p.parent.name for p in self.bases.root.glob("dialects/*/dialect.yaml"))
        for name in root["dialects"]:
            if name not in names and name not in _shipped():
                diagnostics.error(
                    document.key_span(("dialects", name)),
                    "D061",
                    f"no dialect is called '{name}'",
                    close_match(name, names),
                )
        check_fields(document, diagnostics)

    def service(
        self, slug: str, service: Service, schema: Schema, *, checked: bool = False
    ) -> Service:
        """The service with its profile, if it has one that is right; `checked` if that is known."""
        base = self.dialects[service.dialect]
        local = Diagnostics(sources=self.diagnostics.sources)
        document = self.profile(slug, service.dialect)
        made = None
        if document is not None:
            made = profile_of(document, base, local)
            if made is not None:
                made = replace(made, span=service.span)
                if not checked:
                    check_extended(made, schema, local)
        self.diagnostics.items += local.items
        return replace(service, profile=made if not local.has_errors else None)

    def profile(self, slug: str, dialect: str) -> Document | None:
        """The dialect's document with a provider's differences; None without, or with faults."""
        key = (slug, dialect)
        if key not in self.profiles:
            local = Diagnostics(sources=self.diagnostics.sources)
            self.waiting.append(key)
            self.profiles[key] = self.made(slug, dialect, local)
            self.waiting.pop()
            self.diagnostics.items += local.items
        return self.profiles[key]

    def made(self, slug: str, dialect: str, diagnostics: Diagnostics) -> Document | None:
        document = self.documents[slug]
        root: Any = document.value
        said = root["dialects"][dialect].get("profile")
        if said is None:
            return None
        at = ("dialects", dialect, "profile")
        base = self.base(slug, dialect, said.get("extends"), diagnostics)
        return None if base is None else upon(base, document, at, diagnostics)

    def base(
        self, slug: str, dialect: str, parent: str | None, diagnostics: Diagnostics
    ) -> Document | None:
        """What a profile begins as: the dialect, or another provider's profile of it."""
        if parent is None:
            return self.bases.document(self.bases.root / "dialects" / dialect / "dialect.yaml")
        if parent in self.faulty:
            return None
        others = [name for name, p in self.documents.items() if _has_profile(p, dialect)]
        if parent in others and (parent, dialect) not in self.waiting:
            return self.profile(parent, dialect)
        diagnostics.error(
            self.documents[slug].span(("dialects", dialect, "profile", "extends")),
            "D063",
            f"no profile of {dialect} by '{parent}' that this one could begin as",
            close_match(parent, [name for name in others if name != slug]),
        )
        return None


@functools.cache
def _shipped() -> frozenset[str]:
    """Dialects that come with orgen: a spec without one of them has left it out."""
    return frozenset(path.parent.name for path in spec_dir().glob("dialects/*/dialect.yaml"))


def _has_profile(document: Document, dialect: str) -> bool:
    root: Any = document.value
    return "profile" in root["dialects"].get(dialect, {})


def _names_differ(documents: Mapping[str, Document], diagnostics: Diagnostics) -> None:
    """Report slugs and aliases that two providers share."""
    owners: dict[str, tuple[str, Document]] = {
        slug: (slug, document) for slug, document in documents.items()
    }
    for slug, document in documents.items():
        for index, alias in enumerate(_aliases(document)):
            if alias in owners:
                other, known = owners[alias]
                diagnostics.error(
                    document.span(("aliases", index)),
                    "D064",
                    f"'{alias}' is a name of '{other}' already",
                    "give each provider names of its own",
                    [Related(known.span(("provider",)), "that provider")],
                )
            else:
                owners[alias] = (slug, document)


def _aliases(document: Document) -> Iterable[str]:
    root: Any = document.value
    return root.get("aliases", ()) if isinstance(root, dict) else ()


@functools.cache
def meta_schema() -> dict[str, Json] | bool:
    """The schema of provider files."""
    diagnostics = Diagnostics()
    folder = spec_dir() / "meta"
    document = load_file(folder / "provider.schema.yaml", folder, diagnostics)
    diagnostics.check()
    value = document.value if document else None
    return value if isinstance(value, dict) else True
