"""Modules of profiles: of a dialect as one provider speaks it, only what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from orgen.dialect.ast import Dialect
from orgen.dialect.compile.program import compile_parts
from orgen.dialect.compile.reuse import Compiled
from orgen.dialect.settings import Settings
from orgen.ir.schema import Schema
from orgen.provider.model import Family, Provider, Service
from orgen.provider.terms import Lack, Terms, default_of, sources
from orgen.render import environment
from orgen.targets.python.dialects.imports import Import, lines
from orgen.targets.python.dialects.module import (
    DialectModule,
    FunctionText,
    TableText,
    lower_dialect,
    primitives,
)
from orgen.targets.python.dialects.sharing import definitions, imports, same, words
from orgen.targets.python.dialects.streams import StreamText
from orgen.targets.python.text import string, value, within

_ROLES = frozenset({"Gathering", "Splitting"})
_ENTRIES = (
    "encode_request",
    "decode_request",
    "encode_response",
    "decode_response",
    "encode_error",
    "decode_error",
    "encode_compact_request",
    "decode_compact_request",
    "encode_compact_response",
    "decode_compact_response",
)


@dataclass(frozen=True, slots=True)
class ProfileModule:
    """What `profiles/module.py.jinja` prints."""

    name: str
    dialect: str
    title: str
    about: str
    """Who speaks the dialect so."""
    imports: tuple[Import, ...]
    """What other generated modules define."""
    primitives: tuple[str, ...]
    contexts: tuple[str, ...]
    """Classes of the runtime that tables are made of."""
    roles: tuple[str, ...]
    """Classes of the runtime that functions take."""
    tables: tuple[TableText, ...]
    key_sets: tuple[tuple[str, str], ...]
    functions: tuple[FunctionText, ...]
    facts: tuple[TableText, ...]
    entries: tuple[str, ...]
    """Entry points that are this module's own."""
    stream: StreamText | None
    """How streams are laid out, if it differs."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of `profiles/__init__.py`: a dialect as a provider serves it.

    Paths and patterns are string literals.
    """

    dialect: str
    provider: str
    path: str
    stream_path: str
    compact_path: str
    module: str
    """Module of what differs; empty where nothing does."""
    families: tuple[tuple[tuple[str, ...], str], ...] = ()
    """Patterns of models, and the module of what differs for these."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a module of a profile is about."""

    owner: str
    """The slug of the provider."""
    module: str
    about: str
    settings: tuple[str, ...] = ()
    """Native settings beyond those of the dialect."""
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True)
class Base:
    """A dialect that profiles begin as, compiled and lowered."""

    compiled: Compiled
    module: DialectModule
    """All of it, whatever it shares with others."""
    settings: Settings
    origins: Mapping[str, str]
    """Names that can be imported -> the modules that define them."""


def module_name(provider: Provider, service: Service) -> str:
    """`vllm_openai_chat`: slugs may have hyphens, modules may not."""
    return f"{provider.slug.replace('-', '_')}_{service.dialect}"


def profile_texts(
    schema: Schema, providers: Sequence[Provider], bases: Mapping[str, Base]
) -> dict[str, str]:
    """Path below the package -> text, of the package `profiles`."""
    entries, texts = profile_modules(schema, providers, bases)
    return {**profiles_index(entries), **texts}


def profile_modules(
    schema: Schema, providers: Sequence[Provider], bases: Mapping[str, Base]
) -> tuple[list[Entry], dict[str, str]]:
    """The rows of the package's index, and path below the package -> text of each module."""
    known = {provider.slug: provider for provider in providers}
    maker = ProfileMaker(schema, known.__getitem__, bases)
    entries: list[Entry] = []
    texts: dict[str, str] = {}
    for provider in providers:
        rows, made = maker.provider(provider)
        entries += rows
        texts |= made
    return entries, texts


def profiles_index(entries: Sequence[Entry]) -> dict[str, str]:
    """`profiles/__init__.py`; none without profiles."""
    rows = sorted(entries, key=lambda entry: (entry.dialect, entry.provider))
    dialects = [
        (name, [row for row in rows if row.dialect == name])
        for name in dict.fromkeys(row.dialect for row in rows)
    ]
    index = environment("python").get_template("profiles/__init__.py.jinja")
    return {"profiles/__init__.py": index.render(dialects=dialects)} if rows else {}


@dataclass(slots=True)
class ProfileMaker:
    """Makes the modules, those that others begin as first, and each once."""

    schema: Schema
    find: Callable[[str], Provider]
    """The provider of that slug, with its profiles."""
    dialects: Mapping[str, Base]
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    """Slug -> path below the package -> text."""
    made: dict[tuple[str, str, str], tuple[Base, str]] = field(default_factory=dict)
    """Provider, dialect and family -> what it became, and its module."""

    def provider(self, provider: Provider) -> tuple[list[Entry], Mapping[str, str]]:
        """A provider's rows of the package's index, and its modules."""
        entries = [
            Entry(
                service.dialect,
                name,
                string(service.path),
                string(service.stream_path),
                string(service.compact_path) if service.compact_path else "",
                self.module(provider, service),
                self.families(provider, service),
            )
            for service in provider.services
            if service.dialect in self.dialects
            for name in provider.names
        ]
        return entries, self.texts.get(provider.slug, {})

    def families(
        self, provider: Provider, service: Service
    ) -> tuple[tuple[tuple[str, ...], str], ...]:
        """The patterns of families of models, and the names of their modules."""
        return tuple(
            (tuple(map(string, family.patterns)), self.family(provider, service, family)[1])
            for family in service.families
        )

    def family(self, provider: Provider, service: Service, family: Family) -> tuple[Base, str]:
        """What the profile of a family became, and its module."""
        key = (provider.slug, service.dialect, family.name)
        if key not in self.made:
            base, terms, module = self.begun(provider, service, family.parent)
            name = f"{module_name(provider, service)}_{family.name}"
            words = family.name.replace("_", " ")
            about = f"{provider.title} speaks it to models of the family {words}"
            added = self.added(provider, base)
            subject = Subject(provider.slug, name, about, added, family.terms)
            own = base, module
            if family.profile is not base.compiled.dialect or family.terms != terms:
                own = self.upon(base, family.profile, subject)
            self.made[key] = own
        return self.made[key]

    def begun(
        self, provider: Provider, service: Service, parent: str | None
    ) -> tuple[Base, Terms, str]:
        """What a family began as: the service, or another family."""
        if parent is None:
            return (
                *self.service(provider, service)[:1],
                service.terms,
                self.module(provider, service),
            )
        owner, slash, name = parent.rpartition("/")
        if slash:
            provider = self.find(owner)
            (service,) = (one for one in provider.services if one.dialect == service.dialect)
        (family,) = (one for one in service.families if one.name == name)
        base, module = self.family(provider, service, family)
        return base, family.terms, module

    def module(self, provider: Provider, service: Service) -> str:
        """The name of the module of a profile; empty where it would say nothing."""
        return self.service(provider, service)[1]

    def service(self, provider: Provider, service: Service) -> tuple[Base, str]:
        """What the profile of a service became, and its module."""
        key = (provider.slug, service.dialect, "")
        if key not in self.made:
            base = self.base(service)
            about = f"{provider.title} speaks it"
            added = self.added(provider, base)
            name = module_name(provider, service)
            subject = Subject(provider.slug, name, about, added, service.terms)
            self.made[key] = self.upon(base, service.profile, subject)
        return self.made[key]

    def added(self, provider: Provider, base: Base) -> tuple[str, ...]:
        """Settings that the provider has beyond the dialect's."""
        return tuple(name for name in sorted(provider.settings) if name not in base.settings.own)

    def upon(self, base: Base, profile: Dialect | None, subject: Subject) -> tuple[Base, str]:
        """What a profile becomes upon its base, and its module; empty if it says nothing."""
        own = base
        if profile is not None and profile is not base.compiled.dialect:
            compiled = compile_parts(profile, self.schema, base.compiled)
            known = (base.compiled.program, base.module)
            module = lower_dialect(profile, compiled.program, base.settings, base=known)
            own = replace(base, compiled=compiled, module=module)
        dialect = self.dialects[base.module.name]
        found = _reduced(subject, own, base, dialect.module)
        if not (found.functions or found.entries or found.facts or found.stream):
            return own, ""
        template = environment("python").get_template("profiles/module.py.jinja")
        text = template.render(module=found, imports=_import_lines(found))
        self.texts.setdefault(subject.owner, {})[f"profiles/{found.name}.py"] = text
        imported = {name: one.module for one in found.imports for name in one.names}
        defined = [one.name for one in found.tables] + [one.name for one in found.functions]
        origins = {**base.origins, **imported, **dict.fromkeys(defined, f"profiles.{found.name}")}
        return replace(own, origins=origins), found.name

    def base(self, service: Service) -> Base:
        """What the profile begins as."""
        if service.parent is None or service.profile is None:
            return self.dialects[service.dialect]
        parent = self.find(service.parent)
        (other,) = (one for one in parent.services if one.dialect == service.dialect)
        return self.service(parent, other)[0]


def _reduced(subject: Subject, made: Base, base: Base, dialect: DialectModule) -> ProfileModule:
    """The profile without what other modules have, and with imports of what it needs of them."""
    own, origins, keys = made.module, base.origins, base.module.keys
    here = definitions(own)
    before = definitions(base.module)
    alike = same(here, {n: text for n, text in before.items() if n in origins or n in keys})
    plain = {n for n in alike if n in keys or origins[n] == f"dialects.{dialect.name}"}
    entries = tuple(entry for entry in _ENTRIES if entry in here and entry not in plain)
    facts = tuple(_facts(made, dialect, here.keys() - plain, subject))
    needed = _closure({*entries, *_names(fact.text for fact in facts)}, here, alike)
    functions = tuple(f for f in own.functions if f.name in needed - alike)
    tables = tuple(table for table in own.tables if table.name in needed - alike)
    texts = "\n".join([*(f.body for f in functions), *(table.text for table in tables)])
    imported = {name: origins[name] for name in needed & alike & origins.keys()}
    lack = {"Lack"} if subject.terms.lacks else set()
    return ProfileModule(
        name=subject.module,
        dialect=dialect.name,
        title=within(dialect.title),
        about=within(subject.about),
        imports=tuple(imports(imported)),
        primitives=primitives(texts),
        contexts=tuple(sorted(words(texts) & {"Beside", "Turn"} | lack)),
        roles=tuple(sorted(words(" ".join(f.parameters for f in functions)) & _ROLES)),
        tables=tables,
        key_sets=tuple(one for one in own.key_sets if one[0] in needed),
        functions=functions,
        facts=facts,
        entries=entries,
        stream=own.stream if own.stream != dialect.stream else None,
    )


def _import_lines(module: ProfileModule) -> list[str]:
    """All imports within the package, what lies furthest first."""
    dialects = [
        Import(f"..{one.module}", one.names)
        for one in module.imports
        if one.module.startswith("dialects.")
    ]
    beside = [
        Import(f".{one.module.removeprefix('profiles.')}", one.names)
        for one in module.imports
        if one.module.startswith("profiles.")
    ]
    runtime = [
        Import("..runtime.gathering", tuple(name for name in module.roles if name == "Gathering")),
        Import("..runtime.primitives", module.primitives),
        Import("..runtime.splitting", tuple(name for name in module.roles if name == "Splitting")),
        Import("..runtime.streams", module.stream.imports if module.stream else ()),
        Import("..runtime.tables", module.contexts),
    ]
    base = f"from ..dialects.{module.dialect} import DIALECT as BASE"
    before = [one for one in dialects if one.module <= f"..dialects.{module.dialect}"]
    after = [one for one in dialects if one not in before]
    return [*lines(before), base, *lines([*after, *runtime, *beside])]


def origins_of(module: DialectModule) -> dict[str, str]:
    """Names that can be imported from a dialect's module, and the modules that define them."""
    found = {name: f"dialects.{one.module}" for one in module.imports for name in one.names}
    defined = [one.name for one in module.tables] + [one.name for one in module.functions]
    return {**found, **dict.fromkeys(defined, f"dialects.{module.name}")}


def _facts(
    made: Base, base: DialectModule, changed: Set[str], subject: Subject
) -> Iterator[TableText]:
    """The tables of facts that differ, or that name something that does."""
    terms = subject.terms
    if terms.lacks:
        lines = (_lack(made.compiled.dialect, *entry) for entry in terms.lacks.items())
        yield TableText("lacks", f"{{{', '.join(lines)}}}")
    if terms.forms:
        yield TableText("forms", value(dict(terms.forms)))
    if terms.refuses:
        yield TableText("refuses", value(dict(terms.refuses)))
    if "text_part" in changed:
        yield TableText("text", "text_part")
    known = {fact.name: fact.text for fact in base.facts}
    for fact in made.module.facts:
        if fact.name == "settings" and subject.settings:
            names = ", ".join(map(string, subject.settings))
            yield TableText("settings", f"BASE.tables.settings | {{{names}}}")
        elif known.get(fact.name) != fact.text or words(fact.text) & changed:
            yield fact


def _lack(dialect: Dialect, name: str, lack: Lack) -> str:
    """The entry of one setting that there is not."""
    found = "".join(f"{string(source)}, " for source in sources(dialect, name))
    given = [string(lack.because), f"({found})"]
    default = default_of(dialect.native, name, lack)
    given += [f"default={value(default)}"] if default is not None else []
    given += [f"unless={value(dict(lack.unless))}"] if lack.unless else []
    return f"{string(name)}: Lack({', '.join(given)})"


def _names(texts: Iterable[str]) -> set[str]:
    """What facts refer to; other words in them are keys."""
    found = {word for text in texts for word in words(text)}
    return {word for word in found if word.isupper() or word == "text_part"}


def _closure(names: set[str], here: Mapping[str, str], alike: Set[str]) -> set[str]:
    """The names and all that is defined here and that they lead to; what is alike leads nowhere."""
    found: set[str] = set()
    waiting = list(names & here.keys())
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [] if name in alike else words(here[name]) & here.keys()
    return found
