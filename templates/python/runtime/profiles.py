"""Finds the dialect that a provider speaks: its path, and what differs from the dialect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .translation import Dialect


@dataclass(frozen=True, slots=True)
class Served:
    """A dialect as a provider serves it. `module` holds what differs; empty: nothing does."""

    path: str
    module: str = ""
    stream_path: str = ""
    compact_path: str = ""


@cache
def _served(name: str, provider: str) -> Any:
    """The generated dialect of that name, and how a provider speaks it; None if it does not.

    Modules of profiles are loaded on first use.
    """
    package = __name__.rpartition(".runtime.")[0]
    try:
        index = import_module(f"{package}.profiles")
    except ModuleNotFoundError as error:
        if error.name != f"{package}.profiles":
            raise
        return None  # generated without providers
    served: Served | None = index.SERVED.get(name, {}).get(provider)
    if served is None:
        return None
    dialect = import_module(f"{package}.dialects.{name}").DIALECT
    module = f"{package}.profiles.{served.module}"
    different = import_module(module).DIALECT if served.module else dialect
    found = replace(
        different,
        path=served.path,
        stream_path=served.stream_path or served.path,
        compact_path=served.compact_path or dialect.compact_path,
    )
    return dialect, found


def spoken(dialect: Dialect[Any, Any, Any], provider: str | None) -> Any:
    """The dialect as a provider speaks it; the dialect itself for a provider that does not."""
    served = _served(dialect.name, provider) if isinstance(provider, str) else None
    if served is None or served[0].functions is not dialect.functions:
        return dialect
    found = served[1]
    return found if dialect.clock is found.clock else replace(found, clock=dialect.clock)
