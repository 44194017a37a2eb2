"""Tells what breaks between two versions of a spec, for whom, and which release it takes."""

from __future__ import annotations

from orgen.breaking.change import Change, Level, Party, Report
from orgen.breaking.compare import compare_specs

__all__ = ["Change", "Level", "Party", "Report", "compare_specs"]
