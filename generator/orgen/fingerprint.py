"""Hashes of everything that generated files depend on: cheap enough for every start.

Nothing heavy is imported here, so that a run that has nothing to do ends early.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orgen.config import Config
from orgen.resources import templates_dir

SPEC_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_TEXT_TOOLS = ("black", "datamodel-code-generator")
"""Packages whose version shows in the generated text."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Hashes of a run's inputs; file names are relative, with forward slashes."""

    tool: Mapping[str, str]
    settings: Mapping[str, str]
    sources: Mapping[str, str]
    templates: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """One hash of it all."""
        facts = [self.tool, self.settings, self.sources, self.templates]
        text = json.dumps([dict(sorted(fact.items())) for fact in facts])
        return hashlib.sha256(text.encode()).hexdigest()


def origin_of(config: Config, sources: Iterable[str] = ()) -> Origin:
    """Hash the inputs of a run. `sources` are the files of a spec that is no folder.

    Raises:
        OSError: if one cannot be read.
    """
    return Origin(
        tool=tool_facts(),
        settings={"models": config.models, "package": config.package},
        sources=source_hashes(config.spec, sources),
        templates=template_hashes(),
    )


def template_hashes() -> dict[str, str]:
    """Hash every template."""
    templates = templates_dir()
    return _hashes(templates, _files(templates))


def source_hashes(spec: Path, sources: Iterable[str] = ()) -> dict[str, str]:
    """Hash every file of a spec folder, or a single file and what it refers to."""
    if spec.is_dir():
        found = [path for path in _files(spec) if Path(path).suffix in SPEC_SUFFIXES]
        return _hashes(spec, found)
    return _hashes(spec.parent, {spec.name, *sources})


def tool_facts() -> dict[str, str]:
    """Version and source hash of orgen, and versions of the tools it formats with."""
    package = Path(__file__).parent
    own = [path for path in _files(package) if not path.startswith(("_templates/", "_spec/"))]
    text = json.dumps(_hashes(package, own))
    versions = {name: importlib.metadata.version(name) for name in ("orgen", *_TEXT_TOOLS)}
    return {**versions, "hash": hashlib.sha256(text.encode()).hexdigest()}


def _files(root: Path) -> list[str]:
    """Paths of all files below `root`, sorted; hidden ones and bytecode left out."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        prefix = os.path.relpath(folder, root).replace(os.sep, "/") + "/"
        visible = [name for name in names if name[0] != "." and not name.endswith(".pyc")]
        found += [(prefix + name).removeprefix("./") for name in visible]
    return sorted(found)


def _hashes(root: Path, paths: Iterable[str]) -> dict[str, str]:
    return {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in sorted(paths)}
