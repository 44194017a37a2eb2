"""docs/benchmarks.md and its pictures, made of a results file and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks import plots
from benchmarks.ours import ROOT
from benchmarks.report import number
from benchmarks.results import Figure, Report, Result, groups

PAGE = ROOT / "docs" / "benchmarks.md"
FOLDER = ROOT / "docs" / "benchmarks"
RESULTS = FOLDER / "results.json"


@dataclass(frozen=True, slots=True)
class Goal:
    """One row of the table of goals: what it is about, and the beginnings of its cases' keys."""

    name: str
    prefixes: tuple[str, ...]
    parts: tuple[str, ...] = ("",)

    def has(self, result: Result) -> bool:
        """Whether a result falls under it."""
        return result.key.startswith(self.prefixes) and any(p in result.key for p in self.parts)


SIZED = ("/medium/", "/large/")
GOALS = (
    Goal("Request encode, medium and large", ("request/encode/",), SIZED),
    Goal("Request decode, medium and large", ("request/decode/",), SIZED),
    Goal("Response decode", ("response/decode/",)),
    Goal("Native Open Responses stream, read", ("stream/read/",)),
    Goal("Anthropic stream to events", ("stream/decode/anthropic_messages/",)),
    Goal("Chat stream to events", ("stream/decode/openai_chat/",)),
    Goal("Gemini stream to events", ("stream/decode/gemini_generate_content/",)),
    Goal(
        "Other vendors' streams to events",
        ("stream/decode/",),
        ("ollama_chat", "openai_responses", "openresponses"),
    ),
    Goal("A vendor's stream to another's", ("stream/transcode/",)),
    Goal("Any of these without orjson, beside json", ("json/",)),
    Goal("`import openresponses`, beside bare Python", ("import/time/openresponses",)),
    Goal("`orgen generate`, cold", ("generate/cold",)),
    Goal("`orgen generate`, one dialect changed", ("generate/dialect",)),
    Goal("`orgen generate`, nothing changed", ("generate/unchanged",)),
)


@dataclass(frozen=True, slots=True)
class GoalRow:
    """A line of that table, as text."""

    name: str
    goal: str
    middle: str
    worst: str
    met: str
    peers: str


def write(report: Report) -> None:
    """The page and the pictures."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "peers.svg").write_text(plots.peers(report), "utf-8")
    (FOLDER / "goals.svg").write_text(plots.goals(report), "utf-8")
    PAGE.write_text(text(report), "utf-8")


def text(report: Report) -> str:
    """The page."""
    environment = Environment(
        loader=FileSystemLoader(plots.TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("benchmarks.md.jinja")
    return template.render(
        report=report,
        goals=[row for goal in GOALS if (row := _goal_row(goal, report))],
        tables=[(name, table(found)) for name, found in groups(report.results).items()],
        met=sum(result.met for result in report.results if result.goal is not None),
        judged=sum(result.goal is not None for result in report.results),
    )


def _goal_row(goal: Goal, report: Report) -> GoalRow | None:
    found = [r for r in report.results if r.goal is not None and goal.has(r)]
    if not found:
        return None
    unit = f" {found[0].unit}" if found[0].absolute else "x"
    judged = [result.judged for result in found]
    met = sum(result.met for result in found)
    return GoalRow(
        goal.name,
        f"{max(result.goal or 0 for result in found):g}{unit}",
        f"{number(median(judged))}{unit}",
        f"{number(max(judged))}{unit}",
        "yes" if met == len(found) else f"{met} of {len(found)}",
        _spans(found),
    )


def _spans(found: list[Result]) -> str:
    """Each peer's lowest and highest ratio among these cases."""
    figures: dict[str, list[float]] = {}
    for result in found:
        for name, figure in result.peers.items():
            figures.setdefault(name, []).append(figure.ratio)
    return ", ".join(f"{name} {_span(ratios)}" for name, ratios in figures.items())


def _span(ratios: list[float]) -> str:
    low, high = number(min(ratios)), number(max(ratios))
    return f"{low}x" if low == high else f"{low}-{high}x"


def table(found: list[Result]) -> str:
    """All cases of a group as a Markdown table: ratios, and our time."""
    peers = list(dict.fromkeys(name for result in found for name in result.peers))
    unit = found[0].unit
    head = ["case", f"floor, {unit}", f"ours, {unit}", "ratio", "goal", *peers]
    lines = [_line(head), _line([":--", *["--:"] * (len(head) - 1)])]
    for result in found:
        goal = "" if result.goal is None else f"{result.goal:g}{' s' if result.absolute else ''}"
        beside = [_ratio(result.peers.get(name)) for name in peers]
        ratio = number(result.ours.ratio)
        ours = f"**{ratio}**" if result.met else f"**{ratio}** ✗"
        cells = [result.title, number(result.floor), number(result.ours.value), ours, goal]
        lines.append(_line([*cells, *beside]))
    return "\n".join(lines)


def _ratio(figure: Figure | None) -> str:
    return "" if figure is None else number(figure.ratio)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
