"""What a dialect is made from, as one hash: its files, those that they name, and the contract."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from orgen.fingerprint import source_hashes

_FOLDER = "dialects/"
_FOLDERS = (_FOLDER, "providers/")


def contract_key(spec: Path) -> str:
    """Hash of everything in a spec folder but dialects and providers."""
    return contract_key_of(source_hashes(spec))


def contract_key_of(files: Mapping[str, str]) -> str:
    """Hash of everything but dialects and providers, among the hashes of a spec's files."""
    return _hash({path: files[path] for path in files if not path.startswith(_FOLDERS)})


def dialect_keys(spec: Path) -> dict[str, str]:
    """Dialect -> hash of all that its meaning depends on.

    What a file extends or refers to, it names: every folder whose name occurs in
    the text counts, so that nothing that matters is left out.
    """
    sources = source_hashes(spec)
    return dialect_keys_of(spec, sources, contract_key_of(sources))


def dialect_keys_of(spec: Path, sources: Mapping[str, str], contract: str) -> dict[str, str]:
    """Dialect -> hash of all that its meaning depends on, by the hashes of a spec's files."""
    own: dict[str, dict[str, str]] = {}
    for path, digest in sources.items():
        if path.startswith(_FOLDER) and path.count("/") > 1:
            own.setdefault(path.split("/")[1], {})[path] = digest
    named = {name: _named(spec, files, own) for name, files in own.items()}
    keys = {}
    for name in own:
        files = {path: own[other][path] for other in _reached(name, named) for path in own[other]}
        keys[name] = _hash({"": contract, **files})
    return keys


def _named(spec: Path, files: Mapping[str, str], names: Mapping[str, object]) -> set[str]:
    texts = [(spec / path).read_bytes() for path in files if "/vectors/" not in path]
    return {name for name in names if any(name.encode() in text for text in texts)}


def _reached(name: str, named: Mapping[str, set[str]]) -> list[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        if (next_one := waiting.pop()) not in found:
            found.add(next_one)
            waiting += sorted(named[next_one])
    return sorted(found)


def _hash(facts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(sorted(facts.items()))).encode()).hexdigest()
