"""The user's own files of the catalogue: which folders they lie in, and how a command changes one.

A file with `amends: true` says only what differs from the bundled file of the same id, so that later corrections of
the bundled one still arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from crawlers.marked_yaml import written
from foundation.settings import Settings

SOURCES = Path(__file__).parent / "sources"
"""The bundled files, each named by its paper's id."""


def own_folder(config: Settings) -> Path:
    """Where commands write: DANVAN_SOURCES_DIR, else `sources` in DANVAN_HOME."""
    return config.sources_dir or config.home / "sources"


def own_folders(config: Settings) -> tuple[Path, ...]:
    """The folders that are read beside the bundled one, the last word last. One that was named must exist."""
    home = config.home / "sources"
    return (*((home,) if home.is_dir() else ()), *((config.sources_dir,) if config.sources_dir else ()))


def write_changes(folder: Path, source_id: str, changes: Mapping[str, Any]) -> Path:
    """Set keys of a source in the user's folder; None takes a key away. Answers the file.

    An own file that is there keeps its other lines and its comments; else one that amends the bundled file is begun.
    """
    path = _own_file(folder, source_id)
    text = path.read_text(encoding="utf-8") if path.exists() else f"id: {source_id}\namends: true\n"
    folder.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(with_keys(text, changes), encoding="utf-8")
    fresh.replace(path)
    return path


def switch(folder: Path, source_id: str, *, on: bool, today: date, reason: str = "") -> Path:
    """Switch a source on from today, or off for a reason; answers the file as `write_changes`."""
    if on:
        return write_changes(folder, source_id, {"enabled": True, "reason": None, "watched_since": today})
    return write_changes(folder, source_id, {"enabled": False, "reason": reason})


def _own_file(folder: Path, source_id: str) -> Path:
    """The file of this id, whatever its name; else the one to make."""
    for path in sorted((*folder.glob("*.yaml"), *folder.glob("*.yml"))):
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        if any(key.value == "id" and value.value == source_id for key, value in pairs):
            return path
    return folder / f"{source_id}.yaml"


def with_keys(text: str, changes: Mapping[str, Any]) -> str:
    """YAML text with these top-level keys set, or taken away where the value is None; all else stays as it stands."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    lines = text.splitlines()
    gone: set[int] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else []:
        if key.value in changes:
            gone |= set(range(key.start_mark.line, _last_line(lines, value) + 1))
    kept = "\n".join(line for number, line in enumerate(lines) if number not in gone).rstrip("\n")
    said = {key: value for key, value in changes.items() if value is not None}
    return kept + "\n" + (written(said) if said else "")


def _last_line(lines: list[str], value: yaml.Node) -> int:
    """Where a value ends, without the comments and blank lines before the next key."""
    last = value.end_mark.line - (value.end_mark.column == 0)
    while last > value.start_mark.line and lines[last].lstrip()[:1] in {"", "#"}:
        last -= 1
    return last
