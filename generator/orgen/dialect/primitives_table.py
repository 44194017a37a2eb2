"""The table of primitives in `docs/dialect-language.md`, written from what the code declares.

`python -m orgen.dialect.primitives_table docs/dialect-language.md` renews it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from orgen.dialect.primitives import FILTERS, FIXUPS, STRUCTURES

BEGIN = "<!-- primitives: begin (written by orgen.dialect.primitives_table) -->"
END = "<!-- primitives: end -->"


def primitives_table() -> str:
    """The lines between the markers: filters, structures and policies, as Markdown."""
    filters = [
        (_code(kind.example), kind.does, kind.undoes, _kinds(kind.accepts, kind.gives))
        for kind in FILTERS.values()
    ]
    structures = [(_code(name), does) for name, does in STRUCTURES.items()]
    fixups = [(_code(name), does) for name, does in FIXUPS.items()]
    return "\n\n".join(
        (
            _table(("Filter", "On the native side", "Back", "JSON kinds"), filters),
            "Rows of `instructions`, `input` and `output` may end in a structure:",
            _table(("Structure", "Does"), structures),
            "`fixups` names policies, which are neither shape nor state:",
            _table(("Policy", "Does"), fixups),
        )
    )


def renewed(page: str) -> str:
    """The page with the table that holds now.

    Raises:
        ValueError: if it has no markers.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page has no markers for the table of primitives")
    return f"{before}{BEGIN}\n\n{primitives_table()}\n\n{END}{after}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines: list[tuple[str, ...]] = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _kinds(accepts: str, gives: str) -> str:
    return accepts if accepts == gives else f"{accepts} to {gives}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(renewed(path.read_text("utf-8")), "utf-8")
