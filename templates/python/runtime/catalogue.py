"""Records of providers: where they are reached, and what they can do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What may stand for a variable of a base URL."""


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
    """What holds for models whose names fit one of the shell patterns.

    A `family` has settings that differ: requests are encoded accordingly.
    """

    patterns: tuple[str, ...]
    examples: tuple[str, ...] = ()
    base_url: str | None = None
    note: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=_nothing)
    family: str = ""

    def fits(self, model: str) -> bool:
        """Whether these are facts about a model of that name."""
        return any(fnmatchcase(model, pattern) for pattern in self.patterns)


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
            if rule.fits(model):
                found.update(rule.capabilities)
        return MappingProxyType(found)

    def base_url_of(self, model: str, variables: Mapping[str, str] | None = None) -> str:
        """The base URL that serves a model, with its variables filled in.

        Raises KeyError for a variable that is neither given nor has a default, ValueError for
        a value that is more than letters, digits, dots, hyphens and underscores. Environment
        variables are not looked at: `base_url_env` and `Variable.env` name them.
        """
        values = {name: v.default for name, v in self.variables.items() if v.default is not None}
        values |= variables or {}
        for name, value in values.items():
            if name in self.variables and not _PLAIN.fullmatch(value):
                raise ValueError(f"{self.title}: {name!r} cannot be {value!r} in a URL")
        found = self.base_url
        for when, url in self.base_urls:
            if all(values.get(name) == value for name, value in when.items()):
                found = url
                break
        for rule in self.models:
            if rule.base_url is not None and rule.fits(model):
                found = rule.base_url
        for name in self.variables:
            if f"{{{name}}}" in found and name not in values:
                raise KeyError(f"{self.title} needs {name!r}: {self.variables[name].description}")
        return found.format(**values)
