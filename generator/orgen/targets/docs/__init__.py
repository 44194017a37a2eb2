"""The `docs` target: a readable reference in Markdown, one page a topic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from orgen.diagnostics import Diagnostics
from orgen.render import SourceFile, environment
from orgen.targets import Inputs, Target
from orgen.targets.docs.inventions import without_inventions
from orgen.targets.docs.lower import header, lower_index, lower_operations, lower_topics
from orgen.targets.docs.mapping import lower_dialects, render_mappings
from orgen.targets.docs.places import OPERATIONS_PAGE
from orgen.targets.docs.providers import render_providers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orgen.dialect.ast import Dialect
    from orgen.ir.schema import Schema
    from orgen.lifecycle import Lifecycle
    from orgen.provider.model import Provider
    from orgen.targets.docs.model import Table

__all__ = ["contract_pages", "render_index", "render_pages", "target"]


class _DocsTarget:
    name = "docs"

    def files(self, inputs: Inputs, diagnostics: Diagnostics) -> Sequence[SourceFile]:
        """The pages, the diagram of the stream if there is one, and the tables of dialects."""
        from orgen.lifecycle import find_lifecycle  # not needed for a change of one dialect

        lifecycle = find_lifecycle(inputs.config.spec, inputs.schema, diagnostics)
        pages = render_pages(inputs.schema, lifecycle, inputs.dialects, inputs.providers)
        names = [dialect.name for dialect in inputs.dialects]
        return [*pages, *render_providers(inputs.schema, inputs.providers, names)]


target: Target = _DocsTarget()


def render_pages(
    schema: Schema,
    lifecycle: Lifecycle | None,
    dialects: Sequence[Dialect] = (),
    providers: Sequence[Provider] = (),
) -> list[SourceFile]:
    """Every file of the reference but the page of providers, in reading order."""
    index = render_index(schema, lifecycle, lower_dialects(dialects))
    return [
        index,
        *contract_pages(schema, lifecycle),
        *render_mappings(schema, dialects, providers),
    ]


def render_index(schema: Schema, lifecycle: Lifecycle | None, dialects: Table | None) -> SourceFile:
    """The front page."""
    index = lower_index(without_inventions(schema), streaming=lifecycle is not None)
    return _page("index.md", replace(index, dialects=dialects))


def contract_pages(schema: Schema, lifecycle: Lifecycle | None) -> list[SourceFile]:
    """The pages that depend on the contract alone."""
    schema = without_inventions(schema)
    files = []
    operations = lower_operations(schema)
    if operations is not None:
        files.append(_page(OPERATIONS_PAGE, operations))
    for file, topic in lower_topics(schema, lifecycle).items():
        files.append(_page(file, topic, template="topic.md"))
    if lifecycle is not None:
        from orgen.targets.docs.diagram import draw
        from orgen.targets.docs.streaming import STREAMING_PAGE, lower_streaming

        files.append(_page(STREAMING_PAGE, lower_streaming(schema, lifecycle)))
        title = f"The life of a streamed response, {schema.title} {schema.version}"
        files.append(_page("streaming.svg", draw(lifecycle, header(schema), title)))
    return files


def _page(file: str, page: object, template: str | None = None) -> SourceFile:
    source = environment("docs").get_template(f"{template or file}.jinja")
    return SourceFile(PurePosixPath(file), source.render(page=page))
