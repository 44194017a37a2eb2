"""What an `orgen vendor` command asks for: arguments, configuration and manifest combined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click

from orgen.config import MODEL_FLAVOURS, ModelFlavour
from orgen.config_file import VENDOR_TARGETS, Settings, Value
from orgen.diagnostics import Diagnostics, Span
from orgen.load.suggest import close_hint
from orgen.vendor.manifest import read
from orgen.vendor.options import Options
from orgen.vendor.place import check_name, default_name, normal, usable


@dataclass(frozen=True, slots=True)
class Flags:
    """Flags of the command line; None where one is not given."""

    package: str | None
    dialects: tuple[str, ...] | None
    models: ModelFlavour | None
    client: bool | None = None

    @property
    def any(self) -> bool:
        flags = (self.package, self.dialects, self.models, self.client)
        return any(flag is not None for flag in flags)


@dataclass(frozen=True, slots=True)
class Asked:
    """The folder and the options of the package."""

    dest: Path
    options: Options
    is_explicit: bool
    """Whether flags or configuration say what the package should be, not only its manifest."""
    places: Mapping[str, Span] = field(default_factory=dict)
    """Where the configuration names each dialect."""

    def check_dialects(self, spec: Path, diagnostics: Diagnostics) -> None:
        """Report dialects of the configuration that the spec lacks, where they are named.

        Raises:
            DiagnosticError: if there are any.
        """
        known = sorted(path.parent.name for path in spec.glob("dialects/*/dialect.yaml"))
        for name in self.options.dialects:
            if name in self.places and name not in known:
                hint = close_hint(name, known) or f"it has {', '.join(known) or 'none at all'}"
                message = f"the spec has no dialect named {name!a}"
                diagnostics.error(self.places[name], "C006", message, hint)
        diagnostics.check()


def asked_for(
    places: tuple[str, ...],
    flags: Flags,
    settings: Settings,
    diagnostics: Diagnostics,
    *,
    existing: bool,
) -> Asked:
    """Combine them: flags win over the configuration, and that over the manifest.

    `existing` commands work on a package that is there, and take its options from its manifest.

    Raises:
        DiagnosticError: if the package cannot be where or what it should be.
    """
    target, dest = _places(places, settings, existing)
    usable(dest, diagnostics, force=True)  # a name and no links; what is there is looked at later
    diagnostics.check()
    configured = _configured(dest, settings)
    present = _present(dest, diagnostics)
    if existing and present is None and configured is None:
        _demand(dest, diagnostics)
    base = Options(_name(dest, configured, present), target)
    if existing and configured is None and present is not None:
        base = present
    if configured is not None:
        base = _from_settings(base, configured)
    options = Options(
        base.package if flags.package is None else flags.package,
        target,
        base.dialects if flags.dialects is None else flags.dialects,
        base.models if flags.models is None else flags.models,
        base.client if flags.client is None else flags.client,
    )
    check_name(options.package, dest, diagnostics)
    diagnostics.check()
    explicit = flags.any or configured is not None
    return Asked(dest, options, explicit, _spans(configured, settings, flags))


def _places(places: tuple[str, ...], settings: Settings, existing: bool) -> tuple[str, Path]:
    """The target and the folder that the arguments, or else the configuration, name."""
    match places:
        case ():
            if settings.vendor is None or "dest" not in settings.vendor:
                raise click.UsageError(
                    "name a target and a folder, or set dest in [tool.orgen.vendor]; "
                    "`orgen init` does"
                )
            return VENDOR_TARGETS[0], Path(str(settings.vendor["dest"]))
        case (dest,) if existing:
            return VENDOR_TARGETS[0], Path(dest)
        case (target, dest):
            if target not in VENDOR_TARGETS:
                known = " or ".join(VENDOR_TARGETS)
                raise click.UsageError(f"the target has to be {known}, not {target[:80]!a}")
            return target, Path(dest)
        case (one,):
            raise click.UsageError(
                f"name the folder too: orgen vendor {one} DEST"
                if one in VENDOR_TARGETS
                else f"name the target first: orgen vendor {VENDOR_TARGETS[0]} DEST"
            )
        case _:
            raise click.UsageError("there are more arguments than a target and a folder")


def _configured(dest: Path, settings: Settings) -> Mapping[str, Value] | None:
    """The table of the configuration, if it speaks of this folder."""
    table = settings.vendor
    if table is None or "dest" not in table or normal(Path(str(table["dest"]))) != normal(dest):
        return None
    return table


def _present(dest: Path, diagnostics: Diagnostics) -> Options | None:
    """The options in the manifest that is there; what is wrong with it is reported later."""
    manifest = read(normal(dest), Diagnostics())
    return manifest.options if manifest is not None else None


def _demand(dest: Path, diagnostics: Diagnostics) -> None:
    """Say why there is no package to check or update."""
    read(normal(dest), diagnostics)
    diagnostics.check()


def _name(dest: Path, configured: Mapping[str, Value] | None, present: Options | None) -> str:
    named = (configured or {}).get("package")
    if isinstance(named, str):
        return named
    return present.package if present is not None else default_name(dest)


def _from_settings(base: Options, table: Mapping[str, Value]) -> Options:
    dialects = table.get("dialects", ())
    named = table.get("models", "none")
    flavour: ModelFlavour = next((known for known in MODEL_FLAVOURS if known == named), "none")
    names = dialects if isinstance(dialects, tuple) else ()
    client = table.get("client") is True
    return Options(base.package, base.target, tuple(sorted(set(names))), flavour, client)


def _spans(
    configured: Mapping[str, Value] | None, settings: Settings, flags: Flags
) -> dict[str, Span]:
    if configured is None or flags.dialects is not None:
        return {}
    names = configured.get("dialects", ())
    places = settings.spans
    return {
        name: places[("vendor", "dialects", index)]
        for index, name in enumerate(names if isinstance(names, tuple) else ())
        if ("vendor", "dialects", index) in places
    }
