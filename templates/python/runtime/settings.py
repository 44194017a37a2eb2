"""`provider_extensions`: settings of one provider, merged into its native body.

The entry of the provider that is called counts, else that of the vendor whose
format is spoken; entries of others are not looked at.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .encode_context import EncodeContext
from .errors import DecodeError, Loss
from .profiles import elsewhere
from .spelling import respelled
from .tables import DialectTables

FIELD = "provider_extensions"


def apply_settings(
    ctx: EncodeContext, request: Mapping[str, Any], native: dict[str, Any], provider: str | None
) -> str | None:
    """Merges the entry that counts into `native` as a JSON Merge Patch (RFC 7396).

    Returns its key, or None.

    A setting that only another API of the vendor has is not sent, and reported;
    one that no API of the vendor is known to have is sent, and reported. Raises
    DecodeError for an unknown provider, for an entry that is not an object and
    for a protected field (conversation, model, tools, the stream switch).
    """
    settings = request.get(FIELD)
    if settings is None or FIELD in native:
        return None
    if not isinstance(settings, dict):
        raise ctx.expected(request, FIELD, "an object")
    for name in settings:
        known_provider(ctx, settings, name, provider)
    name = entry_name(ctx.tables, settings, provider)
    if name is None:
        return None
    entry = settings[name]
    if not isinstance(entry, dict):
        raise ctx.expected(settings, name, "an object")
    if ctx.tables.spelling:
        entry = respelled(entry, ctx.tables.spelling)
    merge_patch(native, allowed(ctx, entry, "", ctx.pointer(settings, name), provider))
    return name


def known_provider(
    ctx: EncodeContext, settings: Mapping[str, Any], name: Any, provider: str | None
) -> None:
    """Raises DecodeError for a key that names no vendor or provider."""
    slugs = ctx.tables.slugs
    if slugs and name not in slugs and name not in (provider, ctx.tables.slug):
        hint = _hint(str(name), slugs, alike=0.7)
        raise DecodeError(ctx.pointer(settings, name), f"'{name}' is no known provider{hint}")


def entry_name(
    tables: DialectTables, settings: Mapping[str, Any], provider: str | None
) -> str | None:
    """The key of the entry that counts: the provider's, else the vendor's, else None.

    Other names of a provider or vendor come after the name itself.
    """
    for wanted in (provider, tables.slug):
        if wanted is None:
            continue
        slug = tables.slugs.get(wanted, wanted)
        others = (name for name in settings if tables.slugs.get(name) == slug)
        for name in (wanted, slug, *others):
            if settings.get(name) is not None:
                return name
    return None


def allowed(
    ctx: EncodeContext, patch: Mapping[str, Any], prefix: str, at: str, provider: str | None
) -> dict[str, Any]:
    """The part of a patch that may be sent; what may not is reported or refused.

    `prefix` leads to the patch in the native body, `at` points to it in the request.
    """
    tables = ctx.tables
    found: dict[str, Any] = {}
    for key, value in patch.items():
        path = f"{prefix}{key}"
        pointer = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
        refuse_protected(tables, path, value, pointer)
        if path in tables.elsewhere and path not in tables.settings:
            reason = f"only {tables.elsewhere[path]} has this setting"
            ctx.losses.append(Loss(pointer, "dropped", reason))
            continue
        if _in_another(tables, path, provider):
            reason = f"{provider} has this setting in other dialects, and not in {tables.name}"
            ctx.losses.append(Loss(pointer, "dropped", reason))
            continue
        if tables.settings and path not in tables.settings:
            names = (*tables.settings, *tables.elsewhere)
            reason = f"no API of {tables.slug} is known to have it; sent as it is"
            ctx.losses.append(Loss(pointer, "unchecked", reason + _hint(path, names)))
        elif isinstance(value, dict) and any(_below(path, tables.settings)):
            value = allowed(ctx, value, f"{path}.", pointer, provider)
        found[key] = value
    return found


def _in_another(tables: DialectTables, path: str, provider: str | None) -> bool:
    """Whether a setting that the dialect does not know is one of the provider's others."""
    if provider is None or path in tables.settings or not tables.settings:
        return False
    return path in elsewhere(tables.name, provider)


def refuse_protected(tables: DialectTables, path: str, value: Any, pointer: str) -> None:
    """Raises DecodeError for a protected field, and for replacing what holds one."""
    for field in tables.protected:
        replaced = not isinstance(value, dict) and field.startswith(f"{path}.")
        if path == field or replaced:
            raise DecodeError(pointer, f"'{field}' is set by the request itself, and protected")


def _below(path: str, settings: Iterable[str]) -> Iterator[str]:
    return (name for name in settings if name.startswith(f"{path}."))


def _hint(name: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The names that are meant perhaps: spelled alike, or of the same last step."""
    names = sorted(known)
    last = name.rpartition(".")[2]
    same = [other for other in names if other.rpartition(".")[2] == last]
    found = [*same, *difflib.get_close_matches(name, names, n=3, cutoff=alike)]
    if not found:
        return ""
    return "; did you mean " + " or ".join(f"'{other}'" for other in dict.fromkeys(found)) + "?"


def merge_patch(target: dict[str, Any], patch: Mapping[str, Any]) -> None:
    """RFC 7396 in place: null removes, objects merge, all else replaces.

    Objects inside the target are copied before they change: they may be the request's own.
    """
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            inner = target.get(key)
            target[key] = inner = dict(inner) if isinstance(inner, dict) else {}
            merge_patch(inner, value)
        else:
            target[key] = copy.deepcopy(value)
