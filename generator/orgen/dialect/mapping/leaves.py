"""Takes rules apart: which canonical places they speak of, and which native ones stand opposite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from orgen.dialect.ast import Array, Literal, Object, Rule, Template, Text, Variable, Wildcard
from orgen.dialect.mapping.model import Scope
from orgen.dialect.parse import template_filters


@dataclass(frozen=True, slots=True)
class Leaf:
    """A native place, the variables it holds, and its constant if it has one."""

    path: str
    names: frozenset[str]
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A canonical place that a rule speaks of.

    `form` limits it to one form of the field; what is not `carried` is accepted
    as it comes and not sent.
    """

    scope: Scope
    path: str
    natives: tuple[str, ...]
    filters: tuple[str, ...] = ()
    form: str | None = None
    carried: bool = True


@dataclass(frozen=True, slots=True)
class RuleReader:
    """Reads the rules of one dialect, whose values are told apart by the property `tag`.

    `formed` are the paths of request fields whose objects are forms of the
    field, not values of their own.
    """

    tag: str | None
    formed: frozenset[str] = frozenset()

    def claims(self, rule: Rule, scope: Scope, prefix: str = "") -> Iterator[Claim]:
        """The places of a rule's canonical side. Values without a type claim nothing."""
        value = scope is Scope.VALUE
        native = tuple(self.leaves(rule.native, prefix, top=value))
        if prefix:
            native = (*native, Leaf(prefix, frozenset(), ""))
        whole = self.label(rule.native, prefix)
        if scope is Scope.VALUE:
            yield from self._value(rule.canonical, native, whole)
        else:
            yield from self._inside(rule.canonical, scope, "", native)

    def _value(self, template: Template, native: tuple[Leaf, ...], whole: str) -> Iterator[Claim]:
        word = constant_of(template, "type", optional=True)
        if word is None or not isinstance(template, Object):
            return
        yield Claim(Scope.VALUE, word, (whole,) if whole else ())
        for entry in template.entries:
            if entry.key != "type":
                path = f"{word}.{entry.key}"
                yield from self._place(entry.template, Scope.VALUE, path, native)

    def _inside(
        self, template: Template, scope: Scope, path: str, native: tuple[Leaf, ...]
    ) -> Iterator[Claim]:
        if isinstance(template, Object):
            for entry in template.entries:
                inner = f"{path}.{entry.key}" if path else entry.key
                yield from self._place(entry.template, scope, inner, native)

    def _place(
        self, template: Template, scope: Scope, path: str, native: tuple[Leaf, ...]
    ) -> Iterator[Claim]:
        word = constant_of(template, "type", optional=True)
        form = word
        if isinstance(template, Literal) and isinstance(template.value, str):
            form = template.value
        natives = opposite(template, native)
        filters = tuple(dict.fromkeys(written(f.name, f.arguments) for f in _filters(template)))
        if word is not None or not isinstance(template, Object):
            yield Claim(scope, path, natives, filters, form, carries(template))
        if scope is Scope.REQUEST and path in self.formed:
            return
        if word is not None:
            yield from self._value(template, native, ", ".join(natives))
        elif isinstance(template, Array):
            for element in template.elements:
                yield from self._value(element, native, ", ".join(opposite(element, native)))
        else:
            yield from self._inside(template, scope, path, native)

    # The native side --------------------------------------------------------

    def leaves(self, template: Template, path: str, *, top: bool = False) -> Iterator[Leaf]:
        """Every place of a template that holds a variable or a constant.

        The tag of a value is part of the path of what stands beside it.
        """
        match template:
            case Object(entries):
                word = constant_of(template, self.tag) if top or path.endswith("]") else None
                inner = _element(path, word) if top else path
                for entry in entries:
                    if word is None or entry.key != self.tag:
                        place = f"{inner}.{entry.key}" if inner else entry.key
                        yield from self.leaves(entry.template, place)
            case Array(elements):
                for element in elements:
                    word = constant_of(element, self.tag) or ""
                    yield from self.leaves(element, f"{path}[{word}]")
            case Literal(value):
                yield Leaf(path, frozenset(), json.dumps(value, ensure_ascii=False))
            case _:
                yield Leaf(path, names_in(template))

    def label(self, template: Template, path: str) -> str:
        """A native value as a whole: its tag, or the list that it is an element of."""
        word = constant_of(template, self.tag)
        if word is not None:
            return _element(path, word)
        if path.endswith("[]"):
            return path
        if not isinstance(template, Object) or not template.entries:
            return path
        first = template.entries[0]
        place = f"{path}.{first.key}" if path else first.key
        if len(template.entries) == 1 and isinstance(first.template, Array):
            words = [constant_of(element, self.tag) or "" for element in first.template.elements]
            return f"{place}[{'|'.join(words)}]"
        return place


def _element(path: str, word: str | None) -> str:
    """The path of a value, with its tag: `tools[custom]`, `format[json_schema]`, `image`."""
    if word is None:
        return path
    return f"{path.removesuffix('[]')}[{word}]" if path else word


def opposite(template: Template, native: tuple[Leaf, ...]) -> tuple[str, ...]:
    """The native places that share variables with a canonical template, or its constants."""
    names = names_in(template)
    if names:
        return tuple(leaf.path for leaf in native if leaf.names & names)
    if isinstance(template, Wildcard):
        return ()
    constants = [leaf for leaf in native if leaf.constant is not None]
    return tuple(f"{leaf.path} = {leaf.constant}".removesuffix(" = ") for leaf in constants)


def carries(template: Template) -> bool:
    """Whether the template passes on what it finds: `$_` does not."""
    return not isinstance(template, Wildcard)


def names_in(template: Template) -> frozenset[str]:
    """The variables of a template."""
    match template:
        case Variable(name):
            return frozenset({name})
        case Text(parts):
            return frozenset(part.name for part in parts if isinstance(part, Variable))
        case Object(entries):
            return frozenset().union(*(names_in(entry.template) for entry in entries))
        case Array(elements):
            return frozenset().union(*(names_in(element) for element in elements))
        case Literal() | Wildcard():
            return frozenset()
        case total:
            return frozenset(total.terms)


def constant_of(template: Template, key: str | None, *, optional: bool = False) -> str | None:
    """The constant string that an object template has at `key`; always, or where it has one."""
    if key is None or not isinstance(template, Object):
        return None
    entry = template.entry(key)
    if (
        entry is None
        or (entry.optional and not optional)
        or not isinstance(entry.template, Literal)
    ):
        return None
    return entry.template.value if isinstance(entry.template.value, str) else None


def written(name: str, arguments: tuple[str, ...]) -> str:
    """A filter as it stands in the file."""
    return f"{name}({', '.join(arguments)})" if any(arguments) else name


_filters = template_filters
