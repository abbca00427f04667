"""Flow runs that the server believes to be running although their process is gone.

A run interrupted together with its worker and server stays "Running" for ever. Our own lock tells which runs
live: whoever holds it is the only harvest, so any other that still says "Running" is a ghost.
"""

from __future__ import annotations

from prefect import runtime
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.states import Crashed


async def close_ghosts(flow_name: str) -> int:
    """Mark every other running run of `flow_name` as crashed; answers how many. To be called with the lock held."""
    own = runtime.flow_run.id
    if own is None:
        return 0
    async with get_client() as client:
        return await close_ghosts_as(client, flow_name, own=str(own))


async def close_ghosts_as(client: PrefectClient, flow_name: str, *, own: str) -> int:
    """`close_ghosts` for the run whose id is `own`."""
    running = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING])))
    named = FlowFilter(name=FlowFilterName(any_=[flow_name]))
    ghosts = [
        run for run in await client.read_flow_runs(flow_filter=named, flow_run_filter=running) if str(run.id) != own
    ]
    for run in ghosts:
        await client.set_flow_run_state(run.id, Crashed(message="Tiến trình của lượt này không còn."), force=True)
    return len(ghosts)
