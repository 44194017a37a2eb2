"""Everything of an OpenAPI document but its components' schemas: paths, servers, security."""

from __future__ import annotations

import http
from collections.abc import Mapping

from orgen.contract.document import OPENAPI_PROSE, VACUOUS_LISTS
from orgen.contract.tree import canonical_text
from orgen.ir.schema import Json
from orgen.load.kinds import Kind, kind_of
from orgen.sync.blend import blend, blend_list, inserted, new_schema
from orgen.sync.house import one_line
from orgen.validate.prose import MARKER

_DESCRIBED = (Kind.OPERATION, Kind.WEBSOCKET)
"""What has to be described in our spec, beside components and properties."""

_RECORDS = frozenset({"securitySchemes", "servers", "variables"})
"""Data whose prose is no part of the contract."""


def blend_frame(ours: Mapping[str, Json], theirs: Mapping[str, Json], version: str) -> Json:
    """Our root document with the published operations and release; `components.schemas` is ours.

    References in both are to `#/components/schemas/<Name>`.
    """
    made = _object(
        Kind.OPENAPI,
        {key: value for key, value in ours.items() if key not in ("info", "components")},
        {key: value for key, value in theirs.items() if key not in ("info", "components")},
    )
    assert isinstance(made, dict)
    made["info"] = _with_release(ours.get("info"), version)
    made["components"] = _components(ours.get("components"), theirs.get("components"))
    return {key: made[key] for key in inserted([key for key in ours if key in made], made)}


def _with_release(info: Json, version: str) -> Json:
    known = info if isinstance(info, dict) else {}
    return {**known, "version": version}


def _components(ours: Json, theirs: Json) -> Json:
    mine = dict(ours) if isinstance(ours, dict) else {}
    yours = dict(theirs) if isinstance(theirs, dict) else {}
    schemas = mine.pop("schemas", {})
    yours.pop("schemas", None)
    made = _object(Kind.COMPONENTS, mine, yours)
    assert isinstance(made, dict)
    order = list(ours) if isinstance(ours, dict) else []
    made["schemas"] = schemas
    return {key: made[key] for key in inserted([key for key in order if key in made], made)}


def _node(kind: Kind, ours: Json, theirs: Json, record: bool) -> Json:
    """Our value, changed to hold what theirs holds."""
    if kind is Kind.SCHEMA:
        return blend(ours, theirs)
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if kind is Kind.DATA and not record:
            return ours if _text(ours) == _text(theirs) else theirs
        return _object(kind, ours, theirs, record)
    if isinstance(ours, list) and isinstance(theirs, list) and (record or kind is not Kind.DATA):
        return blend_list(
            ours,
            theirs,
            lambda mine, yours: _node(kind_of(kind, 0), mine, yours, record),
            lambda yours: _new(kind_of(kind, 0), yours, record),
            lambda one: _text(_new(kind_of(kind, 0), one, record)),
        )
    return ours if _text(ours) == _text(theirs) else theirs


def _object(
    kind: Kind, ours: Mapping[str, Json], theirs: Mapping[str, Json], record: bool = False
) -> Json:
    kept: dict[str, Json] = {}
    named = _is_named(kind)
    for key, value in ours.items():
        if not named and _is_prose(key):
            kept[key] = value
        elif key in theirs:
            kept[key] = _node(kind_of(kind, key), value, theirs[key], record or key in _RECORDS)
        elif not named and key in VACUOUS_LISTS and value == []:
            kept[key] = value
    fresh: dict[str, Json] = {
        key: _new(kind_of(kind, key), value, record or key in _RECORDS)
        for key, value in theirs.items()
        if key not in kept and (named or not _is_prose(key))
    }
    both = {**kept, **fresh}
    return {key: both[key] for key in inserted(list(kept), [k for k in theirs if k in both])}


def _new(kind: Kind, theirs: Json, record: bool, status: str = "") -> Json:
    """A published value that we did not have, without its prose."""
    if kind is Kind.SCHEMA:
        return new_schema(theirs)
    if kind is Kind.DATA and not record:
        return theirs
    if isinstance(theirs, list):
        return [_new(kind_of(kind, 0), entry, record) for entry in theirs]
    if not isinstance(theirs, dict):
        return theirs
    named = _is_named(kind)
    made = {
        key: _new(kind_of(kind, key), value, record or key in _RECORDS, key)
        for key, value in theirs.items()
        if named or not _is_prose(key)
    }
    if kind in _DESCRIBED:
        return {MARKER: _prose(theirs), **made}
    if kind is Kind.RESPONSE and "$ref" not in made:
        return {"description": _phrase(status), **made}
    return made


def _is_named(kind: Kind) -> bool:
    """Whether the keys of an object of this kind are names, so that none of them is prose."""
    return kind in (
        Kind.PATHS,
        Kind.RESPONSES,
        Kind.CONTENT,
        Kind.HEADERS,
        Kind.PARAMETERS,
        Kind.REQUESTS,
        Kind.CALLBACKS,
        Kind.CALLBACK,
    )


def _is_prose(key: str) -> bool:
    return key in OPENAPI_PROSE or key.startswith("x-orgen-")


def _prose(theirs: Mapping[str, Json]) -> Json:
    """What the document says of an operation, as a hint; true if it says nothing."""
    texts = [theirs.get(key) for key in ("summary", "description")]
    return one_line(": ".join(text for text in texts if isinstance(text, str) and text)) or True


def _phrase(status: str) -> str:
    """A description for an answer, which OpenAPI wants, by its status: `OK`."""
    try:
        return http.HTTPStatus(int(status)).phrase
    except ValueError:
        return "Any other answer."


def _text(value: Json) -> str:
    return canonical_text(value)
