"""How much input the loader takes before it refuses, so that no input can exhaust the machine.

Each limit is far above what a real spec needs (the whole Open Responses
contract is 140 KB, 7,000 nodes and 160 references) and low enough that a file
at the limit is still read in seconds. `docs/diagnostics.md` lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_FILE_BYTES: Final = 8 * 1024 * 1024
"""Size of one file, checked before it is read."""

MAX_FILES: Final = 500
"""Files that one spec is split into."""

MAX_DEPTH: Final = 64
"""Collections inside collections."""

MAX_NODES: Final = 200_000
"""Values and keys written in one file."""

MAX_EXPANDED_NODES: Final = 400_000
"""Values of one file once every YAML alias stands for a copy of its anchor."""

MAX_SCALAR_LENGTH: Final = 1024 * 1024
"""Characters of one string."""

MAX_NUMBER_LENGTH: Final = 309
"""Characters of one number: a double has at most 309 digits before its point."""

MAX_REFERENCES: Final = 20_000
"""`$ref` keywords in one spec."""

MAX_MERGED_NODES: Final = 500_000
"""Values of the merged document, files and lifted definitions together."""

MAX_FAULTS: Final = 1_000
"""Faults reported for one file, or for one document by validation."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may spend: levels, values, and characters of a string."""

    depth: int
    nodes: int
    scalar: int


SPEC: Final = Limits(MAX_DEPTH, MAX_NODES, MAX_SCALAR_LENGTH)
"""Of a file that belongs to a spec."""

BODY: Final = Limits(depth=200, nodes=1_000_000, scalar=64 * 1024 * 1024)
"""Of a body to translate: pictures and films stand in it as base64, conversations are long."""
