"""What is made of all dialects together: lists, overviews, and what describes the package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from pathlib import PurePosixPath

from orgen.config import Config
from orgen.provider.model import Provider
from orgen.render import SourceFile
from orgen.targets.docs import render_index
from orgen.targets.docs.mapping import DialectColumn, lower_dialects, overviews
from orgen.targets.docs.providers import render_providers
from orgen.targets.python import package_files, place
from orgen.targets.python.client_modules import client_files
from orgen.targets.python.dialects import index_texts, placed
from orgen.targets.python.dialects.profiles import profiles_index
from orgen.targets.python.native_modules import NativeTypes, index_text
from orgen.targets.python.providers_module import providers_file
from orgen.targets.python.settings_module import settings_index
from orgen.units.facts import Facts
from orgen.units.kept import PythonUnit
from orgen.units.work import Work


def python_together(
    work: Work,
    units: Mapping[str, PythonUnit],
    natives: Mapping[str, NativeTypes],
    written: Set[str],
    paths: Sequence[str],
) -> dict[str, str]:
    """The rest of the Python package, laid out where it lies; `paths` are its other files."""
    config, schema = work.config, work.schema
    rows = [row for unit in units.values() for row in unit.rows]
    providers = _providers(work)
    index = index_texts(list(units), natives, config.import_name)
    native = index_text(schema, sorted(written))
    files = [
        *placed(schema, {**index, **profiles_index(rows)}),
        *(_native(name, text) for name, text in native.items()),
        *providers_file(schema, providers, config.import_name),
        *settings_index(schema, providers, set(natives), config.import_name),
        *(client_files(schema) if config.client and providers and units else []),
    ]
    here = [place(file, config) for file in files]
    others = [place(SourceFile(PurePosixPath(path), ""), config) for path in paths]
    return work.laid_out([*here, *package_files(schema, config, [*others, *here])])


def _native(name: str, text: str) -> SourceFile:
    return SourceFile(PurePosixPath("openresponses", "native", f"{name}.py"), text)


def _providers(work: Work) -> list[Provider]:
    """All providers that serve a dialect of the spec."""
    return work.providers(list(work.dialects_of_spec))


def docs_together(
    work: Work, facts: Sequence[Facts], columns: Sequence[DialectColumn]
) -> dict[str, str]:
    """The overviews of dialects."""
    files = [
        render_index(work.schema, work.lifecycle, lower_dialects(facts)),
        *overviews(work.schema, work.fields, columns),
    ]
    return work.laid_out(files)


def docs_of_providers(work: Work, pages: Sequence[str]) -> dict[str, str]:
    """The page of providers, which says nothing of a dialect but its name.

    `pages` are the dialects that have pages.
    """
    told = work.told_providers(work.all_providers, list(work.dialects_of_spec))
    return work.laid_out(render_providers(work.schema, told, pages))


def settled_path(path: str, config: Config) -> str:
    """Where a file of the Python package lies."""
    return str(place(SourceFile(PurePosixPath(path), ""), config).path)
