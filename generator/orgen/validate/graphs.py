"""Cycles in graphs of names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def cycles(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The strongly connected parts that hold a cycle, each in the order of the graph."""
    order = {name: position for position, name in enumerate(graph)}
    cyclic = [
        sorted(part, key=order.__getitem__) for part in _parts(graph) if _is_cycle(part, graph)
    ]
    return sorted(cyclic, key=lambda part: order[part[0]])


def innermost_first(graph: Mapping[str, Sequence[str]]) -> list[str]:
    """The names of a graph without cycles, each after all that it leads to."""
    return [name for part in _parts(graph) for name in part]


def _parts(graph: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The strongly connected parts, each after those that it leads to.

    Tarjan's algorithm without recursion, as graphs come from input.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work: list[tuple[str, Iterator[str]]] = []
        _open(root, graph, index, low, stack, on_stack, work)
        while work:
            name, rest = work[-1]
            following = next(rest, None)
            if following is not None:
                if following not in index:
                    _open(following, graph, index, low, stack, on_stack, work)
                elif following in on_stack:
                    low[name] = min(low[name], index[following])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == index[name]:
                found.append(_close(name, stack, on_stack))
    return found


def _open(
    name: str,
    graph: Mapping[str, Sequence[str]],
    index: dict[str, int],
    low: dict[str, int],
    stack: list[str],
    on_stack: set[str],
    work: list[tuple[str, Iterator[str]]],
) -> None:
    index[name] = low[name] = len(index)
    stack.append(name)
    on_stack.add(name)
    work.append((name, iter([one for one in graph[name] if one in graph])))


def _close(name: str, stack: list[str], on_stack: set[str]) -> list[str]:
    part: list[str] = []
    while True:
        member = stack.pop()
        on_stack.discard(member)
        part.append(member)
        if member == name:
            return part


def _is_cycle(part: list[str], graph: Mapping[str, Sequence[str]]) -> bool:
    return len(part) > 1 or part[0] in graph[part[0]]
