"""A backup written while a harvest writes, restored into an empty folder: the next run there asks for and tells nothing
twice."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from danvan.demo.server import ReplicaSites
from flows.run import run_sources
from flows.steps import Window
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.moving import backup, restore
from models.tables import AlertRow, ArticleRow
from notifications.deliver import deliver
from notifications.values import DeliveryReport
from tests.flows.test_road import YESTERDAY, settings_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("road")]

PAPERS = ["demo-haiphong", "demo-quangninh", "demo-thanhhoa"]
AGAIN = "Tin gửi lại"


def nothing(_table: str, _rows: int) -> None:
    pass


def harvest(engine: Engine, config: Settings, before_delivery: Callable[[int], None] = lambda _: None) -> str:
    """One run; answers all that it told. `before_delivery` is called with the number of each delivery."""
    told, numbers = io.StringIO(), count(1)

    def send() -> DeliveryReport:
        before_delivery(next(numbers))
        return deliver(engine, config, stream=told)

    async def step(_engine: Engine, _config: Settings) -> DeliveryReport:
        return await asyncio.to_thread(send)

    work = run_sources(engine, config, PAPERS, Window(), clock=lambda: datetime.now(UTC), deliver_step=step)
    asyncio.run(work)
    return told.getvalue()


def articles(engine: Engine) -> set[str]:
    with transaction(engine) as session:
        return set(session.scalars(select(ArticleRow.url)))


def outbox(engine: Engine) -> dict[int, tuple[str, datetime | None, int]]:
    columns = (AlertRow.id, AlertRow.state, AlertRow.sent_at, AlertRow.unknowns)
    with transaction(engine) as session:
        return {number: (state, at, unknowns) for number, state, at, unknowns in session.execute(select(*columns))}


@pytest.mark.parametrize("system", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)])
def test_what_a_backup_of_a_harvest_holds_is_neither_asked_for_nor_told_again(
    system: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    file, there = tmp_path / "kho.bak", f"sqlite:///{tmp_path / 'there.sqlite3'}"
    url = (
        f"sqlite:///{tmp_path / 'kho.sqlite3'}"
        if system == "sqlite"
        else request.getfixturevalue("postgresql_database")
    )
    live, restored = open_engine(url), open_engine(there)
    migrate(live)
    with ReplicaSites(YESTERDAY, only=PAPERS) as sites:
        sites.write_sources(tmp_path / "sources")
        config = settings_for(url, tmp_path / "sources", sources_at_once=1)

        def copy(delivery: int) -> None:
            """When one paper's news is told, the second's waits, the third is being fetched."""
            if delivery == 2:
                backup(url, file, nothing)

        harvest(live, config, copy)
        restore(file, there, nothing)
        held, known = articles(restored), outbox(restored)
        assert 0 < len(held) < len(articles(live))
        sites.requests.clear()
        told = harvest(restored, config.model_copy(update={"database_url": there}))
        asked = {sites.sites[site].rstrip("/") + path for site, path in sites.requests}
    assert not held & asked, "what the backup holds was fetched again"
    assert articles(restored) == articles(live)
    after = outbox(restored)
    sent = [number for number, (state, _, _) in known.items() if state == "sent"]
    open_then = [number for number, (state, _, _) in known.items() if state in {"queued", "sending"}]
    assert sent
    assert open_then
    assert [after[number] for number in sent] == [known[number] for number in sent]
    assert all(after[number][2] == 1 for number in open_then), "whoever lost the first archive may have had it"
    assert AGAIN in told
    assert {state for state, _, _ in after.values()} <= {"sent", "muted"}
    live.dispose()
    restored.dispose()
