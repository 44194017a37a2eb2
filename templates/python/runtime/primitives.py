"""The primitives that generated translators call: small, pure, total.

None of them raises on JSON values; a value of the wrong kind gives None, and
the caller decides what that means.
"""

from __future__ import annotations

import base64
import functools
import itertools
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeGuard

from .jsontext import text_of, value_of

__all__ = [
    "base64_of",
    "both",
    "data_url",
    "default",
    "differs",
    "element",
    "field",
    "filled",
    "is_integer",
    "is_minted",
    "is_number",
    "join",
    "json_or",
    "json_or_text",
    "json_schema",
    "listed_some",
    "lookup",
    "magic",
    "matches",
    "media_type",
    "negate",
    "object_schema",
    "of_family",
    "or_empty",
    "pieces",
    "push",
    "put",
    "remainder",
    "safe_id",
    "safe_name",
    "spanning",
    "strings",
    "timestamp",
    "total",
    "typed",
    "unix_time",
    "unless_absent",
    "unless_minted",
    "untagged",
    "whole",
    "word",
]

MINTED = "_og_"
"""Marks ids that we made: `call_og_<base>_<position>`."""


def is_number(value: Any) -> TypeGuard[int | float]:
    """A JSON number: an int or float that is not a boolean."""
    return type(value) is float or type(value) is int


def is_integer(value: Any) -> TypeGuard[int | float]:
    """A JSON integer: no boolean, no fraction."""
    return type(value) is int or (type(value) is float and value.is_integer())


def field(value: Any, key: Any) -> Any:
    """`value[key]` of an object or list, None where there is none."""
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and -1 < key < len(value):
        return value[key]
    return None


_LISTS = (list, tuple)
"""A tuple, because `list | tuple` is made anew whenever it is asked."""


def element(value: Any, index: int) -> Any:
    """`value[index]` of a list or tuple, None where there is none."""
    if isinstance(value, _LISTS) and index < len(value):
        return value[index]
    return None


def put(target: dict[str, Any], path: Sequence[Any], value: Any) -> None:
    """Writes `value` below `target`, making objects and lists on the way.

    `path` are names of properties and indexes of elements.
    """
    if len(path) == 1:
        target[path[0]] = value
        return
    here: Any = target
    for step, following in itertools.pairwise(path):
        found = field(here, step)
        if not isinstance(found, dict | list):
            found = [] if isinstance(following, int) else {}
            _set(here, step, found)
        here = found
    _set(here, path[-1], value)


def _set(here: Any, step: str | int, value: Any) -> None:
    """One assignment; a list grows by one element at most, and raises TypeError for a name."""
    if not isinstance(here, list):
        here[step] = value
    elif not isinstance(step, int):
        raise TypeError(f"a list has no element {step!r}")
    elif step < len(here):
        here[step] = value
    else:
        here.append(value)


def push(items: list[Any], value: Any) -> None:
    items.append(value)


def default(value: Any, otherwise: Any) -> Any:
    """`value`, or a copy of `otherwise` where it is absent."""
    if value is not None:
        return value
    return dict(otherwise) if isinstance(otherwise, dict) else otherwise


def filled(value: Any) -> Any:
    """The value, or None where it is an empty text, list or object, or zero."""
    return value or (False if value is False else None)


def listed_some(value: Any) -> Any:
    """The value, or None where it is an empty list."""
    return None if value == [] else value


def word(value: Any) -> str | None:
    """A text, or a number's digits as one; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if is_number(value) else None


def negate(value: Any) -> bool | None:
    return None if value is None else not value


def or_empty(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def unless_absent(value: Any, otherwise: Any) -> Any:
    """None where `value` is absent, else `otherwise`."""
    return None if value is None else otherwise


def lookup(table: Mapping[Any, Any], value: Any) -> Any:
    """The word that `table` gives for a scalar; booleans are not numbers."""
    if type(value) is str:
        return table.get(value)
    if isinstance(value, str | bool) or type(value) is int:
        for word in (value,):
            found = table.get(word)
            if found is not None and (type(word) is not int or True not in table):
                return found
    return None


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def typed(fields: Mapping[str, str]) -> dict[str, frozenset[type]]:
    """Field -> the Python types of its JSON kinds."""
    return {
        name: frozenset(type for kind in kinds.split() for type in _TYPES[kind])
        for name, kinds in fields.items()
    }


def total(*terms: Any) -> int | float | None:
    """The sum of the numbers among the terms; None if there is none."""
    found: int | float | None = None
    for term in terms:
        if type(term) is int or type(term) is float:
            found = term if found is None else found + term
    return found


def remainder(whole: Any, *terms: Any) -> int | float:
    """What the other terms leave of the whole, at least zero."""
    return max(0, (whole or 0) - (total(*terms) or 0))


def whole(value: Any) -> int | None:
    """A number cut to a whole one."""
    if type(value) is int and -(2**63) < value < 2**63:
        return value
    return int(value) if is_number(value) and abs(value) < 2**63 else None


def pieces(text: Any, *separators: str) -> tuple[str, ...] | None:
    """The texts between the separators of a string template, or None.

    `pieces("data:a/b;base64,Zm8=", "data:", ";base64,", "")` gives
    `("a/b", "Zm8=")`. The last piece takes the rest.
    """
    first, *between = separators
    if not isinstance(text, str) or not text.startswith(first):
        return None
    start = len(first)
    found = []
    for separator in between[:-1]:
        end = text.find(separator, start)
        if end < 0:
            return None
        found.append(text[start:end])
        start = end + len(separator)
    last = between[-1]
    if not text.endswith(last):
        return None
    found.append(text[start : len(text) - len(last)])
    return tuple(found)


def join(texts: Any) -> str | None:
    """The strings of a list as one; None for no list or an empty one."""
    if not isinstance(texts, list):
        return None
    if len(texts) == 1 and isinstance(texts[0], str):
        return texts[0]
    return "".join(text for text in texts if isinstance(text, str))


def strings(value: Any) -> list[Any] | None:
    """One string as a list of one; a list as it is."""
    return [value] if isinstance(value, str) else value if isinstance(value, list) else None


def spanning(citations: Any, text: str) -> Any:
    """Citations, each with a span of the whole text: `start_index` 0, `end_index` its length."""
    if not isinstance(citations, list):
        return citations
    span = {"start_index": 0, "end_index": len(text)}
    return [{**citation, **span} if "end_index" in citation else citation for citation in citations]


def both(first: Any, second: Any) -> Any:
    """Two lists as one."""
    if second is None and type(first) is list:
        return first
    return [*(first or []), *(second or [])]


def json_or(text: Any, key: str) -> dict[str, Any]:
    """The JSON object that the text holds, else `{key: text}`.

    An object that stands for a plain text itself is wrapped, too, so that the
    way back gives this very text.
    """
    if isinstance(text, str) and text[:1] == "{":
        try:
            value = value_of(text)
        except (ValueError, RecursionError):
            return {key: text}
        if isinstance(value, dict) and not _wraps(value, key):
            return value
    return {key: "" if text is None else text}


def json_or_text(value: Any, key: str) -> Any:
    """The reverse of `json_or`."""
    if isinstance(value, dict) and _wraps(value, key):
        return value[key]
    try:
        return text_of(value)
    except ValueError:  # not a number
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _wraps(value: dict[str, Any], key: str) -> bool:
    """Whether the object is what `json_or` makes of its only text."""
    if len(value) != 1:
        return False
    inner = value.get(key)
    if not isinstance(inner, str):
        return False
    return inner[:1] != "{" or json_or(inner, key) == value


def is_minted(identifier: Any) -> bool:
    """Whether we made this id, because the vendor gave none."""
    return isinstance(identifier, str) and MINTED in identifier


def unless_minted(identifier: Any) -> Any:
    return None if is_minted(identifier) else identifier


_MAGIC = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
)


def _sniffed(data: Any) -> str | None:
    """The media type that the first bytes of base64 text suggest."""
    if not isinstance(data, str):
        return None
    try:
        head = base64.b64decode(data[:32], validate=True)
    except ValueError:
        return None
    return next((kind for at, mark, kind in _MAGIC if head.startswith(mark, at)), None)


def magic(data: Any, kind: str) -> Any:
    """The base64 text, or None where its first bytes are not of that media type."""
    return data if _sniffed(data) == kind else None


def data_url(data: Any) -> str | None:
    """A data URL around base64 text; a data URL stays one."""
    if not isinstance(data, str) or data.startswith("data:"):
        return data if isinstance(data, str) else None
    return f"data:{_sniffed(data) or 'application/octet-stream'};base64,{data}"


def base64_of(url: Any) -> str | None:
    """The base64 text of a data URL; None for anything else."""
    if not isinstance(url, str) or not url.startswith("data:"):
        return None
    head, comma, data = url.partition(",")
    return data if comma and head.endswith(";base64") else None


def object_schema(schema: Any) -> dict[str, Any]:
    """A JSON Schema of an object; `type` and `properties` are filled in."""
    return {"type": "object", "properties": {}, **or_empty(schema)}


def timestamp(seconds: Any) -> str | None:
    """Seconds since 1970 as an RFC 3339 time in UTC; None outside the years 1 to 9999."""
    if not is_number(seconds):
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat().replace("+00:00", "Z")


def unix_time(text: Any) -> int | None:
    """Whole seconds since 1970 of an RFC 3339 time; None for anything else."""
    match = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    zone = match[1]
    try:
        since = datetime.fromisoformat(f"{text[:10]}T{text[11:19]}{zone or '+00:00'}") - _EPOCH
    except (ValueError, OverflowError):
        return None
    return since.days * 86_400 + since.seconds


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|([+-]\d\d:\d\d))", re.ASCII
)


def differs(value: Any, nothing: Any) -> bool:
    """Whether a value says anything: absent and `nothing` do not."""
    return value is not None and bool(value != nothing)


_ENVELOPE = re.compile(r"[a-z0-9_]+/[a-z0-9_.]+:")


def untagged(text: Any) -> str | None:
    """The text, or None for an envelope that names its origin: `dialect/placement:payload`."""
    return text if isinstance(text, str) and not _ENVELOPE.match(text) else None


def media_type(text: Any, otherwise: str | None = None) -> str | None:
    """The media type of a data URL, or the one that a name's ending suggests.

    `otherwise` is given where nothing suggests one of its own kind: of another
    image for `image/jpeg`, of anything for `application/octet-stream`.
    """
    if not isinstance(text, str):
        return otherwise
    if text.startswith("data:"):
        found = text[5:].partition(",")[0].partition(";")[0] or None
    else:
        ending = text.partition("?")[0].rpartition("/")[2].rpartition(".")
        found = MEDIA_TYPES.get(ending[2].lower()) if ending[1] else None
    if otherwise is None or (found is not None and of_family(found, otherwise)):
        return found
    return otherwise


def of_family(kind: Any, member: str) -> bool:
    """Whether a media type is of the same kind as another; `application` is any kind."""
    family = member.partition("/")[0]
    return isinstance(kind, str) and (family == "application" or kind.startswith(f"{family}/"))


MEDIA_TYPES = {
    "aac": "audio/aac",
    "aiff": "audio/aiff",
    "avi": "video/avi",
    "bmp": "image/bmp",
    "css": "text/css",
    "csv": "text/csv",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "flac": "audio/flac",
    "gif": "image/gif",
    "heic": "image/heic",
    "heif": "image/heif",
    "htm": "text/html",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript",
    "json": "application/json",
    "m4a": "audio/m4a",
    "md": "text/markdown",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mpeg": "video/mpeg",
    "mpg": "video/mpg",
    "ogg": "audio/ogg",
    "opus": "audio/opus",
    "pdf": "application/pdf",
    "png": "image/png",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "py": "text/x-python",
    "rtf": "text/rtf",
    "svg": "image/svg+xml",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "txt": "text/plain",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "wmv": "video/wmv",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "text/xml",
    "3gp": "video/3gpp",
}
"""Media type by file ending: our own table, because the system's differs between machines."""


def safe_name(name: Any) -> str | None:
    """A function's name in letters, digits, `_` and `-`, at most 64 of them.

    A name that has to change gets a mark made from all of it, so that two
    names stay two.
    """
    if not isinstance(name, str):
        return None
    plain = name.isascii() and name.isidentifier() and len(name) <= 64  # as nearly all are
    if plain or _SAFE_NAME.fullmatch(name):
        return name
    mark = f"{zlib.crc32(name.encode('utf-8', 'surrogatepass')):08x}"
    return f"{re.sub('[^a-zA-Z0-9_-]', '_', name)[:55]}_{mark}"


def safe_id(identifier: Any) -> str | None:
    """A call's id in at most 64 characters; a mark made from all of it keeps two ids apart."""
    if not isinstance(identifier, str) or len(identifier) <= 64:
        return identifier if isinstance(identifier, str) else None
    mark = f"{zlib.crc32(identifier.encode('utf-8', 'surrogatepass')):08x}"
    return f"{identifier[:55]}_{mark}"


_SAFE_NAME = re.compile("[a-zA-Z0-9_-]{1,64}")


def json_schema(schema: Any) -> Any:
    """An OpenAPI 3.0 schema as JSON Schema: types in small letters, `nullable` as a type."""
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs", "definitions") and isinstance(value, dict):
            made[key] = {name: json_schema(inner) for name, inner in value.items()}
        elif key in ("items", "additionalProperties", "not"):
            made[key] = json_schema(value)
        elif key in ("anyOf", "oneOf", "allOf", "prefixItems") and isinstance(value, list):
            made[key] = [json_schema(inner) for inner in value]
        elif key == "type" and isinstance(value, str):
            made[key] = value.lower()
        elif key not in ("nullable", "propertyOrdering"):
            made[key] = value
    if schema.get("nullable") is True:
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            if isinstance(made.get("enum"), list) and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
        elif "anyOf" in made:
            made["anyOf"] = [*made["anyOf"], {"type": "null"}]
    return made


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: str, text: Any) -> bool:
    """Whether a JSON Schema pattern is found in the text."""
    return isinstance(text, str) and _compiled(pattern).search(text) is not None
