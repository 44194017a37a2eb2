"""Puts together what is said about a component or property."""

from __future__ import annotations

import json

from orgen.ir.schema import MISSING, Doc, List, Literals, Property, Type

_LONG = 60


def component_prose(doc: Doc, type: Type) -> str | None:
    """The description, else the title, then what each value means and since when."""
    return _joined([_text(doc), _values(type), _since(doc)])


def property_prose(prop: Property) -> str | None:
    """The description, then what each value means, the default, and since when."""
    if prop.forbidden:
        return _joined([_text(prop.doc), "Must not be sent here."])
    return _joined([_text(prop.doc), _values(prop.type), _default(prop), _since(prop.doc)])


def _joined(paragraphs: list[str | None]) -> str | None:
    return "\n\n".join(p for p in paragraphs if p) or None


def _text(doc: Doc) -> str | None:
    text = (doc.description or doc.title or "").strip()
    if not doc.deprecated:
        return text or None
    return f"Deprecated. {text}".strip()


def _values(type: Type) -> str | None:
    """One line per value that the spec explains."""
    if isinstance(type, List):
        type = type.items
    if not isinstance(type, Literals):
        return None
    explained = [v for v in type.values if type.descriptions.get(str(v))]
    lines = [f"- `{v}`: {' '.join(type.descriptions[str(v)].split())}" for v in explained]
    return "\n".join(lines) or None


def _default(prop: Property) -> str | None:
    """The default, unless it is the only value there is or too long to be read."""
    if prop.default is MISSING or (prop.default is None and prop.nullable):
        return None
    if isinstance(prop.type, Literals) and len(prop.type.values) == 1:
        return None
    shown = json.dumps(prop.default, ensure_ascii=False)
    return f"Default: `{shown}`." if len(shown) <= _LONG else None


def _since(doc: Doc) -> str | None:
    return f"Added in {doc.since}." if doc.since else None
