"""Prints IR operations as Python through one Jinja macro per operation.

Only spelling is decided here: how a constant is written, how a kind is tested.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable, Iterable
from typing import Any

import jinja2

from orgen.ir.operations import (
    AbsentOr,
    Account,
    Bound,
    Constant,
    Copy,
    Expect,
    Expr,
    Fits,
    HasAny,
    IsKind,
    Local,
    NewList,
    Put,
    Stmt,
    Unused,
)
from orgen.ir.schema import Json
from orgen.render import environment
from orgen.targets.python.dialects.runtime import PRIMITIVES

_TESTS = {
    "object": "isinstance({}, dict)",
    "array": "isinstance({}, list)",
    "string": "isinstance({}, str)",
    "boolean": "isinstance({}, bool)",
    "number": "is_number({})",
    "integer": "is_integer({})",
    "null": "{} is None",
}
_CLASSES = {"object": "dict", "array": "list", "string": "str", "boolean": "bool"}
_NAMES = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "boolean": "true or false",
    "number": "a number",
    "integer": "a whole number",
    "null": "null",
}


_NUMBERS = (("integer",), ("number",))
_FEW = 3
"""So many keys are tried faster than a set is made to look at all keys of an object."""


class Printer:
    """Prints one module; collects the key sets that it names on the way."""

    def __init__(self, template: str = "dialects/operations.jinja") -> None:
        base = environment("python")
        env = base.overlay()
        env.filters = {
            **base.filters,
            "show": self.show,
            "block": self.block,
            "literal": literal,
            "same": self.same,
            "kind_test": kind_test,
            "kind_names": kind_names,
            "unkind_test": self.unkind_test,
            "length_test": length_test,
            "bounds_test": self.bounds_test,
            "assignment": self.assignment,
            "key_set": self.key_set,
            "leftover_test": self.leftover_test,
            "field_table": self.field_table,
            "bound_test": self.bound_test,
            "any_key_test": self.any_key_test,
            "unused_test": self.unused_test,
            "keys": lambda op: repr(tuple(op.keys)),
            "names": lambda names: repr(tuple(names)),
            "identifier": identifier,
            "hint": hint,
            "is_local": lambda op: isinstance(op, Local),
        }
        self.macros: Any = _template(env, template).module
        self.key_sets: dict[str, tuple[str, ...]] = {}
        self.field_tables: dict[str, dict[str, str]] = {}
        self.patterns: dict[str, str] = {}
        self._names: dict[type, Callable[[Any], str]] = {}

    def show(self, op: Any) -> str:
        """One operation as Python text."""
        if isinstance(op, str):
            return literal(op)
        if type(op) not in self._names:
            name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(op).__name__).lower()
            self._names[type(op)] = getattr(self.macros, name)
        return str(self._names[type(op)](op))

    def block(self, statements: Iterable[Stmt]) -> str:
        """Statements below each other; an empty block does nothing."""
        lines = "\n".join(self.show(stmt).strip("\n") for stmt in statements)
        return lines or "pass"

    def same(self, other: Expr) -> str:
        if isinstance(other, Constant) and (other.value is None or isinstance(other.value, bool)):
            return f"is {other.value}"
        return f"== {self.show(other)}"

    def bounds_test(self, op: Fits, value: str) -> str:
        tests = []
        if op.values is not None:
            tests.append(f"{value} in {tuple(op.values)!r}")
        if op.minimum is not None:
            tests.append(f"{value} >= {op.minimum!r}")
        if op.maximum is not None:
            tests.append(f"{value} <= {op.maximum!r}")
        if op.min_length is not None:
            tests.append(f"len({value}) >= {op.min_length}")
        if op.max_length is not None:
            tests.append(f"len({value}) <= {op.max_length}")
        if op.pattern is not None:
            tests.append(f"matches({op.pattern!r}, {value})")
        return " and ".join(tests)

    def bound_test(self, op: Bound) -> str:
        """A binding and the test of what was bound, in one expression."""
        name = identifier(op.name)
        binding = f"{name} := {self.show(op.value)}"
        match op.test:
            case AbsentOr(_, condition):
                return f"(({binding}) is None or {self.show(condition)})"
            case IsKind(_, kinds) if kinds in _NUMBERS:  # mostly absent, if it is not there
                return f"({binding}) is not None and {kind_test(kinds, name)}"
            case IsKind(_, kinds):
                return kind_test(kinds, name, binding)
            case _:
                return f"({binding}) is not None"

    def unkind_test(self, op: Expect) -> str:
        """Whether a value is of none of the kinds; whole numbers need no call to be known."""
        value = self.show(op.value)
        test = f"not {kind_test(op.kinds, value)}"
        return f"type({value}) is not int and {test}" if op.kinds in _NUMBERS else test

    def assignment(self, op: Put) -> str:
        value = self.show(op.value)
        *outer, last = op.path
        if any(isinstance(step, int) for step in op.path):
            return f"put({identifier(op.target)}, {op.path!r}, {value})"
        steps = "".join(f".setdefault({literal(step)}, {{}})" for step in outer)
        return f"{identifier(op.target)}{steps}[{literal(last)}] = {value}"

    def field_table(self, op: Copy) -> str:
        """The name of the constant that holds these fields and their kinds."""
        name = op.table.upper()
        self.field_tables[name] = {key: " ".join(kinds) for key, kinds in op.fields}
        return name

    def leftover_test(self, op: Account) -> str:
        """Whether an object has keys other than the known ones."""
        container = self.show(op.container)
        more = f"len({container}) > {op.least}"
        if op.least == len(set(op.known)):
            return more
        others = f"not {self.key_set(op.known)}.issuperset({container})"
        return f"{more} and {others}" if op.least else others

    def any_key_test(self, op: HasAny) -> str:
        """Whether an object has one of some keys: few are tried one by one.

        A single one that is null may as well be absent, as vendors say what an answer lacks.
        """
        value = self.show(op.value)
        if len(op.keys) == 1:
            return f"{value}.get({literal(op.keys[0])}) is not None"
        if len(op.keys) > _FEW:
            return f"not {self.key_set(op.keys)}.isdisjoint({value})"
        tests = " or ".join(f"{literal(key)} in {value}" for key in op.keys)
        return f"({tests})"

    def unused_test(self, op: Unused) -> str:
        """Whether there is anything that may be unused: its container, or one of its keys."""
        if isinstance(op.container, Local):
            return self.any_key_test(HasAny(op.container, op.keys))
        return f"{self.show(op.container)} is not None"

    def key_set(self, keys: tuple[str, ...]) -> str:
        """The name of the constant that holds these keys."""
        ordered = tuple(dict.fromkeys(keys))
        words = "_".join(re.sub(r"\W+", "_", key) for key in ordered[:4])
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).upper().strip("_") or "NONE"
        if len(ordered) > 4:
            words += "_AND_MORE"
        name = f"_{words}"
        while self.key_sets.get(name, ordered) != ordered:
            name += "_"
        self.key_sets[name] = ordered
        return name


_COMPILED: dict[tuple[str, str], Any] = {}


def _template(env: jinja2.Environment, name: str) -> jinja2.Template:
    """A template with the filters of `env`; it is compiled once for all of them."""
    assert env.loader is not None
    source, path, _ = env.loader.get_source(env, name)
    code = _COMPILED.get((name, source))
    if code is None:
        code = _COMPILED[name, source] = env.compile(source, name, path)
    return jinja2.Template.from_code(env, code, env.make_globals(None))


def hint(value: Expr) -> str:
    """The annotation that an empty list needs."""
    return ": list[Any]" if value == NewList(()) else ""


_TAKEN = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | PRIMITIVES


def identifier(name: str) -> str:
    """A local name; keywords, built-in names and those of primitives get an underscore."""
    return f"{name}_" if name.rstrip("_") in _TAKEN else name


def literal(value: Json | tuple[str, ...]) -> str:
    """A JSON value as a Python literal that black leaves alone."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    return repr(value)


def _string(text: str) -> str:
    quoted = ascii(text) if any(not c.isprintable() for c in text) else repr(text)
    if quoted.startswith("'") and '"' not in text:
        return f'"{quoted[1:-1]}"'
    return quoted


def kind_test(kinds: tuple[str, ...], value: str, first: str | None = None) -> str:
    """The test for JSON kinds; `first` is what the first mention of the value says.

    What is bound is tested again and again, where one class at a time is faster than a tuple.
    """
    classes = [_CLASSES[kind] for kind in kinds if kind in _CLASSES]
    tests = []
    if first is None and len(classes) > 1:
        tests.append(f"isinstance({{}}, ({', '.join(classes)}))")
        kinds = tuple(kind for kind in kinds if kind not in _CLASSES)
    tests += [_TESTS[kind] for kind in kinds]
    tests.sort(key=lambda test: (test == _TESTS["null"], test != _TESTS["string"]))
    texts = [tests[0].format(first or value), *(test.format(value) for test in tests[1:])]
    return texts[0] if len(texts) == 1 else f"({' or '.join(texts)})"


def kind_names(kinds: tuple[str, ...]) -> str:
    return literal(" or ".join(_NAMES[kind] for kind in kinds))


def length_test(length: int, value: str) -> str:
    if length == 0:
        return f"({value} is None or {value} == [])"
    return f"isinstance({value}, list) and len({value}) == {length}"
