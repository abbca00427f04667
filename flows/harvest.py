"""The scheduled harvest: every source a task run of its own, the ledger as an artifact of the run.

The road itself is told in `flows.run`; here each step of it gets a state, retries and artifacts.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.states import Completed

from crawlers.catalogue import catalogue_of
from crawlers.values import SourceStatus
from flows.cluster import Cluster, ClusterGoneError, for_workers, task_runner, tell_of
from flows.decide import TRANSIENT, superseded
from flows.ghosts import close_ghosts, flow_lease, take_up_again
from flows.ledger import ledger_markdown, ledger_table
from flows.run import RunResult, Seats, run_sources, visit
from flows.steps import Window
from foundation.clock import utc_now
from foundation.errors import DanvanError, RunLockedError, StoreError
from foundation.settings import Settings, settings
from models.database import migrate, open_engine, transaction
from models.runs.lease import LIFE, leased
from models.runs.ledger import SourceOutcome, last_started

RETRY_SECONDS = (60.0, 300.0)
"""When a source is tried again that something transient befell."""

AWAY_RETRIES, AWAY_SECONDS = 3, 120
"""How often, and after how long, the whole flow is tried again: what ends it is no source's fault, but mostly a
database that is away."""


class SourceFaultError(DanvanError):
    """A source's part of a run that needs a person, raised so that its task run shows as failed."""

    def __init__(self, outcome: SourceOutcome) -> None:
        self.outcome = outcome
        super().__init__(f"{outcome.id}: {outcome.message}")


async def _may_mend(_task: Any, _run: Any, state: Any) -> bool:
    fault = await state.result(raise_on_failure=False)
    return isinstance(fault, SourceFaultError) and fault.outcome.status in TRANSIENT


@task(
    task_run_name="{source_id}",
    retries=len(RETRY_SECONDS),
    retry_delay_seconds=list(RETRY_SECONDS),
    retry_condition_fn=_may_mend,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def harvest_one(
    source_id: str, run_id: int, window: Window, config: Settings, seats: Seats | None
) -> SourceOutcome:
    """Crawl and read one source. Raises SourceFaultError where somebody has to look at it.

    A seat is taken within (None: whoever runs this is one): between two tries it is another source's.
    """
    try:
        outcome = await visit(source_id, run_id, window, config, seats or nullcontext())
    except StoreError as error:  # the database may be back when it is tried again
        raise SourceFaultError(SourceOutcome(source_id, SourceStatus.CRASHED, str(error))) from error
    get_run_logger().info("%s: %s %s", outcome.id, outcome.status, outcome.message)
    if outcome.needs_a_person:
        raise SourceFaultError(outcome)
    return outcome


async def _as_task(source_id: str, run_id: int, window: Window, config: Settings, seats: Seats) -> SourceOutcome:
    """The step of `flows.run` as a task run with its own state and retries."""
    try:
        return await harvest_one(source_id, run_id, window, config, seats)
    except SourceFaultError as fault:
        return fault.outcome


async def _on_cluster(
    cluster: Cluster, source_id: str, run_id: int, window: Window, config: Settings, seats: Seats
) -> SourceOutcome:
    """The same on a worker, whose threads are the seats; its second try is asked for here, so that it holds none.

    Where the cluster is gone this machine visits the source itself.
    """
    once = harvest_one.with_options(retries=0)
    submit = partial(once.submit, source_id, run_id, window, for_workers(config), None)
    for pause in (*RETRY_SECONDS, 0.0):
        try:
            outcome: SourceOutcome = await cluster.answer_of(submit)
        except SourceFaultError as fault:
            outcome = fault.outcome
        except ClusterGoneError:
            return await _as_task(source_id, run_id, window, config, seats)
        if outcome.status not in TRANSIENT or not pause:
            break
        await asyncio.sleep(pause)
    return outcome


@flow(
    name="harvest",
    retries=AWAY_RETRIES,
    retry_delay_seconds=AWAY_SECONDS,
    task_runner=task_runner(settings()),
    on_crashed=[take_up_again],
    persist_result=False,
)
async def harvest(
    sources: list[str] | None = None,
    since: date | None = None,
    until: date | None = None,
    backfill: bool = False,  # noqa: FBT001, FBT002 (flow parameters are given by name)
) -> Any:
    """Harvest papers, read, store and deliver. A database that is away is tried again.

    Args:
        sources: Mã các nguồn báo; bỏ trống là mọi nguồn đang bật.
        since: Chỉ bài đăng từ ngày này (giờ Hà Nội).
        until: Chỉ bài đăng đến hết ngày này.
        backfill: Thu bù bài cũ, lần ngược các trang danh mục đến ngày since; không gửi tin báo nào.

    """
    config = settings()
    engine = open_engine(config.database_url)
    migrate(engine)
    with transaction(engine) as session:
        last = last_started(session, kind="harvest")
    if superseded(
        runtime.flow_run.scheduled_start_time,
        last,
        utc_now(),
        scheduled=_first_try() and sources is None and not backfill,
    ):
        return Completed(name="Skipped", message="Một lượt mới hơn đã chạy; lượt trễ này không cần chạy lại.")
    catalogue = catalogue_of(config)
    names = sources or [source.id for source in catalogue.enabled()]
    refused = () if sources else tuple(map(str, catalogue.problems))
    with leased(engine, [flow_lease(runtime.flow_run.id)], LIFE, clock=utc_now):
        async with get_client() as client:
            await close_ghosts(client, "harvest", engine, utc_now())
        try:
            window = Window(since, until, backfill)
            cluster = Cluster()
            step = partial(_on_cluster, cluster) if config.dask else _as_task
            result = await run_sources(engine, config, names, window, clock=utc_now, source_step=step, refused=refused)
        except RunLockedError as error:
            return Completed(name="Skipped", message=str(error))
    await _publish(result)
    if cluster.gone:
        await tell_of(cluster.gone, str(result.run), engine, config)
    if result.needs_a_person or cluster.gone:
        return Completed(name="DoneWithFaults", message="Xong, có lỗi cần người xem: xem bảng kê của lượt này.")
    return Completed(message=ending(result))


def ending(result: RunResult) -> str:
    """How a run ended that nobody need look at; papers that it left to another run are named."""
    left = [outcome.id for outcome in result.sources if outcome.status == SourceStatus.BUSY]
    others = f" Để lượt khác thu: {', '.join(left)}." if left else ""
    return f"Xong: {result.form()['articles_new']} bài mới.{others}"


def _first_try() -> bool:
    return (runtime.flow_run.run_count or 1) <= 1


async def _publish(result: RunResult) -> None:
    await acreate_table_artifact(
        table=ledger_table([asdict(outcome) for outcome in result.sources]),
        key="ledger",
        description=f"Bảng kê lượt {result.run}",
    )
    await acreate_markdown_artifact(markdown=ledger_markdown(result.form()), key="run-summary")
