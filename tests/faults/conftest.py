"""A press on loopback, with an archive on SQLite: what differs by database is proven elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import open_engine
from tests.faults.papers import Press
from tests.faultserver import FaultServer


@pytest.fixture
def press(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Press]:
    shutil.copy(migrated_sqlite, tmp_path / "archive.sqlite3")
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    engine = open_engine(url)
    sources = tmp_path / "sources"
    sources.mkdir()
    with FaultServer() as server:
        yield Press(engine, url, sources, server)
    engine.dispose()
