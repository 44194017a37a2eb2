"""Puts the profiles of providers, and of families of their models, upon dialects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.load import DialectFiles, check_extended
from orgen.dialect.primitives import close_match
from orgen.dialect.settings import native_settings
from orgen.ir.schema import Record, Ref, Schema
from orgen.load import Document
from orgen.provider.model import Family, Service
from orgen.provider.parse import patterns_of
from orgen.provider.profile import OWN, profile_of, upon
from orgen.provider.terms import FORMS, PARTS, Terms, terms_of

Key: TypeAlias = "tuple[str, str, str]"
"""Provider, dialect, and family; no family for what holds for all models."""
_REQUEST = "CreateResponseBody"


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as it came out: its document, its dialect, and its terms.

    `dialect` is None after a fault; it is the very dialect of what the profile begins as where
    the rules are the same.
    """

    document: Document
    dialect: Dialect | None
    terms: Terms


def parents(documents: Mapping[str, Document], slug: str) -> set[str]:
    """A provider, and all whose profiles its own may begin as, whatever the dialect."""
    found: set[str] = set()
    waiting = [slug]
    while waiting:
        one = waiting.pop()
        if one in documents and one not in found:
            found.add(one)
            waiting += _named_parents(documents[one].value)
    return found


def _named_parents(root: Any) -> Iterator[str]:
    for served in root["dialects"].values():
        yield served.get("profile", {}).get("extends", "")
    for entry in root.get("models", ()):
        for said in entry.get("profiles", {}).values():
            yield said.get("extends", "").rpartition("/")[0]


def _words_of(value: Any, mark: str) -> Iterator[str]:
    """The words that a mark has anywhere in a dialect's file."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == mark and isinstance(inner, str):
                yield inner
            yield from _words_of(inner, mark)
    elif isinstance(value, list):
        for inner in value:
            yield from _words_of(inner, mark)


@dataclass(slots=True)
class Profiles:
    """The profiles of all provider files, each made once."""

    bases: DialectFiles
    dialects: Mapping[str, Dialect]
    schema: Schema
    diagnostics: Diagnostics
    documents: Mapping[str, Document]
    """The provider files that have no fault of their own, by slug."""
    faulty: frozenset[str]
    """Files with faults that were reported."""
    made: dict[Key, Profile | None] = field(default_factory=dict)
    waiting: list[Key] = field(default_factory=list)
    """Profiles that wait for those that they begin as."""

    def service(self, slug: str, service: Service) -> Service:
        """The service with its profile and those of families of models, unless they are wrong."""
        found = self.get((slug, service.dialect, ""))
        families = []
        for index, entry in self.entries(slug, service.dialect):
            made = self.get((slug, service.dialect, entry["family"]))
            if made is not None and made.dialect is not None:
                parent = self.said(slug, index, service.dialect).get("extends")
                families.append(
                    Family(entry["family"], patterns_of(entry), made.dialect, parent, made.terms)
                )
        own = found.dialect if found is not None else None
        terms = found.terms if found is not None else Terms()
        return replace(service, profile=own, terms=terms, families=tuple(families))

    def entries(self, slug: str, dialect: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The entries of `models` with a profile of the dialect."""
        root: Any = self.documents[slug].value
        for index, entry in enumerate(root.get("models", ())):
            if dialect in entry.get("profiles", ()):
                yield index, entry

    def said(self, slug: str, index: int, dialect: str) -> dict[str, Any]:
        """What an entry of `models` says of a dialect."""
        root: Any = self.documents[slug].value
        found: dict[str, Any] = root["models"][index]["profiles"][dialect]
        return found

    def place(self, key: Key) -> tuple[str | int, ...] | None:
        """Where a profile stands in its file; None if there is no such profile."""
        slug, dialect, family = key
        root: Any = self.documents[slug].value
        if family:
            found = (i for i, entry in self.entries(slug, dialect) if entry["family"] == family)
            index = next(found, None)
            return None if index is None else ("models", index, "profiles", dialect)
        served = root["dialects"].get(dialect, {})
        return ("dialects", dialect, "profile") if "profile" in served else None

    def get(self, key: Key) -> Profile | None:
        """A profile; None where nothing is said, or something is wrong with what it begins as."""
        at = self.place(key)
        if at is None:
            return None
        if key not in self.made:
            self.waiting.append(key)
            self.made[key] = self.make(key, at)
            self.waiting.pop()
        return self.made[key]

    def make(self, key: Key, at: tuple[str | int, ...]) -> Profile | None:
        slug, dialect, _ = key
        document = self.documents[slug]
        said: Any = document.value
        for step in at:
            said = said[step]
        base = self.base(key, at, said.get("extends"))
        if base is None:
            return None
        terms = terms_of(said)
        self.check_terms(document, at, dialect, terms)
        if not said.keys() - OWN:
            return replace(base, terms=terms.upon(base.terms))
        local = Diagnostics(sources=self.diagnostics.sources)
        found = upon(base.document, document, at, local)
        made = profile_of(found, self.dialects[dialect], local) if found is not None else None
        if made is not None:
            made = replace(made, span=document.key_span(at))
            check_extended(made, self.schema, local, set(self.diagnostics.items))
        self.diagnostics.items += local.items
        right = made if not local.has_errors else None
        return None if found is None else Profile(found, right, terms.upon(base.terms))

    def base(self, key: Key, at: tuple[str | int, ...], parent: str | None) -> Profile | None:
        """What a profile begins as: the dialect, or another profile of it."""
        slug, dialect, family = key
        if parent is None:
            whole = (slug, dialect, "")
            return self.get(whole) if family and self.place(whole) else self.plain(dialect)
        other = (parent, dialect, "")
        if family:
            owner, slash, name = parent.rpartition("/")
            other = (owner if slash else slug, dialect, name)
        if other[0] in self.faulty:
            return None
        if other[0] in self.documents and other not in self.waiting and self.place(other):
            return self.get(other)
        self.diagnostics.error(
            self.documents[slug].span((*at, "extends")),
            "D063",
            f"no profile of {dialect} by '{parent}' that this one could begin as",
            close_match(parent, self.others(key)),
        )
        return None

    def plain(self, dialect: str) -> Profile | None:
        """The dialect itself, as what profiles begin as."""
        path = self.bases.root / "dialects" / dialect / "dialect.yaml"
        document = self.bases.document(path)
        return None if document is None else Profile(document, self.dialects[dialect], Terms())

    def others(self, key: Key) -> list[str]:
        """What a profile could begin as."""
        slug, dialect, family = key
        if not family:
            return [s for s in self.documents if s != slug and self.place((s, dialect, ""))]
        return [
            entry["family"] if owner == slug else f"{owner}/{entry['family']}"
            for owner in self.documents
            for _, entry in self.entries(owner, dialect)
        ]

    def check_terms(
        self, document: Document, at: tuple[str | int, ...], dialect: str, terms: Terms
    ) -> None:
        """Report settings and content of names that there are not."""
        native = native_settings(self.dialects[dialect].native)
        settings = [name for name in native if "." not in name]
        if settings:
            self.check_names(document, (*at, "lacks"), terms.lacks, settings)
        self.check_names(document, (*at, "refuses"), terms.refuses, self.refusable())
        self.check_names(document, (*at, "forms"), terms.forms, PARTS)
        plain = self.plain(dialect)
        words = set(_words_of(plain.document.value, f"{dialect}:@part")) if plain else set()
        for part, word in terms.forms.items():
            if word not in words:
                message = f"no rule of {dialect} has the mark '@part' with the word '{word}'"
                span = document.span((*at, "forms", part))
                self.diagnostics.error(span, "D065", message, close_match(word, words))

    def refusable(self) -> list[str]:
        """The fields of a canonical request, and the types and forms of content."""
        component = self.schema.components.get(_REQUEST)
        record = self.schema.deref(component.type if component else Ref(_REQUEST))
        fields = [p.name for p in record.properties] if isinstance(record, Record) else []
        return [*fields, *PARTS, *(f"{part}<{form}>" for part in PARTS for form in FORMS)]

    def check_names(
        self,
        document: Document,
        at: tuple[str | int, ...],
        names: Iterable[str],
        known: Sequence[str],
    ) -> None:
        for name in names:
            if name not in known:
                self.diagnostics.error(
                    document.key_span((*at, name)),
                    "D065",
                    f"{at[-1]} names '{name}', which there is not",
                    close_match(name, known),
                )
