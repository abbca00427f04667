"""Flow runs whose process is gone: those that are seen to be are taken up again, the others are found out.

A run interrupted together with its worker and server stays "Running" for ever. A flow that lives holds a lease in the
archive; one that says "Running" without one, longer than a start takes, is a ghost.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from prefect import Flow, State
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.deployments import arun_deployment
from prefect.states import Crashed
from sqlalchemy import Engine

from foundation.clock import utc_now
from models.database import transaction
from models.runs.lease import LIFE, held_by_others

AGAIN = "again"
"""Tag of a run that takes up what a killed one left."""


async def take_up_again(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """After a run whose process was killed: another in a minute, once; its pages and leases are given back by then."""
    del flow, state
    if flow_run.deployment_id is None or AGAIN in flow_run.tags:
        return
    await arun_deployment(
        name=flow_run.deployment_id,
        parameters=flow_run.parameters,
        scheduled_time=utc_now() + timedelta(minutes=1),
        timeout=0,
        tags=[AGAIN],
        idempotency_key=f"{AGAIN}-{flow_run.id}",
        as_subflow=False,
    )


def flow_lease(flow_run_id: object) -> str:
    """The lease that says that a flow run is alive."""
    return f"flow:{flow_run_id}"


async def close_ghosts(client: PrefectClient, flow_name: str, engine: Engine, now: datetime) -> int:
    """Mark runs of `flow_name` as crashed that say "Running" and are not; answers how many."""
    running = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))
    named = FlowFilter(name=FlowFilterName(any_=[flow_name]))
    runs = await client.read_flow_runs(flow_filter=named, flow_run_filter=running)
    with transaction(engine) as session:
        alive = held_by_others(session, [flow_lease(run.id) for run in runs], now)
    ghosts = [run for run in runs if flow_lease(run.id) not in alive and (run.start_time or now) < now - LIFE]
    for run in ghosts:
        await client.set_flow_run_state(run.id, Crashed(message="Tiến trình của lượt này không còn."), force=True)
    return len(ghosts)
