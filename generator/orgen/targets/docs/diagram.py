"""Draws the machines of a lifecycle as boxes and arrows, always in the same way.

A machine is laid out in layers from top to bottom: a state stands below every
state that leads to it. An arrow that skips layers runs through a lane of its own.
The names of the events that lead to a state stand beside the tips of its arrows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orgen.targets.docs.escape import xml
from orgen.targets.docs.streaming import Arrow, arrows

if TYPE_CHECKING:
    from orgen.lifecycle import Lifecycle, Machine
    from orgen.targets.docs.model import Header

BOX_WIDTH = 116
BOX_HEIGHT = 32
LAYER = 88
_CHARACTER = 6.7
_LINE = 14
_MARGIN = 24
_TITLE = 40
_WIDEST = 1000


@dataclass(frozen=True, slots=True)
class Box:
    """A state; x and y are its centre."""

    x: int
    y: int
    text: str
    final: bool
    initial: bool


@dataclass(frozen=True, slots=True)
class Label:
    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One machine, drawn; `lines` are SVG path data."""

    x: int
    y: int
    width: int
    height: int
    title: str
    boxes: tuple[Box, ...]
    lines: tuple[str, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture."""

    header: Header
    title: str
    description: str
    width: int
    height: int
    box_width: int
    box_height: int
    panels: tuple[Panel, ...]


def draw(lifecycle: Lifecycle, header: Header, title: str) -> Drawing:
    """The outermost machine on top, the others below it, side by side, in rows."""
    panels: list[Panel] = []
    x, y, row_height, width = _MARGIN, _MARGIN, 0, 0
    for machine in lifecycle.objects.values():
        panel = _panel(machine, arrows(lifecycle, machine), x, y)
        if panels and (panels[0].y == y or x + panel.width > _WIDEST):
            x, y, row_height = _MARGIN, y + row_height + _MARGIN, 0
            panel = _panel(machine, arrows(lifecycle, machine), x, y)
        panels.append(panel)
        x, row_height = x + panel.width + _MARGIN, max(row_height, panel.height)
        width = max(width, x)
    names = ", ".join(machine.name.replace("_", " ") for machine in lifecycle.objects.values())
    return Drawing(
        header=header,
        title=xml(title),
        description=xml(f"State machines of: {names}."),
        width=width,
        height=y + row_height + _MARGIN,
        box_width=BOX_WIDTH,
        box_height=BOX_HEIGHT,
        panels=tuple(panels),
    )


def _layers(machine: Machine, moves: list[Arrow]) -> dict[str, int]:
    """State -> its layer: the longest way to it along arrows that point down the list."""
    order = {state: number for number, state in enumerate(_downward(machine, moves))}
    layer = dict.fromkeys(order, 0)
    for state in order:
        for move in moves:
            if move.source == state and order[move.target] > order[state]:
                layer[move.target] = max(layer[move.target], layer[state] + 1)
    return layer


def _downward(machine: Machine, moves: list[Arrow]) -> list[str]:
    """The states, each after those that lead to it; cycles are broken as declared."""
    left = list(machine.states)
    ordered: list[str] = []
    while left:
        free = [
            state
            for state in left
            if not any(m.target == state and m.source in left and m.source != state for m in moves)
        ]
        chosen = (free or left)[0]
        left.remove(chosen)
        ordered.append(chosen)
    return ordered


def _panel(machine: Machine, moves: list[Arrow], x: int, y: int) -> Panel:
    layer = _layers(machine, moves)
    column = _columns(machine, moves, layer)
    longest = max((len(text) for move in moves for text in move.label.split(", ")), default=0)
    step = max(BOX_WIDTH + 24, int(longest * _CHARACTER) + 24)
    lanes = max(column.values()) + 1
    left = x + _MARGIN + BOX_WIDTH // 2
    centre = {key: (left + place * step, 0) for key, place in column.items()}
    top = y + _TITLE + BOX_HEIGHT
    points = {key: (centre[key][0], top + key[1] * LAYER) for key in column}
    lines: list[str] = []
    for move in moves:
        if move.source == move.target:
            lines.append(_loop(*points[(move.source, layer[move.source])]))
        else:
            lines.append(_path(move, layer, points))
    boxes = tuple(
        Box(
            *points[(state, layer[state])],
            text=xml(state.replace("_", " ")),
            final=state in machine.final,
            initial=state == machine.initial,
        )
        for state in machine.states
    )
    last = max(layer.values())
    return Panel(
        x=x,
        y=y,
        width=2 * _MARGIN + BOX_WIDTH // 2 + (lanes - 1) * step + max(step, BOX_WIDTH) - 24,
        height=_TITLE + 2 * BOX_HEIGHT + last * LAYER + 8,
        title=xml(machine.name.replace("_", " ")),
        boxes=boxes,
        lines=tuple(lines),
        labels=tuple(_labels(moves, layer, points)),
    )


def _columns(
    machine: Machine, moves: list[Arrow], layer: dict[str, int]
) -> dict[tuple[str, int], int]:
    """(state or skipping arrow, layer) -> column. A lane is keyed by `source>target`."""
    order = {state: number for number, state in enumerate(machine.states)}
    rows: dict[int, list[tuple[int, str]]] = {}
    for state in machine.states:
        rows.setdefault(layer[state], []).append((order[state], state))
    for move in moves:
        for between in range(layer[move.source] + 1, layer[move.target]):
            rows[between].append((order[move.target], f"{move.source}>{move.target}"))
    columns: dict[tuple[str, int], int] = {}
    for number in sorted(rows):
        free = 0
        for _, name in sorted(rows[number]):
            above = [
                columns[(key, number - 1)]
                for move in moves
                if move.target == name and layer[move.source] < number
                for key in (move.source, f"{move.source}>{name}")
                if (key, number - 1) in columns
            ]
            column = max(free, sum(above) // len(above) if above else 0)
            columns[(name, number)] = column
            free = column + 1
    return columns


def _path(
    move: Arrow, layer: dict[str, int], points: dict[tuple[str, int], tuple[int, int]]
) -> str:
    """From the foot of one box, through the arrow's lanes, to the head of the other."""
    x, y = points[(move.source, layer[move.source])]
    y += BOX_HEIGHT // 2
    path = f"M{x} {y}"
    lane = f"{move.source}>{move.target}"
    way = [points[(lane, at)] for at in range(layer[move.source] + 1, layer[move.target])]
    stops = [(lane_x, lane_y - BOX_HEIGHT // 2, lane_y + BOX_HEIGHT // 2) for lane_x, lane_y in way]
    target_x, target_y = points[(move.target, layer[move.target])]
    head = target_y - BOX_HEIGHT // 2 - 2
    for next_x, enter, leave in [*stops, (target_x, head, head)]:
        middle = (y + enter) // 2
        path += f" C{x} {middle} {next_x} {middle} {next_x} {enter}"
        path += f" L{next_x} {leave}" if leave != enter else ""
        x, y = next_x, leave
    return path


def _loop(x: int, y: int) -> str:
    right = x + BOX_WIDTH // 2
    return f"M{right} {y - 8} C{right + 30} {y - 16} {right + 30} {y + 16} {right + 2} {y + 8}"


def _labels(
    moves: list[Arrow], layer: dict[str, int], points: dict[tuple[str, int], tuple[int, int]]
) -> list[Label]:
    """The events of each state's incoming arrows, and of its loop."""
    labels: list[Label] = []
    incoming: dict[str, dict[str, None]] = {}
    for move in moves:
        x, y = points[(move.target, layer[move.target])]
        if move.source == move.target:
            for number, text in enumerate(move.label.split(", ")):
                below = y + BOX_HEIGHT // 2 + _LINE * (number + 1)
                labels.append(Label(x + 8, below, xml(f"↺ {text}")))
        else:
            names = incoming.setdefault(move.target, {})
            names.update((text, None) for text in move.label.split(", "))
    for state, texts in incoming.items():
        x, y = points[(state, layer[state])]
        foot = y - BOX_HEIGHT // 2 - 10
        for number, text in enumerate(reversed(texts)):
            labels.append(Label(x + 8, foot - _LINE * number, xml(text)))
    return labels
