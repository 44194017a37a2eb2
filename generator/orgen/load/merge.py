"""Several files become one logical document, its references all to components by name.

A component that is registered under `components.schemas` keeps its name; any
other target of a reference is lifted to a component under the last token of its
pointer. References to OpenAPI's other parts (parameters, responses, bodies,
path items) are replaced by what they refer to.
"""

from __future__ import annotations

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Json
from orgen.load.document import Document, Place
from orgen.load.files import Files
from orgen.load.kinds import REFERABLE, Kind, entries, kind_of
from orgen.load.limits import MAX_DEPTH, MAX_MERGED_NODES
from orgen.load.references import component_reference
from orgen.load.registry import DEFINITIONS, Registry
from orgen.load.site import Site

_PREFIX = "#/components/schemas/"


class _TooLarge(Exception):
    """The merged document goes beyond a limit; the fault has been reported."""


def merge(
    files: Files, frame: Document, root_component: str | None, diagnostics: Diagnostics
) -> Document | None:
    """The root document, in OpenAPI's form, with every definition that it reaches.

    What could not be merged is reported and left out; None if there is no end of it.
    """
    registry = Registry(files, diagnostics)
    registry.register_root(frame, root_component)
    merger = _Merger(files, frame, registry, diagnostics)
    try:
        value, place = merger.merge()
    except _TooLarge:
        return None
    names = [one.file for one in files.documents.values() if one is not None]
    return Document(value, place, frame.file, tuple(names), registry.topics)


class _Merger:
    """Rewrites the root document and the components in the registry's queue."""

    def __init__(
        self, files: Files, frame: Document, registry: Registry, diagnostics: Diagnostics
    ) -> None:
        self.files = files
        self.frame = frame
        self.registry = registry
        self.diagnostics = diagnostics
        self.nodes = 0

    def merge(self) -> tuple[Json, Place]:
        root = Site(self.frame.value, self.frame.place, self.files.name, ())
        value, place = self._rewrite(Kind.OPENAPI, root, 0)
        registry = self.registry
        while registry.queue:
            name, site = registry.queue.popleft()
            registry.schemas[name], registry.places[name] = self._rewrite(Kind.SCHEMA, site, 0)
        registry.report_unregistered()
        return self._with_schemas(value, place)

    def _with_schemas(self, value: Json, place: Place) -> tuple[Json, Place]:
        if not isinstance(value, dict) or not self.registry.schemas:
            return value, place
        outer = place.inside.get("components") or Place(place.span)
        old = outer.inside.get("schemas") or Place(outer.span)
        inner = Place(old.span, old.key, self.registry.places)
        outer = Place(outer.span, outer.key, {**outer.inside, "schemas": inner})
        known = value.get("components")
        components = {
            **(known if isinstance(known, dict) else {}),
            "schemas": self.registry.schemas,
        }
        return (
            {**value, "components": components},
            Place(place.span, place.key, {**place.inside, "components": outer}),
        )

    def _rewrite(self, kind: Kind, site: Site, depth: int) -> tuple[Json, Place]:
        """A value with its references rewritten, and the matching places."""
        self._count(site, depth)
        value = site.value
        if kind is Kind.DATA or not isinstance(value, dict | list):
            return value, site.place
        if kind is Kind.DISCRIMINATOR:
            return self._discriminator(site), site.place
        if kind in REFERABLE and kind is not Kind.SCHEMA and "$ref" in value:
            return self._inline(kind, site, depth)
        inside = dict(site.place.inside)
        parts: dict[str | int, Json] = {}
        for step, _ in entries(value):
            inner = site.child(step)
            if kind is Kind.SCHEMA and step == "$ref":
                name = self._component(inner)
                if name is not None:
                    parts[step] = component_reference(name)
            elif kind is Kind.SCHEMA and step in DEFINITIONS:
                self._lift_definitions(inner)
            elif not (kind is Kind.COMPONENTS and step == "schemas"):
                parts[step], inside[step] = self._rewrite(kind_of(kind, step), inner, depth + 1)
        return _rebuilt(value, parts), Place(site.place.span, site.place.key, inside)

    def _count(self, site: Site, depth: int) -> None:
        self.nodes += 1
        if self.nodes <= MAX_MERGED_NODES and depth <= 2 * MAX_DEPTH:
            return
        self.diagnostics.error(
            site.place.span,
            "L027",
            (
                f"the merged document has more than {MAX_MERGED_NODES:,} values"
                if depth <= 2 * MAX_DEPTH
                else "references between paths, parameters or responses have no end"
            ),
        )
        raise _TooLarge

    def _component(self, site: Site) -> str | None:
        """The component that the text of a reference leads to; None if it leads nowhere."""
        reference = site.value
        if isinstance(reference, str) and self._names_unknown_component(reference, site.file):
            # Left as it is: validation names the close matches among all components.
            return reference.removeprefix(_PREFIX)
        target = self._target(site)
        return None if target is None else self.registry.name(target, site.place.span)

    def _names_unknown_component(self, reference: str, file: str) -> bool:
        name = reference.removeprefix(_PREFIX)
        return (
            file == self.files.name
            and name != reference
            and not any(mark in name for mark in "/~%#")
            and name not in self.frame.schemas
        )

    def _target(self, site: Site) -> Site | None:
        target = self.files.resolve(site.value, site.file, site.place.span)
        return None if target is None else self.files.site(*target)

    def _lift_definitions(self, site: Site) -> None:
        """Make components of a schema's own definitions."""
        if isinstance(site.value, dict):
            for name in site.value:
                inner = site.child(name)
                self.registry.name(inner, inner.place.key or inner.place.span)

    def _inline(self, kind: Kind, site: Site, depth: int) -> tuple[Json, Place]:
        """What a reference to a parameter, body, response or path item stands for."""
        target = self._target(site.child("$ref"))
        return ({}, site.place) if target is None else self._rewrite(kind, target, depth + 1)

    def _discriminator(self, site: Site) -> Json:
        """A discriminator whose mapping names components by their reference."""
        value = site.value
        mapping = value.get("mapping") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(mapping, dict):
            return value
        rewritten = {str(key): self._mapped(site.child("mapping").child(key)) for key in mapping}
        return {**value, "mapping": rewritten}

    def _mapped(self, site: Site) -> Json:
        name = site.value
        if isinstance(name, str) and ("/" in name or "#" in name):
            name = self._component(site)
        return component_reference(name) if isinstance(name, str) else site.value


def _rebuilt(value: Json, parts: dict[str | int, Json]) -> Json:
    """A collection of the same sort as `value` with other entries."""
    if isinstance(value, dict):
        return {str(step): part for step, part in parts.items()}
    return list(parts.values())
