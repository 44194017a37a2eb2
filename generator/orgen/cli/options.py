"""Options that several commands share, and how flags and configuration files combine."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from orgen.config import MODEL_FLAVOURS, TARGETS, Config, ModelFlavour
from orgen.config_file import Settings, package_fault, read_settings
from orgen.diagnostics import Diagnostics
from orgen.resources import spec_dir

Command = TypeVar("Command", bound=Callable[..., Any])
FORMATS = ("text", "json", "github")


def spec_option(command: Command) -> Command:
    return click.option(
        "--spec",
        metavar="PATH",
        callback=_no_null,
        help="Spec folder, or a single OpenAPI 3.1 or JSON Schema file.",
    )(command)


def error_format_option(command: Command) -> Command:
    return click.option(
        "--error-format",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How faults are printed.",
    )(command)


def quiet_option(command: Command) -> Command:
    return click.option("-q", "--quiet", is_flag=True, help="Print nothing but faults.")(command)


def _no_null(_context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None and ("\0" in value or not value):
        raise click.BadParameter("this is no path", param=option)
    return value


path_callback = _no_null


def check_package(
    _context: click.Context, option: click.Parameter, value: str | None
) -> str | None:
    fault = package_fault(value) if value is not None else None
    if fault is not None:
        raise click.BadParameter(fault, param=option)
    return value


def spec_path(flag: str | None, settings: Settings) -> Path:
    """The spec of a run: flag, then configuration, then the one that orgen brings along."""
    return Path(flag or settings.text("spec") or _shown(spec_dir()))


def _shown(path: Path) -> Path:
    """The path as one would type it, where that is shorter."""
    relative = os.path.relpath(path)
    return Path(relative) if not relative.startswith("..") else path


def load_settings(diagnostics: Diagnostics) -> Settings:
    """The configuration that holds in the working directory.

    Raises:
        DiagnosticError: if it has faults.
    """
    settings = read_settings(Path(), diagnostics)
    diagnostics.check()
    return settings


def merge_config(
    settings: Settings,
    *,
    spec: str | None,
    out: str | None,
    targets: tuple[str, ...],
    models: ModelFlavour | None,
    package: str | None,
) -> Config:
    """Flags win over the configuration file, which wins over defaults."""
    configured = settings.texts("targets") or TARGETS
    return Config(
        spec=spec_path(spec, settings),
        out=Path(out or settings.text("out") or "generated"),
        targets=tuple(name for name in TARGETS if name in {*configured, *targets}),
        package=package or settings.text("package") or "openresponses",
        models=models or _flavour(settings.text("models")),
        only=tuple(name for name in TARGETS if name in targets),
    )


def _flavour(name: str | None) -> ModelFlavour:
    return next((known for known in MODEL_FLAVOURS if known == name), "pydantic")
