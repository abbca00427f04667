from __future__ import annotations

import multiprocessing
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from crawlers.values import Find
from foundation.errors import RunLockedError
from models.database import open_engine, transaction
from models.landing.keeper import DatabaseKeeper
from models.runs.ledger import (
    failures_in_a_row,
    finish_run,
    finish_source,
    last_finished,
    last_started,
    reap_dead_runs,
    start_run,
)
from models.runs.lock import held, release, renew, take
from models.tables import LockRow, RunRow, RunSourceRow, SourceRow
from tests.models.papers import NOW

fork = multiprocessing.get_context("fork")


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Result:
    id: str = "thanh-hoa"
    status: str = "ok"
    message: str = ""
    skipped: dict[str, int] = field(default_factory=dict)
    articles_new: int = 0
    requests: int = 0
    seconds: float = 0.0
    moved_to: str | None = None
    retry_at: datetime | None = None


def test_the_second_run_is_told_who_runs_and_since_when(engine: Engine) -> None:
    with held(engine, "harvest", clock=lambda: NOW):
        with pytest.raises(RunLockedError, match=r"08:00 ngày 05/09/2026.*khóa tự hết hạn lúc 08:03:00"):
            take(engine, "harvest", "other/2/x", NOW + timedelta(minutes=1))
        take(engine, "another", "other/2/x", NOW)
    take(engine, "harvest", "other/2/x", NOW)


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_notices(engine: Engine) -> None:
    take(engine, "harvest", "dead/1/x", NOW)
    take(engine, "harvest", "alive/2/y", NOW + timedelta(minutes=4))
    assert not renew(engine, "harvest", "dead/1/x", NOW + timedelta(minutes=5))
    release(engine, "harvest", "dead/1/x")
    with pytest.raises(RunLockedError, match="alive/2"):
        take(engine, "harvest", "third/3/z", NOW + timedelta(minutes=5))


def test_a_living_holder_keeps_its_lease(engine: Engine) -> None:
    beats: list[datetime] = []
    with held(engine, "harvest", clock=clock, lease=timedelta(seconds=0.6), beat=beats.append):
        time.sleep(1.0)
        with pytest.raises(RunLockedError):
            take(engine, "harvest", "other/2/x", clock())
    assert beats
    with transaction(engine) as session:
        assert session.scalars(select(LockRow)).all() == []


def hold_for_ever(url: str) -> None:
    engine = open_engine(url)
    with held(engine, "harvest", clock=clock, lease=timedelta(seconds=1)):
        with transaction(engine) as session:
            start_run(session, kind="harvest", now=clock())
        time.sleep(60)


def test_a_killed_holder_frees_the_lock_and_its_run_is_closed(database_url: str, engine: Engine) -> None:
    engine.dispose()
    child = fork.Process(target=hold_for_ever, args=(database_url,))
    child.start()
    for _ in range(200):
        with transaction(engine) as session:
            if session.scalar(select(RunRow.id)) is not None:
                break
        time.sleep(0.05)
    child.kill()
    child.join()
    with pytest.raises(RunLockedError):
        take(engine, "harvest", "next/2/x", clock())
    time.sleep(1.1)
    with held(engine, "harvest", clock=clock), transaction(engine) as session:
        (ghost,) = reap_dead_runs(session, now=clock())
        run = session.get_one(RunRow, ghost)
        assert (run.status, run.finished_at is not None) == ("crashed", True)


def test_without_the_lock_only_silent_runs_are_closed(engine: Engine) -> None:
    with transaction(engine) as session:
        dead = start_run(session, kind="harvest", now=NOW - timedelta(hours=1))
        start_run(session, kind="backfill", now=NOW)
        assert reap_dead_runs(session, now=NOW, silent_for=timedelta(minutes=10)) == [dead]


def test_a_run_from_begin_to_end(engine: Engine) -> None:
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
        assert last_finished(session, kind="harvest") is None
    keeper = DatabaseKeeper(engine, run_id, lambda: NOW)
    keeper.discovered("thanh-hoa", [Find("u1", "1", "rss"), Find("u2", "2", "rss")])
    with transaction(engine) as session:
        finish_source(session, run_id, Result(skipped={"over the cap": 3}, seconds=1.5), now=NOW)
        finish_source(session, run_id, Result("nghe-an", "blocked", "Bị chặn."), now=NOW)
        finish_run(session, run_id, faults=True, totals={"articles_new": 0}, now=NOW + timedelta(minutes=5))
    with transaction(engine) as session:
        part = session.get_one(RunSourceRow, (run_id, "thanh-hoa"))
        assert (part.discovered, part.states, part.skipped) == (2, {"delayed": 2}, {"over the cap": 3})
        run = session.get_one(RunRow, run_id)
        assert (run.status, run.totals) == ("faults", {"articles_new": 0})
        assert last_started(session, kind="harvest") == NOW
        assert last_finished(session, kind="harvest") == NOW + timedelta(minutes=5)


def test_failures_in_a_row_are_counted_and_a_success_ends_them(engine: Engine) -> None:
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
        for status in ("unreachable", "unreachable", "off"):
            finish_source(session, run_id, Result(status=status), now=NOW)
        assert failures_in_a_row(session, "thanh-hoa") == 2
        assert session.get_one(SourceRow, "thanh-hoa").last_success_at is None
        finish_source(session, run_id, Result(status="quiet", moved_to=None), now=NOW)
        assert failures_in_a_row(session, "thanh-hoa") == 0
        assert session.get_one(SourceRow, "thanh-hoa").last_success_at == NOW
