"""JSON text to values and back: with orjson where it is installed, else without, and the same.

Both ways read the same values and refuse the same texts:

- bytes that are not UTF-8, and halves of surrogate pairs, become U+FFFD, so that
  every string can be written again;
- integers are exact whatever their size; NaN, infinities, numbers too large for
  a float and nesting deeper than MAX_DEPTH are refused;
- of several values for one key the last counts.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from importlib import import_module
from itertools import accumulate
from typing import Any

MAX_DEPTH = 200
"""Lists and objects may lie this deep in each other: more would exhaust Python's stack later."""


def _installed(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


_orjson: Any = _installed("orjson")
_OPTIONS = (
    _orjson.OPT_PASSTHROUGH_SUBCLASS
    | _orjson.OPT_PASSTHROUGH_DATACLASS
    | _orjson.OPT_PASSTHROUGH_DATETIME
    if _orjson
    else 0
)
# Bytes are searched with `find`: `in` takes them for a number first, which costs an exception.
_DIGITS_AS_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
_LONG_NUMBER = b"0" * 19
"""orjson makes floats of integers that need more than 64 bits: they have 19 digits or more."""
_THREE_OF_SIX = b"0" * 3
"""What every sixth of that many digits are, at the least."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?(?:"|\Z)', re.DOTALL)
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_STEPS = bytes.maketrans(b"[{]}", b"\2\2\0\0")
_SURROGATE = re.compile("[\ud800-\udfff]")


def loads(text: bytes | str) -> Any:
    """The value of JSON text. Raises ValueError, whose message names the place."""
    data = text if isinstance(text, bytes) else utf8(text)
    if len(data) > 2 * MAX_DEPTH and _may_be_deep(data) and _depth(data) > MAX_DEPTH:
        raise ValueError(f"lists and objects lie more than {MAX_DEPTH} deep in each other")
    if _orjson is not None and not _may_hold_long_number(data):
        try:
            return _orjson.loads(data)
        except ValueError:
            pass  # the reader below mends strings, and has the last word on all else
    return _mended(_DECODER.decode(data.decode("utf-8", "replace")), data)


def loads_strings(text: bytes) -> list[str]:
    """The value of a list of strings. Raises ValueError as `loads` does."""
    if _orjson is not None:
        try:
            texts: list[str] = _orjson.loads(text)
        except ValueError:
            pass  # strings that must be mended
        else:
            return texts
    return list(loads(text))


def loads_each(texts: list[bytes], joined: bytes) -> list[Any] | None:
    """The values of several texts, which `joined` holds; None where they need a closer look.

    What is refused here is read by `loads`, one by one.
    """
    if _orjson is None or _may_hold_long_number(joined):
        return None
    if max(map(len, texts), default=0) > 2 * MAX_DEPTH and any(map(_may_be_deep, texts)):
        return None
    try:
        return list(map(_orjson.loads, texts))
    except ValueError:
        return None


def _may_hold_long_number(data: bytes) -> bool:
    """Whether there are so many digits in a row; looks at every sixth byte first."""
    if data[::6].translate(_DIGITS_AS_ZERO).find(_THREE_OF_SIX) < 0:
        return False
    return data.translate(_DIGITS_AS_ZERO).find(_LONG_NUMBER) >= 0


def _may_be_deep(data: bytes) -> bool:
    return data.count(b"{") + data.count(b"[") > MAX_DEPTH


def dumps(value: Any) -> bytes:
    """Compact JSON text in UTF-8. Raises ValueError or TypeError for what JSON cannot say.

    orjson spells some floats differently (1e16 instead of 1e+16); they are the same numbers.
    """
    if _orjson is not None:
        try:
            data: bytes = _orjson.dumps(value, None, _OPTIONS)
        except TypeError:
            pass  # integers beyond 64 bits, halves of surrogate pairs: see below
        else:
            if data.find(b"null") < 0:  # which orjson also writes for NaN
                return data
    return utf8(_encoded(value))


def _quoted(text: str) -> bytes:
    return _ENCODER.encode(text).encode()


def _numbered(number: int) -> bytes:
    return b"%d" % number


quoted: Callable[[str], bytes] = _orjson.dumps if _orjson else _quoted
"""The JSON text of a string, as `dumps` writes it: raises TypeError or ValueError where that
has to mend halves of surrogate pairs."""
numbered: Callable[[int], bytes] = _orjson.dumps if _orjson else _numbered
"""The JSON text of a number of up to 64 bits."""


def value_of(text: str) -> Any:
    """The value of JSON text that lies in a value. Raises ValueError or RecursionError.

    Halves of surrogate pairs stay as they are, since such text goes back as it came.
    """
    if _orjson is not None:
        try:
            data = text.encode()
        except UnicodeEncodeError:
            return _READER.decode(text)
        if data.translate(_DIGITS_AS_ZERO).find(_LONG_NUMBER) < 0 and not (
            len(data) > MAX_DEPTH and _may_be_deep(data)
        ):
            try:
                return _orjson.loads(data)
            except ValueError:
                pass  # the reader below has the last word, and names the fault
    return _READER.decode(text)


def text_of(value: Any) -> str:
    """Compact JSON text. Raises ValueError, TypeError or RecursionError for what JSON cannot say.

    Floats with an exponent are spelled as Python spells them, with orjson and without.
    """
    if _orjson is not None:
        try:
            data: bytes = _orjson.dumps(value, None, _OPTIONS)
        except TypeError:
            pass  # integers beyond 64 bits, halves of surrogate pairs, no JSON at all
        else:
            # Nulls may stand for NaN; a digit before an e may be a float's. (`in` raises and
            # catches an exception where both sides are bytes, which costs more than the search.)
            if data.find(b"null") < 0 and data.translate(_DIGITS_AS_ZERO).find(b"0e") < 0:
                return data.decode()
    return _ENCODER.encode(value)


def copied(value: Any) -> Any:
    """A JSON value that shares nothing with the original."""
    if isinstance(value, dict):
        return {key: copied(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [copied(entry) for entry in value]
    return value


def utf8(text: str) -> bytes:
    """The text in UTF-8; halves of surrogate pairs, which have no place there, as U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def _encoded(value: Any) -> str:
    try:
        return _ENCODER.encode(value)
    except RecursionError:
        raise ValueError("lists and objects lie too deep in each other") from None


def _depth(data: bytes) -> int:
    brackets = _STRING.sub(b"", data).translate(_STEPS, _NO_BRACKETS)
    return max(accumulate(step - 1 for step in brackets), default=0)


def _mended(value: Any, data: bytes) -> Any:
    """The value without halves of surrogate pairs, which only escapes can bring in."""
    return _without_surrogates(value) if b"\\ud" in data or b"\\uD" in data else value


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(entry) for entry in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(value[key]) for key in value}
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)
_READER = json.JSONDecoder(parse_constant=_no_constant)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
