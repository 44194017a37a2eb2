"""The arguments that both clients take, checked and put together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..runtime.catalogue import Provider
from .endpoint import resolve
from .failures import ConfigurationError
from .requests import Terms
from .retrying import Policy
from .secrets import KeySource
from .steps import Timeouts

MAX_RESPONSE_BYTES = 256 * 1024 * 1024
"""Default limit of one answer, in bytes."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What `Client` and `AsyncClient` are made from, as they document it."""

    provider: str | Provider
    api_key: KeySource | None
    base_url: str | None
    dialect: str | None
    timeout: float | Timeouts | None
    max_retries: int
    strict: bool
    headers: Mapping[str, str | None] | None
    max_response_bytes: int
    clock: Callable[[], float]
    random: Callable[[], float]
    variables: Mapping[str, str]

    def terms(self) -> Terms:
        """Raises ConfigurationError, which names the argument at fault."""
        endpoint = resolve(
            self.provider,
            dialect=self.dialect,
            api_key=self.api_key,
            base_url=self.base_url,
            headers=self.headers,
            variables=self.variables,
        )
        _check("max_retries", self.max_retries, 0)
        _check("max_response_bytes", self.max_response_bytes, 1)
        return Terms(
            endpoint,
            timeouts_of(self.timeout),
            Policy(self.max_retries, self.random),
            self.strict,
            self.max_response_bytes,
            time.time if self.clock is time.time else self.clock,
        )


def timeouts_of(given: float | Timeouts | None) -> Timeouts:
    """The time limits; a number is the total, which the others do not exceed."""
    if given is None:
        return Timeouts()
    if not isinstance(given, Timeouts):
        _check("timeout", given, 0)
        usual = Timeouts()
        return Timeouts(
            min(usual.connect, given), min(usual.read, given), min(usual.write, given), given
        )
    for name in ("connect", "read", "write", "total"):
        _check(f"timeout.{name}", getattr(given, name), 0)
    return given


def _check(field: str, value: Any, least: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or value < least:
        raise ConfigurationError(
            f"{field} has to be a number of at least {least:g}, not {value!r}", field=field
        )
