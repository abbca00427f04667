"""A press on loopback, with an archive on SQLite: what differs by database is proven elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import migrate, open_engine
from tests.faults.papers import Press
from tests.faultserver import FaultServer


@pytest.fixture
def press(tmp_path: Path) -> Iterator[Press]:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    sources = tmp_path / "sources"
    sources.mkdir()
    with FaultServer() as server:
        yield Press(engine, url, sources, server)
    engine.dispose()
