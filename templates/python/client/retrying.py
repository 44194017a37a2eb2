"""When to try again, and how long to wait: what the provider asks, else longer each time."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from .failures import ApiError, CallError

RETRIED = frozenset({408, 409, 425, 429})
"""Statuses below 500 that may pass: a timeout, a lock, a limit."""

FINAL = frozenset({501, 505})
"""Statuses from 500 up that will not."""

HOPELESS = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Codes of 429 that waiting does not help against (OpenAI)."""

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Policy:
    """How often and how long. Seconds throughout."""

    max_retries: int
    random: Callable[[], float]
    base: float = 0.5
    cap: float = 8.0
    longest: float = 60.0
    """If the provider asks to wait longer, the caller is told instead."""

    def pause(self, error: CallError, attempt: int) -> float | None:
        """Seconds to wait after the given attempt (from 0); None: give up."""
        if attempt >= self.max_retries or not error.retryable:
            return None
        told = error.retry_after if isinstance(error, ApiError) else None
        if told is not None:
            return told if told <= self.longest else None
        return min(self.cap, self.base * 2.0**attempt) * (1 - 0.5 * self.random())


def is_retryable(status: int, code: str | None, headers: Mapping[str, str]) -> bool:
    """Whether an error of that status may pass; `x-should-retry` decides where it is sent."""
    said = headers.get("x-should-retry", "").lower()
    if said in ("true", "false"):
        return said == "true"
    if code in HOPELESS:
        return False
    return status in RETRIED or (status >= 500 and status not in FINAL)


def told_to_wait(headers: Mapping[str, str], body: Any, now: float) -> float | None:
    """Seconds that the provider asks to wait, in whichever form; None if it does not ask.

    `headers` have lower-case names, `now` is the time in seconds since 1970.
    """
    for seconds in _forms(headers, body, now):
        if seconds is not None and math.isfinite(seconds) and seconds >= 0:
            return seconds
    return None


def _forms(headers: Mapping[str, str], body: Any, now: float) -> Iterator[float | None]:
    milliseconds = _number(headers.get("retry-after-ms", ""))
    yield milliseconds / 1000 if milliseconds is not None else None
    given = headers.get("retry-after", "")
    yield _number(given)
    yield _date(given, now)
    yield _retry_info(body)
    yield _limits(headers, now)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _date(text: str, now: float) -> float | None:
    """Seconds until an HTTP date, or a time as RFC 3339 has it; none of the past."""
    if not text:
        return None
    try:
        if text[:4].isdigit():
            moment = datetime.fromisoformat(text)
        else:
            moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _duration(text: str) -> float | None:
    """`1s`, `6m0s`, `34.07s`, `120ms` (OpenAI, Google)."""
    found = _DURATION.findall(text)
    if not found or "".join(f"{number}{unit}" for number, unit in found) != text:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in found)


def _retry_info(body: Any) -> float | None:
    """`retryDelay` of google.rpc.RetryInfo, in the details of an error body."""
    body = body[0] if isinstance(body, list) and body else body
    error = body.get("error") if isinstance(body, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and (found := _duration(delay)) is not None:
            return found
    return None


def _limits(headers: Mapping[str, str], now: float) -> float | None:
    """Of the limits that are used up, the longest until one begins anew."""
    waits = []
    for name, value in headers.items():
        if "ratelimit" in name and "reset" in name:
            remaining = headers.get(name.replace("reset", "remaining"))
            seconds = _reset(value, now)
            if seconds is not None and remaining in ("0", None):
                waits.append(seconds)
    return max(waits, default=None)


def _reset(text: str, now: float) -> float | None:
    """A duration, a date, seconds to wait, or seconds or milliseconds since 1970."""
    number = _number(text)
    if number is None:
        return _duration(text) if _duration(text) is not None else _date(text, now)
    if number > 1e11:
        return max(0.0, number / 1000 - now)
    return max(0.0, number - now) if number > 1e8 else number
