"""Where a harvest's sources are visited: in this process's own children, or on the workers of a Dask cluster.

`DANVAN_DASK` names the cluster's scheduler; empty means this machine alone. The tasks are the same, and safe to run
twice: a worker that is killed leaves its sources to another, which waits until their leases are given back.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from foundation.errors import ConfigurationError
from foundation.settings import Settings
from models.database import parse_address

_ANSWERS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="cluster")
"""Who waits for the workers: a thread a source that is out."""


def task_runner(config: Settings) -> TaskRunner[Any]:
    """The task runner of the harvest. Raises ConfigurationError for SQLite, and where the extra is missing."""
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


async def answer_of(future: Any) -> Any:
    """What a task on the cluster answers; raises what it raised."""
    return await asyncio.get_running_loop().run_in_executor(_ANSWERS, future.result)
