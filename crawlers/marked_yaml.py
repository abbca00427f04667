"""YAML of the catalogue with line numbers: every complaint about a file can name the line to mend.

All scalars come out as the strings that stand in the file (pydantic turns them into numbers and dates), so
that a province code written `08` or `04` is never read as a number.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from analysis.data_files import LOADER
from analysis.data_shapes import Place
from foundation.errors import ConfigurationError


class MarkedYaml:
    """The content of one YAML file. `data` is the plain value, `line(place)` the 1-based line of a key."""

    def __init__(self, path: Path) -> None:
        """Read `path`. Raises ConfigurationError (with file and line) where it is no YAML mapping."""
        self.path = path
        self._lines: dict[Place, int] = {}
        self.data: dict[str, Any] = self._read()

    def line(self, place: Place) -> int:
        """The line of the value at `place`, or of the nearest thing around it."""
        while place and place not in self._lines:
            place = place[:-1]
        return self._lines.get(place, 1)

    def wrong(self, reason: str, place: Place) -> ConfigurationError:
        """What is to be raised for the value at `place`."""
        return ConfigurationError(reason, path=self.path, line=self.line(place))

    def _read(self) -> dict[str, Any]:
        try:
            node = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = None if mark is None else mark.line + 1
            raise ConfigurationError(f"không đọc được YAML: {error.problem}.", path=self.path, line=line) from error
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise ConfigurationError("tệp không phải chữ UTF-8 đọc được.", path=self.path) from error
        except OSError as error:
            raise ConfigurationError(f"không mở được tệp: {error.strerror}.", path=self.path) from error
        if not isinstance(node, yaml.MappingNode):
            raise ConfigurationError("tệp phải gồm các dòng “khóa: giá trị”.", path=self.path, line=1)
        return dict(self._mapping(node, ()))

    def _plain(self, node: yaml.Node, place: Place) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*place, number)) for number, item in enumerate(node.value)]
        return node.value

    def _item(self, node: yaml.Node, place: Place) -> Any:
        self._lines[place] = node.start_mark.line + 1
        return self._plain(node, place)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in found:
                raise ConfigurationError(f"khóa “{key}” viết hai lần.", path=self.path, line=line)
            self._lines[*place, key] = line
            if (
                isinstance(value_node, yaml.ScalarNode)
                and value_node.value == ""
                and value_node.style not in {"'", '"'}
            ):
                continue  # "khóa:" with nothing behind it says nothing
            found[key] = self._plain(value_node, (*place, key))
        return found
