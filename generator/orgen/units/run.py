"""Generates in units: finds those that an earlier run has made, and makes the others."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from functools import cached_property
from typing import TypeVar

from orgen.cache import TextCache
from orgen.config import Config
from orgen.dialect.settings import Settings, settings_among
from orgen.fingerprint import source_hashes
from orgen.parallel import beside, forks, spread
from orgen.pipeline import Output
from orgen.progress import Progress
from orgen.targets.docs.mapping import DialectColumn
from orgen.targets.python.native_modules import NativeTypes, types_among
from orgen.units import facts as facts_module
from orgen.units.facts import Facts, facts_of
from orgen.units.jobs import Job, Table, Task, begin, bundles_of, contracts, several
from orgen.units.kept import PythonUnit, parse_column, parse_python
from orgen.units.keys import Keys, digest, keys_of, provider_path
from orgen.units.together import docs_of_providers, docs_together, python_together, settled_path
from orgen.units.work import Reported, Wanted, Work

_Value = TypeVar("_Value")
_SPEAKING = ("docs", "profile", "settings")
"""Kinds of tasks that read files of providers."""
_WEIGHTS = {"python": 3, "check": 1, "docs": 1, "profile": 1, "settings": 0.5}


def generate_in_units(config: Config, progress: Progress) -> Output | None:
    """Everything that is generated from a spec folder with dialects.

    None if there is anything to report, or if the spec is of another kind.
    """
    try:
        keys = keys_of(config.spec)
    except OSError:
        return None
    if not keys.dialects or not set(config.dialects) <= set(keys.dialects):
        return None
    try:
        with _without_collection():
            return _Run(config, progress, keys).output()
    except Reported:
        return None


@contextmanager
def _without_collection() -> Iterator[None]:
    """Leave garbage in cycles alone: there is hardly any, and looking for it takes a tenth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@dataclass
class _Run:
    """One run. What is made for the first time is kept at its end, if no file has changed since."""

    config: Config
    progress: Progress
    keys: Keys
    made: dict[str, Table] = field(default_factory=dict)
    """Key -> what is to be kept under it."""

    def output(self) -> Output:
        with self.progress.step("read dialects"):
            self.facts  # noqa: B018
        with self.progress.step("make units"):
            self._do(self._tasks())
        files: dict[str, Mapping[str, str]] = {}
        for target in self.config.selected:
            with self.progress.step(f"finish {target}"):
                files[target] = self._target(target)
        contract = self._contract_facts()
        self._keep()
        return Output(files, contract["version"], contract["hash"], ())

    @cached_property
    def cache(self) -> TextCache | None:
        return TextCache(self.config.cache) if self.config.cache else None

    @cached_property
    def work(self) -> Work:
        return Work(self.config, self.progress, sorted(self.keys.dialects))

    @property
    def chosen(self) -> list[str]:
        """The dialects that code is generated for, sorted."""
        return [n for n in self.work.dialects_of_spec if n in (self.config.dialects or self.facts)]

    @cached_property
    def facts(self) -> dict[str, Facts]:
        """Of every dialect: as kept with the note that it is free of faults, or as read."""
        found = {}
        for name in self.work.dialects_of_spec:
            known = self._known(self.keys.dialect(name), lambda t: facts_module.load(t["facts"]))
            found[name] = known or self._read(name)
        return found

    def _read(self, name: str) -> Facts:
        folder = self.config.spec / "dialects" / name
        return facts_of(self.work.dialect(name), folder)

    def _known(self, key: str, parse: Callable[[Table], _Value]) -> _Value | None:
        """What lies under a key; None if there is nothing, or it is damaged."""
        table = self.made.get(key) or (self.cache.get_table(key) if self.cache else None)
        if table is None:
            return None
        try:
            return parse(table)
        except (ValueError, KeyError):
            return None

    @cached_property
    def slugs(self) -> dict[str, str]:
        """Every name of a provider, and the slug that it means."""
        key = digest("slugs", self.keys.tool, self.keys.providers)
        known = self._known(key, dict)
        if known is None:
            providers = self.work.providers(self.work.dialects_of_spec)
            known = {name: provider.slug for provider in providers for name in provider.names}
            self.made[key] = known
        return known

    @cached_property
    def settings(self) -> dict[str, Settings]:
        known = [self.facts[name].known for name in self.work.dialects_of_spec]
        return {one.name: settings_among(one, known, self.slugs) for one in known}

    @cached_property
    def written(self) -> set[str]:
        """Dialects with a module of native types: those whose schema is not that of their base."""
        return {
            name
            for name in self.chosen
            if self.facts[name].typed
            and (self.facts[name].own or self.facts[name].extends not in self.chosen)
        }

    @cached_property
    def natives(self) -> dict[str, NativeTypes]:
        classes = {name: self.facts[name].classes for name in self.chosen}
        extends = {name: self.facts[name].extends for name in self.chosen}
        return types_among(classes, self.written, extends)

    def wanted(self, name: str) -> Wanted:
        chain = [name]
        while (base := self.facts[chain[0]].extends) in self.chosen and base:
            chain.insert(0, base)
        return Wanted(
            name,
            {one: self.settings[one] for one in chain},
            {one: self.natives[one] for one in chain if one in self.natives},
            name in self.written,
        )

    def key(self, task: Task) -> str:
        """The hash of all that the result of a task depends on."""
        kind, name = task
        match kind:
            case "contract":
                return self.keys.of_contract(name, self.config)
            case "python":
                return digest("python", self.keys.dialect(name), repr(self.wanted(name)))
            case "settings":
                return digest("settings", self.keys.served(name), repr(self.wanted(name)))
            case "profile":
                dialect, provider = name.split("/")
                wanted = repr(self.wanted(dialect)) if self._is_python(dialect) else ""
                return digest("profile", self.keys.profile(dialect, provider), wanted)
            case "docs":
                return digest("docs", self.keys.served(name))
            case _:
                return self.keys.dialect(name)

    def _tasks(self) -> list[Task]:
        """What has to be done, the longest first."""
        targets = [("contract", target) for target in self.config.selected]
        units = [("check", name) for name in self.work.dialects_of_spec]
        units += [task for name in self.work.dialects_of_spec for task in self._profiles(name)]
        units += [("docs", n) for n in self.chosen if "docs" in self.config.selected]
        units += [
            (kind, n) for kind in ("python", "settings") for n in self.chosen if self._is_python(n)
        ]
        todo = [task for task in [*targets, *units] if not self._is_known(task)]
        return sorted(todo, key=self._weight)

    def _is_python(self, name: str) -> bool:
        """Whether the Python package has the dialect."""
        return "python" in self.config.selected and name in self.chosen

    def _profiles(self, name: str) -> list[Task]:
        """A task for each provider that may speak a dialect."""
        return [("profile", f"{name}/{one}") for one in self.keys.speakers[name]]

    def _is_known(self, task: Task) -> bool:
        kind, _ = task
        match kind:
            case "python" | "settings" | "profile":
                return self._known(self.key(task), parse_python) is not None
            case "docs":
                return self._known(self.key(task), parse_column) is not None
            case "check":
                return self._known(self.key(task), lambda t: t["facts"]) is not None
            case _:
                return self._known(self.key(task), dict) is not None

    def _weight(self, task: Task) -> tuple[bool, float, str]:
        """The contract first, then what is likely to take longest."""
        kind, name = task
        if kind == "contract":
            return False, 0, name
        dialect, _, provider = name.partition("/")
        size = (self.config.spec / "dialects" / dialect / "dialect.yaml").stat().st_size
        if provider:
            size += (self.config.spec / provider_path(provider)).stat().st_size
        return True, -size * _WEIGHTS[kind], name

    def _do(self, tasks: list[Task]) -> None:
        """Do the tasks, side by side if there are many."""
        if not tasks:
            return
        _ = self.work.schema
        first = [task for task in tasks if task[0] == "contract"]
        rest = [task for task in tasks if task[0] != "contract"]
        jobs = {task: self._job(task) for task in rest}
        begin(self.work)
        together = forks() and len(tasks) > 1
        early = beside(contracts, [name for _, name in first]) if first and together else None
        for _, name in rest:
            self.work.dialect(name.partition("/")[0])
        if any(kind in _SPEAKING for kind, _ in rest):
            _ = self.slugs  # kept only if all files of providers are right together
            self.work.speaking = sorted({path for task in rest for path in self._reading(task)})
            _ = self.work.provider_files
        bundles = bundles_of(rest)
        work = [[jobs[task] for task in bundle] for bundle in bundles]
        for bundle, tables in zip(bundles, spread(several, work, alone=not together), strict=True):
            self.made |= {self.key(task): t for task, t in zip(bundle, tables, strict=True)}
        made = early() if early else contracts([name for _, name in first])
        self.made |= {self.keys.of_contract(name, self.config): t for name, t in made.items()}

    def _reading(self, task: Task) -> Iterator[str]:
        """The files of providers that a task reads."""
        kind, name = task
        dialect, _, provider = name.partition("/")
        speakers = [provider] if provider else self.keys.speakers[dialect]
        for speaker in speakers if kind in _SPEAKING else ():
            yield from map(provider_path, self.keys.parents[speaker])

    def _job(self, task: Task) -> Job:
        kind, name = task
        dialect, _, provider = name.partition("/")
        wanted = self.wanted(dialect) if self._is_python(dialect) else None
        known = frozenset(self.keys.parents[provider] if provider else ())
        return Job(kind, dialect, provider, wanted, self.facts[dialect], known)

    def _target(self, target: str) -> Table:
        """All files of a target."""
        contract = self._table(("contract", target))
        if target == "openapi":
            return contract
        shared = [target, self.keys.of_contract(target, self.config), self.keys.providers]
        if target == "docs":
            names = [(each.name, each.title, each.slug) for each in self.facts.values()]
            key = digest("together", shared, names, [self.key((target, n)) for n in self.chosen])
            columns = [self._column(name) for name in self.chosen]
            pages = [page for c in columns for page in (c.page, *c.settings)]
            files = {**contract, **{str(page.path): page.text for page in pages}}
            facts = [self.facts[name] for name in self.chosen]
            files |= self._made(key, lambda: docs_together(self.work, facts, columns))
            page = digest("providers", shared, self.chosen)
            made = self._made(page, lambda: docs_of_providers(self.work, self.chosen))
            return {**files, **made}
        units = {name: self._unit(name) for name in self.chosen}
        rows = [astuple(row) for unit in units.values() for row in unit.rows]
        natives = [repr(self.natives), sorted(self.written)]
        place = [self.config.package, self.config.client]
        key = digest("together", shared, rows, natives, list(units), place)
        files = {**contract, **{p: t for unit in units.values() for p, t in unit.files.items()}}
        rest = self._made(
            key,
            lambda: python_together(self.work, units, self.natives, self.written, list(files)),
        )
        return {**{settled_path(p, self.config): text for p, text in files.items()}, **rest}

    def _table(self, task: Task) -> Table:
        table = self._known(self.key(task), dict)
        assert table is not None  # it is made by now
        return table

    def _column(self, name: str) -> DialectColumn:
        return parse_column(self._table(("docs", name)))

    def _unit(self, name: str) -> PythonUnit:
        """All modules of a dialect, and the rows of its profiles in the order of providers."""
        tasks = [("python", name), ("settings", name), *self._profiles(name)]
        parts = [parse_python(self._table(task)) for task in tasks]
        files = {path: text for part in parts for path, text in part.files.items()}
        return PythonUnit(files, tuple(row for part in parts for row in part.rows))

    def _made(self, key: str, make: Callable[[], Table]) -> Table:
        known = self._known(key, dict)
        if known is None:
            known = self.made[key] = make()
        return known

    def _contract_facts(self) -> Table:
        """Version and hash of the contract."""
        key = digest("version", self.keys.tool, self.keys.contract)
        return self._made(
            key, lambda: {"version": self.work.schema.version, "hash": self.work.schema.hash}
        )

    def _keep(self) -> None:
        """Keep what was made, unless a file was saved meanwhile: it may be of either state."""
        if self.cache is None or not self.made:
            return
        if source_hashes(self.config.spec) == self.keys.sources:
            for key, table in self.made.items():
                self.cache.put_table(key, table)
        self.cache.prune()
