"""In which file a new component belongs: the one that holds those it is most like.

What counts: it shares a union, or an operation, with components of a file; its name shares words
with theirs or with the file's title (rare words count more); they refer to it, or it to them.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from orgen.ir.schema import Json
from orgen.load.references import referred_component
from orgen.sync.house import words_of

_SIBLING, _REFERRER, _REFERRED = 1.0, 0.3, 0.1


@dataclass(slots=True)
class Topics:
    """What is known of the files and of the published document."""

    files: Mapping[str, str]
    """File -> its name and title, as text."""
    schemas: Mapping[str, Json]
    """The published components."""
    frame: Json
    """The published operations."""
    words: Counter[str] = field(init=False)
    groups: list[frozenset[str]] = field(init=False)
    """Components that stand side by side: in a union, or in one part of the operations."""
    refers: dict[str, frozenset[str]] = field(init=False)
    referrers: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.words = Counter(word for name in self.schemas for word in _words(name))
        self.refers = {name: frozenset(_references(one)) for name, one in self.schemas.items()}
        self.referrers = {}
        for name, ones in self.refers.items():
            for one in ones:
                self.referrers.setdefault(one, set()).add(name)
        unions = [union for one in self.schemas.values() for union in _unions(one)]
        paths = self.frame.get("paths") if isinstance(self.frame, dict) else None
        self.groups = [*unions, *_unions(paths), *_roles(paths)]

    def choose(self, names: list[str], known: Mapping[str, str]) -> dict[str, str]:
        """Component -> file, for new ones; `known` says where the others stand."""
        first = {name: self._best(name, known, known) for name in names}
        # The second time, they also count for each other, except by their names.
        both = {**known, **first}
        return {name: self._best(name, known, both) for name in names}

    def _best(self, name: str, old: Mapping[str, str], known: Mapping[str, str]) -> str:
        scores = dict.fromkeys(self.files, 0.0)
        own = _words(name)
        for file, text in self.files.items():
            scores[file] += self._weight(own & _words(text))
        for file, likeness in self._likeness(own, old).items():
            scores[file] += likeness
        for group in self.groups:
            if name in group:
                _share(scores, known, group - {name}, _SIBLING)
        others = self.refers.get(name, frozenset()) - {name}
        _share(scores, known, others, _REFERRED)
        _share(scores, known, frozenset(self.referrers.get(name, set()) - {name}), _REFERRER)
        return max(scores, key=lambda file: scores[file])

    def _likeness(self, own: frozenset[str], known: Mapping[str, str]) -> dict[str, float]:
        """How much the most similar name in each file has in common with ours."""
        found: dict[str, float] = {}
        for other, file in known.items():
            if file in self.files:
                weight = self._weight(own & _words(other))
                found[file] = max(found.get(file, 0.0), weight)
        return found

    def _weight(self, shared: frozenset[str]) -> float:
        return sum(1 / self.words[word] for word in sorted(shared) if self.words[word])


def _share(
    scores: dict[str, float], known: Mapping[str, str], names: frozenset[str], weight: float
) -> None:
    """Divide a weight among the files that hold the components named."""
    counts = Counter(known[name] for name in sorted(names) if known.get(name) in scores)
    total = sum(counts.values())
    for file, count in counts.items():
        scores[file] += weight * count / total


@functools.cache
def _words(text: str) -> frozenset[str]:
    """The words of a name or title, plural or not."""
    return frozenset(word.lower().rstrip("s") for word in words_of(text))


def _references(value: Json) -> Iterator[str]:
    match value:
        case dict():
            name = referred_component(value.get("$ref"))
            if name is not None:
                yield name
            for entry in value.values():
                yield from _references(entry)
        case list():
            for entry in value:
                yield from _references(entry)
        case _:
            return


def _unions(value: Json) -> Iterator[frozenset[str]]:
    match value:
        case dict():
            for keyword, entry in value.items():
                if keyword in ("oneOf", "anyOf") and isinstance(entry, list):
                    members = [one.get("$ref") for one in entry if isinstance(one, dict)]
                    names = [referred_component(one) for one in members]
                    yield frozenset(name for name in names if name is not None)
                yield from _unions(entry)
        case list():
            for entry in value:
                yield from _unions(entry)
        case _:
            return


def _roles(paths: Json) -> Iterator[frozenset[str]]:
    """Bodies and answers of all operations; the messages of WebSockets."""
    bodies: set[str] = set()
    messages: set[str] = set()
    for path in paths.values() if isinstance(paths, dict) else ():
        for key, operation in path.items() if isinstance(path, dict) else ():
            named = messages if key.startswith("x-") else bodies
            for schema in _schemas(operation):
                name = referred_component(schema.get("$ref"))
                if name is not None:
                    named.add(name)
    yield frozenset(bodies)
    yield frozenset(messages)


def _schemas(value: Json) -> Iterator[dict[str, Json]]:
    """The schemas of media types and messages themselves, not what is inside them."""
    if isinstance(value, list):
        for entry in value:
            yield from _schemas(entry)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key in ("schema", "clientMessage", "errorMessage"):
                if isinstance(entry, dict):
                    yield entry
            else:
                yield from _schemas(entry)
