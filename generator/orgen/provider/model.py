"""A provider as its file describes it, neutral across languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orgen.diagnostics import Span
from orgen.dialect.ast import Dialect
from orgen.ir.schema import Json
from orgen.provider.terms import Terms


@dataclass(frozen=True, slots=True)
class Auth:
    """How a key is sent: `scheme` is bearer, header, query, oauth or none."""

    scheme: str = "none"
    name: str = ""
    """Header or query field of the schemes of these names."""
    env: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True, slots=True)
class EnvVariable:
    """What stands in braces in a base URL."""

    name: str
    description: str
    env: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True, slots=True)
class OtherBase:
    """A base URL for some values of the variables."""

    when: Mapping[str, str]
    base_url: str


@dataclass(frozen=True, slots=True)
class ModelRule:
    """What holds for models whose names fit a shell pattern."""

    patterns: tuple[str, ...]
    examples: tuple[str, ...] = ()
    base_url: str | None = None
    note: str = ""
    capabilities: Mapping[str, Json] = field(default_factory=dict)
    family: str = ""
    """What models of this kind are called, if they have profiles."""


@dataclass(frozen=True, slots=True)
class Family:
    """What requests to models of one kind differ in, upon what the service is itself.

    `parent` is the family that this one began as, behind its provider's slug and a slash if that
    is another one.
    """

    name: str
    patterns: tuple[str, ...]
    profile: Dialect
    parent: str | None = None
    terms: Terms = field(default_factory=Terms)
    """Those of the service included."""


@dataclass(frozen=True, slots=True)
class Service:
    """One dialect as a provider serves it.

    `profile` is the dialect with what differs; None where nothing does.
    """

    dialect: str
    path: str
    stream_path: str
    compact_path: str
    span: Span
    auth: Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    capabilities: Mapping[str, Json] = field(default_factory=dict)
    profile: Dialect | None = None
    parent: str | None = None
    """The provider whose profile this one began as."""
    terms: Terms = field(default_factory=Terms)
    families: tuple[Family, ...] = ()
    """Of several whose patterns fit a model, the last one counts."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A whole provider file."""

    slug: str
    title: str
    source: str
    aliases: tuple[str, ...]
    base_url: str
    base_urls: tuple[OtherBase, ...]
    base_url_env: tuple[str, ...]
    variables: tuple[EnvVariable, ...]
    auth: Auth
    headers: Mapping[str, str]
    optional_headers: Mapping[str, tuple[str, ...]]
    list_models: str
    services: tuple[Service, ...]
    """In order of preference."""
    capabilities: Mapping[str, Json]
    models: tuple[ModelRule, ...]
    settings: Mapping[str, Json]
    """Name -> JSON Schema of a native setting."""
    notes: tuple[str, ...]
    span: Span

    @property
    def names(self) -> tuple[str, ...]:
        """The slug, then the aliases."""
        return (self.slug, *self.aliases)
