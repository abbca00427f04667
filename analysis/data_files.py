"""The data files of `analysis/data`: YAML that a clerk can read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from analysis.data_shapes import SHAPES, Place, faults
from analysis.text import fold_tone
from foundation.errors import ConfigurationError

DATA = Path(__file__).parent / "data"

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader is six times quicker, and every child process reads these files; some builds of PyYAML lack it."""


@cache
def read_data(name: str) -> Mapping[str, Any]:
    """The content of a data file, parsed once a process; not to be changed.

    Raises ConfigurationError, with the line, when the file is missing, no YAML, or says what nobody reads: reading goes
    on with all its rules or not at all.
    """
    path = DATA / name
    return checked(text_of(path), path, name)


def read_yaml(path: Path) -> Any:
    """What a YAML file of no shape that we know says. Raises ConfigurationError, with the line where there is one."""
    return _parsed(text_of(path), path)


def text_of(path: Path) -> str:
    """A data file as text. Raises ConfigurationError."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"Không đọc được tệp quy tắc ({error}).", path=path) from error


def _parsed(content: str, path: Path) -> Any:
    try:
        return yaml.load(content, Loader=LOADER)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise ConfigurationError("Tệp quy tắc không đúng dạng YAML.", path=path, line=line) from error


def checked(content: str, path: Path, name: str) -> Mapping[str, Any]:
    """What a file says, held against the shape of the data file `name`. Raises ConfigurationError with the line."""
    data: Mapping[str, Any] = _parsed(content, path)
    for place, what in faults(data, SHAPES[name]):
        name = f"“{place[-1]}” " if place and isinstance(place[-1], str) else ""
        raise ConfigurationError(f"{name}{what}.", path=path, line=line_of(content, place))
    return data


def line_of(content: str, place: Place) -> int:
    """The line (from 1) of the value at this place of a YAML file, or of the nearest thing around it."""
    node, line = yaml.compose(content, Loader=LOADER), 1
    for step in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line + 1
            continue
        pairs = node.value if isinstance(node, yaml.MappingNode) else ()
        key, node = next(((key, value) for key, value in pairs if key.value == str(step)), (None, node))
        if key is None:
            break
        line = key.start_mark.line + 1
    return line


def words_key(words: str) -> str:
    """What words of the data are compared by: one tone placement, lower case, single spaces."""
    return " ".join(fold_tone(words).lower().split())
