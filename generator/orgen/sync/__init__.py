"""Brings a published contract into a spec folder, changing no more of its files than that takes.

`prepare_sync` reads both sides and works everything out in memory; `write_sync` puts the result
on disk, all files at once. What is new is marked `x-orgen-describe-me`, which validation insists
on; what the dialects have to decide afterwards is part of the result.
"""

from __future__ import annotations

from orgen.sync.changes import Component, Synced
from orgen.sync.plan import diff_lines, prepare_sync, write_sync
from orgen.sync.summary import summary_lines

__all__ = ["Component", "Synced", "diff_lines", "prepare_sync", "summary_lines", "write_sync"]
