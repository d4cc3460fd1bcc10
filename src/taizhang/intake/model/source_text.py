"""Packaged YAML, read with every scalar as text: `01`, `no`, `2018` and `是` all stay what the file says."""

from importlib.resources import files
from typing import Any

import yaml

_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TextLoader(_Base):  # type: ignore[misc,valid-type]
    """A safe loader that resolves no scalar: codes keep their leading zero and `no` is not false."""


TextLoader.yaml_implicit_resolvers = {}


def read_yaml(text: str | bytes) -> Any:
    """Mappings, lists and texts of a YAML document; raises yaml.YAMLError with the line where it is broken."""
    return yaml.load(text, Loader=TextLoader)  # noqa: S506 - TextLoader is a SafeLoader


def packaged(package: str, name: str) -> Any:
    """A YAML file shipped inside a package."""
    return read_yaml(files(package).joinpath(name).read_bytes())
