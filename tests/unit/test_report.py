"""Printing diagnostics: exact text, harmless whatever is echoed, and machine formats."""

from __future__ import annotations

import json

from orgen.diagnostics import Diagnostics, Related, Span
from orgen.report import MAX_PRINTED, render


def collect(source: str, *spans: Span, message: str = "wrong", hint: str | None = None) -> str:
    diagnostics = Diagnostics(sources={"a.yaml": source})
    for span in spans:
        diagnostics.error(span, "X001", message, hint)
    return render(diagnostics)


def test_text() -> None:
    text = collect("a: 1\nkey: valeu\n", Span("a.yaml", 2, 6, 2, 11), hint="did you mean value?")
    assert text == (
        "a.yaml:2:6: X001 wrong\n" "    2 | key: valeu\n" "      |      ^^^^^ did you mean value?\n"
    )


def test_nothing_to_say() -> None:
    assert render(Diagnostics()) == ""
    assert render(Diagnostics(), "json") == "[]\n"
    assert render(Diagnostics(), "github") == ""


def test_warnings_and_notes() -> None:
    diagnostics = Diagnostics(sources={"a.yaml": "x\ny"})
    diagnostics.warning(
        Span("a.yaml", 2, 1, 2, 2),
        "X002",
        "odd",
        related=[Related(Span("a.yaml", 1, 1, 1, 2), "see")],
    )
    assert render(diagnostics) == (
        "a.yaml:2:1: X002 warning: odd\n    2 | y\n      | ^\n"
        "a.yaml:1:1: note: see\n    1 | x\n      | ^\n"
    )


def test_several_lines_are_marked_on_the_first() -> None:
    assert collect("ab: [1,  \n 2]\n", Span("a.yaml", 1, 5, 2, 4)).splitlines()[1:] == [
        "    1 | ab: [1,",
        "      |     ^^^",
    ]


def test_tabs_and_wide_characters_keep_the_caret_in_place() -> None:
    assert collect("\ta: 日本 x", Span("a.yaml", 1, 8, 1, 9)).splitlines()[1:] == [
        "    1 |     a: 日本 x",
        "      |             ^",
    ]
    assert collect("é e\u0301 x", Span("a.yaml", 1, 6, 1, 7)).splitlines()[2] == "      |     ^"


def test_controls_are_shown_not_sent() -> None:
    text = collect(
        "\x1b]0;title\x07 \u202e \x00 x",
        Span("a.yaml", 1, 1, 1, 2),
        message="bad \x1b[31m\n\u2066name",
        hint="\r\x08\ud800",
    )
    assert "\\x1b[31m\\x0a\\u2066name" in text
    assert "\\x0d\\x08\\ud800" in text
    assert all(character.isprintable() or character == "\n" for character in text)
    assert text.count("\n") == 3


def test_long_lines_are_cut_around_the_fault() -> None:
    line = "x" * 5_000 + "FAULT" + "y" * 5_000
    shown, carets = collect(line, Span("a.yaml", 1, 5_001, 1, 5_006)).splitlines()[1:]
    assert len(shown) < 150
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "FAULT"
    assert shown.startswith("    1 | ...xxx")
    assert shown.endswith("yyy...")
    wide = collect("z" * 5_000, Span("a.yaml", 1, 1, 1, 5_001)).splitlines()
    assert max(map(len, wide)) < 150


def test_lines_end_where_editors_end_them() -> None:
    source = "a\u2028b\x85c\r\nd\re\n"
    assert collect(source, Span("a.yaml", 3, 1, 3, 2)).splitlines()[1] == "    3 | e"


def test_places_that_have_no_line() -> None:
    assert collect("a", Span("a.yaml", 9, 9)) == "a.yaml:9:9: X001 wrong\n"
    assert collect("a", Span("b.yaml"), hint="look") == "b.yaml:1:1: X001 wrong\n      | look\n"
    assert collect("a\n", Span("a.yaml", 2, 1)).splitlines()[1:] == ["    2 |", "      | ^"]


def test_color_only_when_asked() -> None:
    diagnostics = Diagnostics(sources={"a.yaml": "x"})
    diagnostics.error(Span("a.yaml", 1, 1, 1, 2), "X001", "wrong")
    assert "\x1b" not in render(diagnostics)
    assert "\x1b[31mX001\x1b[0m" in render(diagnostics, color=True)


def test_sorted_without_duplicates_and_capped() -> None:
    spans = [Span("a.yaml", line, 1, line, 2) for line in range(300, 0, -1)]
    text = collect("x\n" * 300, *spans, *spans)
    assert text.startswith("a.yaml:1:1:")
    assert text.count("X001") == MAX_PRINTED
    assert text.endswith("... and 100 more; fix these first\n")


def test_json() -> None:
    diagnostics = Diagnostics()
    related = [Related(Span("b.yaml", 4, 5, 4, 6), "here")]
    diagnostics.error(Span("a.yaml", 1, 2, 3, 4), "X001", "wrong", "fix", related)
    assert json.loads(render(diagnostics, "json")) == [
        {
            "code": "X001",
            "severity": "error",
            "message": "wrong",
            "hint": "fix",
            "file": "a.yaml",
            "line": 1,
            "column": 2,
            "end_line": 3,
            "end_column": 4,
            "related": [
                {
                    "message": "here",
                    "file": "b.yaml",
                    "line": 4,
                    "column": 5,
                    "end_line": 4,
                    "end_column": 6,
                }
            ],
        }
    ]


def test_github() -> None:
    diagnostics = Diagnostics()
    diagnostics.error(Span("a,b:c.yaml", 1, 2, 1, 5), "X001", "100% wrong:\r\n::error::x", "fix")
    diagnostics.warning(Span("d.yaml", 2, 1, 4, 2), "X002", "odd")
    assert render(diagnostics, "github") == (
        "::error file=a%2Cb%3Ac.yaml,line=1,col=2,endColumn=4,title=X001::"
        "100%25 wrong:%0D%0A::error::x%0Afix\n"
        "::warning file=d.yaml,line=2,col=1,endLine=4,title=X002::odd\n"
    )
