"""`orgen new dialect`: the first version of a dialect, which says something about every field.

The rules of a plain chat API are written out; notes for whatever they leave
open are taken from the static checks, so that the skeleton is valid for the
contract as it stands, and names all that its author has to decide.
"""

from __future__ import annotations

import keyword
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from orgen.diagnostics import Diagnostics
from orgen.dialect.check.findings import findings
from orgen.dialect.check.marks import Gap
from orgen.dialect.check.notes import canonical_notes, native_notes, settles, settles_native
from orgen.dialect.load import load_dialect, load_native
from orgen.dialect.mapping import Scope, canonical_fields
from orgen.ir.schema import Schema
from orgen.render import environment
from orgen.resources import templates_dir

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
SLUG = re.compile(r"[a-z][a-z0-9_-]{0,63}")
RESERVED = frozenset({"canonical", "openresponses", "orgen"})
"""Names that mean something else in generated packages or in extension types."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What the templates of `templates/new/dialect/` print."""

    name: str
    slug: str
    title: str
    drop: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    residue: tuple[tuple[str, tuple[str, ...]], ...] = ()


def name_fault(name: str) -> str | None:
    """What is wrong with the name of a dialect, if anything."""
    if NAME.fullmatch(name) is None:
        return "has to be up to 64 lower-case letters, digits and underscores, a letter first"
    if name in RESERVED or keyword.iskeyword(name):
        return f"cannot be '{name}', which means something else"
    return None


def skeleton_files(name: str, slug: str, title: str, schema: Schema) -> dict[str, str]:
    """Path below the dialect's folder -> text."""
    skeleton = Skeleton(name, slug, title)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        place = root / "dialects" / name
        place.mkdir(parents=True)
        for _ in range(3):  # notes uncover nothing new after the second time
            texts = _render(skeleton)
            for path in ("dialect.yaml", "native.yaml"):
                (place / path).write_text(texts[path], "utf-8")
            grown = _noted(skeleton, root, place, schema)
            if grown == skeleton:
                break
            skeleton = grown
    return _render(skeleton)


def _render(skeleton: Skeleton) -> dict[str, str]:
    jinja = environment("new")
    texts = {
        name: jinja.get_template(f"dialect/{name}.jinja").render(skeleton=skeleton)
        for name in ("dialect.yaml", "native.yaml")
    }
    vectors = templates_dir() / "new" / "dialect" / "requests.json"
    return {**texts, "vectors/requests.json": vectors.read_text("utf-8")}


def _noted(skeleton: Skeleton, root: Path, place: Path, schema: Schema) -> Skeleton:
    """The skeleton with a note for everything that it leaves open."""
    diagnostics = Diagnostics()
    dialect = load_dialect(place / "dialect.yaml", root, diagnostics)
    native = load_native(place, diagnostics)
    diagnostics.check()
    assert dialect is not None  # or else `check` has raised
    found = findings(dialect, schema, native)
    notes, strange = canonical_notes(dialect), native_notes(dialect)
    gaps = [gap for gap in found.canonical_gaps if settles(gap, notes) is None]
    unread = [gap for gap in found.native_gaps if settles_native(gap, strange) is None]
    types = _types(schema)
    names = list(dict.fromkeys(gap.names[0] for gap in gaps))
    return replace(
        skeleton,
        drop=(*skeleton.drop, *(_key(name) for name in names if name not in types)),
        reject=(*skeleton.reject, *(_key(name) for name in names if name in types)),
        residue=(*skeleton.residue, *_grouped(unread).items()),
    )


def _types(schema: Schema) -> frozenset[str]:
    """Types of values without which a conversation would be another one.

    Not those that share their name with a setting: a note about one is about both.
    """
    fields = canonical_fields(schema)
    settings = {f.path.partition(".")[0] for f in fields if f.scope is Scope.REQUEST}
    values = {f.path for f in fields if f.scope is Scope.VALUE and f.owner is None}
    return frozenset(values - settings)


def _key(place: str) -> str:
    return f'"{place}"' if re.fullmatch(r"[A-Za-z0-9_.<>]+", place) is None else place


def _grouped(gaps: list[Gap]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for gap in gaps:
        found.setdefault(gap.component, {})[gap.names[0].rpartition(".")[2]] = None
    return {component: tuple(names) for component, names in found.items()}
