"""Two pictures of a report, laid out here and printed by templates: plain SVG, light and dark.

Positions are rounded to tenths of a pixel, so that the same results give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.report import number
from benchmarks.results import Figure, Report, Result

WIDTH = 860
LEFT = 262
RIGHT = 40
TOP = 66
STEP = 40
"""Of rows."""
APART = 44
"""Between the middles of texts on one line."""
TEMPLATES = Path(__file__).parent / "templates"

ROWS = (
    ("request/encode/large/anthropic_messages", "Request to Anthropic, 60 items"),
    ("request/encode/large/openai_chat", "Request to Chat, 60 items"),
    ("request/encode/large/gemini_generate_content", "Request to Gemini, 60 items"),
    ("request/decode/large/anthropic_messages", "Request from Anthropic, 60 items"),
    ("response/decode/anthropic_messages", "Response of Anthropic"),
    ("response/decode/openai_chat", "Response of Chat"),
    ("stream/read/mixed", "Open Responses stream, read"),
    ("stream/decode/anthropic_messages/mixed", "Anthropic stream to events"),
    ("stream/decode/openai_chat/mixed", "Chat stream to events"),
    ("stream/decode/gemini_generate_content/mixed", "Gemini stream to events"),
    ("stream/transcode/anthropic_messages/mixed", "Anthropic stream to Chat's"),
    ("import/time/openresponses", "Import, beside bare Python"),
)
"""What the picture of peers shows, and how it says it."""

SERIES = {
    "orgen": "ours",
    "llm-rosetta": "a",
    "litellm": "b",
    "openai": "c",
    "anthropic": "c",
    "google-genai": "c",
    "openresponses-types": "c",
}
"""The class of a mark, by library: the vendors' own SDKs share one."""
LEGEND = (("ours", "orgen"), ("a", "LLM-Rosetta"), ("b", "LiteLLM"), ("c", "the vendor's SDK"))
CONTRACT = frozenset({"openresponses-types"})
IMPORTS = frozenset({"openresponses", "llm-rosetta", "litellm", "openai"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure on a row: what it is, where it lies, and its text, which may lie elsewhere."""

    series: str
    name: str
    x: float
    text: str
    text_x: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a picture. `goal` is where its tick stands, if it has one."""

    label: str
    y: int
    marks: tuple[Mark, ...]
    goal: float | None = None

    @property
    def start(self) -> float:
        return min(mark.x for mark in self.marks)

    @property
    def end(self) -> float:
        return max(mark.x for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Logarithmic, from 10 to the `low` to 10 to the `high`."""

    low: float
    high: float
    left: float = LEFT
    right: float = WIDTH - RIGHT

    def at(self, value: float) -> float:
        """The position of a ratio; what is below the axis lies at its start."""
        share = (math.log10(max(value, 10**self.low)) - self.low) / (self.high - self.low)
        return round(self.left + share * (self.right - self.left), 1)

    def ticks(self, values: Sequence[float]) -> list[Tick]:
        return [Tick(self.at(value), f"{value:,g}x") for value in values]


def peers(report: Report) -> str:
    """Ours and others' ratios to the floor, on a logarithmic scale."""
    by_key = {result.key: result for result in report.results}
    shown = [(by_key[key], label) for key, label in ROWS if key in by_key]
    highest = max(
        (figure.ratio for result, _ in shown for _, figure in _beside(result)), default=10.0
    )
    axis = Axis(math.log10(0.7), math.log10(max(highest, 10.0) * 1.8))
    rows = [
        Row(label, TOP + STEP * index, _marks(result, axis), _goal(result, axis))
        for index, (result, label) in enumerate(shown)
    ]
    ticks = [value for value in (1, 10, 100, 1_000, 10_000) if value <= 10**axis.high]
    return _print(
        "peers.svg.jinja", rows=rows, ticks=axis.ticks(ticks), legend=LEGEND, height=_height(rows)
    )


def _marks(result: Result, axis: Axis) -> tuple[Mark, ...]:
    """Those of peers, and ours last, on top of them. Texts of peers make room for each other."""
    ours = _mark("orgen", result.ours, axis)
    found = sorted(
        (_mark(name, figure, axis) for name, figure in _beside(result)), key=lambda mark: mark.x
    )
    places = _apart([mark.x for mark in found])
    moved = (replace(mark, text_x=x) for mark, x in zip(found, places, strict=True))
    return (*moved, replace(ours, text_x=ours.x))


def _mark(name: str, figure: Figure, axis: Axis) -> Mark:
    return Mark(SERIES[name], name, axis.at(figure.ratio), f"{number(figure.ratio)}x")


def _apart(places: list[float]) -> list[float]:
    """Ascending places, moved as little as it takes to keep their distance."""
    moved = list(places)
    for _ in range(8):
        for at in range(len(moved) - 1):
            overlap = APART - (moved[at + 1] - moved[at])
            if overlap > 0:
                moved[at] -= overlap / 2
                moved[at + 1] += overlap / 2
    return [round(place, 1) for place in moved]


def _beside(result: Result) -> Iterator[tuple[str, Figure]]:
    """The peers that a row shows: of imports those that do as much."""
    for name, figure in result.peers.items():
        if name not in CONTRACT and (result.group != "import, time" or name in IMPORTS):
            yield name, figure


def _goal(result: Result, axis: Axis) -> float | None:
    return None if result.goal is None or result.absolute else axis.at(result.goal)


GROUPS = (
    ("request/encode/", "Request, encoded"),
    ("request/decode/", "Request, decoded"),
    ("response/decode/", "Response, decoded"),
    ("stream/read/", "Native stream, read"),
    ("stream/decode/", "Vendor's stream to events"),
    ("stream/transcode/", "Vendor's stream to another's"),
    ("json/", "All of these without orjson"),
    ("import/", "Import"),
    ("generate/", "Generation"),
)
"""What the picture of goals shows: all cases of each that have a goal, as dots on a row."""


def goals(report: Report) -> str:
    """Every case that has a goal: its ratio as a share of the goal."""
    axis = Axis(math.log10(0.1), math.log10(_most(report) * 1.15))
    rows: list[Row] = []
    for name, results in _judged(report):
        marks = tuple(
            Mark(
                "met" if result.met else "missed",
                result.key,
                axis.at(result.judged / (result.goal or 1)),
                f"{result.title}: {number(result.judged)}, goal {result.goal:g}",
            )
            for result in results
        )
        met = sum(result.met for result in results)
        rows.append(Row(f"{name} ({met} of {len(results)})", TOP + STEP * len(rows), marks))
    shares = [value for value in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20) if value <= 10**axis.high]
    ticks = [Tick(axis.at(share), f"{share:g}") for share in shares]
    return _print(
        "goals.svg.jinja", rows=rows, ticks=ticks, goal=axis.at(1.0), height=_height(rows)
    )


def _judged(report: Report) -> Iterator[tuple[str, list[Result]]]:
    """The cases with goals, by row; no row is empty."""
    for prefix, name in GROUPS:
        found = [r for r in report.results if r.key.startswith(prefix) and r.goal is not None]
        if found:
            yield name, found


def _most(report: Report) -> float:
    shares = (r.judged / r.goal for r in report.results if r.goal is not None)
    return max([*shares, 2.0])


def _height(rows: Sequence[Row]) -> int:
    return TOP + STEP * len(rows) + 36


def _print(template: str, **values: object) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(width=WIDTH, left=LEFT, **values)
