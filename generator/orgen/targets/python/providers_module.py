"""Lowers providers to `providers.py`: records as Python expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from orgen.ir.schema import Json, Schema
from orgen.provider.model import Auth, ModelRule, Provider, Service
from orgen.render import SourceFile, environment
from orgen.targets.python.module import header
from orgen.targets.python.text import string, value


@dataclass(frozen=True, slots=True)
class ServiceText:
    """One service; all but `dialect` are arguments."""

    dialect: str
    path: str
    stream_path: str
    auth: str
    headers: str
    note: str
    capabilities: str


@dataclass(frozen=True, slots=True)
class ProviderText:
    """One provider; all but `name` are expressions."""

    name: str
    slug: str
    title: str
    source: str
    base_url: str
    dialects: str
    services: tuple[ServiceText, ...]
    auth: str
    facts: tuple[tuple[str, str], ...]


def providers_file(schema: Schema, providers: Sequence[Provider], package: str) -> list[SourceFile]:
    """`openresponses/providers.py`, unformatted; none without providers."""
    if not providers:
        return []
    template = environment("python").get_template("providers.py.jinja")
    texts = [_provider(provider) for provider in providers]
    text = template.render(header=header(schema), package=package, providers=texts)
    return [SourceFile(PurePosixPath("openresponses/providers.py"), text)]


def _provider(provider: Provider) -> ProviderText:
    return ProviderText(
        provider.slug,
        string(provider.slug),
        string(provider.title),
        string(provider.source),
        string(provider.base_url),
        _tuple(service.dialect for service in provider.services),
        tuple(_service(provider, service) for service in provider.services),
        _auth(provider.auth),
        tuple((name, text) for name, text in _facts(provider) if text),
    )


def _service(provider: Provider, service: Service) -> ServiceText:
    return ServiceText(
        string(service.dialect),
        string(service.path),
        string(service.stream_path),
        _auth(service.auth or provider.auth),
        _mapping(service.headers) or "MappingProxyType({})",
        string(service.note),
        _mapping(service.capabilities) or "MappingProxyType({})",
    )


def _facts(provider: Provider) -> Iterator[tuple[str, str]]:
    others = [f"({_mapping(o.when)}, {string(o.base_url)})" for o in provider.base_urls]
    variables = ", ".join(
        f"{string(v.name)}: Variable({string(v.description)}, {_tuple(v.env)}, {value(v.default)})"
        for v in provider.variables
    )
    optional = ", ".join(f"{string(k)}: {_tuple(v)}" for k, v in provider.optional_headers.items())
    yield "aliases", _tuple(provider.aliases) if provider.aliases else ""
    yield "base_urls", f"({', '.join(others)},)" if others else ""
    yield "base_url_env", _tuple(provider.base_url_env) if provider.base_url_env else ""
    yield "variables", f"MappingProxyType({{{variables}}})" if variables else ""
    yield "headers", _mapping(provider.headers)
    yield "optional_headers", f"MappingProxyType({{{optional}}})" if optional else ""
    yield "list_models", string(provider.list_models) if provider.list_models else ""
    yield "capabilities", _mapping(provider.capabilities)
    models = ", ".join(map(_models, provider.models))
    yield "models", f"({models},)" if models else ""
    yield "settings", _tuple(provider.settings) if provider.settings else ""
    yield "notes", _tuple(provider.notes) if provider.notes else ""


def _models(rule: ModelRule) -> str:
    facts = [
        ("examples", _tuple(rule.examples) if rule.examples else ""),
        ("base_url", string(rule.base_url) if rule.base_url else ""),
        ("note", string(rule.note) if rule.note else ""),
        ("capabilities", _mapping(rule.capabilities)),
        ("family", string(rule.family) if rule.family else ""),
    ]
    given = "".join(f", {name}={text}" for name, text in facts if text)
    return f"Models({_tuple(rule.patterns)}{given})"


def _auth(auth: Auth) -> str:
    return f"Auth({string(auth.scheme)}, {string(auth.name)}, {_tuple(auth.env)}, {auth.required})"


def _tuple(words: Iterable[Any]) -> str:
    return "(" + "".join(f"{string(word)}, " for word in words) + ")"


def _mapping(entries: Mapping[str, Json] | Mapping[str, str]) -> str:
    """Lists are tuples, because records never change."""
    inner = ", ".join(
        f"{string(key)}: {_tuple(word) if isinstance(word, list) else value(word)}"
        for key, word in entries.items()
    )
    return f"MappingProxyType({{{inner}}})" if inner else ""
