"""openresponses-types: models generated from the published contract."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from benchmarks.tasks import ModelTask, Run, Task

_types: Any = import_module("openresponses_types")


def offer(task: Task) -> Run | None:
    """Validation."""
    match task:
        case ModelTask(shape="response", body=body):
            validate = _types.ResponseResource.model_validate_json
            return lambda: validate(body)
        case ModelTask(shape="request", body=body):
            validate = _types.CreateResponseBody.model_validate_json
            return lambda: validate(body)
        case _:
            return None
