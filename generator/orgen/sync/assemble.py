"""The files of a spec folder as they should be: a value for each, to be compared with the old."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Json
from orgen.load import Document, format_pointer, load_file
from orgen.load.kinds import Kind
from orgen.sync.blend import blend, inserted, new_component
from orgen.sync.operations import blend_frame
from orgen.sync.topics import Topics
from orgen.sync.written import Home, Written

_DEFINITIONS = "$defs"


@dataclass(frozen=True, slots=True)
class Assembled:
    """Wanted value of each file, and where each component stands in them."""

    values: Mapping[str, Json]
    homes: Mapping[str, Home]


def assemble(folder: Path, ours: Written, theirs: Written, version: str) -> Assembled:
    """Our files with the published structure; `ours` gets documents of topics not in use."""
    topics = _topic_files(folder, ours)
    homes = _homes(ours, theirs, topics)
    schemas = {
        name: blend(ours.schemas[name], one) if name in ours.schemas else new_component(name, one)
        for name, one in theirs.schemas.items()
    }
    values: dict[str, Json] = {}
    for file, document in ours.documents.items():
        if file != ours.root:
            values[file] = _topic(file, document, ours, homes, schemas)
    values[ours.root] = _root(ours, theirs, homes, schemas, version)
    return Assembled(values, homes)


def _topic_files(folder: Path, ours: Written) -> dict[str, str]:
    """Files that may take new components -> their name and title; read them all."""
    used = [file for file in ours.documents if file != ours.root]
    for beside in sorted({posixpath.dirname(file) for file in used} - {""}):
        for path in sorted((folder / beside).glob("*.yaml")):
            file = f"{beside}/{path.name}"
            if file not in ours.documents:
                document = load_file(path, folder, Diagnostics())
                if document is not None:
                    ours.documents[file] = document
    titles: dict[str, str] = {}
    for file, document in ours.documents.items():
        value = document.value
        if file != ours.root and isinstance(value, dict) and _holds_definitions(value):
            titles[file] = f"{posixpath.basename(file)} {value.get('title', '')}"
    return titles


def _holds_definitions(value: dict[str, Json]) -> bool:
    return isinstance(value.get(_DEFINITIONS), dict)


def _homes(ours: Written, theirs: Written, topics: Mapping[str, str]) -> dict[str, Home]:
    """Where each published component stands among our files."""
    homes = {name: home for name, home in ours.homes.items() if name in theirs.schemas}
    new = [name for name in theirs.schemas if name not in homes]
    chosen = dict.fromkeys(new, ours.root)
    if topics:
        known = {name: home.file for name, home in homes.items()}
        chosen = Topics(topics, theirs.schemas, theirs.frame).choose(new, known)
    for name in new:
        at_root = chosen[name] == ours.root
        way = ("components", "schemas", name) if at_root else (_DEFINITIONS, name)
        homes[name] = Home(chosen[name], way)
    return {name: homes[name] for name in theirs.schemas}


def _topic(
    file: str,
    document: Document,
    ours: Written,
    homes: Mapping[str, Home],
    schemas: Mapping[str, Json],
) -> Json:
    value = document.value
    if not isinstance(value, dict):
        return value
    made = dict(value)
    gone = {home.pointer for name, home in ours.homes.items() if home.file == file}
    for keyword in (_DEFINITIONS, "definitions"):
        old = value.get(keyword)
        if not isinstance(old, dict):
            continue
        wanted = {
            str(home.pointer[1]): ours.localised(schemas[name], Kind.SCHEMA, file, homes)
            for name, home in homes.items()
            if home.file == file and home.pointer[0] == keyword
        }
        # A definition that is no component (nothing refers to it) is none of our business.
        kept = {name: one for name, one in old.items() if (keyword, name) not in gone}
        both = {**kept, **wanted}
        order = inserted([name for name in old if name in both], list(wanted))
        made[keyword] = {name: both[name] for name in order}
    return made


def _root(
    ours: Written,
    theirs: Written,
    homes: Mapping[str, Home],
    schemas: Mapping[str, Json],
    version: str,
) -> Json:
    frame = blend_frame(ours.frame, theirs.frame, version)
    assert isinstance(frame, dict)
    frame = ours.localised(frame, Kind.OPENAPI, ours.root, homes)
    assert isinstance(frame, dict)
    components = frame["components"]
    assert isinstance(components, dict)
    old = components.get("schemas")
    listed = old if isinstance(old, dict) else {}
    entries: dict[str, Json] = {}
    for name, home in homes.items():
        if home.file == ours.root:
            entries[name] = ours.localised(schemas[name], Kind.SCHEMA, ours.root, homes)
        elif name in listed and home == ours.homes.get(name):
            entries[name] = listed[name]
        else:
            entries[name] = {"$ref": f"{home.file}#{format_pointer(home.pointer)}"}
    order = inserted([name for name in listed if name in entries], list(entries))
    components = {**components, "schemas": {name: entries[name] for name in order}}
    return {**frame, "components": components}
