"""Renders lowered modules through Jinja. Decisions are made before this stage.

Templates loop, test presence and print; they receive one frozen object under
its own name and never build an identifier, a type or an import. Undefined
names are errors.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import PurePosixPath

import jinja2

from orgen.resources import templates_dir


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be written: path relative to the target's output folder, and its text."""

    path: PurePosixPath
    text: str
    by_hand: bool = False
    """Whether it was written and laid out by hand, and is copied as it is."""


@functools.cache
def environment(target: str) -> jinja2.Environment:
    """The Jinja environment of `templates/<target>/`."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir() / target),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
