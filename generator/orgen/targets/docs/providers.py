"""The page of providers: one row each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from orgen.ir.schema import Schema
from orgen.provider.model import Auth, Provider
from orgen.render import SourceFile, environment
from orgen.targets.docs.lower import header

PROVIDERS_PAGE = "providers.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One provider, as Markdown."""

    title: str
    names: str
    base_url: str
    key: str
    dialects: str


def render_providers(schema: Schema, providers: Sequence[Provider]) -> list[SourceFile]:
    """The page; none without providers."""
    if not providers:
        return []
    rows = [_row(provider) for provider in providers]
    template = environment("docs").get_template("providers.md.jinja")
    text = template.render(header=header(schema), rows=rows)
    return [SourceFile(PurePosixPath(PROVIDERS_PAGE), text)]


def _row(provider: Provider) -> Row:
    served = (f"`{service.dialect}` at `{service.path}`" for service in provider.services)
    return Row(
        provider.title.replace("|", "\\|"),
        _code(provider.names),
        f"`{provider.base_url}`",
        _key(provider.auth),
        "<br>".join(served),
    )


def _key(auth: Auth) -> str:
    how = f"{auth.scheme} `{auth.name}`" if auth.name else auth.scheme
    named = f": {_code(auth.env)}" if auth.env else ""
    return f"{how}{named}{'' if auth.required else ' (optional)'}"


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
