"""One file: found inside its root, read, and parsed as what it is."""

from __future__ import annotations

from pathlib import Path

from orgen.diagnostics import Diagnostics, Span
from orgen.load.document import Document
from orgen.load.json import parse_json
from orgen.load.source import display_name, read_source
from orgen.load.yaml import parse_yaml
from orgen.memory import remembered

_YAML = frozenset({".yaml", ".yml"})


def load_file(path: Path, root: Path, diagnostics: Diagnostics) -> Document | None:
    """Load one YAML or JSON file that lies, symbolic links followed, below `root`.

    `.json` is JSON and `.yaml` or `.yml` YAML; any other file is JSON if it
    begins with a brace or bracket. Returns None after reporting that there is
    no usable value; faults that leave one are only reported.
    """
    path, root = Path(path), Path(root)
    file = display_name(path)
    if not inside(path, root):
        diagnostics.error(
            Span(file),
            "L030",
            f"the file lies outside of {display_name(root)}",
            hint="only files below that folder are read, symbolic links followed",
        )
        return None
    source = read_source(path, file, diagnostics)
    if source is None:
        return None
    is_json = path.suffix == ".json" or (
        path.suffix not in _YAML and source.text.lstrip()[:1] in ("{", "[")
    )
    parse = parse_json if is_json else parse_yaml
    local = Diagnostics(sources=diagnostics.sources)
    node = remembered(
        f"parsed {file}", (is_json, source.text), lambda: parse(source, local), lambda _: not local
    )
    diagnostics.items += local.items
    if node is None:
        return None
    return Document(node.value, node.place, file, (file,))


def inside(path: Path, root: Path) -> bool:
    """Whether a path, symbolic links followed, is `root` or lies below it."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
