"""Finds the providers of a spec folder, checks them, and puts their profiles upon dialects."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from orgen.diagnostics import Diagnostics, Related
from orgen.dialect.ast import Dialect
from orgen.dialect.load import DialectFiles
from orgen.dialect.primitives import close_match
from orgen.ir.schema import Json, Schema
from orgen.load import Document, load_file
from orgen.provider.model import Provider
from orgen.provider.parse import check_fields, parse_provider
from orgen.provider.profiles import Profiles
from orgen.resources import spec_dir
from orgen.validate.structure import check_structure


def load_providers(
    bases: DialectFiles, schema: Schema, dialects: Sequence[Dialect], diagnostics: Diagnostics
) -> tuple[Provider, ...]:
    """The providers of `spec/providers/*.yaml`, by slug; none for a spec without dialects.

    `dialects` are all dialects of the spec, checked, and `bases` their files. What is wrong with
    a file is reported, and its provider left out.
    """
    files = ProviderFiles(bases, diagnostics)
    if dialects:
        files.read_all()
    known = {dialect.name: dialect for dialect in dialects}
    faulty = frozenset(files.faulty)
    profiles = Profiles(bases, known, schema, diagnostics, files.documents, faulty)
    found = []
    for slug, provider in files.providers.items():
        services = tuple(
            profiles.service(slug, service)
            for service in provider.services
            if service.dialect in known
        )
        if services:
            found.append(replace(provider, services=services))
    return tuple(found)


@dataclass(slots=True)
class ProviderFiles:
    """Provider files of one spec folder, and what is wrong with them on their own."""

    bases: DialectFiles
    diagnostics: Diagnostics
    documents: dict[str, Document] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    faulty: set[str] = field(default_factory=set)
    """Files with faults that were reported."""

    def read_all(self) -> None:
        """Read every file of the spec."""
        for path in sorted(self.bases.root.glob("providers/*.yaml")):
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
        for at, name in _named_dialects(root):
            served = list(root["dialects"]) if at[0] == "models" else names
            if name not in served and (at[0] == "models" or name not in _shipped()):
                diagnostics.error(
                    document.key_span(at),
                    "D061",
                    f"no dialect{' here' if at[0] == 'models' else ''} is called '{name}'",
                    close_match(name, served),
                )
        check_fields(document, diagnostics)
        _families_differ(document, diagnostics)


@functools.cache
def _shipped() -> frozenset[str]:
    """Dialects that come with orgen: a spec without one of them has left it out."""
    return frozenset(path.parent.name for path in spec_dir().glob("dialects/*/dialect.yaml"))


def _named_dialects(root: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Places that name a dialect, with its name."""
    for name in root["dialects"]:
        yield ("dialects", name), name
    for index, entry in enumerate(root.get("models", ())):
        for name in entry.get("profiles", ()):
            yield ("models", index, "profiles", name), name


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


def _families_differ(document: Document, diagnostics: Diagnostics) -> None:
    """Report families of one provider that have the same name."""
    root: Any = document.value
    first: dict[str, int] = {}
    for index, entry in enumerate(root.get("models", ())):
        name = entry.get("family")
        if name is not None and first.setdefault(name, index) != index:
            other = document.span(("models", first[name], "family"))
            diagnostics.error(
                document.span(("models", index, "family")),
                "D064",
                f"another family is called '{name}' already",
                "give each family a name of its own",
                [Related(other, "that family")],
            )


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
