from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from crawlers.values import Find
from foundation.errors import RunLockedError, StoreError
from models.database import open_engine, transaction
from models.landing.keeper import DatabaseKeeper
from models.runs.lease import held_by_others, kept, leased, names_for, release, renew, run_name, take
from models.runs.ledger import (
    SourceOutcome,
    failures_in_a_row,
    finish_run,
    finish_source,
    last_finished,
    last_started,
    reap_dead_runs,
    start_run,
    waiting_until,
)
from models.tables import LockRow, RunRow, RunSourceRow, SourceRow
from tests.models.papers import NOW

fork = multiprocessing.get_context("fork")


def clock() -> datetime:
    return datetime.now(UTC)


def take_one(engine: Engine, name: str, owner: str, now: datetime, minutes: float = 3) -> None:
    with transaction(engine) as session:
        take(session, [name], owner, now, timedelta(minutes=minutes))


def test_who_asks_for_a_lease_is_told_who_has_it_and_since_when(engine: Engine) -> None:
    with leased(engine, names_for("nghe-an", "nghe-an.example"), timedelta(minutes=3), clock=lambda: NOW):
        with pytest.raises(RunLockedError, match=r"08:00 ngày 05/09/2026.*khóa tự hết hạn lúc 08:03:00"):
            take_one(engine, "source:nghe-an", "other/2/x", NOW + timedelta(minutes=1))
        take_one(engine, "source:thanh-hoa", "other/2/x", NOW)
    take_one(engine, "source:nghe-an", "other/2/x", NOW)


def test_two_papers_of_one_host_are_not_harvested_at_once_and_a_lease_refused_leaves_none_behind(
    engine: Engine,
) -> None:
    length = timedelta(minutes=3)
    with leased(engine, names_for("nghe-an", "chung.example"), length, clock=lambda: NOW):
        with (
            pytest.raises(RunLockedError),
            leased(engine, names_for("thanh-hoa", "chung.example"), length, clock=lambda: NOW),
        ):
            pass
        with transaction(engine) as session:
            assert set(session.scalars(select(LockRow.name))) == {"source:nghe-an", "host:chung.example"}
    with leased(engine, names_for("thanh-hoa", "chung.example"), length, clock=lambda: NOW):
        pass
    long = "x" * 70
    assert all(len(name) <= 64 for name in names_for(long, f"{long}.example"))


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_notices(engine: Engine) -> None:
    take_one(engine, "source:nghe-an", "dead/1/x", NOW)
    take_one(engine, "source:nghe-an", "alive/2/y", NOW + timedelta(minutes=4))
    assert not renew(engine, "dead/1/x", NOW + timedelta(minutes=5), timedelta(minutes=3))
    release(engine, "dead/1/x")
    with pytest.raises(RunLockedError, match="alive/2"):
        take_one(engine, "source:nghe-an", "third/3/z", NOW + timedelta(minutes=5))


def test_what_a_clock_that_was_wrong_has_taken_binds_nobody_when_it_is_right_again(engine: Engine) -> None:
    ahead = NOW + timedelta(days=90)
    take_one(engine, "source:nghe-an", "ahead/1/x", ahead)
    with transaction(engine) as session:
        session.add(SourceRow(id="nghe-an", status="waiting", retry_at=ahead))
    with transaction(engine) as session:
        assert held_by_others(session, ["source:nghe-an"], NOW) == {}
        assert waiting_until(session, "nghe-an", NOW) is None
        assert waiting_until(session, "nghe-an", ahead - timedelta(hours=5)) == ahead
    take_one(engine, "source:nghe-an", "right/2/y", NOW)
    with pytest.raises(RunLockedError, match="right/2"):
        take_one(engine, "source:nghe-an", "third/3/z", NOW)
    assert not renew(engine, "ahead/1/x", NOW, timedelta(minutes=3)), "a holder that lives notices"


def test_a_living_holder_keeps_its_leases(engine: Engine) -> None:
    beats: list[datetime] = []
    length = timedelta(seconds=0.6)
    with transaction(engine) as session:
        take(session, ["run:1", "run:2"], "me/1/x", clock(), length)
    with kept(engine, "me/1/x", length, clock=clock, beat=beats.append):
        time.sleep(1.0)
        for name in ("run:1", "run:2"):
            with pytest.raises(RunLockedError):
                take_one(engine, name, "other/2/x", clock())
    assert beats
    with transaction(engine) as session:
        assert session.scalars(select(LockRow)).all() == []


def test_what_was_done_counts_though_its_lease_cannot_be_given_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreError("máy chủ ngắt kết nối")

    monkeypatch.setattr("models.runs.lease.release", away)
    monkeypatch.setattr("models.runs.lease.RELEASE_NAPS", (0.05,))
    with leased(engine, ["source:nghe-an"], timedelta(seconds=1), clock=lambda: NOW):
        done = True
    assert done
    settle()
    take_one(engine, "source:nghe-an", "other/2/x", NOW + timedelta(minutes=4))


def test_a_lease_is_given_back_when_the_database_is_back(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def away_at_first(engine: Engine, owner: str) -> None:
        tries.append(owner)
        if len(tries) < 3:
            raise StoreError("máy chủ không chạy")
        release(engine, owner)

    monkeypatch.setattr("models.runs.lease.release", away_at_first)
    monkeypatch.setattr("models.runs.lease.RELEASE_NAPS", (0.0, 0.1))
    with leased(engine, names_for("bao"), timedelta(minutes=20), clock=lambda: NOW):
        pass
    assert len(tries) <= 2, "whoever goes on with other work does not wait for it"
    settle()
    assert len(tries) == 3
    with transaction(engine) as session:
        assert not held_by_others(session, names_for("bao"), NOW)


def settle() -> None:
    """Until nobody tries to give leases back any more."""
    for thread in threading.enumerate():
        if thread.name == "leases":
            thread.join(10)
            assert not thread.is_alive()


def test_a_process_ends_soon_though_the_database_stays_away(tmp_path: Path) -> None:
    script = (
        "from datetime import UTC, datetime, timedelta\nimport models.runs.lease as lease\n"
        "from foundation.errors import StoreError\nfrom models.database import migrate, open_engine\n"
        f"engine = open_engine('sqlite:///{tmp_path}/archive.sqlite3')\nmigrate(engine)\n"
        "def away(*_): print('asked', flush=True); raise StoreError('gone')\n"
        "lease.release, lease.RELEASE_NAPS = away, (0.1, 0.1)\n"
        "with lease.leased(engine, ['source:a'], timedelta(minutes=20), clock=lambda: datetime.now(UTC)): pass\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=True, timeout=60, capture_output=True, text=True)
    assert 3 <= len(ended.stdout.split()) <= 10


def test_of_two_that_ask_at_once_one_gets_all(engine: Engine) -> None:
    names = [f"source:{number}" for number in range(20)]
    gate = threading.Barrier(4)

    def ask(number: int) -> bool:
        gate.wait()
        try:
            with transaction(engine) as session:
                take(session, names[:: 1 if number % 2 else -1], f"m/{number}/x", NOW, timedelta(minutes=3))
        except RunLockedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [False, False, False, True]
    with transaction(engine) as session:
        assert len(set(session.scalars(select(LockRow.owner)))) == 1


def run_for_ever(url: str) -> None:
    engine = open_engine(url)
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=clock())
        take(session, [run_name(run_id)], "me/1/x", clock(), timedelta(seconds=1))
    with kept(engine, "me/1/x", timedelta(seconds=1), clock=clock):
        time.sleep(60)


def test_a_run_lives_as_long_as_its_lease_and_a_killed_one_is_closed(database_url: str, engine: Engine) -> None:
    engine.dispose()
    child = fork.Process(target=run_for_ever, args=(database_url,))
    child.start()
    for _ in range(200):
        with transaction(engine) as session:
            if session.scalar(select(RunRow.id)) is not None:
                break
        time.sleep(0.05)
    time.sleep(1.1)
    with transaction(engine) as session:
        assert reap_dead_runs(session, now=clock()) == []
    child.kill()
    child.join()
    time.sleep(1.1)
    with transaction(engine) as session:
        (ghost,) = reap_dead_runs(session, now=clock())
        run = session.get_one(RunRow, ghost)
        assert (run.status, run.finished_at is not None) == ("crashed", True)


def test_by_their_signs_of_life_only_silent_runs_are_closed(engine: Engine) -> None:
    with transaction(engine) as session:
        dead = start_run(session, kind="harvest", now=NOW - timedelta(hours=1))
        start_run(session, kind="backfill", now=NOW)
        assert reap_dead_runs(session, now=NOW, silent_for=timedelta(minutes=10)) == [dead]


def outcome(status: str = "ok", source_id: str = "thanh-hoa", **more: Any) -> SourceOutcome:
    return SourceOutcome(source_id, status, more.pop("message", ""), **more)


def test_a_run_from_begin_to_end(engine: Engine) -> None:
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
        assert last_finished(session, kind="harvest") is None
    keeper = DatabaseKeeper(engine, run_id, lambda: NOW)
    keeper.discovered("thanh-hoa", [Find("u1", "1", "rss"), Find("u2", "2", "rss")])
    with transaction(engine) as session:
        finish_source(session, run_id, outcome(skipped={"over the cap": 3}, seconds=1.5, articles_new=2), now=NOW)
        finish_source(session, run_id, outcome("blocked", "nghe-an", message="Bị chặn."), now=NOW)
        finish_run(session, run_id, faults=True, totals={"articles_new": 0}, now=NOW + timedelta(minutes=5))
    with transaction(engine) as session:
        part = session.get_one(RunSourceRow, (run_id, "thanh-hoa"))
        assert (part.discovered, part.states, part.skipped) == (2, {"delayed": 2}, {"over the cap": 3})
        run = session.get_one(RunRow, run_id)
        noted = [session.get_one(SourceRow, name).last_article_at for name in ("thanh-hoa", "nghe-an")]
        assert noted == [NOW, None]
        assert (run.status, run.totals) == ("faults", {"articles_new": 0})
        assert last_started(session, kind="harvest") == NOW
        assert last_finished(session, kind="harvest") == NOW + timedelta(minutes=5)


def test_failures_in_a_row_are_counted_and_a_success_ends_them(engine: Engine) -> None:
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
        for status in ("unreachable", "unreachable", "off"):
            finish_source(session, run_id, outcome(status), now=NOW)
        assert failures_in_a_row(session, "thanh-hoa") == 2
        assert session.get_one(SourceRow, "thanh-hoa").last_success_at is None
        finish_source(session, run_id, outcome("quiet"), now=NOW)
        assert failures_in_a_row(session, "thanh-hoa") == 0
        assert session.get_one(SourceRow, "thanh-hoa").last_success_at == NOW


def test_a_source_that_another_run_harvests_stands_as_that_run_says(engine: Engine) -> None:
    with transaction(engine) as session:
        run_id = start_run(session, kind="harvest", now=NOW)
        finish_source(session, run_id, outcome("unreachable"), now=NOW)
        finish_source(session, run_id, outcome("busy"), now=NOW)
        assert failures_in_a_row(session, "thanh-hoa") == 1
        assert session.get_one(SourceRow, "thanh-hoa").status == "unreachable"
        assert session.get_one(RunSourceRow, (run_id, "thanh-hoa")).status == "busy"
