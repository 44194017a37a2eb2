"""Hashes of all that units are made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orgen.config import Config
from orgen.dialect.keys import contract_key_of, dialect_keys_of
from orgen.fingerprint import source_hashes, template_hashes, tool_facts

_PROVIDERS = "providers/"


def digest(*facts: object) -> str:
    """One hash of values that JSON can say."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Keys:
    """Hashes of one spec folder as it stands."""

    sources: Mapping[str, str]
    """Every file, relative to the spec -> hash."""
    tool: str
    contract: str
    dialects: Mapping[str, str]
    """Dialect -> hash of its files, of those they name, and of the contract."""
    providers: str
    speakers: Mapping[str, str] = field(default_factory=dict)
    """Dialect -> hash of the providers' files that name it."""
    profiles: Mapping[str, int] = field(default_factory=dict)
    """Dialect -> number of these files."""
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Dialect -> these files, relative to the spec."""

    def dialect(self, name: str) -> str:
        """Of all that a dialect and its profiles are read from."""
        return digest("dialect", self.tool, self.dialects[name], self.speakers[name])

    def of_contract(self, target: str, config: Config) -> str:
        """Of what a target makes of the contract alone."""
        settings = [config.import_name, config.models, bool(self.dialects)]
        return digest("contract", target, self.tool, self.contract, settings)


def keys_of(spec: Path) -> Keys:
    """The hashes of a spec folder.

    Raises:
        OSError: if a file cannot be read.
    """
    sources = source_hashes(spec)
    names = {path.split("/")[1] for path in sources if _is_dialect(path)}
    files = {path: found for path, found in sources.items() if path.startswith(_PROVIDERS)}
    texts = {path: (spec / path).read_bytes() for path in files}
    named = {
        name: {path: files[path] for path in files if name.encode() in texts[path]}
        for name in names
    }
    speakers = {name: digest(found) for name, found in named.items()}
    profiles = {name: len(found) for name, found in named.items()}
    contract = contract_key_of(sources)
    tool = digest(tool_facts(), template_hashes())
    dialects = {
        name: found
        for name, found in dialect_keys_of(spec, sources, contract).items()
        if name in names
    }
    return Keys(
        sources,
        tool,
        contract,
        dialects,
        digest(contract, sorted(names), files),
        speakers,
        profiles,
        {name: sorted(found) for name, found in named.items()},
    )


def _is_dialect(path: str) -> bool:
    return path.startswith("dialects/") and path.count("/") == 2 and path.endswith("/dialect.yaml")
