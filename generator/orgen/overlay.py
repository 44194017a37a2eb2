"""Overlays: what the project adds to the core contract, kept apart from it and marked.

An overlay file (see `spec/meta/overlay.schema.yaml`) adds components and changes
nodes of the merged document. It may only widen. Everything that it adds or
changes carries `x-orgen-overlay: <name>`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.ir.schema import Json
from orgen.load import Document, Place, Pointer, child, load_file, parse_pointer
from orgen.load.building import quote
from orgen.load.suggest import close_hint
from orgen.resources import spec_dir
from orgen.validate.structure import check_structure
from orgen.widening import is_wider

MARK = "x-orgen-overlay"
_SCHEMAS: Pointer = ("components", "schemas")
_LISTS = ("oneOf", "anyOf", "enum", "type", "allOf")


@dataclasses.dataclass(frozen=True, slots=True)
class _Node:
    value: Json
    place: Place


def apply_overlays(
    document: Document, overlays: Sequence[Document], diagnostics: Diagnostics
) -> Document:
    """The document with all overlays applied, in alphabetical order of their file names.

    The document given is not changed. A change that cannot be made is reported
    and left out.
    """
    ordered = sorted(overlays, key=lambda overlay: (_stem(overlay), overlay.file))
    for overlay in ordered:
        before = len(diagnostics.items)
        check_structure(overlay, _meta_schema(), "O001", diagnostics)
        if len(diagnostics.items) == before:
            document = _Overlay(overlay, diagnostics).apply(document)
    files = (*document.files, *(overlay.file for overlay in ordered))
    return dataclasses.replace(document, files=files)


@functools.cache
def _meta_schema() -> dict[str, Json] | bool:
    diagnostics = Diagnostics()
    folder = spec_dir() / "meta"
    document = load_file(folder / "overlay.schema.yaml", folder, diagnostics)
    diagnostics.check()
    value = document.value if document else None
    return value if isinstance(value, dict) else True


def _stem(overlay: Document) -> str:
    return PurePosixPath(overlay.file).stem


class _Overlay:
    """One overlay file whose shape has been checked."""

    def __init__(self, overlay: Document, diagnostics: Diagnostics) -> None:
        self.overlay = overlay
        self.diagnostics = diagnostics
        self.name = str(overlay.get(("overlay",)))

    def apply(self, document: Document) -> Document:
        if self.name != _stem(self.overlay):
            self.diagnostics.error(
                self.overlay.span(("overlay",)),
                "O002",
                f"the overlay is called {quote(self.name)} but its file {_stem(self.overlay)}",
                hint="give both the same name",
            )
        for name in self._entries(("add",)):
            document = self._add(document, str(name))
        for index in self._entries(("change",)):
            document = self._change(document, ("change", index))
        return document

    def _entries(self, pointer: Pointer) -> Sequence[str | int]:
        try:
            value = self.overlay.get(pointer)
        except KeyError:
            return ()
        return list(value) if isinstance(value, dict) else range(len(value))  # type: ignore[arg-type]

    def _node(self, pointer: Pointer) -> _Node:
        return _Node(self.overlay.get(pointer), self.overlay.place.at(pointer))

    def _marked(self, node: _Node) -> _Node:
        """The node with the overlay's name on it, if it is a schema that can carry one."""
        value: Json = {MARK: self.name} if node.value is True else node.value
        if isinstance(value, dict):
            value = {**value, MARK: self.name}
        return _Node(value, node.place)

    def _add(self, document: Document, name: str) -> Document:
        added = self._marked(self._node(("add", name)))
        if name in document.schemas:
            self.diagnostics.error(
                self.overlay.key_span(("add", name)),
                "O003",
                f"there is a component {quote(name)} already",
                related=[Related(document.key_span((*_SCHEMAS, name)), "it is here")],
            )
            return document
        if not document.schemas:
            return document
        document = _update(document, _SCHEMAS, lambda node: _with_entry(node, name, added))
        topics = {**document.topics, name: self.name}
        return dataclasses.replace(document, topics=topics)

    def _change(self, document: Document, change: Pointer) -> Document:
        at = self.overlay.get((*change, "at"))
        pointer = self._target(document, str(at), self.overlay.span((*change, "at")))
        if pointer is None:
            return document
        for action, apply in (
            ("append", self._append),
            ("insert", self._insert),
            ("replace", self._replace),
        ):
            if action in self._entries(change):
                document = apply(document, pointer, (*change, action))
        return document

    def _target(self, document: Document, at: str, span: Span) -> Pointer | None:
        """The node that `at` names; reports the first step that leads nowhere."""
        base: Pointer = () if at.startswith("#") else _SCHEMAS
        try:
            value = document.get(base)
        except KeyError:
            value = {}
        steps = parse_pointer(at.removeprefix("#"), value) or ()
        for step in steps:
            try:
                value = child(value, step)
            except KeyError:
                self._report_target(value, str(step), span)
                return None
        return (*base, *steps)

    def _report_target(self, value: Json, step: str, span: Span) -> None:
        hint = None
        if isinstance(value, dict):
            hint = close_hint(step, value)
            if "$ref" in value:
                hint = f"the node before it is a reference to {value['$ref']}; change that"
        self.diagnostics.error(span, "O004", f"there is nothing at {quote(step)}", hint)

    def _append(self, document: Document, pointer: Pointer, action: Pointer) -> Document:
        for keyword in self._entries(action):
            old = _lookup(document.get(pointer), str(keyword))
            if isinstance(old, str) and keyword == "type":
                old = [old]
            if not isinstance(old, list):
                self.diagnostics.error(
                    self.overlay.key_span((*action, keyword)),
                    "O005",
                    f"the node has no list {quote(str(keyword))} to append to",
                    hint=_lists_hint(document.get(pointer)),
                    related=[Related(document.span(pointer), "the node is here")],
                )
                continue
            document = self._append_to(document, pointer, (*action, keyword), old)
        return document

    def _append_to(
        self, document: Document, pointer: Pointer, added: Pointer, old: list[Json]
    ) -> Document:
        keyword = str(added[-1])
        nodes: list[_Node] = []
        for index in self._entries(added):
            node = self._node((*added, index))
            if node.value in [_unmarked(one) for one in old]:
                self.diagnostics.error(
                    node.place.span,
                    "O006",
                    f"the list {quote(keyword)} holds this already",
                    related=[Related(document.span((*pointer, keyword)), "the list is here")],
                )
            else:
                nodes.append(self._marked(node))
        document = _update(
            document, (*pointer, keyword), lambda list_node: _with_items(list_node, old, nodes)
        )
        if all(isinstance(node.value, dict) for node in nodes):
            return document
        return _update(document, pointer, self._marked)

    def _insert(self, document: Document, pointer: Pointer, action: Pointer) -> Document:
        for key in self._entries(action):
            name = str(key)
            target = document.get(pointer)
            if not isinstance(target, dict) or name in target:
                self._report_insert(document, pointer, (*action, key))
                continue
            node = self._node((*action, key))
            is_schema = pointer[-1] == "properties" and isinstance(node.value, dict | bool)
            added = self._marked(node) if is_schema else node
            document = _update(
                document, pointer, functools.partial(_with_entry, key=name, added=added)
            )
            if not is_schema:
                document = _update(document, pointer, self._marked)
        return document

    def _report_insert(self, document: Document, pointer: Pointer, inserted: Pointer) -> None:
        key = str(inserted[-1])
        is_object = isinstance(document.get(pointer), dict)
        where = document.key_span((*pointer, key)) if is_object else document.span(pointer)
        self.diagnostics.error(
            self.overlay.key_span(inserted),
            "O006" if is_object else "O005",
            (
                f"the node has a key {quote(key)} already"
                if is_object
                else "the node is not an object, so nothing can be inserted"
            ),
            hint="use append or replace to widen it" if is_object else None,
            related=[Related(where, "it is here")],
        )

    def _replace(self, document: Document, pointer: Pointer, action: Pointer) -> Document:
        node = self._node(action)
        if not is_wider(node.value, document.get(pointer)):
            self.diagnostics.error(
                self.overlay.key_span(action),
                "O007",
                "the new schema does not obviously take every value that the old one takes",
                hint="keep the old schema as a member of oneOf or anyOf, or list all its types",
                related=[Related(document.span(pointer), "the old schema is here")],
            )
            return document
        return _update(document, pointer, lambda _: self._marked(node))


def _lookup(value: Json, key: str) -> Json:
    return value.get(key) if isinstance(value, dict) else None


def _lists_hint(value: Json) -> str | None:
    lists = [key for key in _LISTS if isinstance(_lookup(value, key), list | str)]
    return f"it has {', '.join(lists)}" if lists else "use replace, with the old schema as a member"


def _unmarked(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: part for key, part in value.items() if key != MARK}
    return value


def _update(document: Document, pointer: Pointer, change: Callable[[_Node], _Node]) -> Document:
    """The document with the node at `pointer` changed; all that is not on the way is shared."""
    node = _updated(_Node(document.value, document.place), pointer, change)
    return dataclasses.replace(document, value=node.value, place=node.place)


def _updated(node: _Node, pointer: Pointer, change: Callable[[_Node], _Node]) -> _Node:
    if not pointer:
        changed = change(node)
        # The key stays where the core contract has it.
        return _Node(changed.value, dataclasses.replace(changed.place, key=node.place.key))
    step = pointer[0]
    place = node.place.inside.get(step) or Place(node.place.span)
    inner = _updated(_Node(child(node.value, step), place), pointer[1:], change)
    inside = {**node.place.inside, step: inner.place}
    value: Json
    if isinstance(node.value, dict):
        value = {**node.value, str(step): inner.value}
    else:
        value = list(node.value)  # type: ignore[arg-type]
        value[int(step)] = inner.value
    return _Node(value, dataclasses.replace(node.place, inside=inside))


def _with_entry(node: _Node, key: str, added: _Node) -> _Node:
    value = {**node.value, key: added.value} if isinstance(node.value, dict) else node.value
    inside = {**node.place.inside, key: added.place}
    return _Node(value, dataclasses.replace(node.place, inside=inside))


def _with_items(node: _Node, old: list[Json], added: Sequence[_Node]) -> _Node:
    """A list node (or the single type name `old` was made of) with more items."""
    inside = dict(node.place.inside)
    inside |= {len(old) + index: item.place for index, item in enumerate(added)}
    value = [*old, *(item.value for item in added)]
    return _Node(value, dataclasses.replace(node.place, inside=inside))
