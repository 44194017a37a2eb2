"""The components of a merged document: which definition, in which file, has which name."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.ir.schema import Json
from orgen.load.building import quote
from orgen.load.document import Document, Place, Pointer
from orgen.load.files import Files
from orgen.load.naming import component_name
from orgen.load.references import component_reference
from orgen.load.site import Site

DEFINITIONS = ("$defs", "definitions")
SCHEMAS: Pointer = ("components", "schemas")
BORROWED = "Canonical"
"""Prefix of a definition from beyond the root's folder whose name is taken."""


@dataclass(slots=True)
class Registry:
    """Names definitions, and queues each of them to be merged once."""

    files: Files
    diagnostics: Diagnostics
    names: dict[tuple[str, Pointer], str] = field(default_factory=dict)
    schemas: dict[str, Json] = field(default_factory=dict)
    """Name -> merged schema; a placeholder while the component is in the queue."""
    places: dict[str | int, Place] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    queue: deque[tuple[str, Site]] = field(default_factory=deque)

    def register_root(self, root: Document, root_component: str | None) -> None:
        """Name every component of the root document, before any reference is followed.

        `root_component` is the component that a JSON Schema document itself became.
        """
        base = self.files.name
        self.schemas = dict.fromkeys(root.schemas, True)
        for name, schema in root.schemas.items():
            pointer: Pointer = (*SCHEMAS, name)
            if root_component is not None:
                pointer = () if name == root_component else self._definition(base, name)
            site = Site(schema, root.place.at((*SCHEMAS, name)), base, pointer)
            self.names[base, pointer] = name
            self._register(name, self._elsewhere(site) or site)

    def _definition(self, base: str, name: str) -> Pointer:
        document = self.files.documents[base]
        for keyword in DEFINITIONS:
            if document and name in _definitions(document.value, keyword):
                return (keyword, name)
        return ("$defs", name)

    def _elsewhere(self, site: Site) -> Site | None:
        """The definition in another file, if a component consists of a `$ref` to it."""
        if not isinstance(site.value, dict) or site.value.keys() != {"$ref"}:
            return None
        reference = site.value["$ref"]
        if not isinstance(reference, str) or reference.startswith("#"):
            return None
        target = self.files.resolve(reference, site.file, site.child("$ref").place.span)
        return None if target is None else self.files.site(*target)

    def _register(self, name: str, site: Site) -> None:
        first = self.names.setdefault((site.file, site.pointer), name)
        self.places[name] = site.place
        if first != name:
            # Two names for one definition: the second is an alias of the first.
            self.schemas[name] = {"$ref": component_reference(first)}
            return
        if site.file != self.files.name:
            self.topics[name] = PurePosixPath(site.file).stem
        self.queue.append((name, site))

    def name(self, site: Site, span: Span) -> str:
        """The component that a definition is or becomes; `span` refers to it."""
        known = self.names.get((site.file, site.pointer))
        if known is not None:
            return known
        name = _lifted_name(site)
        while name in self.schemas and not self._beside_root(site.file):
            name = f"{BORROWED}{name}"
        if name in self.schemas:
            self.names[site.file, site.pointer] = name
            taken = self.places.get(name)
            self.diagnostics.error(
                span,
                "L036",
                f"this definition would be named {quote(name)}, and so is another",
                hint="register one of the two under components.schemas with a name of its own",
                related=[Related(taken.key or taken.span, "the other is here")] if taken else [],
            )
            return name
        self.schemas[name] = True
        self._register(name, site)
        return name

    def _beside_root(self, file: str) -> bool:
        """Whether a file is a part of this spec, not one of which it borrows definitions."""
        return PurePosixPath(file).is_relative_to(PurePosixPath(self.files.name).parent)

    def report_unregistered(self) -> None:
        """Report definitions that nothing leads to, of other files in the root file's folder."""
        for file, document in self.files.documents.items():
            if document is None or file == self.files.name or not self._beside_root(file):
                continue
            for keyword in DEFINITIONS:
                for name in _definitions(document.value, keyword):
                    if (file, (keyword, name)) not in self.names:
                        self.diagnostics.warning(
                            document.key_span((keyword, name)),
                            "L037",
                            f"the definition {quote(name)} is not part of the spec",
                            hint=f"register it under components.schemas of {self.files.name}",
                        )


def _lifted_name(site: Site) -> str:
    if site.pointer:
        return str(site.pointer[-1])
    title = site.value.get("title") if isinstance(site.value, dict) else None
    return component_name(title, PurePosixPath(site.file).stem)


def _definitions(value: Json, keyword: str) -> dict[str, Json]:
    definitions = value.get(keyword) if isinstance(value, dict) else None
    return definitions if isinstance(definitions, dict) else {}
