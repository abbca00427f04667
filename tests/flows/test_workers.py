"""What a flow knows of the cluster's workers: a real Dask scheduler in this process, with workers and without."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import distributed
import pytest
from prefect_dask.task_runners import PrefectDaskFuture
from sqlalchemy import Engine

from flows.cluster import Cluster, ClusterGoneError
from flows.reprocess import _abandoned, _spread
from foundation.settings import Settings
from models.runs.lease import leased
from models.storing.reprocess_report import ReprocessReport

LOCAL, CLIENT = (getattr(distributed, name) for name in ("LocalCluster", "Client"))
"""Without types as they come."""

LOOK = 0.2
"""Seconds between two looks; in production two minutes."""


@pytest.fixture
def scheduler() -> Iterator[Any]:
    with LOCAL(n_workers=0, threads_per_worker=1, processes=False, dashboard_address=None, silence_logs=False) as made:
        yield made


def submit(client: Any, function: Any, *given: Any) -> PrefectDaskFuture[Any]:
    """As the flow's task runner does it."""
    return PrefectDaskFuture(wrapped_future=client.submit(function, *given, pure=False), task_run_id=uuid4())


def test_a_cluster_without_workers_is_seen_to_be_gone_at_the_next_look(scheduler: Any) -> None:
    cluster = Cluster(look_seconds=LOOK)
    with CLIENT(scheduler) as client:
        started = time.monotonic()
        with pytest.raises(ClusterGoneError):
            asyncio.run(asyncio.wait_for(cluster.answer_of(partial(submit, client, time.sleep, 0)), 100 * LOOK))
        assert time.monotonic() - started >= LOOK
        assert cluster.gone is not None
        asked: list[int] = []
        with pytest.raises(ClusterGoneError):  # nothing more is handed over
            asyncio.run(cluster.answer_of(lambda: asked.append(1)))
        assert not asked


def test_a_worker_that_is_busy_for_many_looks_is_waited_for(scheduler: Any) -> None:
    cluster = Cluster(look_seconds=LOOK)
    scheduler.scale(1)
    with CLIENT(scheduler) as client:
        client.wait_for_workers(1)

        def slow() -> str:
            time.sleep(5 * LOOK)
            return "done"

        assert asyncio.run(cluster.answer_of(partial(submit, client, slow))) == "done"
        assert cluster.gone is None


class Counted(Cluster):
    """A cluster of so many threads; it notes what is handed over."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.given: list[tuple[Any, ...]] = []
        self._threads = threads

    async def threads(self) -> int:
        return self._threads

    async def answer_of(self, submit: Any) -> Any:
        self.given.append(submit.args)
        return ReprocessReport(read=1)


def test_a_reader_ends_once_the_flow_is_gone_that_wants_its_work(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.reprocess.ASK_SECONDS", 0.0)
    with leased(engine, ["flow:1"], timedelta(minutes=1), clock=lambda: datetime.now(UTC)):
        stopped = _abandoned(engine, "flow:1")
        assert not stopped()
    assert stopped()


@pytest.mark.parametrize(("asked", "threads", "readers"), [(None, 3, 3), (2, 3, 2), (5, 3, 5)])
def test_a_reprocess_has_a_reader_a_thread_or_as_many_as_asked_for_and_none_gets_a_secret(
    asked: int | None, threads: int, readers: int
) -> None:
    config = Settings(dask="tcp://127.0.0.1:1", telegram_token="1:secret", database_url="postgresql://may/kho")
    cluster = Counted(threads)
    parts = asyncio.run(_spread(asked, date(2026, 9, 1), "flow:1", config, cluster))
    assert parts == [ReprocessReport(read=1)] * readers
    assert [given[0] for given in cluster.given] == list(range(1, readers + 1))
    assert [given[-1].telegram_token for given in cluster.given] == [None] * readers
    assert {given[-1].database_url for given in cluster.given} == {config.database_url}
