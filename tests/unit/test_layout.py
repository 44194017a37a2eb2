"""Laying out directly and in pieces gives what black alone gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath

import black
import pytest
from hypothesis import given
from hypothesis import strategies as st
from orgen.cache import TextCache
from orgen.format import FormatError, format_file, format_files
from orgen.layout import direct
from orgen.layout.style import MODE
from orgen.render import SourceFile

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "generated" / "python" / "openresponses"
BY_HAND = ("runtime", "client")
LINES = [
    "x = 1", "x = (1)", "x = 'a'", 'x = "a"', 'x = "it\'s"', "x = {'a':1}", "x = [1,2, 3]",
    "x = [1, 2,]", "x = f(a=1, b = 2)", "return (x)", "return (x, y)", "return x", "return",
    "x = a[1:2]", "x = a[b+1 :]", "x = a**2", "x = -a ** -b", "x: int", "x: int=3", "x = 0XFF",
    "x = 1E5", "x += 1", "x = lambda a: a", '"""Text. """', "'text'", "...", "x = yield",
    "x = not (a)", "x = (yield)", "if (a): pass", "x = a if (b) else c", "x = u'a'", "x = F'a'",
    "x = (a := b)", "del (a)", "del (a, b)", "assert (a)", "f( a )", "f(a , b)", "x = a  # why",
    "x = a; y = b", "x = a[b, (c)]", "x = a if b else c", "for i in (1, 2): pass", "x = a[-1]",
    "print(* args)", "x = a@b", "x = ~ a", "x = a<b", "x = f(a)(b)[c].d", "x = {}", "x = (  )",
    'x = "é"', 'x = "a" "b"', 'x = """a"""', "x = a.b .c", "x = [(1), (2)]", "x = f((a))",
    'x = isinstance(a, (list, str)) and a.get("type") == "message" and b.get("role") != "sy" and z',
    'value = ctx.encode({"aaaaaaaaaaaaaaaaaaaaa": first, "bbbbbbbbbbbbbbbbbbbbbbbb": second}, cc)',
    "x = a[b :]", "x = a[: b]", "x = a|b", "x = a-b", "x = - a", "x = a -b", "x = not a", "f(-a)",
]  # fmt: skip
TESTS = [
    "a", "(a)", "(x := a) is not None", "(x := a)", "(a) and (b)", "not (a)", "a  and b",
    "a == 'b'",
    "(a, b)", "isinstance(x := f(a), (list, str))", "x in (1, 2)", "a<b", "(a) == b",
]  # fmt: skip


def both(text: str) -> None:
    assert laid_out(text) == black.format_str(text, mode=MODE)


def laid_out(text: str) -> str:
    return format_file(SourceFile(PurePosixPath("a.py"), text)).text


@pytest.mark.parametrize("line", LINES)
def test_a_line(line: str) -> None:
    body = f"def function(a, b):\n    {line}\n"
    both(body)
    both(f"class Class:\n    def method(self):\n        {line}\n")


@pytest.mark.parametrize("test", TESTS)
def test_a_test(test: str) -> None:
    branches = f"    if {test}:\n        return 1\n    elif {test}:\n        x = 1\n"
    both(f"def f():\n{branches}    else:\n        pass\n")


def _block(lines: list[tuple[str, str, bool]]) -> str:
    parts = []
    for line, test, nested in lines:
        parts.append(f"    if {test}:\n        {line}\n" if nested else f"    {line}\n")
    return "".join(parts)


_LINES = st.lists(
    st.tuples(st.sampled_from(LINES), st.sampled_from(TESTS), st.booleans()), min_size=1, max_size=5
)
_FRAMES = [
    "def {}(a):\n{}",
    "class {}:\n{}",
    "{} = 1\n",
    "# {}\n\n",
    "import {}\n",
    "@{}\ndef f(a):\n{}",
]


@given(st.lists(st.tuples(st.sampled_from(_FRAMES), _LINES, st.integers(0, 3)), max_size=4))
def test_modules(made: list[tuple[str, list[tuple[str, str, bool]], int]]) -> None:
    text = '"""Module."""\n'
    for number, (frame, lines, gap) in enumerate(made):
        body = _block([line for line in lines if "class" not in frame or "return" not in line[0]])
        text += frame.format(f"n{number}", body or "    pass\n") + "\n" * gap
    both(text)


@pytest.mark.parametrize("name", ["dialects/ollama_chat", "native/ollama_chat", "events"])
def test_generated_modules_stay_as_they_are(name: str) -> None:
    text = (PACKAGE / f"{name}.py").read_text("utf-8")
    assert laid_out(text) == text


def test_all_generated_modules_are_in_style(request: pytest.FixtureRequest) -> None:
    files = sorted(PACKAGE.rglob("*.py"))
    whole = request.config.getoption("--full")
    for path in files if whole else files[::15]:
        text = path.read_text("utf-8")
        assert black.format_str(text, mode=MODE) == text, path


@pytest.mark.parametrize("folder", ["templates/python/runtime"])
def test_hand_written_modules_are_in_style(folder: str) -> None:
    """They are copied as they are; `make format` lays them out."""
    command = [sys.executable, "-m", "black", "--check", "--line-length", "100", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make format`\n{done.stderr}"


def test_what_is_generated_hardly_ever_needs_black() -> None:
    paths = [path for path in sorted(PACKAGE.rglob("*.py")) if path.parent.name not in BY_HAND]
    texts = [path.read_text("utf-8") for path in paths]
    made = [direct.laid_out(text) for text in texts]
    assert sum(one is None for one in made) <= 4  # with comprehensions in conditions, and the like
    assert all(one in (None, text) for one, text in zip(made, texts, strict=True))


def test_marks_of_black_hold_for_the_whole_file() -> None:
    text = "# fmt: off\n" + "def f(a):\n    return  a\n\n\n" * 20
    both(text)


def test_names_of_stand_ins_may_occur_in_the_text() -> None:
    both(
        "".join(
            f"def _{n}_(a):\n    _{n}_ = a\n    {'_' * (n + 1)}0_ = [ a ]\n" * 9 for n in range(9)
        )
    )


def test_what_is_not_python_is_named() -> None:
    with pytest.raises(FormatError, match=r"a\.py"):
        laid_out("def f(:\n")


def test_only_the_piece_that_changed_is_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orgen.layout import style

    asked: list[str] = []
    real = style.styled
    monkeypatch.setattr(style, "styled", lambda text: (asked.append(text), real(text))[1])
    functions = [f"def f{n}(a):\n    return [  {n} ** a, '{'x' * 120}' ]\n" for n in range(5)]
    cache = TextCache(tmp_path)
    format_files([SourceFile(PurePosixPath("a.py"), "\n".join(functions))], cache)
    assert len(asked) == 5
    asked.clear()
    functions[2] = functions[2].replace("2", "7")
    text = "\n".join(functions)
    [made] = format_files([SourceFile(PurePosixPath("a.py"), text)], cache)
    assert asked == [functions[2]]
    assert made.text == black.format_str(text, mode=MODE)
