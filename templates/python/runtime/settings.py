"""`provider_extensions`: settings of one provider, merged into its native body."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from .context import EncodeContext
from .errors import DecodeError


def apply_settings(
    ctx: EncodeContext, request: Mapping[str, Any], native: dict[str, Any], provider: str | None
) -> None:
    """Merges the entry of the provider called, else of the vendor, as a JSON Merge Patch (RFC 7396).

    Raises DecodeError for an entry that is not an object or touches a
    protected path (conversation, model, tools, the stream switch).
    """
    settings = request.get("provider_extensions")
    if settings is None:
        return
    if not isinstance(settings, dict):
        raise ctx.expected(request, "provider_extensions", "an object")
    for name in (provider, ctx.tables.slug):
        entry = settings.get(name) if name else None
        if entry is None:
            continue
        if not isinstance(entry, dict):
            raise ctx.expected(settings, name, "an object")
        for key in entry:
            if key in ctx.tables.protected:
                raise DecodeError(
                    ctx.pointer(entry, key), f"'{key}' is set by the request itself and protected"
                )
        merge_patch(native, entry)
        return


def merge_patch(target: dict[str, Any], patch: Mapping[str, Any]) -> None:
    """RFC 7396 in place: null removes, objects merge, all else replaces."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            inner = target.get(key)
            if not isinstance(inner, dict):
                inner = target[key] = {}
            merge_patch(inner, value)
        else:
            target[key] = copy.deepcopy(value)
