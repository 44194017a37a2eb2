"""Compares two loaded specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orgen.breaking.access import diff_api
from orgen.breaking.change import Change
from orgen.breaking.components import diff_components, find_renames
from orgen.breaking.differ import Differ, side
from orgen.breaking.operations import diff_operations
from orgen.breaking.prose import diff_prose
from orgen.breaking.reach import reach_of

if TYPE_CHECKING:
    from orgen.load import Document


def compare_specs(old: Document, new: Document, *, prose: bool = False) -> tuple[Change, ...]:
    """Every change from `old` to `new`, each once; with `prose`, changed descriptions too.

    Both are documents that `load_spec` made. Prose, examples and the version are no changes.

    Raises:
        TooManyChanges: if the documents have little in common.
    """
    differ = Differ(side(old), side(new))
    differ.rename(find_renames(differ.left.components, differ.right.components))
    reach = reach_of(differ.left) | reach_of(differ.right)
    diff_api(differ)
    diff_operations(differ)
    diff_components(differ, reach)
    if prose:
        diff_prose(differ, reach)
    return tuple(dict.fromkeys(differ.changes))
