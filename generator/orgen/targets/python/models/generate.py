"""Runs datamodel-code-generator in process over lowered definitions, with our templates."""

from __future__ import annotations

import warnings
from collections import defaultdict
from enum import Enum
from typing import TYPE_CHECKING, Any

from datamodel_code_generator import generate as generate_code
from datamodel_code_generator.config import GenerateConfig
from datamodel_code_generator.enums import DataModelType, InputFileType
from datamodel_code_generator.format import Formatter, PythonVersion
from datamodel_code_generator.parser import LiteralType

from orgen.render import environment
from orgen.resources import templates_dir
from orgen.targets.python.models.imports import with_relative_imports
from orgen.targets.python.module import header
from orgen.targets.python.text import docstring

if TYPE_CHECKING:
    from orgen.ir.schema import Schema
    from orgen.targets.python.models.views import Lowered

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Output(Enum):
    """The kind of classes that datamodel-code-generator makes."""

    PYDANTIC = DataModelType.PydanticV2BaseModel
    MSGSPEC = DataModelType.MsgspecStruct


def generated(lowered: Lowered, schema: Schema, output: Output) -> str:
    """The text of the module, imports sorted, not yet laid out by black."""
    data: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name, record in lowered.records.items():
        data[name]["record"] = record
    for name, alias in lowered.aliases.items():
        data[name]["alias"] = alias
    config = GenerateConfig(
        input_file_type=InputFileType.JsonSchema,
        output_model_type=output.value,
        target_python_version=PythonVersion.PY_311,
        custom_template_dir=templates_dir() / "python" / "models" / output.name.lower(),
        settings_path=templates_dir() / "python" / "models",  # not the user's pyproject.toml
        extra_template_data=data,
        additional_imports=list(lowered.imports),
        base_class=lowered.base,
        custom_file_header=_top(schema),
        disable_timestamp=True,
        formatters=[Formatter.BUILTIN],
        custom_class_name_generator=str,  # names are decided already
        use_annotated=True,
        field_constraints=True,
        enum_field_as_literal=LiteralType.All,
        use_union_operator=True,
        use_standard_collections=True,
        use_type_alias=True,
        strict_nullable=True,
        skip_root_model=True,
    )
    with warnings.catch_warnings():
        # It cannot; our own templates make such unions types of their own.
        warnings.filterwarnings("ignore", "msgspec cannot decode the union", UserWarning)
        text = generate_code(
            {"$schema": DIALECT, "$defs": dict(lowered.definitions)}, config=config
        )
    assert isinstance(text, str)
    text = with_relative_imports(text)
    names = sorted([*lowered.records, *lowered.aliases])
    return environment("python").get_template("models/module.jinja").render(body=text, names=names)


def _top(schema: Schema) -> str:
    """The comment and docstring on top of the module."""
    title = f"{schema.title} {schema.version} as classes that validate what they are given."
    return f"{header(schema)}\n{docstring(title)}"
