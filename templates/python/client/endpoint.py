"""Where a call goes: provider, dialect, URL and headers, settled before any network."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from .. import __version__, dialects, providers
from ..runtime.catalogue import Auth, Provider, Service
from .failures import ConfigurationError
from .secrets import Key, KeySource

USER_AGENT = f"{__name__.partition('.')[0]}-python/{__version__}"

_TEMPLATE = re.compile(r"\{(\w+)\}")
_SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class Endpoint:
    """A provider as one client calls it."""

    provider: Provider
    dialect: str
    base_url: str | None
    """Given by the caller or the environment; None: the catalogue's, filled in."""
    variables: Mapping[str, str]
    key: Key | None
    headers: Mapping[str, str | None]
    """The caller's own; None leaves a header out."""

    @property
    def service(self) -> Service:
        """How the provider serves the dialect."""
        services = self.provider.services
        return services[self.dialect] if self.dialect in services else services["openai_responses"]

    @property
    def own(self) -> bool:
        """Whether the provider is of the catalogue, so that dialects know its profile."""
        name = self.provider.name
        return name in providers.names() and providers.get(name) is self.provider

    def base_of(self, model: str) -> str:
        """The base URL for a model, without a slash at the end."""
        template = self.base_url
        if template is None:
            template = self._template(model)
        filled = _TEMPLATE.sub(lambda match: self.variables[match.group(1)], template)
        return filled.rstrip("/")

    def _template(self, model: str) -> str:
        for rule in self.provider.models:
            if rule.base_url is not None and rule.fits(model):
                return rule.base_url
        for when, url in self.provider.base_urls:
            if all(self.variables.get(name) == value for name, value in when.items()):
                return url
        return self.provider.base_url

    def url(self, model: str, path: str) -> str:
        """The whole URL. Holds the key where the provider wants it in the query."""
        url = self.base_of(model) + path
        auth = self.service.auth
        if auth.scheme == "query" and self.key is not None:
            mark = "&" if "?" in url else "?"
            url += f"{mark}{quote(auth.name)}={quote(self._revealed(self.key), safe='')}"
        return url

    def all_headers(self, more: Mapping[str, str]) -> dict[str, str]:
        """The headers of a call; later ones win, whatever their case."""
        found: dict[str, tuple[str, str]] = {}
        layers: list[Mapping[str, str | None]] = [
            {"User-Agent": USER_AGENT},
            self.provider.headers,
            self.service.headers,
            self._optional_headers(),
            more,
            self._credentials(),
            self.headers,
        ]
        for layer in layers:
            for name, value in layer.items():
                found.pop(name.lower(), None)
                if value is not None:
                    found[name.lower()] = (name, value)
        return dict(found.values())

    def _optional_headers(self) -> dict[str, str]:
        found = {}
        for name, variables in self.provider.optional_headers.items():
            value = from_environment(variables)
            if value is not None and value.isascii() and value.isprintable():
                found[name] = value
        return found

    def _credentials(self) -> dict[str, str]:
        auth = self.service.auth
        if self.key is None or auth.scheme in ("none", "query"):
            return {}
        key = self._revealed(self.key)
        return {auth.name: key} if auth.scheme == "header" else {"Authorization": f"Bearer {key}"}

    def _revealed(self, key: Key) -> str:
        try:
            return key.reveal()
        except ValueError as error:
            raise ConfigurationError(
                f"api_key for {self.provider.name}: {error}",
                field="api_key",
                provider=self.provider.name,
            ) from None

    def hide(self, text: str) -> str:
        """The text without the key."""
        return self.key.hide(text) if self.key is not None else text


def resolve(
    provider: str | Provider,
    *,
    dialect: str | None,
    api_key: KeySource | None,
    base_url: str | None,
    headers: Mapping[str, str | None] | None,
    variables: Mapping[str, str],
) -> Endpoint:
    """The endpoint that the arguments and the environment tell.

    Raises ConfigurationError, which names the argument and what to do.
    """
    record = provider if isinstance(provider, Provider) else _record(provider)
    spoken = _dialect(record, dialect)
    base = base_url if base_url is not None else from_environment(record.base_url_env)
    given = _checked_headers(record, headers or {})
    needed = set() if base is not None else _named_in(record)
    return Endpoint(
        record,
        spoken,
        None if base is None else _checked_base(record, base),
        _variables(record, variables, needed),
        _key(record, spoken, api_key, given),
        given,
    )


def _record(name: object) -> Provider:
    try:
        return providers.get(str(name))
    except KeyError:
        known = providers.names()
        raise ConfigurationError(
            f"no provider is named {name!r}{_meant(name, known)}; there are {', '.join(known)}",
            field="provider",
        ) from None


def _meant(name: object, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(name).lower(), list(known), n=3, cutoff=0.5)
    return "; did you mean " + " or ".join(map(repr, close)) + "?" if close else ""


def _dialect(record: Provider, wanted: str | None) -> str:
    here = [name for name in record.dialects if name in dialects.names()]
    if "openai_responses" in record.dialects and "openresponses" in dialects.names():
        here.append("openresponses")
    if wanted is None and here:
        return here[0]
    if wanted in here:
        return str(wanted)
    if not here:
        raise ConfigurationError(
            f"{record.name} serves {', '.join(record.dialects)}, and this package has none of them",
            field="dialect",
            provider=record.name,
        )
    raise ConfigurationError(
        f"{record.name} does not serve the dialect {wanted!r}{_meant(wanted, here)}; "
        f"it serves {', '.join(here)}",
        field="dialect",
        provider=record.name,
    )


def _named_in(record: Provider) -> set[str]:
    return set(_TEMPLATE.findall(record.base_url))


def _variables(record: Provider, given: Mapping[str, str], needed: set[str]) -> dict[str, str]:
    for name in given:
        if name not in record.variables:
            known = ", ".join(record.variables) or "none"
            raise ConfigurationError(
                f"{record.name} has no variable {name!r}; its URL takes {known}",
                field=name,
                provider=record.name,
            )
    found = {}
    for name, variable in record.variables.items():
        value = given.get(name) or from_environment(variable.env) or variable.default
        if value is None and name not in needed:
            continue
        if value is None:
            raise ConfigurationError(
                f"{record.name} needs {name} ({variable.description.rstrip('.')}): pass "
                f"{name}=... or set {' or '.join(variable.env) or 'base_url'}",
                field=name,
                provider=record.name,
            )
        if not isinstance(value, str) or not _SAFE.fullmatch(value):
            raise ConfigurationError(
                f"{name} stands in the URL of {record.name}: letters, digits, '.', '-' and '_' "
                f"only, not {value!r}",
                field=name,
                provider=record.name,
            )
        found[name] = value
    return found


def _checked_base(record: Provider, given: str) -> str:
    """A base URL; a bare host and port, as OLLAMA_HOST has it, is of http."""
    text = given.strip()
    if "//" not in text:
        text = f"http://{text}"
        default = urlsplit(record.base_url)
        if default.port and urlsplit(text).port is None:
            host, slash, path = text[len("http://") :].partition("/")
            text = f"http://{host}:{default.port}{slash}{path}"
        text = text.replace("//0.0.0.0", "//127.0.0.1", 1)
    parts = urlsplit("")
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.query or parts.fragment or not text.isprintable() or " " in text:
        raise ConfigurationError(
            f"base_url for {record.name} has to be http(s)://host[:port][/path] without a query; "
            f"paths such as {record.services[record.dialects[0]].path} are appended to it",
            field="base_url",
            provider=record.name,
        )
    if parts.username or parts.password:
        raise ConfigurationError(
            "base_url holds a user or a password; pass it with headers={'Authorization': ...}",
            field="base_url",
            provider=record.name,
        )
    return text


def _checked_headers(record: Provider, headers: Mapping[str, str | None]) -> dict[str, str | None]:
    for name, value in headers.items():
        fine = isinstance(name, str) and _NAME.fullmatch(name)
        if not fine or not (value is None or (isinstance(value, str) and _is_visible(value))):
            raise ConfigurationError(
                f"headers: {name!r} or its value cannot be sent as an HTTP header",
                field="headers",
                provider=record.name,
            )
    return dict(headers)


def _is_visible(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _key(
    record: Provider,
    dialect: str,
    given: KeySource | None,
    headers: Mapping[str, str | None],
) -> Key | None:
    services = record.services
    auth = (services.get(dialect) or services["openai_responses"]).auth
    if given is not None and not (callable(given) or (isinstance(given, str) and given.strip())):
        raise ConfigurationError(
            f"api_key for {record.name} has to be a text or a function that returns one",
            field="api_key",
            provider=record.name,
        )
    if given is None and auth.scheme != "oauth":
        given = from_environment(auth.env)
    if given is not None:
        return Key(given)
    sent = {name.lower() for name in headers}
    if auth.required and auth.scheme != "none" and not sent & {"authorization", auth.name.lower()}:
        raise ConfigurationError(_missing(record, auth), field="api_key", provider=record.name)
    return None


def _missing(record: Provider, auth: Auth) -> str:
    if auth.scheme == "oauth":
        return (
            f"{record.name} needs an OAuth access token: pass api_key=token, or a function that "
            "returns a fresh one (tokens live about an hour)"
        )
    where = " or ".join(auth.env)
    hint = f" or set {where}" if where else ""
    return f"{record.name} needs a key: pass api_key=...{hint}"


def from_environment(names: Iterable[str]) -> str | None:
    """The first of the environment variables that is set and not empty."""
    values = (os.environ.get(name, "").strip() for name in names)
    return next((value for value in values if value), None)
