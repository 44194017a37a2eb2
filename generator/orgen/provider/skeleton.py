"""`orgen new provider`: the first version of a provider file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orgen.diagnostics import Diagnostics
from orgen.dialect.load import dialect_files
from orgen.dialect.mapping.read import dialect_names
from orgen.provider.load import ProviderFiles
from orgen.render import environment


@dataclass(frozen=True, slots=True)
class SkeletonService:
    """A dialect that the provider serves; `parent` is whose profile its own begins as."""

    dialect: str
    path: str
    stream_path: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What `templates/new/provider.yaml.jinja` prints."""

    slug: str
    title: str
    services: tuple[SkeletonService, ...]

    @property
    def key(self) -> str:
        """The environment variable of the key."""
        return f"{self.slug.replace('-', '_').upper()}_API_KEY"


def provider_files(spec: Path, diagnostics: Diagnostics) -> ProviderFiles:
    """The provider files of a spec folder; faulty ones are left out, and not reported."""
    files = ProviderFiles(dialect_files(spec, diagnostics), Diagnostics())
    for path in sorted(spec.glob("providers/*.yaml")):
        files.read(path)
    return files


def starting_points(spec: Path, diagnostics: Diagnostics) -> list[str]:
    """What a provider can begin as: the dialects of a spec, and its providers."""
    return [*dialect_names(spec), *sorted(provider_files(spec, diagnostics).providers)]


def provider_text(slug: str, title: str, extends: str, spec: Path, diagnostics: Diagnostics) -> str:
    """The skeleton; `extends` is a dialect, or a provider whose dialects and profiles it has."""
    files = provider_files(spec, diagnostics)
    alike = extends in files.providers
    services = _like(files, extends) if alike else _of(spec, extends, diagnostics)
    skeleton = Skeleton(slug, title, services)
    return environment("new").get_template("provider.yaml.jinja").render(skeleton=skeleton)


def _like(files: ProviderFiles, slug: str) -> tuple[SkeletonService, ...]:
    """The services of another provider, with its profiles."""
    said: Any = files.documents[slug].value
    return tuple(
        SkeletonService(
            service.dialect,
            service.path,
            service.stream_path,
            slug if "profile" in said["dialects"][service.dialect] else "",
        )
        for service in files.providers[slug].services
    )


def _of(spec: Path, dialect: str, diagnostics: Diagnostics) -> tuple[SkeletonService, ...]:
    """One dialect at the path that its file says, without the version that base URLs end in."""
    files = dialect_files(spec, diagnostics)
    found = files.dialect(spec / "dialects" / dialect / "dialect.yaml")
    diagnostics.items += files.diagnostics.items
    diagnostics.check()
    assert found is not None  # or else `check` has raised
    path = found.endpoint.path.removeprefix("/v1")
    return (SkeletonService(dialect, path, found.endpoint.stream_path.removeprefix("/v1")),)
