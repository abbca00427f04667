"""Reading the archive again as a flow: on the workers of the cluster, or on this machine alone.

Each task is one reader; they share what is to be read in leased batches (`models.storing.batches`), so that a reader
that is killed, or begun again, leaves no page out. What they came to is told as one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.states import Completed
from sqlalchemy import Engine

from crawlers.catalogue import catalogue_of
from flows.cluster import Cluster, ClusterGoneError, for_workers, task_runner, tell_of
from flows.ghosts import AGAIN, close_ghosts, flow_lease, take_up_again
from flows.ledger import reading_markdown, reading_sentence
from foundation.clock import utc_now
from foundation.errors import StoreError
from foundation.settings import Settings, settings
from models.database import migrate, open_engine, transaction
from models.runs.lease import LIFE, held_by_others, leased
from models.storing.batches import forget_rules, to_read
from models.storing.reading import reading_version
from models.storing.reprocess import reprocess as read_again
from models.storing.reprocess_report import ReprocessReport

AWAY_RETRIES, AWAY_SECONDS = 3, 120
"""How often, and after how long, a step is tried again whose database was away: the rest is still to be read then."""

ASK_SECONDS = 30.0
"""How often a reader asks whether the flow that wants its work still lives."""

Part = ReprocessReport | BaseException


async def _was_away(_task: Any, _run: Any, state: Any) -> bool:
    return isinstance(await state.result(raise_on_failure=False), StoreError)


@task(
    retries=AWAY_RETRIES,
    retry_delay_seconds=AWAY_SECONDS,
    retry_condition_fn=_was_away,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def prepare(since: date | None, config: Settings, *, everything: bool) -> int:
    """Answers how much is to be read; `everything`: what today's rules have read too."""
    engine = open_engine(config.database_url)
    migrate(engine)
    if everything:
        await asyncio.to_thread(forget_rules, engine, since)
    return await asyncio.to_thread(_left, engine, since)


@task(
    task_run_name="reader-{number}",
    retries=AWAY_RETRIES,
    retry_delay_seconds=AWAY_SECONDS,
    retry_condition_fn=_was_away,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def read_share(number: int, since: date | None, lease: str, config: Settings) -> ReprocessReport:
    """Read whatever no other reader has leased, until all is read or the flow is gone that holds `lease`."""
    engine = open_engine(config.database_url)
    catalogue = catalogue_of(config).sources
    read = partial(read_again, engine, catalogue, now=utc_now(), since=since, stopped=_abandoned(engine, lease))
    report = await asyncio.to_thread(read)
    engine.dispose()
    get_run_logger().info("Tiến trình đọc %s: %s", number, reading_sentence(report.form()))
    return report


def _abandoned(engine: Engine, lease: str) -> Callable[[], bool]:
    """Whether the flow is gone; the archive is asked now and then."""
    asked = time.monotonic()

    def look() -> bool:
        nonlocal asked
        if time.monotonic() - asked < ASK_SECONDS:
            return False
        asked = time.monotonic()
        with transaction(engine) as session:
            return not held_by_others(session, [lease], utc_now())

    return look


async def _spread(
    readers: int | None, since: date | None, lease: str, config: Settings, cluster: Cluster
) -> list[Part]:
    """What so many readers came to (None: one a thread of the cluster); without a cluster this machine is one."""
    parts: list[Part] = []
    if config.dask:
        there = await cluster.threads()
        submits = [
            partial(read_share.submit, number, since, lease, for_workers(config))
            for number in range(1, 1 + (readers if there and readers else there))
        ]
        parts += await asyncio.gather(*map(cluster.answer_of, submits), return_exceptions=True)
    if not config.dask or cluster.gone:
        parts.append(await read_share(0, since, lease, config))
    return parts


@flow(
    name="reprocess",
    task_runner=task_runner(settings()),
    on_crashed=[take_up_again],
    persist_result=False,
)
async def reprocess(
    since: date | None = None,
    everything: bool = False,  # noqa: FBT001, FBT002 (flow parameters are given by name)
    readers: int | None = None,
) -> Any:
    """Read the archive again under today's rules: no request to a paper, no alert.

    Args:
        since: Chỉ các trang lấy về từ ngày này (giờ Hà Nội); bỏ trống là cả kho.
        everything: Đọc cả những trang đã đọc theo quy tắc hiện tại.
        readers: Số tiến trình đọc cùng lúc trên cụm máy; bỏ trống là mỗi luồng của cụm một. Không có cụm máy: chỉ một.

    """
    config = settings()
    # A run that takes up what a killed one left goes on; it does not begin again.
    anew = everything and AGAIN not in (runtime.flow_run.tags or ())
    total = await prepare(since, config, everything=anew)
    engine, cluster, lease = open_engine(config.database_url), Cluster(), flow_lease(runtime.flow_run.id)
    with leased(engine, [lease], LIFE, clock=utc_now):
        async with get_client() as client:
            await close_ghosts(client, "reprocess", engine, utc_now())
        parts = await _spread(readers, since, lease, config, cluster)
    if cluster.gone:
        await tell_of(cluster.gone, lease, engine, config)
    whole, words, left = _as_one(parts), [str(fault) for fault in _faults(parts)], _left(engine, since)
    if left:
        words.append(f"Còn {left} trang chưa đọc: chạy lại sẽ làm tiếp.")
    faulty = bool(cluster.gone or whole.failed or words)
    if (others := total - left - whole.read - whole.failed) > 0:
        words.append(f"{others} trang khác do tiến trình bị dừng giữa chừng, hoặc lượt khác, đã đọc: không kể ở trên.")
    await acreate_markdown_artifact(markdown="\n\n".join([reading_markdown(whole.form()), *words]), key="reprocess")
    told = " ".join([reading_sentence(whole.form()), *words])
    return Completed(name="DoneWithFaults" if faulty else "Completed", message=told, data=whole.form())


def _as_one(parts: list[Part]) -> ReprocessReport:
    """The readers' reports as one. Raises what ended them, where it ended all."""
    reports = [part for part in parts if isinstance(part, ReprocessReport)]
    if not reports and (faults := _faults(parts)):
        raise faults[0]
    whole = ReprocessReport()
    for report in reports:
        whole.add(report)
    return whole


def _faults(parts: list[Part]) -> list[BaseException]:
    return [part for part in parts if not isinstance(part, ReprocessReport | ClusterGoneError)]


def _left(engine: Engine, since: date | None) -> int:
    return sum(map(len, to_read(engine, since, reading_version()).values()))
