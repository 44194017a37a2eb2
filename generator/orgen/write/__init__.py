"""The last stage: puts generated files on disk, all of them or none (laws G2 and G3).

`prepare` compares what is wanted with what lies in the output folder, `commit`
makes the folder so, and `differences` shows what would change. Files that orgen
did not write are kept, and files that were edited since are not overwritten
unless that was asked for. `docs/decisions/0002-one-exchange.md` tells how the
switch works and what holds where the system has no atomic exchange.
"""

from __future__ import annotations

from orgen.write.commit import alone, write_tree
from orgen.write.diff import differences
from orgen.write.plan import Plan, Tree, prepare, tree

__all__ = ["Plan", "Tree", "alone", "differences", "prepare", "tree", "write_tree"]
