"""The `python` target: a typed package that can be published as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.diagnostics import Diagnostics
from orgen.ir.schema import Role, Union
from orgen.memory import remembered
from orgen.render import SourceFile, environment
from orgen.resources import templates_dir
from orgen.targets.python.client_modules import client_files
from orgen.targets.python.dialects import canonical_file, dialect_files, runtime_files
from orgen.targets.python.names import choose_classes
from orgen.targets.python.native_modules import native_files, native_types
from orgen.targets.python.package import lower_package
from orgen.targets.python.providers_module import providers_file
from orgen.targets.python.settings_module import settings_index, settings_module
from orgen.targets.python.types_module import derived_names, lower_types

if TYPE_CHECKING:
    from orgen.config import Config
    from orgen.ir.schema import Schema
    from orgen.targets import Inputs, Target

__all__ = ["contract_files", "package_files", "place", "render_types", "target"]


class _PythonTarget:
    name = "python"

    def files(self, inputs: Inputs, diagnostics: Diagnostics) -> Sequence[SourceFile]:
        """The modules of the package, then the files that describe it."""
        local = Diagnostics(sources=diagnostics.sources)
        types = remembered(
            "types", inputs.schema, lambda: _types(inputs.schema, local), lambda _: not local
        )
        diagnostics.items += local.items
        shared = [
            *_events(inputs.schema, inputs.config, diagnostics),
            *dialect_files(
                inputs.schema,
                inputs.dialects,
                inputs.providers,
                known=inputs.known_dialects,
                package=inputs.config.import_name,
            ),
        ]
        native = native_files(inputs.schema, inputs.dialects, diagnostics)
        modules = [
            SourceFile(PurePosixPath("openresponses/types.py"), types),
            *_models(inputs.schema, inputs.config, diagnostics),
            *native,
            *shared,
            *providers_file(inputs.schema, inputs.providers, inputs.config.import_name),
            *_settings(inputs),
            *(runtime_files(inputs.schema) if shared else []),
            *(client_files(inputs.schema) if _has_client(inputs) else []),
        ]
        placed = [_below(file, inputs.config.package) for file in modules]
        return [*placed, *_package_files(inputs.schema, inputs.config, placed)]


def _settings(inputs: Inputs) -> list[SourceFile]:
    """Typed settings of providers, a module for each dialect."""
    schema, providers = inputs.schema, inputs.providers
    modules = {name: found.module for name, found in native_types(inputs.dialects).items()}
    made = [
        file
        for dialect in inputs.dialects
        if dialect.name in modules
        for file in settings_module(schema, dialect, modules[dialect.name], providers)
    ]
    index = settings_index(schema, providers, set(modules), inputs.config.import_name)
    return [*made, *index]


target: Target = _PythonTarget()


def _has_client(inputs: Inputs) -> bool:
    return inputs.config.client and bool(inputs.dialects and inputs.providers)


def contract_files(
    schema: Schema, config: Config, diagnostics: Diagnostics, *, dialects: bool
) -> list[SourceFile]:
    """The modules of a package that depend on the contract alone.

    `dialects` says whether the package has any.
    """
    types = SourceFile(PurePosixPath("openresponses/types.py"), _types(schema, diagnostics))
    events = _events(schema, config, diagnostics)
    canonical = [canonical_file(schema)] if dialects else []
    runtime = runtime_files(schema) if events or dialects else []
    return [types, *_models(schema, config, diagnostics), *events, *canonical, *runtime]


def place(file: SourceFile, config: Config) -> SourceFile:
    """A file of the package, where the package lies."""
    return _below(file, config.package)


def package_files(
    schema: Schema, config: Config, modules: Sequence[SourceFile]
) -> list[SourceFile]:
    """What describes a package of these modules."""
    return _package_files(schema, config, modules)


def render_types(schema: Schema, diagnostics: Diagnostics) -> str:
    """The text of `types.py`, not yet formatted."""
    return _types(schema, diagnostics)


def _types(schema: Schema, diagnostics: Diagnostics) -> str:
    classes = choose_classes(schema, diagnostics)
    taken = derived_names(schema, classes)
    if not diagnostics.has_errors:
        choose_classes(schema, diagnostics, taken)
    module = lower_types(schema, classes)
    return environment("python").get_template("types.py.jinja").render(module=module)


def _events(schema: Schema, config: Config, diagnostics: Diagnostics) -> list[SourceFile]:
    """The module of events, for a spec that streams some and tells how they follow each other."""
    from orgen.lifecycle import find_lifecycle  # not needed for a change of one dialect
    from orgen.targets.python.events_module import events_file

    lifecycle = find_lifecycle(config.spec, schema, diagnostics)
    classes = choose_classes(schema, Diagnostics())
    unions = [
        classes[component.name]
        for component in schema.components.values()
        if component.role is Role.EVENT and isinstance(component.type, Union)
    ]
    if lifecycle is None or not unions:
        return []
    return [events_file(schema, lifecycle, unions[0], classes, config.import_name)]


def _models(schema: Schema, config: Config, diagnostics: Diagnostics) -> list[SourceFile]:
    """Imported here, because the generator behind it takes half a second to load."""
    if config.models == "none":
        return []
    from orgen.targets.python.models import render_models

    local = Diagnostics(sources=diagnostics.sources)
    files = remembered(
        "models",
        (schema, config.models),
        lambda: render_models(schema, config, local),
        lambda _: not local,
    )
    diagnostics.items += local.items
    return files


def _below(file: SourceFile, package: str) -> SourceFile:
    """The file in the folder of the package, whatever that is called."""
    return replace(file, path=PurePosixPath(package, *file.path.parts[1:]))


def _package_files(
    schema: Schema, config: Config, modules: Sequence[SourceFile]
) -> list[SourceFile]:
    classes = choose_classes(schema, Diagnostics())
    package = lower_package(schema, classes, config, modules)
    jinja = environment("python")
    rendered = {
        f"{config.package}/__init__.py": "__init__.py.jinja",
        "pyproject.toml": "pyproject.toml.jinja",
        "README.md": "README.md.jinja",
    }
    files = [
        SourceFile(PurePosixPath(path), jinja.get_template(template).render(package=package))
        for path, template in rendered.items()
    ]
    licence = (templates_dir() / "python" / "LICENSE").read_text("utf-8")
    return [
        *files,
        SourceFile(PurePosixPath(config.package, "py.typed"), ""),
        SourceFile(PurePosixPath("LICENSE"), licence),
    ]
