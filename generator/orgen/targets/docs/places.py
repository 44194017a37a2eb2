"""Where everything stands: the page and the anchor of each component."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgen.targets.docs.escape import escape
from orgen.targets.docs.topics import INTRODUCTIONS

if TYPE_CHECKING:
    from orgen.ir.schema import Operation, Schema

OPERATIONS_PAGE = "operations.md"
_OF_DIALECTS = ("mapping-", "settings-")
"""How the names of the dialects' pages begin."""
_RESERVED = frozenset({"index", "operations", "streaming"})


@dataclass(frozen=True, slots=True)
class Place:
    """A component's page (a file name) and the anchor on it."""

    page: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Places:
    """The layout of the reference."""

    topics: dict[str, str]
    """Topic -> file name, in reading order."""
    components: dict[str, Place]

    def link(self, name: str, page: str, text: str | None = None) -> str:
        """A Markdown link to a component, as seen from `page`."""
        place = self.components[name]
        file = "" if place.page == page else place.page
        return f"[{escape(text or name)}]({file}#{place.anchor})"


def lay_out(schema: Schema) -> Places:
    """Give every topic a page and every component an anchor of its own."""
    present = {component.topic for component in schema.components.values()}
    order = [topic for topic in INTRODUCTIONS if topic in present]
    order += sorted(present.difference(order))
    topics: dict[str, str] = {}
    taken = set(_RESERVED)
    for topic in order:
        topics[topic] = f"{_free_slug(topic.replace('.', '-'), taken)}.md"
    anchors: dict[str, set[str]] = {topic: set() for topic in topics}
    components = {
        name: Place(topics[component.topic], _free_slug(name, anchors[component.topic]))
        for name, component in schema.components.items()
    }
    return Places(topics, components)


def operation_anchor(operation: Operation) -> str:
    """The anchor of an operation on its page."""
    return f"operation-{_free_slug(operation.id, set())}"


def _free_slug(name: str, taken: set[str]) -> str:
    """The name in lower case where it is a plain word not yet taken, else with a hash."""
    plain = re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name) is not None
    slug = name.lower() if plain else "x"
    if not plain or slug in taken or slug.startswith(_OF_DIALECTS):
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
        slug = f"{slug}-{digest[:12]}"
    taken.add(slug)
    return slug
