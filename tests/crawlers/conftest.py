"""A paper on loopback for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawlers.loopback_paper import Paper, open_paper


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    with open_paper(tmp_path) as paper:
        yield paper
