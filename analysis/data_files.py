"""The data files of `analysis/data`: YAML that a clerk can read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.text import fold_tone
from foundation.errors import ConfigurationError

DATA = Path(__file__).parent / "data"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader is six times quicker, and every child process reads these files; some builds of PyYAML lack it."""


@cache
def read_data(name: str) -> Any:
    """The content of a data file, parsed once a process; not to be changed.

    Raises ConfigurationError, with the line where there is one, when the file is missing or no YAML: reading goes on
    with all its rules or not at all.
    """
    path = DATA / name
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (a safe loader)
    except OSError as error:
        raise ConfigurationError(f"Không đọc được tệp quy tắc ({error.strerror}).", path=path) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise ConfigurationError("Tệp quy tắc không đúng dạng YAML.", path=path, line=line) from error


def words_key(words: str) -> str:
    """What words of the data are compared by: one tone placement, lower case, single spaces."""
    return " ".join(fold_tone(words).lower().split())
