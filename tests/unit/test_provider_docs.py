"""The pages about providers: every setting of each, as the package types it, and what it lacks."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from openresponses import providers, settings
from orgen.config import Config
from orgen.diagnostics import Diagnostics
from orgen.dialect.load import DialectFiles, load_dialects
from orgen.pipeline import read_spec
from orgen.progress import Progress
from orgen.provider.load import load_providers
from orgen.resolve import resolve
from orgen.resources import spec_dir
from orgen.units.work import Work

DOCS = Path(__file__).parents[2] / "generated" / "docs"
PAGES = sorted(path.stem.removeprefix("settings-") for path in DOCS.glob("settings-*.md"))


@cache
def text(page: str) -> str:
    return (DOCS / page).read_text("utf-8")


def rows(found: str) -> list[list[str]]:
    """The cells of all tables, without their heads."""
    lines = [line for line in found.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def section(slug: str) -> str:
    """What the page of providers says of one."""
    anchor = f'<a id="provider-{slug}"></a>'
    return text("providers.md").split(anchor)[1].split("<a id=")[0]


def has(who: str, slug: str) -> bool:
    """Whether a cell names a provider."""
    named = re.findall("`([^`]*)`", who)
    return who == "all" or (slug in named) != who.startswith("all but")


def own(slug: str) -> set[str]:
    """The settings that a provider has beyond its dialects, on the page of providers."""
    said = section(slug).partition("| Setting |")[2].partition("\n\n")[0]
    return {row[0].strip("`") for row in rows(said)}


@pytest.mark.parametrize("dialect", PAGES)
def test_every_setting_of_every_provider_is_told(dialect: str) -> None:
    module = import_module(f"{settings.__name__}.{dialect}")
    told = rows(text(f"settings-{dialect}.md"))
    served = [name for name in providers.names() if dialect in providers.get(name).dialects]
    assert served
    for slug in served:
        name = "".join(word.capitalize() for word in slug.split("-")) + "Settings"
        typed = set(getattr(module, name).__annotations__)
        page = {row[0].strip("`") for row in told if has(row[-1], slug)}
        assert typed <= page | own(slug), slug
        assert page <= typed, slug  # and nothing is told that it has not
    assert all(len(row) == 4 and all(row) for row in told)


@pytest.mark.parametrize("slug", providers.names())
def test_a_provider_has_a_section(slug: str) -> None:
    found = section(slug)
    assert f"## {providers.get(slug).title}" in found
    for dialect in providers.get(slug).dialects:
        assert f"settings-{dialect}.md" in found
    assert f"](#provider-{slug})" in text("providers.md")


def test_terms_are_told_as_they_hold() -> None:
    """They are found without making profiles, which readers do not need."""
    spec, diagnostics = spec_dir(), Diagnostics()
    schema = resolve(read_spec(spec, diagnostics, Progress()).full, diagnostics)
    dialects = load_dialects(spec, schema, diagnostics)
    whole = load_providers(DialectFiles(spec, diagnostics), schema, dialects, diagnostics)
    work = Work(Config(spec, Path()), Progress(), [dialect.name for dialect in dialects])
    told = work.told_providers(work.all_providers, work.dialects_of_spec)
    assert [provider.slug for provider in told] == [provider.slug for provider in whole]
    for one, other in zip(told, whole, strict=True):
        assert [each.terms for each in one.services] == [each.terms for each in other.services]
    assert "`tool_choice` | a loss | the choice of a tool is ignored" in section("ollama")
    url = "<code>input&#95;image&#60;url&#62;</code>"
    assert f"{url} | an error | images are sent inline" in section("ollama")
