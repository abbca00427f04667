"""The data files of `analysis/data`: YAML that a clerk can read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader is six times quicker, and every child process reads these files; some builds of PyYAML lack it."""


@cache
def read_data(name: str) -> Any:  # noqa: ANN401 (YAML holds anything; each reader gives it its type)
    """The content of a data file, parsed once a process; not to be changed."""
    content = (files("analysis") / "data" / name).read_text(encoding="utf-8")
    return yaml.load(content, Loader=_LOADER)  # noqa: S506 (a safe loader)
