"""Terms of a provider: settings that it lacks, content that it refuses, and forms of content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .encode_context import EncodeContext
from .errors import Loss
from .settings import FIELD
from .tables import DialectTables, Lack

_ADDRESSES = {"input_image": "image_url", "input_file": "file_url", "input_video": "video_url"}


def refuse(ctx: EncodeContext, request: Mapping[str, Any]) -> None:
    """Reports every field and all content of a request that cannot be sent, as errors."""
    table = ctx.tables.refuses
    for name, reason in table.items():
        if request.get(name) not in (None, False, [], {}):
            ctx.reject(request, name, reason)
    items = request.get("input")
    for item in items if isinstance(items, list) else ():
        for key in ("content", "output") if isinstance(item, dict) else ():
            parts = item.get(key)
            for part in parts if isinstance(parts, list) else ():
                because = _refused(table, part)
                if because is not None:
                    ctx.reject(part, None, because)


def _refused(table: Mapping[str, str], part: Any) -> str | None:
    """Why a part cannot be sent, if so: for its type, or for its form."""
    kind = part.get("type") if isinstance(part, dict) else None
    if not isinstance(kind, str):
        return None
    address = part.get(_ADDRESSES.get(kind, ""))
    inline = not isinstance(address, str) or address[:5].lower() == "data:"
    return table.get(kind) or table.get(f"{kind}<{'data' if inline else 'url'}>")


def formed(tables: DialectTables, request: dict[str, Any]) -> dict[str, Any]:
    """The request with the mark of its form on all content that has one here."""
    items = request.get("input")
    if not isinstance(items, list):
        return request
    made = [_formed_item(tables, item) for item in items]
    same = all(one is other for one, other in zip(made, items, strict=True))
    return request if same else {**request, "input": made}


def _formed_item(tables: DialectTables, item: Any) -> Any:
    """The item, or a copy of it with marked parts."""
    for key in ("content", "output") if isinstance(item, dict) else ():
        parts = item.get(key)
        if isinstance(parts, list) and any(_form(tables, part) for part in parts):
            mark = f"{tables.name}:@part"
            marked = [{mark: form, **p} if (form := _form(tables, p)) else p for p in parts]
            item = {**item, key: marked}
    return item


def _form(tables: DialectTables, part: Any) -> str | None:
    kind = part.get("type") if isinstance(part, dict) else None
    return tables.forms.get(kind) if isinstance(kind, str) else None


def leave_out(
    ctx: EncodeContext, request: Mapping[str, Any], native: dict[str, Any], entry: str | None
) -> None:
    """Native settings that there are not here are not sent, wherever they come from.

    `entry` is the key of `provider_extensions` that counted. What asks for no more than the
    default is no loss.
    """
    for name, lack in ctx.tables.lacks.items():
        if native.get(name) is None or (lack.unless and _holds(native, lack.unless)):
            continue
        value = native.pop(name)
        if lack.default is not None and value == lack.default:
            continue
        found = [*_origins(ctx, request, name, lack, entry)] or [(request, "model")]
        for container, key in found:
            loss = Loss(ctx.pointer(container, key), "dropped", lack.because)
            if loss not in ctx.losses:
                ctx.losses.append(loss)


def _holds(native: Mapping[str, Any], unless: Mapping[str, Any]) -> bool:
    """Whether the native body has these settings."""
    return all(_within(native, path)[1] == value for path, value in unless.items())


def _within(body: Mapping[str, Any], path: str) -> tuple[Any, Any]:
    """The object in which a dotted path ends, and the value there."""
    container: Any = body
    *steps, last = path.split(".")
    for step in steps:
        container = container.get(step) if isinstance(container, dict) else None
    return container, container.get(last) if isinstance(container, dict) else None


def _origins(
    ctx: EncodeContext, request: Mapping[str, Any], name: str, lack: Lack, entry: str | None
) -> Iterator[tuple[Any, str]]:
    """Where a native setting comes from: an entry, residue, or canonical fields."""
    if entry is not None and name in request[FIELD][entry]:
        yield request[FIELD][entry], name
    elif f"{ctx.tables.name}:{name}" in request:
        yield request, f"{ctx.tables.name}:{name}"
    else:
        for path in lack.sources:
            container, value = _within(request, path)
            if value is not None:
                yield container, path.rpartition(".")[2]
