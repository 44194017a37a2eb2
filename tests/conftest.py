"""What all tests share: comparison with golden files.

`golden.check(path, text)` compares a text with the file at `path`, which is
committed beside the test's inputs. On a mismatch it fails with a unified diff
and the command that accepts the new text; run with `--update-golden` it writes
the file instead. Review changed golden files like code.

    def test_prints(golden: Golden) -> None:
        golden.check(Path("tests/golden/case/output.txt"), render())
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("clients", "dialect_vectors", "vendors")

ROOT = Path(__file__).resolve().parent.parent
"""The root of the repository."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files instead of comparing with them",
    )
    parser.addoption(
        "--full",
        action="store_true",
        help="try ten times as many generated values, and all changes of recorded ones",
    )


def pytest_configure(config: pytest.Config) -> None:
    patient = settings(
        deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
    )  # machines under load are slow, which says nothing of the code
    settings.register_profile("brief", patient, max_examples=200, derandomize=True)
    settings.register_profile("full", patient, max_examples=2000)
    settings.load_profile("full" if config.getoption("--full") else "brief")


@dataclass(frozen=True)
class Golden:
    """Compares texts with committed files, or updates the files."""

    update: bool

    def check(self, path: Path, text: str) -> None:
        """Fail unless the file at `path` holds exactly `text`."""
        path = path if path.is_absolute() else ROOT / path
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
            return
        expected = path.read_bytes().decode("utf-8") if path.exists() else ""
        if path.exists() and expected == text:
            return
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()
        diff = difflib.unified_diff(
            expected.splitlines(), text.splitlines(), f"{name} (golden)", "now", lineterm=""
        )
        pytest.fail(
            "\n".join([*diff, "", "If the new text is right: make update-golden"]), pytrace=False
        )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The comparison with golden files; see the top of this module."""
    return Golden(bool(request.config.getoption("--update-golden")))


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long tests were asked for (`--full`)."""
    return bool(request.config.getoption("--full"))
