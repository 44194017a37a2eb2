"""The stages in order, with targets made up for the purpose."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

import pytest
from orgen.config import Config
from orgen.diagnostics import DiagnosticError, Diagnostics, Span
from orgen.pipeline import generate
from orgen.progress import Progress, wants_color
from orgen.render import SourceFile
from orgen.targets import Inputs, Target

SPEC = Path(__file__).parents[2] / "spec"


class FakeTarget:
    """Returns fixed files, or reports a fault of each name in `faults`."""

    name = "fake"

    def __init__(self, files: dict[str, str], faults: Sequence[str] = ()) -> None:
        self.made = files
        self.faults = faults
        self.seen: list[Inputs] = []

    def files(self, inputs: Inputs, diagnostics: Diagnostics) -> list[SourceFile]:
        self.seen.append(inputs)
        for fault in self.faults:
            diagnostics.error(Span("spec"), fault, "a fault")
        return [SourceFile(PurePosixPath(path), text) for path, text in self.made.items()]


def always(target: FakeTarget) -> Callable[[str], Target]:
    return lambda _name: target


def config(spec: Path) -> Config:
    return Config(spec=spec, out=Path("unused"), targets=("openapi",))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The spec without dialects and providers, which have tests of their own."""
    folder = tmp_path_factory.mktemp("bare") / "spec"
    shutil.copytree(SPEC, folder, ignore=shutil.ignore_patterns("dialects", "providers"))
    return folder


def test_a_target_sees_core_full_and_schema(bare: Path) -> None:
    target = FakeTarget({"a.py": "x = ( 1 )\n", "b.md": "x = ( 1 )\n"})
    output = generate(config(bare), Diagnostics(), Progress(), always(target))
    [inputs] = target.seen
    assert (
        set(inputs.core.schemas)
        < set(inputs.full.schemas)
        == set(inputs.schema.components) & {*inputs.full.schemas}
    )
    assert output.spec_version == inputs.schema.version
    assert output.files == {"openapi": {"a.py": "x = 1\n", "b.md": "x = ( 1 )\n"}}


def test_faults_of_a_target_end_the_run_together(bare: Path) -> None:
    diagnostics = Diagnostics()
    with pytest.raises(DiagnosticError):
        generate(config(bare), diagnostics, Progress(), always(FakeTarget({}, ["N001", "N002"])))
    assert {item.code for item in diagnostics} >= {"N001", "N002"}


def test_no_target_starts_on_a_faulty_spec(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text('{"openapi": "3.1.0", "components": {"schemas": 3}}')
    target = FakeTarget({})
    with pytest.raises(DiagnosticError):
        generate(config(tmp_path / "spec.json"), Diagnostics(), Progress(), always(target))
    assert target.seen == []


def test_two_files_of_one_name_are_a_fault_of_the_target(bare: Path) -> None:
    target = FakeTarget({"a.md": "1"})
    target.files = lambda *_: [SourceFile(PurePosixPath("a.md"), "1")] * 2  # type: ignore[method-assign]
    with pytest.raises(ValueError, match=r"named a\.md"):
        generate(config(bare), Diagnostics(), Progress(), always(target))


def test_steps_are_shown_in_order(bare: Path) -> None:
    stream = io.StringIO()
    generate(config(bare), Diagnostics(), Progress(stream), always(FakeTarget({})))
    steps = [line[2:20].strip() for line in stream.getvalue().splitlines()]
    assert steps == [
        "load", "apply overlays", "validate", "resolve", "read dialects", "render openapi",
        "format openapi",
    ]  # fmt: skip


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "terminal", "wanted"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, False, True),
        ({"CLICOLOR_FORCE": "0"}, False, False),
        ({"CLICOLOR": "0"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_follows_the_conventions(
    environ: dict[str, str], terminal: bool, wanted: bool
) -> None:
    assert wants_color(Terminal() if terminal else io.StringIO(), environ) is wanted
