"""`orgen generate`: brings the output folder up to date, or tells how it differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orgen.config import Config
from orgen.diagnostics import DiagnosticError, Diagnostics
from orgen.fingerprint import Origin, origin_of
from orgen.lock import LOCK_NAME, Lock, TargetLock, dump_lock, read_lock
from orgen.progress import Progress
from orgen.write import Plan, Tree, alone, differences, prepare, tree, write_tree
from orgen.write.paths import Kind, is_safe, kind_of, read_bytes

if TYPE_CHECKING:
    from orgen.pipeline import Output


@dataclass(frozen=True, slots=True)
class Summary:
    """How many files a run wrote, removed and found right."""

    written: int
    removed: int
    unchanged: int


def update(
    config: Config,
    diagnostics: Diagnostics,
    progress: Progress,
    *,
    force: bool = False,
    cache: bool = True,
) -> Summary:
    """Generate and write. With `cache`, a folder whose inputs and outputs have the hashes that
    its lock records is left alone at once.

    Raises:
        DiagnosticError: if anything is wrong; then nothing was written.
    """
    with _alone(config, diagnostics):
        if cache and (files := _current(config)) is not None:
            return Summary(0, 0, files)
        _read_lock(config, diagnostics, force)  # a fault in it is told before the work, not after
        diagnostics.check()
    made = _make(config, diagnostics, progress)
    with progress.step("write"), _alone(config, diagnostics):
        wanted, plan = _plan(config, made, diagnostics, force)
        diagnostics.check()
        write_tree(config.out, wanted, plan, diagnostics)
        diagnostics.check()
    return Summary(len(plan.write), len(plan.remove), len(plan.unchanged))


@contextmanager
def _alone(config: Config, diagnostics: Diagnostics) -> Iterator[None]:
    """Keep other runs away; not held while generating, whose helper processes would share it."""
    with alone(config.out, diagnostics) as locked:
        if not locked:
            raise DiagnosticError(diagnostics)
        yield


def drift(config: Config, diagnostics: Diagnostics, progress: Progress) -> list[str]:
    """Generate and compare: the lines of a unified diff, none if all is up to date.

    Writes nothing, and takes no record's word: everything is generated anew.
    """
    made = _make(config, diagnostics, progress)
    wanted, plan = _plan(config, made, diagnostics, force=True)
    diagnostics.check()
    label = config.out.name if config.out.is_absolute() else config.out.as_posix()
    with progress.step("compare"):
        return list(differences(config.out, wanted, plan, label or "."))


@dataclass(frozen=True, slots=True)
class _Made:
    """What a run generated, and from what."""

    output: Output
    origin: Origin


def _make(config: Config, diagnostics: Diagnostics, progress: Progress) -> _Made:
    from orgen.pipeline import generate  # heavy: not needed when nothing changed

    # The hashes are taken first: an edit during the run shows as a difference later.
    origin = origin_of(config) if config.spec.is_dir() else None
    output = generate(config, diagnostics, progress)
    return _Made(output, origin or origin_of(config, output.sources))


def _plan(config: Config, made: _Made, diagnostics: Diagnostics, force: bool) -> tuple[Tree, Plan]:
    output = made.output
    before = _read_lock(config, diagnostics, force)
    diagnostics.check()
    lock = _merged(before, _lock(config, made.origin, output), config)
    files = {
        f"{name}/{path}": text
        for name, texts in output.files.items()
        for path, text in texts.items()
    }
    wanted = tree({**files, LOCK_NAME: dump_lock(lock)})
    others = {path for path in before.owned if _belongs_to_others(path, config)}
    owned = {path: digest for path, digest in before.owned.items() if path not in others}
    owned[LOCK_NAME] = _present_hash(config)
    return wanted, prepare(config.out, wanted, owned, diagnostics, force=force)


def _read_lock(config: Config, diagnostics: Diagnostics, force: bool) -> Lock:
    """The lock; with `force`, a broken one is as good as none."""
    return read_lock(config.out, Diagnostics() if force else diagnostics)


def _present_hash(config: Config) -> str:
    """The hash of the lock itself: it is ours as it stands, whoever merged it."""
    if kind_of(config.out, LOCK_NAME) is not Kind.FILE:
        return ""
    return hashlib.sha256(read_bytes(config.out / LOCK_NAME)).hexdigest()


def _belongs_to_others(path: str, config: Config) -> bool:
    """Whether `--target` leaves the file to a run for another target."""
    name = path.partition("/")[0]
    return bool(config.only) and name not in config.selected


def _lock(config: Config, origin: Origin, output: Output) -> Lock:
    targets = {
        name: TargetLock(origin.fingerprint, _digests(texts))
        for name, texts in output.files.items()
    }
    return Lock(
        spec={"version": output.spec_version, "hash": output.spec_hash},
        tool=origin.tool,
        settings=origin.settings,
        sources=origin.sources,
        templates=origin.templates,
        targets=targets,
    )


def _digests(texts: Mapping[str, str]) -> dict[str, str]:
    return {path: hashlib.sha256(content).hexdigest() for path, content in tree(texts).items()}


def _merged(before: Lock, now: Lock, config: Config) -> Lock:
    """`now`, with what the lock said of targets that this run leaves alone."""
    kept = {
        name: target
        for name, target in before.targets.items()
        if config.only and name not in config.selected
    }
    return replace(now, targets={**kept, **now.targets})


def _current(config: Config) -> int | None:
    """The number of files if nothing at all has changed since they were written, else None."""
    lock = read_lock(config.out, Diagnostics())
    if not config.only and set(lock.targets) != set(config.targets):
        return None
    if not set(config.selected) <= set(lock.targets):
        return None
    try:
        extra = () if config.spec.is_dir() else filter(is_safe, lock.sources)
        origin = origin_of(config, extra)
        selected = {name: lock.targets[name] for name in config.selected}
        if any(target.inputs != origin.fingerprint for target in selected.values()):
            return None
        if not _as_written(config, lock, origin):
            return None
        owned = Lock(targets=selected).owned
        if all(_intact(config, path, digest) for path, digest in owned.items()):
            return len(owned) + 1
    except OSError:
        return None  # the full run reports it
    return None


def _as_written(config: Config, lock: Lock, origin: Origin) -> bool:
    """Whether the lock stands as orgen writes it for these inputs, not edited or merged."""
    expected = replace(
        lock,
        tool=origin.tool,
        settings=origin.settings,
        sources=origin.sources,
        templates=origin.templates,
    )
    return read_bytes(config.out / LOCK_NAME) == dump_lock(expected).encode()


def _intact(config: Config, path: str, digest: str) -> bool:
    if kind_of(config.out, path) is not Kind.FILE:
        return False
    return hashlib.sha256(read_bytes(config.out / path)).hexdigest() == digest
