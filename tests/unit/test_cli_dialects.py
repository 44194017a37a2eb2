"""The commands about dialects: table, explain, translate and new."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from orgen import fingerprint
from orgen.cli import run

STATUSES = ["mapped", "emulated", "dropped", "rejected", "ignored"]
ROOT = Path(__file__).parents[2]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the contract, the skeleton dialect, and what is generated from them."""
    root = tmp_path_factory.mktemp("repository")
    (root / ".git").mkdir()
    shutil.copytree(ROOT / "spec", root / "spec", ignore=shutil.ignore_patterns("dialects"))
    (root / "orgen.toml").write_text('spec = "spec"\nout = "generated"\nmodels = "none"\n')
    facts = fingerprint.tool_facts()  # once: somebody may be editing the sources right now
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setattr(fingerprint, "tool_facts", lambda: facts)
        assert run(["new", "dialect", "acme_chat", "--title", "Acme Chat"]) == 0
        assert run(["generate", "--target", "python"]) == 0
    return root


@pytest.fixture
def repository(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That repository as the working directory; not to be changed."""
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def copy(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it that a test may change."""
    folder = tmp_path / "copy"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    return folder


def translate(monkeypatch: pytest.MonkeyPatch, body: Any, *flags: str) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return run(["translate", *flags])


NATIVE = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 50}
CANONICAL = {
    "model": "m",
    "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    ],
    "max_output_tokens": 50,
}
IN = ("--from", "acme_chat", "--to", "openresponses")
OUT = ("--from", "openresponses", "--to", "acme_chat")


@pytest.mark.parametrize("command", ["table", "explain", "translate", "new dialect"])
def test_help_gives_examples(command: str, capsys: Capture) -> None:
    assert run([*command.split(), "--help"]) == 0
    assert f"Examples:\n    orgen {command}" in capsys.readouterr().out


# table ------------------------------------------------------------------------


def test_the_table_of_all_dialects(repository: Path, capsys: Capture) -> None:
    assert run(["table"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["dialect", *STATUSES, "title"]
    assert row.split()[0] == "acme_chat"
    assert row.endswith("Acme Chat")


def test_the_table_of_one_dialect(repository: Path, capsys: Capture) -> None:
    assert run(["table", "acme_chat"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["max_output_tokens", "mapped", "max_tokens"] in rows
    assert ["metadata", "dropped", "not", "mapped", "yet"] in rows


def test_the_table_of_one_status(repository: Path, capsys: Capture) -> None:
    assert run(["table", "acme_chat", "--status", "rejected"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert {row[1] for row in rows} == {"rejected"}
    assert "item_reference" in [row[0] for row in rows]


def test_statuses_are_coloured_when_wanted(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert run(["table", "acme_chat"]) == 0
    assert "\x1b[32mmapped\x1b[0m" in capsys.readouterr().out


def test_a_spec_without_dialects(copy: Path, capsys: Capture) -> None:
    shutil.rmtree(copy / "spec" / "dialects")
    assert run(["table"]) == 0
    assert "orgen new dialect" in capsys.readouterr().out


def test_tables_need_no_complete_dialect(copy: Path, capsys: Capture) -> None:
    file = copy / "spec" / "dialects" / "acme_chat" / "dialect.yaml"
    file.write_text(file.read_text().replace("  temperature: temperature\n", ""))
    assert run(["validate"]) == 2
    assert run(["table", "acme_chat"]) == 0
    assert "no rule or note speaks of it" in capsys.readouterr().out


# explain ----------------------------------------------------------------------


def explained(capsys: Capture, field: str) -> str:
    assert run(["explain", "acme_chat", field]) == 0
    return capsys.readouterr().out


def test_explain_a_setting(repository: Path, capsys: Capture) -> None:
    text = explained(capsys, "temperature")
    assert text.startswith("temperature in acme_chat: mapped\n")
    assert "encode   temperature -> temperature" in text
    assert "decode   temperature -> temperature" in text
    file = repository / "spec" / "dialects" / "acme_chat" / "dialect.yaml"
    number = file.read_text().split("\n").index("  temperature: temperature") + 1
    assert f"spec/dialects/acme_chat/dialect.yaml:{number}\n" in text
    assert f"{number} |   temperature: temperature" in text


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("function_call.arguments", "messages[assistant].tool_calls[].arguments"),
        ("function_call", "See also: function_call.id"),
        ("refusal", "because  the API has no refusal part; sent as text"),
        ("metadata", "dropped: not mapped yet"),
        ("tool_choice<none>", "tool_choice<none> in acme_chat: dropped"),
        ("error.type", "read: invalid_request -> invalid_request, authentication_error ->"),
        ("response.usage", "response.usage.output_tokens in acme_chat: mapped"),
        ("usage.input_tokens", "response.usage.input_tokens in acme_chat: mapped"),
        ("max_tokens", "max_tokens is the native place of max_output_tokens"),
    ],
)
def test_explain_other_places(repository: Path, field: str, expected: str, capsys: Capture) -> None:
    assert expected in explained(capsys, field)


def test_explain_residue(copy: Path, capsys: Capture) -> None:
    file = copy / "spec" / "dialects" / "acme_chat" / "dialect.yaml"
    file.write_text(file.read_text() + "\nresidue:\n  Request: [seed]\n")
    text = explained(capsys, "seed")
    assert "seed of native Request: no rule reads it" in text
    assert "put back for acme_chat" in text


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["explain", "acme_chat", "temprature"], "did you mean temperature?"),
        (["explain", "acme_chat", "zzz"], "`orgen table acme_chat` lists them all"),
        (["explain", "acme_caht", "model"], "did you mean acme_chat?"),
        (["table", "nothing"], "there are acme_chat"),
    ],
)
def test_unknown_names(repository: Path, arguments: list[str], hint: str, capsys: Capture) -> None:
    assert run(arguments) == 2
    assert hint in capsys.readouterr().err


def test_names_cannot_act_on_the_terminal(repository: Path, capsys: Capture) -> None:
    assert run(["explain", "acme_chat", "\x1b[31mred"]) == 2
    assert "\x1b" not in capsys.readouterr().err


# translate --------------------------------------------------------------------


def test_translate_there_and_back(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert translate(monkeypatch, {**NATIVE, "seed": 7}, *IN) == 0
    canonical = json.loads(capsys.readouterr().out)
    assert canonical == {**CANONICAL, "acme_chat:seed": 7}
    assert translate(monkeypatch, canonical, *OUT) == 0
    assert json.loads(capsys.readouterr().out) == {**NATIVE, "seed": 7}


def test_a_picture_of_megabytes_is_translated(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {**NATIVE, "picture": "iVBORw0K" * 400_000}
    assert translate(monkeypatch, body, *IN) == 0
    assert json.loads(capsys.readouterr().out)["acme_chat:picture"] == body["picture"]


def test_a_body_too_deep_is_refused_where_it_is(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep: list[Any] = []
    for _ in range(250):
        deep = [deep]
    assert translate(monkeypatch, {**NATIVE, "seed": deep}, *IN) == 2
    assert "L021 collections are nested more than 200 deep" in capsys.readouterr().err


def test_losses_are_a_table_on_standard_error(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert translate(monkeypatch, {**CANONICAL, "metadata": {"a": "b"}}, *OUT) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == NATIVE
    rows = [line for line in err.splitlines() if "/metadata" in line]
    assert [row.split()[0] for row in rows] == ["encode"]
    assert rows[0].endswith("dropped  not mapped yet")


def test_strict_refuses_losses(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert translate(monkeypatch, {**CANONICAL, "metadata": {"a": "b"}}, *OUT, "--strict") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "D092 /metadata: dropped: not mapped yet" in err


def test_what_cannot_be_sent_is_a_finding_with_its_position(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b'{"model": "m",\n "input": [\n  {"type": "item_reference", "id": "x"}]}'
    assert translate(monkeypatch, body, *OUT) == 1
    assert "<standard input>:3:3: D091 /input/0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"messages": [\n {"role": "user", "content": 3}]}', ":2:30: D090 /messages/0/content"),
        (b"[1]", ":1:1: D090 /: expected an object"),
        (b'{"model": "m",', "L011 JSON syntax"),
        (b'{"a": 1, "a": 2}', "<standard input>:1:10:"),
        (b'{"a": NaN}', "<standard input>:1:7:"),
        (b"\xff", "L005"),
        (b"", "L007"),
        (b"[" * 100_000, "<standard input>:1:"),
    ],
)
def test_malformed_bodies(
    repository: Path,
    body: bytes,
    expected: str,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert translate(monkeypatch, body, *IN) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert expected in err
    assert "Traceback" not in err


def test_translate_a_response(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {
        "id": "r1",
        "created": 1,
        "model": "m",
        "message": {"role": "assistant", "content": "Hello"},
        "finish_reason": "length",
    }
    assert translate(monkeypatch, body, *IN, "--kind", "response") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "incomplete"
    assert found["output"][0]["content"][0]["text"] == "Hello"


def test_translate_an_error(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"error": {"type": "rate_limit", "message": "slow down"}}
    assert translate(monkeypatch, body, *IN, "--kind", "error", "--status", "429") == 0
    assert json.loads(capsys.readouterr().out)["error"]["type"] == "too_many_requests"


def test_the_canonical_form_to_itself_is_the_same(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = ("--from", "openresponses", "--to", "openresponses")
    assert translate(monkeypatch, CANONICAL, *same) == 0
    assert json.loads(capsys.readouterr().out) == CANONICAL


def test_an_unknown_dialect(
    repository: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert translate(monkeypatch, {}, "--from", "acme_chta", "--to", "openresponses") == 2
    assert "did you mean acme_chat?" in capsys.readouterr().err


def test_without_a_generated_package(
    copy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(copy / "generated")
    assert translate(monkeypatch, NATIVE, *IN) == 2
    err = capsys.readouterr().err
    assert "W010" in err
    assert "run `orgen generate` first" in err


@pytest.mark.parametrize("change", ["edited", "missing", "linked", "writable"])
def test_files_that_orgen_did_not_write_are_not_run(
    change: str, copy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = copy / "generated" / "python" / "openresponses" / "dialects" / "acme_chat.py"
    evil = f"open({str(copy / 'ran')!r}, 'w')\n"
    match change:
        case "edited":
            file.write_text(evil + file.read_text())
        case "missing":
            file.unlink()
        case "linked":
            (copy / "evil.py").write_text(evil)
            file.unlink()
            file.symlink_to(copy / "evil.py")
        case "writable":
            file.chmod(0o666)
    assert translate(monkeypatch, NATIVE, *IN) == 2
    assert "acme_chat.py:1:1: W010" in capsys.readouterr().err
    assert not (copy / "ran").exists()


def test_packages_elsewhere_are_not_imported(
    copy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = f"open({str(copy / 'ran')!r}, 'w')\n"
    for name in ("openresponses", "_orgen_generated"):
        (copy / name).mkdir()
        (copy / name / "__init__.py").write_text(evil)
    extra = copy / "generated" / "python" / "openresponses" / "json.py"
    extra.write_text(evil)
    monkeypatch.syspath_prepend(str(copy))
    assert translate(monkeypatch, NATIVE, *IN) == 0
    assert not (copy / "ran").exists()
    assert not [name for name in sys.modules if name.startswith("_orgen_generated")]


def test_an_outdated_package_is_used_with_a_warning(
    copy: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = copy / "spec" / "dialects" / "acme_chat" / "dialect.yaml"
    file.write_text(file.read_text() + "# a remark\n")
    assert translate(monkeypatch, NATIVE, *IN) == 0
    assert "W011 warning" in capsys.readouterr().err


# new --------------------------------------------------------------------------


def test_the_skeleton_validates(repository: Path, capsys: Capture) -> None:
    assert run(["validate"]) == 0
    assert "1 dialect, no faults" in capsys.readouterr().out


def test_the_skeleton_is_named_as_told(copy: Path, capsys: Capture) -> None:
    assert run(["new", "dialect", "zeta", "--slug", "zeta-ai", "--title", "Zeta AI"]) == 0
    folder = copy / "spec" / "dialects" / "zeta"
    text = (folder / "dialect.yaml").read_text()
    assert "\ndialect: zeta\nslug: zeta-ai " in text
    assert "\ntitle: Zeta AI\n" in text
    assert sorted(path.name for path in folder.iterdir()) == [
        "dialect.yaml",
        "native.yaml",
        "vectors",
    ]
    assert run(["validate"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["../evil"],
        ["Acme"],
        ["class"],
        ["canonical"],
        ["openresponses"],
        ["a" * 65],
        ["9lives"],
        ["acme", "--slug", "a: b"],
        ["acme", "--title", "Acme\nevil: true"],
        ["acme", "--title", "{x"],
        ["acme", "--title", ""],
    ],
)
def test_names_that_cannot_be(repository: Path, arguments: list[str], capsys: Capture) -> None:
    if arguments[-1] == "":
        arguments = ["acme", "--title", " "]
    assert run(["new", "dialect", *arguments]) == 2
    assert "Usage: orgen new dialect" in capsys.readouterr().err
    assert [path.name for path in (repository / "spec" / "dialects").iterdir()] == ["acme_chat"]


def test_nothing_is_overwritten(repository: Path, capsys: Capture) -> None:
    file = repository / "spec" / "dialects" / "acme_chat" / "dialect.yaml"
    before = file.read_text()
    assert run(["new", "dialect", "acme_chat"]) == 2
    assert "C005" in capsys.readouterr().err
    assert file.read_text() == before


def test_links_do_not_lead_out_of_the_spec(copy: Path, capsys: Capture) -> None:
    outside = copy / "outside"
    outside.mkdir()
    shutil.rmtree(copy / "spec" / "dialects")
    (copy / "spec" / "dialects").symlink_to(outside)
    assert run(["new", "dialect", "zeta"]) == 2
    assert "C005" in capsys.readouterr().err
    assert list(outside.iterdir()) == []


def test_a_single_file_has_no_dialects(copy: Path, capsys: Capture) -> None:
    (copy / "api.yaml").write_text("openapi: 3.1.0\n")
    assert run(["new", "dialect", "zeta", "--spec", "api.yaml"]) == 2
    assert "C005" in capsys.readouterr().err
