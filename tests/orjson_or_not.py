"""Runs what is measured or compared as if orjson were not installed."""

from __future__ import annotations

from openresponses.runtime import jsontext

assert jsontext._orjson is not None, "the tests compare with orjson, which `dev` installs"


class without_orjson:
    """Within it, the runtime works as if orjson were not installed."""

    def __enter__(self) -> None:
        self.found, jsontext._orjson = jsontext._orjson, None

    def __exit__(self, *_: object) -> None:
        jsontext._orjson = self.found
