"""Where a flow's tasks are done: by this machine, or by the workers of a Dask cluster.

`DANVAN_DASK` names the cluster's scheduler; empty means this machine alone. The tasks are the same, and safe to run
twice: a worker that is killed leaves its sources or pages to another, which waits until their leases are given back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

from prefect.context import FlowRunContext
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from sqlalchemy import Engine

from flows.run import deliver_once
from foundation.clock import utc_now
from foundation.errors import ConfigurationError, DanvanError
from foundation.settings import Settings
from models.database import parse_address, transaction
from notifications.operators import tell_operator

_ANSWERS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="cluster")
"""Who waits for the workers: a thread a source that is out."""

LOST_SECONDS, LOOK_SECONDS = 1.0, 120.0
"""Until a lost task is handed over again; until somebody looks whether there are workers at all."""

log = logging.getLogger(__name__)


def task_runner(config: Settings) -> TaskRunner[Any]:
    """The task runner of a flow. Raises ConfigurationError for SQLite, and where the extra is missing."""
    if not config.dask:
        return ThreadPoolTaskRunner()
    if parse_address(config.database_url).get_backend_name() == "sqlite":
        raise ConfigurationError(
            "DANVAN_DASK cần kho PostgreSQL (DANVAN_DATABASE_URL=postgresql://…): SQLite chỉ dùng được trên một máy."
        )
    try:
        from prefect_dask.task_runners import DaskTaskRunner
    except ImportError as error:
        raise ConfigurationError(
            "DANVAN_DASK cần phần bổ sung, cài bằng: pip install 'danvan-monitor[dask]'"
        ) from error
    runner: TaskRunner[Any] = DaskTaskRunner(address=config.dask)
    return runner


def for_workers(config: Settings) -> Settings:
    """The settings that leave this machine: without secrets, but for the archive's address."""
    kinds = Settings.__annotations__
    return config.model_copy(update={name: None for name in kinds if "SecretStr" in str(kinds[name])})


class ClusterGoneError(DanvanError):
    """No worker takes tasks any more."""

    def __init__(self) -> None:
        super().__init__(
            "Cụm máy Dask (DANVAN_DASK) không còn nhận việc: máy này tự làm phần còn lại của lượt. "
            "Kiểm tra dask scheduler và dask worker."
        )


class Cluster:
    """The workers as one run knows them.

    With their scheduler all tasks are lost: they are handed over again, which the client keeps until the scheduler is
    back. Once that takes too long for it (Dask's `comm.timeouts.connect`), or there is no worker, the cluster is gone.
    """

    def __init__(self, look_seconds: float = LOOK_SECONDS) -> None:
        self.gone: ClusterGoneError | None = None
        self._look_seconds = look_seconds

    async def threads(self) -> int:
        """How many tasks the workers of the flow's task runner do at once; none: the cluster is gone."""
        from distributed.client import ClosedClientError

        runner: Any = FlowRunContext.get()

        def look() -> dict[str, int]:  # the first who asks connects
            found: dict[str, int] = runner.task_runner.client.nthreads()
            return found

        try:
            workers = await asyncio.to_thread(look)
        except (ClosedClientError, OSError) as error:
            log.warning("the cluster is not there: %r", error)
            workers = {}
        if not workers:
            self._give_up()
        return sum(workers.values())

    async def answer_of(self, submit: Callable[[], Any]) -> Any:
        """What the task answers that `submit` hands over; raises what it raised, ClusterGoneError once it is gone."""
        from distributed.client import ClosedClientError

        while self.gone is None:
            try:
                future = submit()
            except (ClosedClientError, OSError) as error:
                log.warning("the cluster is gone: %r", error)
                self._give_up()
                break
            try:
                return await self._wait(future)
            except CancelledError as error:
                log.warning("a task was lost with the scheduler: %s", str(error).partition("\n")[0])
                await asyncio.sleep(LOST_SECONDS)
        raise self.gone or ClusterGoneError

    async def _wait(self, future: Any) -> Any:
        answer = asyncio.get_running_loop().run_in_executor(_ANSWERS, future.result)
        while not (await asyncio.wait([answer], timeout=self._look_seconds))[0]:
            task = future.wrapped_future
            if task.client.status == "running" and not await asyncio.to_thread(task.client.nthreads):
                log.warning("the cluster has no workers")
                self._give_up()
                task.cancel()
        return await answer

    def _give_up(self) -> None:
        self.gone = ClusterGoneError()


async def tell_of(gone: ClusterGoneError, run: str, engine: Engine, config: Settings) -> None:
    """Tell the operator, once a run, that it went on without the cluster."""
    with transaction(engine) as session:
        tell_operator(session, config, f"cluster:{run}", str(gone), utc_now())
    await deliver_once(engine, config)
