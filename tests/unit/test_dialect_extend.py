"""`extends`: what a dialect says upon another one, and where each part of the result stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from orgen.diagnostics import Diagnostics
from orgen.dialect.ast import Dialect, Direction, Rule
from orgen.dialect.load import load_dialect, load_dialects
from orgen.dialect.origin import spec_file
from orgen.load import load_spec
from orgen.resolve import resolve

CASES = Path(__file__).parents[1] / "golden" / "dialect_errors"


def made(folder: Path, text: str, name: str = "acme", base: str = "tiny") -> Dialect:
    """The dialect `acme` upon `tiny`, a small and faultless one."""
    for path, content in (
        ("tiny", (CASES / "tiny" / "dialect.yaml").read_text()),
        (name, f"dialect: {name}\nextends: {base}\n{text}"),
    ):
        place = folder / "dialects" / path
        place.mkdir(parents=True, exist_ok=True)
        (place / "dialect.yaml").write_text(content)
    diagnostics = Diagnostics()
    dialect = load_dialect(folder / "dialects" / name / "dialect.yaml", folder, diagnostics)
    diagnostics.check()
    assert dialect is not None
    return dialect


def rows(dialect: Dialect) -> dict[str, str]:
    return {
        ".".join(map(str, row.canonical)): ".".join(map(str, row.terms[0].path))
        for row in dialect.request.rows
    }


def kinds(dialect: Dialect, group: str) -> list[str]:
    """The canonical type of every rule of a group, and the file that it stands in."""
    found = []
    for rule in dialect.groups[group].rules:
        entry = next(e for e in rule.canonical.entries if e.key == "type")  # type: ignore[union-attr]
        folder = Path(spec_file(rule.span)).parent.name
        found.append(f"{entry.template.value} of {folder}")  # type: ignore[union-attr]
    return found


def test_says_nothing_and_is_the_same(tmp_path: Path) -> None:
    dialect = made(tmp_path, "slug: acme\n")
    assert (dialect.name, dialect.slug, dialect.title) == ("acme", "acme", "Tiny vendor")
    assert (dialect.extends, dialect.endpoint.path) == ("tiny", "/v1/tiny")
    assert list(rows(dialect)) == ["model", "limit", "effort", "reasoning.depth", "tools", "input"]
    assert {spec_file(row.span) for row in dialect.request.rows} == {"dialects/tiny/dialect.yaml"}


def test_rows_are_replaced_in_place_added_behind_and_removed(tmp_path: Path) -> None:
    text = """\
remove:
  request: [effort]
  response: [role]
request:
  same: [model]
  limit: most
  verbose: verbose
"""
    dialect = made(tmp_path, text)
    found = rows(dialect)
    assert found["limit"] == "most"
    assert found["verbose"] == "verbose"
    assert "effort" not in found
    assert dialect.response.constants == ()
    assert sorted(found) == sorted(
        ["limit", "reasoning.depth", "tools", "input", "verbose", "model"]
    )


def test_rules_stand_before_behind_or_in_place(tmp_path: Path) -> None:
    text = """\
group:
  part:
    - canonical: {type: sound, url: $url}
      native: {type: sound, source: $url}
    - replace: {canonical: {type: text}}
      canonical: {type: text, text: $text}
      native: {type: words, text: $text}
    - base
    - canonical: {type: film, url: $url}
      native: {type: film, source: $url}
"""
    dialect = made(tmp_path, text)
    assert kinds(dialect, "part") == [
        "sound of acme",
        "text of acme",
        "image of tiny",
        "film of acme",
    ]


def test_rules_stand_before_the_others_by_themselves(tmp_path: Path) -> None:
    text = """\
remove:
  group: {part: [{native: {type: image}}]}
group:
  part:
    - canonical: {type: sound, url: $url}
      native: {type: sound, source: $url}
"""
    assert kinds(made(tmp_path, text), "part") == ["sound of acme", "text of tiny"]


def test_what_is_removed_and_given_anew_is_replaced(tmp_path: Path) -> None:
    text = """\
remove:
  group: [part]
  map: {effort: all}
map:
  effort: {low: little}
group:
  part:
    - canonical: {type: sound, url: $url}
      native: {type: sound, source: $url}
"""
    dialect = made(tmp_path, text)
    assert kinds(dialect, "part") == ["sound of acme"]
    assert dict(dialect.maps["effort"].encode) == {"low": "little"}


def test_words_of_a_map_are_replaced_one_by_one(tmp_path: Path) -> None:
    dialect = made(tmp_path, "map: {effort: {high: [huge, large]}}\n")
    assert dict(dialect.maps["effort"].encode) == {"low": "small", "high": "huge"}


def test_turns_of_one_header_are_merged(tmp_path: Path) -> None:
    text = """\
remove:
  turns: {messages: {bot: {items: [{canonical: {type: call}}]}}}
turns:
  messages:
    - turn: {role: bot}
      unknown: more
      items:
        - canonical: {type: note, text: $text}
          native: {content: [{type: note, text: $text}]}
    - turn: {role: tool}
      merge: never
      items:
        - canonical: {type: result, text: $text}
          native: {text: $text}
"""
    turns = made(tmp_path, text).turns["messages"].turns
    assert [(turn.name, turn.unknown, len(turn.rules)) for turn in turns] == [
        ("user", None, 1),
        ("bot", "more", 1),
        ("tool", None, 1),
    ]


def test_notes_about_a_place_replace_each_other(tmp_path: Path) -> None:
    dialect = made(tmp_path, "ignore: {verbose: it is always verbose}\nresidue: {Request: [top]}\n")
    assert [note.place for note in dialect.drop] == ["reasoning.summary", "image.detail"]
    assert [note.place for note in dialect.ignore] == ["*.id", "verbose"]
    assert [note.place for note in dialect.residue] == ["Request.seed", "Request.top"]


def test_a_dialect_may_extend_one_that_extends_another(tmp_path: Path) -> None:
    made(tmp_path, "request: {limit: most}\n")
    dialect = made(tmp_path, "request: {effort: effort}\n", "finer", "acme")
    assert (rows(dialect)["limit"], rows(dialect)["effort"]) == ("most", "effort")


@pytest.mark.parametrize(
    "removed",
    [
        "{}",
        "[]",
        "none",
        "{request: 1}",
        "{request: []}",
        "{group: {part: [{}]}}",
        "{request: all}",
        "{error: {a: all}}",
        "{map: {effort: {low: all}}}",
        "{slug: [a]}",
        "{prefixed: [a]}",
    ],
)
def test_odd_removals_are_faults_not_crashes(tmp_path: Path, removed: str) -> None:
    folder = tmp_path / "dialects"
    for name, text in (
        ("tiny", (CASES / "tiny" / "dialect.yaml").read_text()),
        ("acme", f"dialect: acme\nextends: tiny\nremove: {removed}\n"),
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / "dialect.yaml").write_text(text)
    diagnostics = Diagnostics()
    dialect = load_dialect(folder / "acme" / "dialect.yaml", tmp_path, diagnostics)
    assert (dialect is not None) == (removed == "{}")
    assert diagnostics.has_errors == (dialect is None)


def test_faults_of_the_extended_dialect_are_said_once(tmp_path: Path) -> None:
    made(tmp_path, "request: {limit: limit}\n")
    diagnostics = Diagnostics()
    contract = load_spec(CASES / "contract.yaml", diagnostics)
    assert contract is not None
    (tmp_path / "dialects" / "tiny" / "native.yaml").write_text((CASES / "native.yaml").read_text())
    path = tmp_path / "dialects" / "tiny" / "dialect.yaml"
    path.write_text(path.read_text().replace("  verbose: no such switch\n", ""))
    found = load_dialects(tmp_path, resolve(contract, diagnostics), diagnostics)
    assert [dialect.native is not None for dialect in found] == [True, True]
    assert sorted((i.code, Path(i.span.file).parent.name) for i in diagnostics) == [
        ("D010", "tiny"),
        ("D011", "tiny"),
        ("D013", "acme"),
    ]


def test_rules_for_one_direction_are_found_by_their_sides(tmp_path: Path) -> None:
    base = """\
group:
  part:
    - decode: {type: film, source: $url, wide: true}
      as: {type: film, url: $url}
    - encode: {type: sound, url: $url}
      as: {type: noise, source: $url}
      because: the API has noises only
"""
    made(tmp_path, base)
    removed = "group: {part: [{canonical: {type: film}, only: decode}, {native: {type: noise}}]}"
    own = made(tmp_path, f"remove:\n  {removed}\n", "own", "acme")
    assert kinds(own, "part") == ["text of tiny", "image of tiny"]


def test_both_forms_of_a_rule_for_one_direction_mean_the_same(tmp_path: Path) -> None:
    long, short = (
        """\
    - canonical: {type: film, url: $url}
      native: {type: film, source: $url|str}
      only: decode
    - canonical: {type: sound, url: $url}
      native: {type: noise, source: $url}
      only: encode
""",
        """\
    - decode: {type: film, source: $url|str}
      as: {type: film, url: $url}
    - encode: {type: sound, url: $url}
      as: {type: noise, source: $url}
""",
    )
    rules = [
        made(tmp_path / name, f"group:\n  part:\n{text}").groups["part"].rules[:2]
        for name, text in (("long", long), ("short", short))
    ]
    assert [outline(rule) for rule in rules[0]] == [outline(rule) for rule in rules[1]]
    assert [rule.only for rule in rules[1]] == [Direction.DECODE, Direction.ENCODE]


def outline(rule: Rule) -> str:
    """The rule without its positions."""
    return re.sub(r"\w*span=Span\([^()]*\)", "", repr(rule))


def test_pieces_in_each_other_are_rows_of_their_own(tmp_path: Path) -> None:
    shared = "stream:\n  framing: ndjson\n  pieces:\n"
    made(
        tmp_path,
        f"remove: [stream]\n{shared}    block: {{.: as part, input: append, name: first}}\n",
    )
    own = made(
        tmp_path, f"{shared}    block.name: skip\n    block: {{type: first}}\n", "own", "acme"
    )
    assert own.stream is not None
    assert [(".".join(p.path), p.action, p.name) for p in own.stream.pieces] == [
        ("block", None, "part"),
        ("block.input", "append", None),
        ("block.name", "skip", None),
        ("block.type", "first", None),
    ]
