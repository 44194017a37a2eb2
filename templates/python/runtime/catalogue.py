"""Records of providers: where they are reached, and what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Auth:
    """How a key is sent. `scheme` is bearer, header, query, oauth or none.

    `name` is the header or query field of the schemes of these names, `env` the environment
    variables that may hold the key.
    """

    scheme: str = "none"
    name: str = ""
    env: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Variable:
    """What stands in braces in a base URL; `env` are environment variables that may hold it."""

    description: str
    env: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True)
class Service:
    """One dialect as a provider serves it; `path` is appended to the base URL."""

    path: str
    stream_path: str
    auth: Auth
    headers: Mapping[str, str] = field(default_factory=_nothing)
    note: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True)
class Models:
    """What holds for models whose names fit a shell pattern."""

    pattern: str
    examples: tuple[str, ...] = ()
    base_url: str | None = None
    note: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True)
class Provider:
    """One provider. `dialects` are in order of preference; what is not said is unknown."""

    name: str
    title: str
    source: str
    base_url: str
    dialects: tuple[str, ...]
    services: Mapping[str, Service] = field(repr=False)
    auth: Auth = Auth()
    aliases: tuple[str, ...] = ()
    base_urls: tuple[tuple[Mapping[str, str], str], ...] = ()
    base_url_env: tuple[str, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=_nothing)
    headers: Mapping[str, str] = field(default_factory=_nothing)
    optional_headers: Mapping[str, tuple[str, ...]] = field(default_factory=_nothing)
    list_models: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=_nothing)
    models: tuple[Models, ...] = ()
    settings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def capabilities_of(self, model: str, dialect: str | None = None) -> Mapping[str, Any]:
        """The capabilities of one model, perhaps as a dialect shows them."""
        found = dict(self.capabilities)
        if dialect is not None:
            found.update(self.services[dialect].capabilities)
        for rule in self.models:
            if fnmatchcase(model, rule.pattern):
                found.update(rule.capabilities)
        return MappingProxyType(found)
