"""Compares what tells the variants of a union apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from orgen.breaking.change import At
from orgen.breaking.differ import Differ
from orgen.breaking.values import place, shown
from orgen.breaking.view import View
from orgen.load.references import referred_component

if TYPE_CHECKING:
    from orgen.ir.schema import Json


def diff_discriminator(differ: Differ, left: View, right: View, at: At) -> None:
    """Compare the discriminating property and the variants that its values name."""
    old, new = left.plain("discriminator"), right.plain("discriminator")
    where = left.place("discriminator"), right.place("discriminator")
    if not isinstance(old, dict) or not isinstance(new, dict):
        if isinstance(new, dict):
            message = f"{place(at)} names `{new.get('propertyName')}` as its discriminator now"
            differ.emit("discriminator-added", at, *where, message)
        elif isinstance(old, dict):
            message = f"{place(at)} names no discriminator any more"
            differ.emit("discriminator-removed", at, *where, message)
        return
    was, now = old.get("propertyName"), new.get("propertyName")
    if was != now:
        message = f"the discriminator of {place(at)} was {shown(was)} and is {shown(now)}"
        differ.emit("discriminator-changed", at, *where, message)
    _diff_mapping(differ, left, right, (_mapping(old), _mapping(new)), at)


def _mapping(discriminator: Mapping[str, Json]) -> dict[str, str]:
    found = discriminator.get("mapping")
    pairs = found.items() if isinstance(found, dict) else ()
    return {key: referred_component(value) or str(value) for key, value in pairs}


def _diff_mapping(
    differ: Differ, left: View, right: View, maps: tuple[dict[str, str], dict[str, str]], at: At
) -> None:
    old, new = maps
    here, there = left.place("discriminator"), right.place("discriminator")
    for key, name in old.items():
        was = differ.renames.get(name, name)
        if key not in new:
            rule, message = (
                "removed",
                f"the discriminator of {place(at)} names {shown(key)} no more",
            )
        elif new[key] != was:
            rule = "changed"
            message = f"{shown(key)} as a discriminator was `{name}` and is `{new[key]}`"
        else:
            continue
        target = (*there, "mapping", key) if key in new else there
        differ.emit(f"discriminator-mapping-{rule}", at, (*here, "mapping", key), target, message)
    for key, name in new.items():
        if key not in old:
            message = f"the discriminator of {place(at)} names {shown(key)} for `{name}` now"
            pointer = (*there, "mapping", key)
            differ.emit("discriminator-mapping-added", at, here, pointer, message)
