"""Our schema, changed to hold what the published one holds.

The result is ours wherever both mean the same: our prose, our order, our ways to write. Only what
differs is taken over, and what is new is marked as waiting for its description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeGuard, TypeVar

from orgen.contract.schema import NAMED_SUBSCHEMAS, SUBSCHEMA, read_schema
from orgen.contract.tree import text_of
from orgen.ir.schema import Json
from orgen.sync.house import (
    LISTS,
    TO_BE_DESCRIBED,
    house_style,
    is_note,
    keyword_in_house_style,
    one_line,
    ordered,
    published_prose,
    title_of,
)
from orgen.validate.prose import MARKER

Item = TypeVar("Item")


def blend(ours: Json, theirs: Json) -> Json:
    """`ours` with the contract of `theirs`, changed as little as that takes."""
    wanted = meaning(theirs)
    if meaning(ours) == wanted:
        return ours
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return new_schema(theirs)
    merged = _merge(ours, _alike(ours, theirs), theirs)
    if meaning(merged) == wanted:
        return merged
    return _rewritten(ours, theirs)


def meaning(schema: Json) -> str:
    """A text that is equal for schemas that hold the same contract."""
    return text_of(read_schema(schema, ()))


def new_component(name: str, theirs: Json) -> Json:
    """A component that we did not have: marked, with a heading made of its name."""
    made = new_schema(theirs, wanted=True)
    return ordered({**made, "title": title_of(name)}) if isinstance(made, dict) else made


def new_schema(theirs: Json, *, wanted: bool = False) -> Json:
    """A published schema as new text of ours; `wanted` if it has to be described."""
    made = house_style(theirs)
    if isinstance(made, dict) and isinstance(theirs, dict):
        made = _marked_inside(made, theirs)
    if not wanted:
        return made
    mark: Json = published_prose(theirs) or True
    return ordered({**(made if isinstance(made, dict) else {}), MARKER: mark})


def _marked_inside(made: dict[str, Json], theirs: Mapping[str, Json]) -> dict[str, Json]:
    """Every property in a new schema marked, however deep."""
    marked = dict(made)
    for keyword, operand in made.items():
        source = theirs.get(keyword)
        if keyword == "properties" and isinstance(operand, dict) and isinstance(source, dict):
            marked[keyword] = {name: new_schema(source[name], wanted=True) for name in operand}
        elif keyword in SUBSCHEMA and isinstance(source, dict):
            marked[keyword] = new_schema(source)
        elif keyword in LISTS and isinstance(operand, list) and _as_long(source, operand):
            marked[keyword] = [new_schema(entry) for entry in source]
    if "items" in made and "items" not in theirs:
        branches = theirs.get("anyOf")
        branch = branches[0] if isinstance(branches, list) and branches else None
        if isinstance(branch, dict) and "items" in branch:  # a branch that was folded away
            marked["items"] = new_schema(branch["items"])
    return marked


def _as_long(source: Json, operand: list[Json]) -> TypeGuard[list[Json]]:
    return isinstance(source, list) and len(source) == len(operand)


def kin(left: Json, right: Json) -> bool:
    """Whether one member of a list is plainly the changed form of the other."""
    if isinstance(left, dict) and isinstance(right, dict):
        return _identity(left) == _identity(right)
    return False


def _identity(schema: dict[str, Json]) -> Json:
    """What a nameless member goes by: its component, its constant `type`, its type, its keys."""
    if "$ref" in schema:
        return ["$ref", schema["$ref"]]
    properties = schema.get("properties")
    tag = properties.get("type") if isinstance(properties, dict) else None
    if isinstance(tag, dict) and ("const" in tag or "enum" in tag):
        return ["tag", tag.get("const", tag.get("enum"))]
    for key in ("type", "url", "name", "propertyName"):
        if key in schema:
            return [key, schema[key]]
    return ["object"]


# One keyword after the other


def _alike(ours: dict[str, Json], theirs: dict[str, Json]) -> dict[str, Json]:
    """The published schema in our forms, except where this one of ours is written otherwise."""
    house = house_style(theirs)
    assert isinstance(house, dict)
    if "enum" in ours and "const" in house:
        house = {**house, "enum": [house["const"]]}
        del house["const"]
    if "allOf" in ours and "$ref" in house and "$ref" not in ours:
        reference = house.pop("$ref")
        house = {**house, "allOf": [{"$ref": reference}]}
    if "anyOf" in ours and "anyOf" not in house and "anyOf" in theirs:
        # Ours is divided in the same way: nothing is folded together.
        raw = {key: operand for key, operand in theirs.items() if not is_note(key)}
        house = {key: keyword_in_house_style(key, operand) for key, operand in raw.items()}
    return house


def _merge(
    ours: dict[str, Json], house: dict[str, Json], theirs: dict[str, Json]
) -> dict[str, Json]:
    merged: dict[str, Json] = {}
    for keyword, operand in ours.items():
        if is_note(keyword):
            merged[keyword] = operand
        elif keyword in house:
            merged[keyword] = _merge_keyword(keyword, operand, house[keyword], theirs)
    fresh = {keyword: operand for keyword, operand in house.items() if keyword not in merged}
    source = _marked_inside(house, theirs)
    found: dict[str, Json] = {}
    for keyword in inserted(list(merged), list(ordered({**merged, **fresh}))):
        found[keyword] = merged[keyword] if keyword in merged else source[keyword]
    return _remembering(ours, found, theirs)


def _remembering(
    ours: dict[str, Json], merged: dict[str, Json], theirs: dict[str, Json]
) -> dict[str, Json]:
    """Marked, if a value of an enum has come without a text of ours."""
    before, after = ours.get("x-enumDescriptions"), merged.get("x-enumDescriptions")
    known = before if isinstance(before, dict) else {}
    names = [name for name in after if name not in known] if isinstance(after, dict) else []
    if not names or MARKER in merged:
        return merged
    source = theirs.get("x-enumDescriptions")
    texts = source if isinstance(source, dict) else {}
    mark = one_line(" ".join(f"{name}: {texts.get(name)}" for name in names))
    order = list(ordered({**merged, MARKER: mark}))
    return {
        keyword: mark if keyword == MARKER else merged[keyword]
        for keyword in inserted(list(merged), order)
    }


def _merge_keyword(keyword: str, ours: Json, house: Json, theirs: dict[str, Json]) -> Json:
    source = theirs.get(keyword, house)
    if keyword in SUBSCHEMA:
        return blend(ours, source)
    if keyword in NAMED_SUBSCHEMAS and isinstance(ours, dict) and isinstance(source, dict):
        return _named(ours, source, wanted=keyword == "properties")
    if keyword in LISTS and isinstance(ours, list) and isinstance(house, list):
        whole = source if isinstance(source, list) and len(source) == len(house) else house
        return blend_list(ours, whole, blend, new_schema, meaning)
    if keyword == "x-enumDescriptions" and isinstance(ours, dict) and isinstance(house, dict):
        names = inserted([name for name in ours if name in house], list(house))
        return {name: ours.get(name, TO_BE_DESCRIBED) for name in names}
    if isinstance(ours, list) and isinstance(house, list):
        return blend_list(ours, house, lambda _, one: one, lambda one: one, _plain)
    return ours if _plain(ours) == _plain(house) else house


def _named(ours: dict[str, Json], theirs: dict[str, Json], *, wanted: bool) -> dict[str, Json]:
    names = inserted([name for name in ours if name in theirs], list(theirs))
    return {
        name: (
            blend(ours[name], theirs[name])
            if name in ours
            else new_schema(theirs[name], wanted=wanted)
        )
        for name in names
    }


def _plain(value: Json) -> str:
    return meaning({"default": value})


def blend_list(
    ours: Sequence[Json],
    theirs: Sequence[Json],
    change: Callable[[Json, Json], Json],
    new: Callable[[Json], Json],
    text: Callable[[Json], str],
) -> list[Json]:
    """Our order and wording for members that stay; new ones behind those they come after."""
    wanted = [text(member) for member in theirs]
    by_text = {text(member): member for member in reversed(ours)}
    free = [member for member in ours if text(member) not in wanted]
    made: dict[str, Json] = {}
    for key, member in zip(wanted, theirs, strict=True):
        partner = next((one for one in free if kin(one, member)), None)
        if key in by_text:
            made[key] = by_text[key]
        elif partner is not None:
            free = [one for one in free if one is not partner]
            made[key] = change(partner, member)
            by_text[key] = partner
        else:
            made[key] = new(member)
    origin = {id(member): key for key, member in by_text.items()}
    kept = [origin[id(member)] for member in ours if id(member) in origin]
    stays = [key for key in dict.fromkeys(kept) if key in made]
    return [made[key] for key in inserted(stays, list(dict.fromkeys(wanted)))]


def inserted(kept: Sequence[Item], wanted: Iterable[Item]) -> list[Item]:
    """`kept` in its order, with what else is wanted behind its predecessor there.

    >>> inserted(["c", "a"], ["a", "b", "c", "d"])
    ['c', 'd', 'a', 'b']
    """
    found = list(kept)
    known = set(found)
    behind: Item | None = None
    for item in wanted:
        if item not in known:
            found.insert(0 if behind is None else found.index(behind) + 1, item)
            known.add(item)
        behind = item
    return found


def _rewritten(ours: dict[str, Json], theirs: dict[str, Json]) -> Json:
    """The published schema in our style, with the prose of ours that still has a place."""
    made = new_schema(theirs)
    if not isinstance(made, dict):
        return made
    notes = {keyword: operand for keyword, operand in ours.items() if is_note(keyword)}
    mine, yours = ours.get("properties"), theirs.get("properties")
    if isinstance(mine, dict) and isinstance(yours, dict):
        made["properties"] = _named(mine, yours, wanted=True)
    return ordered({**made, **notes})
