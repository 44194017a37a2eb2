"""`orgen vendor`: generated packages that live inside other projects, and how these trust them.

`build` makes the wanted package, `manifest` tells what a present one was made
from, `state` compares both, `update` puts the wanted one on disk, and `api`
says what changes for its users.
"""

from __future__ import annotations

from orgen.vendor.options import Options

__all__ = ["Options"]
