"""Hashes of all that units are made from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orgen.config import Config
from orgen.dialect.keys import contract_key_of, dialect_keys_of
from orgen.fingerprint import source_hashes, template_hashes, tool_facts

_PROVIDERS, _SUFFIX = "providers/", ".yaml"
_EXTENDS = re.compile(rb"""extends["']?\s*:\s*["']?([A-Za-z0-9_-]+)""")


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
    speakers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Dialect -> names of the providers' files in which its name stands, sorted."""
    parents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Such a name -> itself, and the names of the files that its profiles may begin as, sorted."""

    def dialect(self, name: str) -> str:
        """Of all that a dialect is read from."""
        return digest("dialect", self.tool, self.dialects[name])

    def profile(self, name: str, provider: str) -> str:
        """Of all that a provider's profile of a dialect is read from."""
        return digest(self.dialect(name), provider, self._files(self.parents[provider]))

    def served(self, name: str) -> str:
        """Of a dialect, and of the files of all who may speak it."""
        speakers = {one for speaker in self.speakers[name] for one in self.parents[speaker]}
        return digest(self.dialect(name), self._files(sorted(speakers)))

    def _files(self, names: Sequence[str]) -> list[str]:
        return [self.sources[provider_path(name)] for name in names]

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
    texts = {
        path.removeprefix(_PROVIDERS).removesuffix(_SUFFIX): (spec / path).read_bytes()
        for path in files
        if path.endswith(_SUFFIX) and path.count("/") == 1
    }
    speakers = {
        name: sorted(one for one, text in texts.items() if name.encode() in text) for name in names
    }
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
        {name: _reached(name, texts) for name in texts},
    )


def provider_path(name: str) -> str:
    """The file of a provider, relative to the spec."""
    return f"{_PROVIDERS}{name}{_SUFFIX}"


def _reached(name: str, texts: Mapping[str, bytes]) -> list[str]:
    """A file, and those that it says to extend; whoever reads them sees whether that is all."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in texts and one not in found:
            found.add(one)
            waiting += [slug.decode() for slug in _EXTENDS.findall(texts[one])]
    return sorted(found)


def _is_dialect(path: str) -> bool:
    return path.startswith("dialects/") and path.count("/") == 2 and path.endswith("/dialect.yaml")
