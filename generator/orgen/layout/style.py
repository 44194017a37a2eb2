"""Black, asked for one piece of source at a time. The only module that imports black."""

from __future__ import annotations

import black
from black.mode import TargetVersion
from black.parsing import ASTSafetyError, InvalidInput

MODE = black.Mode(target_versions={TargetVersion.PY311}, line_length=100)


class StyleError(Exception):
    """The source is not Python, or black would change its meaning."""


def styled(text: str) -> str:
    """The source in black's style.

    Checked to mean the same before and after; black's second pass, which only
    checks that the style is stable, is left out because it doubles the time.

    Raises:
        StyleError: if it cannot be.
    """
    try:
        made = black.format_str(text, mode=MODE)
        black.assert_equivalent(text, made)
    except (InvalidInput, ASTSafetyError, SyntaxError, ValueError) as fault:
        raise StyleError(str(fault)) from fault
    return made
