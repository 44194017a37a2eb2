"""Finds how one provider speaks one dialect, for commands that explain it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from orgen.diagnostics import DiagnosticError, Diagnostics, Span
from orgen.dialect.ast import Dialect
from orgen.dialect.load import dialect_files
from orgen.dialect.primitives import close_match
from orgen.ir.schema import Schema
from orgen.provider.load import ProviderFiles
from orgen.provider.parse import patterns_of
from orgen.provider.profiles import Profiles
from orgen.provider.terms import Terms


@dataclass(frozen=True, slots=True)
class Spoken:
    """A dialect as a provider speaks it, perhaps to one model."""

    title: str
    dialect: Dialect
    terms: Terms
    family: str = ""


def find_spoken(
    spec: Path,
    schema: Schema,
    diagnostics: Diagnostics,
    dialect: str,
    provider: str,
    model: str | None = None,
) -> Spoken:
    """How a provider speaks a dialect, and to a model if one is named.

    Raises:
        DiagnosticError: if a file is wrong, or no provider of that name serves the dialect.
    """
    bases = dialect_files(spec, diagnostics)
    path = spec / "dialects" / dialect / "dialect.yaml"
    found = bases.dialect(path)
    diagnostics.items += bases.diagnostics.items
    diagnostics.check()
    assert found is not None  # or else `check` has raised
    native, borrowed = bases.native(path, schema)
    own = replace(found, native=native, borrowed=borrowed)
    files = ProviderFiles(bases, diagnostics)
    for file in sorted(spec.glob("providers/*.yaml")):
        files.read(file)
    slug = _slug(spec, files, provider, dialect, diagnostics)
    profiles = Profiles(
        bases, {dialect: own}, schema, diagnostics, files.documents, frozenset(files.faulty)
    )
    family = _family(profiles, slug, dialect, model)
    made = profiles.get((slug, dialect, family)) or profiles.get((slug, dialect, ""))
    diagnostics.check()
    title = files.providers[slug].title
    if made is None or made.dialect is None:
        return Spoken(title, own, Terms())
    return Spoken(title, made.dialect, made.terms, family)


def _slug(
    spec: Path, files: ProviderFiles, name: str, dialect: str, diagnostics: Diagnostics
) -> str:
    """The slug of a provider that serves the dialect; it may be called by an alias."""
    names = {alias: slug for slug, p in files.providers.items() for alias in p.names}
    serving = {
        alias
        for alias, slug in names.items()
        if dialect in (one.dialect for one in files.providers[slug].services)
    }
    if name in serving:
        return names[name]
    message = f"no provider '{name}' serves {dialect}"
    if name in names:
        served = ", ".join(one.dialect for one in files.providers[names[name]].services)
        message = f"'{name}' serves {served}, and not {dialect}"
    hint = close_match(name, sorted(serving)) if name not in names else None
    diagnostics.error(Span((spec / "providers").as_posix()), "C005", message, hint)
    raise DiagnosticError(diagnostics)


def _family(profiles: Profiles, slug: str, dialect: str, model: str | None) -> str:
    """The family of a model; empty without one."""
    entries: list[tuple[int, dict[str, Any]]] = list(profiles.entries(slug, dialect))
    for _, entry in reversed(entries if model is not None else []):
        if any(fnmatchcase(str(model), pattern) for pattern in patterns_of(entry)):
            return str(entry["family"])
    return ""
