"""The public API of a package, read from its source, and which modules it needs."""

from __future__ import annotations

import pytest
from orgen.vendor.api import api_of, changes
from orgen.vendor.graph import needed

BEFORE = {
    "__init__.py": '__all__ = ["__version__", "things"]\n__version__ = "1"\n',
    "things.py": """\
from .runtime.made import Thing, make
from .runtime.made import Kind as Sort
__all__ = ["Thing", "make", "Sort", "Any", "Old", "Pair"]
Any = int | str
Old = list[int]
Pair = TypedDict("Pair", {"a-b": int})
hidden = 1
""",
    "runtime/made.py": """\
class Thing(Base):
    name: str
    size: int = 1
    _own: int
    def grow(self, by: int) -> None: ...
    def _shrink(self) -> None: ...
def make(name: str) -> Thing: ...
Kind = Literal["a", "b"]
""",
    "dialects/__init__.py": "__all__ = []\n",
    "dialects/one.py": "DIALECT = 1\n",
    "broken.py": "def :\n",
    "data.json": "{}",
}
AFTER = {
    **BEFORE,
    "things.py": BEFORE["things.py"].replace('"Old", ', "").replace("int | str", "str | None"),
    "runtime/made.py": BEFORE["runtime/made.py"]
    .replace("size: int = 1", "colour: str")
    .replace("by: int", "by: float")
    .replace('"b"]', '"b", "c"]'),
    "dialects/two.py": "DIALECT = 2\n",
}


def test_names_and_members_are_found() -> None:
    api = api_of(BEFORE)
    assert api["things.Thing.name"] == ": str"
    assert api["things.make"] == "(name: str) -> Thing"
    assert api["things.Pair.a-b"] == ": int"
    assert "things.Sort['a']" in api
    assert api["dialects.one"] == " (module)"
    assert not [name for name in api if "hidden" in name or "_own" in name or "runtime" in name]


def test_changes_are_told_by_name() -> None:
    assert [str(change) for change in changes(api_of(BEFORE), api_of(AFTER))] == [
        "+ dialects.two (module)",
        "+ things.Any[None]",
        "- things.Any[int]",
        "- things.Old = list[int]",
        "+ things.Sort['c']",
        "+ things.Thing.colour: str",
        "~ things.Thing.grow(self, by: int) -> None  ->  (self, by: float) -> None",
        "- things.Thing.size: int = 1",
    ]


def test_only_internal_modules_that_something_leads_to_are_needed() -> None:
    files = {
        "__init__.py": "",
        "types.py": "",
        "events.py": "from .runtime.a import x\nfrom . import types\n",
        "runtime/__init__.py": "",
        "runtime/a.py": "from . import b\n",
        "runtime/b.py": "def f():\n    from ..types import T\n",
        "runtime/unused.py": "from .a import x\n",
        "_shared.py": "",
        "py.typed": "",
    }
    assert set(files) - set(needed(files)) == {"runtime/unused.py", "_shared.py"}


@pytest.mark.parametrize("text", ["from .missing import x", "from ... import x"])
def test_an_import_that_leads_nowhere_is_a_fault(text: str) -> None:
    with pytest.raises(ValueError, match="imports"):
        needed({"__init__.py": "", "a.py": f"{text}\n"})
