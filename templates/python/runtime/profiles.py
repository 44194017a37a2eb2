"""Finds the dialect that a provider speaks: its path, and what differs from the dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .tables import DialectTables

if TYPE_CHECKING:
    from .translation import Dialect

MOST_KEPT = 256
"""Names of providers and models that are kept with what differs for them."""
LONGEST = 256
"""Characters of a model's name, if it is to be looked at."""


@dataclass(frozen=True, slots=True)
class Served:
    """A dialect as a provider serves it. `module` holds what differs; empty: nothing does.

    `families` are patterns of model names with the module of what differs in requests to
    these models; of several that fit, the last one counts.
    """

    path: str
    module: str = ""
    stream_path: str = ""
    compact_path: str = ""
    families: tuple[tuple[tuple[str, ...], str], ...] = ()

    def module_of(self, model: str) -> str:
        """The module of what differs in requests to a model."""
        for patterns, module in reversed(self.families):
            if any(fnmatchcase(model, pattern) for pattern in patterns):
                return module
        return self.module


def served(name: str, provider: str) -> Served | None:
    """How a provider serves the dialect of that name; None if it does not."""
    package = _package()
    try:
        index = import_module(f"{package}.profiles")
    except ModuleNotFoundError as error:
        if error.name != f"{package}.profiles":
            raise
        return None  # generated without providers
    found: Mapping[str, Served] = index.SERVED.get(name, {})
    return found.get(provider)


def _package() -> str:
    return __name__.rpartition(".runtime.")[0]


@lru_cache(MOST_KEPT)
def _different(name: str, provider: str, module: str) -> Any:
    """The dialect with what a module says; modules of profiles are loaded on first use."""
    found = served(name, provider)
    assert found is not None  # or there would be no such module
    dialect = import_module(f"{_package()}.dialects.{name}").DIALECT
    different = import_module(f"{_package()}.profiles.{module}").DIALECT if module else dialect
    return replace(
        different,
        tables=_known_to(different.tables, provider),
        path=found.path,
        stream_path=found.stream_path or found.path,
        compact_path=found.compact_path or dialect.compact_path,
    )


def _known_to(tables: DialectTables, provider: str) -> DialectTables:
    """The facts with the settings that one provider has of those that not all have."""
    slug = tables.slugs.get(provider, provider)
    foreign = {name for name, servers in tables.servers.items() if slug not in servers}
    foreign -= tables.lacks.keys()  # known not to be there
    own = frozenset(path for path in tables.settings if path.partition(".")[0] not in foreign)
    return replace(tables, settings=own)


@lru_cache(MOST_KEPT)
def elsewhere(name: str, provider: str) -> frozenset[str]:
    """Native settings that the provider has in its other dialects, and not in the one of that name.

    Loads these dialects, and is asked only about settings that nobody knows.
    """
    index = import_module(f"{_package()}.profiles").SERVED
    known = _spoken(name, provider)
    found: set[str] = set()
    for other in index if known is not None else ():
        if other != name and provider in index[other]:
            tables = _different(other, provider, index[other][provider].module).tables
            found |= {path for path in tables.settings if "." not in path}
            found -= {*tables.protected, *tables.lacks}
    return frozenset(found - known[1].tables.settings) if known else frozenset()


@lru_cache(MOST_KEPT)
def _spoken(name: str, provider: str) -> tuple[Any, Any, Served] | None:
    """The dialect of that name, how a provider speaks it, and what depends on models."""
    found = served(name, provider)
    if found is None:
        return None
    dialect = import_module(f"{_package()}.dialects.{name}").DIALECT
    return dialect, _different(name, provider, found.module), found


@lru_cache(MOST_KEPT)
def _to_model(name: str, provider: str, model: str) -> Any:
    """How a provider speaks to a model; None where that makes no difference."""
    found = served(name, provider)
    module = found.module_of(model) if found is not None else ""
    return _different(name, provider, module) if found and module != found.module else None


def spoken(dialect: Dialect[Any, Any, Any], provider: str | None, model: Any = None) -> Any:
    """The dialect as a provider speaks it; the dialect itself for a provider that does not.

    `model` is the one that a request is for: some take other settings than the rest.
    """
    if not isinstance(provider, str):
        return dialect
    found = _spoken(dialect.name, provider)
    if found is None or found[0].functions is not dialect.functions:
        return dialect
    _, own, serving = found
    if serving.families and isinstance(model, str) and len(model) <= LONGEST:
        own = _to_model(dialect.name, provider, model) or own
    return own if dialect.clock is own.clock else replace(own, clock=dialect.clock)
