"""YAML of the catalogue with line numbers: every complaint about a file can name the line to mend.

All scalars come out as the strings that stand in the file (pydantic turns them into numbers and dates), so
that a province code written `08` or `04` is never read as a number.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from analysis.data_files import LOADER, line_of
from analysis.data_shapes import Place
from foundation.errors import ConfigurationError


class MarkedYaml:
    """The content of one YAML file as plain values (`data`)."""

    def __init__(self, path: Path) -> None:
        """Read `path`. Raises ConfigurationError (with file and line) where it is no YAML mapping."""
        self.path = path
        self._text = ""
        self.data: dict[str, Any] = self._read()

    def wrong(self, reason: str, place: Place) -> ConfigurationError:
        """What is to be raised for the value at `place`."""
        return ConfigurationError(reason, path=self.path, line=line_of(self._text, place))

    def _read(self) -> dict[str, Any]:
        try:
            self._text = self.path.read_text(encoding="utf-8")
            node = yaml.compose(self._text, Loader=LOADER)
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
        return self._mapping(node)

    def _plain(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item) for item in node.value]
        return node.value

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                line = key_node.start_mark.line + 1
                raise ConfigurationError(f"khóa “{key}” viết hai lần.", path=self.path, line=line)
            if value_node.value != "" or value_node.style in {"'", '"'}:  # "khóa:" with nothing behind it says nothing
                found[key] = self._plain(value_node)
        return found


def written(value: Any) -> str:
    """A file of the catalogue, or of what was seen of a paper, as we write it."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110)
