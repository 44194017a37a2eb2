"""Reads a provider document, whose shape is known to be right, into a `Provider`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orgen.diagnostics import Diagnostics
from orgen.dialect.primitives import close_match
from orgen.load import Document
from orgen.provider.model import Auth, EnvVariable, ModelRule, OtherBase, Provider, Service

_FIELD = re.compile(r"\{([^{}]*)\}")


def parse_provider(document: Document) -> Provider:
    """The provider that a document describes; profiles are left to `orgen.provider.profile`."""
    root: Any = document.value
    return Provider(
        slug=root["provider"],
        title=root["title"],
        source=root["source"],
        aliases=tuple(root.get("aliases", ())),
        base_url=root["base_url"],
        base_urls=tuple(OtherBase(o["when"], o["base_url"]) for o in root.get("base_urls", ())),
        base_url_env=tuple(root.get("base_url_env", ())),
        variables=tuple(_variable(name, v) for name, v in root.get("variables", {}).items()),
        auth=_auth(root["auth"]) if "auth" in root else Auth(required=False),
        headers=root.get("headers", {}),
        optional_headers={k: tuple(v) for k, v in root.get("optional_headers", {}).items()},
        list_models=root.get("list_models", ""),
        services=tuple(_service(document, name, value) for name, value in root["dialects"].items()),
        capabilities=root.get("capabilities", {}),
        models=tuple(map(_model, root.get("models", ()))),
        settings=root.get("settings", {}),
        notes=tuple(root.get("notes", ())),
        span=document.span(("provider",)),
    )


def _auth(value: Mapping[str, Any]) -> Auth:
    return Auth(
        value["scheme"],
        value.get("name", ""),
        tuple(value.get("env", ())),
        value.get("required", value["scheme"] != "none"),
    )


def _variable(name: str, value: Mapping[str, Any]) -> EnvVariable:
    env = tuple(value.get("env", ()))
    return EnvVariable(name, value["description"], env, value.get("default"))


def _model(value: Mapping[str, Any]) -> ModelRule:
    return ModelRule(
        patterns_of(value),
        tuple(value.get("examples", ())),
        value.get("base_url"),
        value.get("note", ""),
        value.get("capabilities", {}),
        value.get("family", ""),
    )


def patterns_of(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The patterns of an entry of `models`, which may be one text."""
    found = value["pattern"]
    return (found,) if isinstance(found, str) else tuple(found)


def _service(document: Document, name: str, value: Mapping[str, Any]) -> Service:
    return Service(
        dialect=name,
        path=value["path"],
        stream_path=value.get("stream_path", value["path"]),
        compact_path=value.get("compact_path", ""),
        span=document.key_span(("dialects", name)),
        auth=_auth(value["auth"]) if "auth" in value else None,
        headers=value.get("headers", {}),
        note=value.get("note", ""),
        capabilities=value.get("capabilities", {}),
        parent=value.get("profile", {}).get("extends"),
    )


def check_fields(document: Document, diagnostics: Diagnostics) -> None:
    """Report braces in base URLs that no variable fills, and variables that fill none."""
    root: Any = document.value
    declared = list(root.get("variables", {}))
    used: set[str] = set()
    for pointer, url in _base_urls(root):
        for name in _FIELD.findall(url):
            used.add(name)
            if name not in declared:
                diagnostics.error(
                    document.span(pointer),
                    "D062",
                    f"no variable is called '{name}'",
                    close_match(name, declared) or "declare it under 'variables'",
                )
        if re.search(r"[{}]", _FIELD.sub("", url)):
            diagnostics.error(document.span(pointer), "D062", "a brace without its other half")
    for index, other in enumerate(root.get("base_urls", ())):
        for name in other["when"]:
            used.add(name)
            if name not in declared:
                at = document.key_span(("base_urls", index, "when", name))
                hint = close_match(name, declared)
                diagnostics.error(at, "D062", f"no variable is called '{name}'", hint)
    for name in declared:
        if name not in used:
            at = document.key_span(("variables", name))
            diagnostics.error(at, "D062", f"no base URL has '{{{name}}}'", "remove the variable")


def _base_urls(root: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("base_url",), root["base_url"]
    for key in ("base_urls", "models"):
        for index, entry in enumerate(root.get(key, ())):
            if "base_url" in entry:
                yield (key, index, "base_url"), entry["base_url"]
