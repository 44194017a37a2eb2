"""A spec as it is written: which component stands in which file, and how files name each other.

Values are held with all references in one form, `#/components/schemas/<Name>`, in which ours and
the published ones can be compared; `localised` writes them the way the file at hand does.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Json
from orgen.load import Document, Pointer, format_pointer, load_file
from orgen.load.building import quote
from orgen.load.files import Files
from orgen.load.kinds import Kind, entries, kind_of
from orgen.load.references import component_reference, referred_component
from orgen.load.registry import DEFINITIONS, SCHEMAS, Registry
from orgen.load.site import Site

__all__ = ["Written", "read_written"]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a component is written: a file, relative to the root's folder, and a pointer."""

    file: str
    pointer: Pointer


@dataclass(slots=True)
class Written:
    """A root document and the files it leads to, as they are written."""

    root: str
    documents: dict[str, Document]
    frame: dict[str, Json]
    """The root document, its references made equal; `components.schemas` as written."""
    homes: dict[str, Home] = field(default_factory=dict)
    schemas: dict[str, Json] = field(default_factory=dict)
    """Component -> its schema, its references made equal."""
    spellings: dict[tuple[str, str], str] = field(default_factory=dict)
    """File and component -> how that file names it."""

    def localised(self, value: Json, kind: Kind, file: str, homes: Mapping[str, Home]) -> Json:
        """A value with its references written as `file` writes them."""
        if kind is Kind.DATA or not isinstance(value, dict | list):
            return value
        if kind is Kind.DISCRIMINATOR:
            return self._localised_mapping(value, file, homes)
        made: dict[str | int, Json] = {}
        for step, part in entries(value):
            name = referred_component(part) if step == "$ref" else None
            if kind is Kind.SCHEMA and name is not None:
                made[step] = self._spelled(name, file, homes)
            elif not (kind is Kind.COMPONENTS and step == "schemas"):
                made[step] = self.localised(part, kind_of(kind, step), file, homes)
            else:
                made[step] = part
        return _rebuilt(value, made)

    def _localised_mapping(self, value: Json, file: str, homes: Mapping[str, Home]) -> Json:
        mapping = value.get("mapping") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(mapping, dict):
            return value
        made: dict[str, Json] = {}
        for key, reference in mapping.items():
            name = referred_component(reference)
            made[key] = reference if name is None else self._spelled(name, file, homes)
        return {**value, "mapping": made}

    def _spelled(self, name: str, file: str, homes: Mapping[str, Home]) -> str:
        home = homes.get(name)
        known = self.spellings.get((file, name))
        if known is not None and home == self.homes.get(name):
            return known
        if file == self.root or home is None:
            return component_reference(name)
        fragment = "#" + format_pointer(home.pointer).replace("%", "%25")
        if home.file == file:
            return fragment
        return posixpath.relpath(home.file, posixpath.dirname(file) or ".") + fragment


def read_written(root: Path, diagnostics: Diagnostics) -> Written | None:
    """Read a root file and what it refers to; None if the root cannot be used.

    Faults in it are the business of `load_spec`, which reports them all.
    """
    document = load_file(root, root.parent, diagnostics)
    if document is None or not isinstance(document.value, dict):
        return None
    files = Files(root.parent, root.name, document, diagnostics)
    registry = Registry(files, diagnostics)
    registry.register_root(document, None)
    reader = _Reader(files, registry, Written(root.name, {}, {}))
    written = reader.read(document)
    written.documents = {name: one for name, one in files.documents.items() if one is not None}
    return written


@dataclass(slots=True)
class _Reader:
    """Walks all files once, making references equal."""

    files: Files
    registry: Registry
    written: Written

    def read(self, document: Document) -> Written:
        written, registry = self.written, self.registry
        frame = self._equal(Kind.OPENAPI, Site(document.value, document.place, self.files.name, ()))
        written.frame = frame if isinstance(frame, dict) else {}
        while registry.queue:
            name, site = registry.queue.popleft()
            written.homes[name] = Home(site.file, site.pointer)
            written.schemas[name] = self._equal(Kind.SCHEMA, site)
        for name, alias in registry.schemas.items():
            if name not in written.schemas:  # a second name for a definition
                written.homes[name] = Home(self.files.name, (*SCHEMAS, name))
                written.schemas[name] = alias
        return written

    def _equal(self, kind: Kind, site: Site) -> Json:
        value = site.value
        if kind is Kind.DATA or not isinstance(value, dict | list):
            return value
        if kind is Kind.DISCRIMINATOR:
            return self._equal_mapping(site)
        made: dict[str | int, Json] = {}
        for step, part in entries(value):
            if kind is Kind.SCHEMA and step == "$ref":
                made[step] = self._reference(site.child(step))
            elif kind is Kind.SCHEMA and step in DEFINITIONS:
                self._nested(site.child(step))
            elif kind is Kind.COMPONENTS and step == "schemas":
                made[step] = part
            else:
                made[step] = self._equal(kind_of(kind, step), site.child(step))
        return _rebuilt(value, made)

    def _reference(self, site: Site) -> Json:
        target = self.files.resolve(site.value, site.file, site.place.span)
        found = self.files.site(*target) if target else None
        if found is None:
            return site.value
        name = self.registry.name(found, site.place.span)
        self.written.spellings.setdefault((site.file, name), str(site.value))
        return component_reference(name)

    def _equal_mapping(self, site: Site) -> Json:
        value = site.value
        mapping = value.get("mapping") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(mapping, dict):
            return value
        made: dict[str, Json] = {}
        for key, name in mapping.items():
            inner = site.child("mapping").child(key)
            is_path = isinstance(name, str) and ("/" in name or "#" in name)
            made[key] = self._reference(inner) if is_path else component_reference(str(name))
        return {**value, "mapping": made}

    def _nested(self, site: Site) -> None:
        """Definitions inside of a component are components, too."""
        if isinstance(site.value, dict):
            for name in site.value:
                inner = site.child(name)
                self.registry.name(inner, inner.place.key or inner.place.span)


def refuse_unusual_homes(written: Written, diagnostics: Diagnostics) -> None:
    """S005: components that stand where sync does not know how to edit."""
    for name, home in written.homes.items():
        at_root = home.file == written.root and home.pointer[:-1] == SCHEMAS
        in_topic = len(home.pointer) == 2 and home.pointer[0] in DEFINITIONS
        if not at_root and not in_topic:
            document = written.documents[home.file]
            diagnostics.error(
                document.key_span(home.pointer),
                "S005",
                f"the component {quote(name)} is no definition of its own",
                "write it below $defs of a topic file, or below components.schemas",
            )


def _rebuilt(value: Json, parts: dict[str | int, Json]) -> Json:
    if isinstance(value, dict):
        return {str(step): part for step, part in parts.items()}
    return list(parts.values())
