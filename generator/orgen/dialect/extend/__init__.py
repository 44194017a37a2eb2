"""`extends`: a dialect that begins as another one, and says only what differs.

Everything happens on documents, before anything is parsed, so that the result
is a dialect like any other: all checks apply to it, and every value points into
the file where it is written.
"""

from __future__ import annotations

from orgen.diagnostics import Diagnostics
from orgen.dialect.extend.merge import Merger
from orgen.dialect.extend.node import Node
from orgen.dialect.extend.remove import Remover
from orgen.load import Document

__all__ = ["extend"]

_REMOVE = "remove"
_WITHOUT = "say which dialect this one extends: extends: <name>"


def extend(base: Document | None, own: Document, diagnostics: Diagnostics) -> Document:
    """The document of a dialect: what `own` says upon what `base` says.

    Both have the outline of a dialect file; `base` is complete, and None for a
    dialect that extends no other. What `own` removes or replaces and `base` has
    not is reported.
    """
    said = Node(own.value, own.place)
    upon = Node({}, own.place) if base is None else Node(base.value, base.place)
    removed = said.get(_REMOVE)
    if removed is not None and base is None:
        diagnostics.error(removed.key, "D040", "there is nothing to remove from", _WITHOUT)
    elif removed is not None:
        upon = Remover(diagnostics).dialect(upon, removed)
    rest = {key: node for key, node in said.entries().items() if key != _REMOVE}
    found = Merger(diagnostics).dialect(upon, said.with_entries(rest))
    files = (*(base.files if base else ()), *own.files)
    return Document(found.value, found.place, own.file, tuple(dict.fromkeys(files)))
