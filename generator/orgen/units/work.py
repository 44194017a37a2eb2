"""Reads a spec, and makes units of it; whatever is read is read once in a process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from orgen.config import Config
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.dialect.ast import Dialect
from orgen.dialect.load import DialectFiles, check_extended, read_dialect
from orgen.dialect.mapping import Field, canonical_fields, mapping_of
from orgen.dialect.settings import Settings
from orgen.format import format_files
from orgen.ir.schema import Schema
from orgen.pipeline import Spec, read_contract
from orgen.progress import Progress
from orgen.provider.load import ProviderFiles
from orgen.provider.model import Provider
from orgen.provider.profiles import Profiles, parents
from orgen.provider.terms import terms_among
from orgen.render import SourceFile
from orgen.targets.docs import contract_pages
from orgen.targets.docs.mapping import DialectColumn, column_of
from orgen.targets.python import contract_files
from orgen.targets.python.dialects import compiled_bases, placed
from orgen.targets.python.dialects.module import DialectModule, render_dialect
from orgen.targets.python.dialects.profiles import Base, ProfileMaker
from orgen.targets.python.native_modules import NativeTypes, native_file
from orgen.targets.python.settings_module import settings_module
from orgen.units.kept import PythonUnit

if TYPE_CHECKING:
    from orgen.lifecycle import Lifecycle


class Reported(Exception):
    """There is something to say about the spec, which is not said here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the Python module of a dialect depends on besides the dialect itself."""

    name: str
    settings: Mapping[str, Settings]
    """Of the dialect, and of those that it extends."""
    natives: Mapping[str, NativeTypes]
    own: bool
    """Whether it has a module of native types of its own."""


@dataclass
class Work:
    """A spec that is being read. Raises `Reported` wherever there is anything to report."""

    config: Config
    progress: Progress
    dialects_of_spec: Sequence[str]
    """Names of all, sorted."""
    speaking: Sequence[str] | None = None
    """The files of providers that are needed, sorted, if all are known to be right together."""
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    dialects: dict[str, Dialect] = field(default_factory=dict)
    _bases: dict[str, tuple[Wanted, tuple[dict[str, Base], list[DialectModule]]]] = field(
        default_factory=dict
    )
    """Dialect -> what was wanted of it, and what became of it."""
    _makers: dict[str, tuple[Wanted, ProfileMaker]] = field(default_factory=dict)
    """Dialect -> what makes the modules of its profiles."""

    @cached_property
    def spec(self) -> Spec:
        return self._contract[0]

    @cached_property
    def schema(self) -> Schema:
        return self._contract[1]

    @cached_property
    def _contract(self) -> tuple[Spec, Schema]:
        try:
            found = read_contract(self.config.spec, self.diagnostics, self.progress)
        except DiagnosticError as fault:
            raise Reported from fault
        self._check()
        return found

    @cached_property
    def files(self) -> DialectFiles:
        return DialectFiles(self.config.spec, self.diagnostics)

    @cached_property
    def lifecycle(self) -> Lifecycle | None:
        from orgen.lifecycle import find_lifecycle

        found = find_lifecycle(self.config.spec, self.schema, self.diagnostics)
        self._check()
        return found

    @cached_property
    def fields(self) -> Sequence[Field]:
        return canonical_fields(self.schema)

    @cached_property
    def all_providers(self) -> ProviderFiles:
        """All files of providers, read."""
        files = ProviderFiles(self.files, self.diagnostics)
        files.read_all()
        self._check()
        return files

    @cached_property
    def provider_files(self) -> ProviderFiles:
        """The files of providers that profiles are read from: all, or those of `speaking`."""
        if self.speaking is None or "all_providers" in self.__dict__:
            return self.all_providers
        files = ProviderFiles(self.files, self.diagnostics)
        for path in self.speaking:
            files.read(self.config.spec / path)
        self._check()
        return files

    def _check(self) -> None:
        if self.diagnostics:
            raise Reported

    def dialect(self, name: str) -> Dialect:
        """A dialect, read and not checked."""
        if name not in self.dialects:
            path = self.config.spec / "dialects" / name / "dialect.yaml"
            found = read_dialect(self.files, path, self.schema)
            self._check()
            if found is None:
                raise Reported
            self.dialects[name] = found
        return self.dialects[name]

    def chain(self, name: str) -> list[Dialect]:
        """A dialect, and before it those that it extends and that code is generated for."""
        dialect = self.dialect(name)
        base = dialect.extends
        chosen = self.config.dialects
        if base is None or (chosen and base not in chosen):
            return [dialect]
        return [*self.chain(base), dialect]

    def providers(self, names: Sequence[str]) -> list[Provider]:
        """All providers, without profiles; only services that speak one of these dialects."""
        return self._serving(self.all_providers, names)

    def told_providers(self, files: ProviderFiles, names: Sequence[str]) -> list[Provider]:
        """Providers with their terms and no profiles, which is all that readers need."""
        roots: dict[str, Any] = {slug: found.value for slug, found in files.documents.items()}
        said = {
            name: {
                slug: root["dialects"][name].get("profile", {})
                for slug, root in roots.items()
                if name in root["dialects"]
            }
            for name in names
        }
        return [
            replace(
                provider,
                services=tuple(
                    replace(one, terms=terms_among(said[one.dialect], provider.slug))
                    for one in provider.services
                ),
            )
            for provider in self._serving(files, names)
        ]

    def _serving(self, files: ProviderFiles, names: Sequence[str]) -> list[Provider]:
        made = []
        for provider in files.providers.values():
            services = tuple(one for one in provider.services if one.dialect in names)
            if services:
                made.append(replace(provider, services=services))
        return made

    def check(self, name: str) -> None:
        """Check a dialect."""
        check_extended(self.dialect(name), self.schema, self.diagnostics)
        self._check()

    @cached_property
    def profiles(self) -> Profiles:
        files = self.provider_files
        known = (self.files, self.dialects, self.schema, self.diagnostics, files.documents)
        return Profiles(*known, frozenset(files.faulty))

    def python(self, wanted: Wanted) -> PythonUnit:
        """The Python modules of a dialect."""
        name, schema = wanted.name, self.schema
        _, modules = self._compiled(wanted)
        files = placed(schema, {f"dialects/{name}.py": render_dialect(modules[-1])})
        if wanted.own:
            files.append(native_file(schema, self.dialect(name), self.diagnostics))
        self._check()
        return PythonUnit(self.laid_out(files), ())

    def settings(self, wanted: Wanted) -> PythonUnit:
        """The module of what providers of a dialect take in their entries."""
        name = wanted.name
        speakers = self.told_providers(self.provider_files, [name])
        native = wanted.natives[name].module if name in wanted.natives else ""
        files = settings_module(self.schema, self.dialect(name), native, speakers)
        return PythonUnit(self.laid_out(files if native else []), ())

    def profile(self, name: str, slug: str, wanted: Wanted | None, known: Set[str]) -> PythonUnit:
        """Check a provider's profile of a dialect; and its modules, if they are wanted.

        `known` are the providers that it may begin as; more than these are `Reported`.
        """
        self.dialect(name)
        if slug not in self.provider_files.providers:
            raise Reported
        if not parents(self.provider_files.documents, slug) <= known:
            raise Reported
        speaker = self.speaker(name, slug)
        self._check()
        if wanted is None or not speaker.services:
            return PythonUnit({}, ())
        rows, texts = self._maker(wanted).provider(speaker)
        self._check()
        return PythonUnit(self.laid_out(placed(self.schema, texts)), tuple(rows))

    def speaker(self, name: str, slug: str) -> Provider:
        """A provider with its profiles of one dialect."""
        provider = self.provider_files.providers[slug]
        services = (one for one in provider.services if one.dialect == name)
        made = tuple(self.profiles.service(slug, one) for one in services)
        return replace(provider, services=made)

    def _compiled(self, wanted: Wanted) -> tuple[dict[str, Base], list[DialectModule]]:
        """A dialect and those that it extends, compiled once in a process for equal wishes."""
        known = self._bases.get(wanted.name)
        if known is None or known[0] != wanted:
            chain = self.chain(wanted.name)
            made = compiled_bases(self.schema, chain, wanted.settings, wanted.natives)
            known = self._bases[wanted.name] = wanted, made
        return known[1]

    def _maker(self, wanted: Wanted) -> ProfileMaker:
        name = wanted.name
        known = self._makers.get(name)
        if known is None or known[0] != wanted:
            bases, _ = self._compiled(wanted)
            find = partial(self.speaker, name)
            known = wanted, ProfileMaker(self.schema, find, {name: bases[name]})
            self._makers[name] = known
        return known[1]

    def column(self, name: str) -> DialectColumn:
        """What the reference says about a dialect that is checked."""
        mapping = mapping_of(self.dialect(name), self.schema, self.fields)
        if [cell.field for cell in mapping.cells] != list(self.fields):
            raise Reported
        told = self.told_providers(self.provider_files, [name])
        return column_of(self.schema, mapping, told)

    def contract(self, target: str) -> dict[str, str]:
        """What a target makes of the contract alone: path -> text."""
        match target:
            case "python":
                files = contract_files(self.schema, self.config, self.diagnostics, dialects=True)
            case "docs":
                files = contract_pages(self.schema, self.lifecycle)
            case _:
                from orgen.targets.openapi import openapi_files

                files = openapi_files(self.spec.core, self.spec.full)
        self._check()
        return self.laid_out(files)

    def laid_out(self, files: Sequence[SourceFile]) -> dict[str, str]:
        """Path -> text of files, those in Python laid out."""
        made = format_files(files, alone=True)
        return {str(PurePosixPath(file.path)): file.text for file in made}
