"""A whole run: lock, sources side by side, ledger, delivery. The same for Prefect and for `danvan run`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawlers.values import SourceStatus
from danvan.settings import HANOI, Settings
from flows.steps import SourceOutcome, Window, harvest_source
from models.database import transaction
from models.lock import held
from models.runs import (
    failures_in_a_row,
    finish_run,
    finish_source,
    reap_dead_runs,
    source_states,
    start_run,
    waiting_until,
)
from notifications.deliver import deliver
from notifications.operators import tell_operator
from notifications.subscribers import ensure_default_subscribers
from notifications.values import DeliveryReport

SourceStep = Callable[[str, int, Window, Settings], Awaitable[SourceOutcome]]
DeliverStep = Callable[[Engine, Settings], Awaitable[DeliveryReport]]

LOCK = "harvest"


@dataclass(frozen=True)
class RunResult:
    """What a run ends with; `form` is the JSON that the outside relies on."""

    run: int
    sources: tuple[SourceOutcome, ...]
    alerts_sent: int
    faults: tuple[str, ...]

    @property
    def needs_a_person(self) -> bool:
        """Whether the run ended with faults."""
        return bool(self.faults) or any(source.needs_a_person for source in self.sources)

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "run": self.run,
            "sources": [
                {
                    "id": source.id,
                    "status": source.status,
                    "message": source.message,
                    "discovered": source.discovered,
                    "states": source.states,
                    "skipped": source.skipped,
                    "articles_new": source.articles_new,
                    "seconds": source.seconds,
                }
                for source in self.sources
            ],
            "articles_new": sum(source.articles_new for source in self.sources),
            "documents_new": sum(source.documents_new for source in self.sources),
            "alerts_queued": sum(source.alerts_queued for source in self.sources),
            "alerts_sent": self.alerts_sent,
            "faults": list(self.faults),
        }


PATIENCE: Mapping[str, int] = {SourceStatus.UNREACHABLE: 2, SourceStatus.DNS: 2, SourceStatus.TIMED_OUT: 2}
"""Failed runs in a row before the operator is told: what often mends itself gets a second try."""


async def deliver_once(engine: Engine, config: Settings) -> DeliveryReport:
    """Empty the outbox as far as pacing and the channels allow."""
    return await asyncio.to_thread(deliver, engine, config)


async def deliver_aside(engine: Engine, config: Settings) -> DeliveryReport:
    """As `deliver_once`, with the console's alerts on stderr: stdout belongs to a program that reads JSON."""
    return await asyncio.to_thread(deliver, engine, config, stream=sys.stderr)


async def run_sources(
    engine: Engine,
    config: Settings,
    source_ids: Sequence[str],
    window: Window,
    *,
    clock: Callable[[], datetime],
    source_step: SourceStep = harvest_source,
    deliver_step: DeliverStep | None = deliver_once,
    finished: Callable[[SourceOutcome], None] = lambda _outcome: None,
) -> RunResult:
    """Harvest the sources, at most `sources_at_once` side by side, and deliver as documents turn up.

    One broken source leaves the others alone. Raises RunLockedError while another run is at work.
    """
    kind = "backfill" if window.backfill else "harvest"
    with held(engine, LOCK, clock=clock):
        with transaction(engine) as session:
            reap_dead_runs(session, now=clock())
            ensure_default_subscribers(session, config, clock())
            run_id = start_run(session, kind=kind, now=clock())
        seats = asyncio.Semaphore(config.sources_at_once)
        sending = asyncio.Lock()
        sent: list[int] = []
        faults: list[str] = []

        async def one(source_id: str) -> SourceOutcome:
            outcome = _left_alone(engine, source_id, clock())
            if outcome is None:
                async with seats:
                    outcome = await source_step(source_id, run_id, window, config)
            outcome = _settle(engine, run_id, outcome, clock())
            finished(outcome)
            if deliver_step and outcome.alerts_queued:
                async with sending:
                    sent.append(await _delivered(deliver_step, engine, config, faults))
            return outcome

        outcomes = await asyncio.gather(*(one(source_id) for source_id in source_ids))
        with transaction(engine) as session:
            tell_of_faults(session, config, run_id, outcomes, clock())
        if deliver_step:
            sent.append(await _delivered(deliver_step, engine, config, faults))
        result = RunResult(run_id, tuple(outcomes), sum(sent), tuple(faults))
        with transaction(engine) as session:
            finish_run(session, run_id, faults=result.needs_a_person, totals=result.form(), now=clock())
    return result


def _left_alone(engine: Engine, source_id: str, now: datetime) -> SourceOutcome | None:
    """The outcome of a source that is not visited because its host asked to wait longer (Retry-After)."""
    with transaction(engine) as session:
        until = waiting_until(session, source_id, now)
    if until is None:
        return None
    message = f"Báo yêu cầu chờ đến {until.astimezone(HANOI):%H:%M ngày %d/%m}; lượt này không gọi."
    return SourceOutcome(source_id, SourceStatus.WAITING, message, retry_at=until)


def _settle(engine: Engine, run_id: int, outcome: SourceOutcome, now: datetime) -> SourceOutcome:
    """Write a source's part of the run; the states are those of the ledger, after the reading."""
    with transaction(engine) as session:
        states = source_states(session, run_id, outcome.id) or outcome.states
        settled = SourceOutcome(**{**outcome.__dict__, "states": states, "discovered": sum(states.values())})
        finish_source(session, run_id, settled, now=now)
    return settled


def tell_of_faults(
    session: Session, config: Settings, run_id: int, outcomes: Sequence[SourceOutcome], now: datetime
) -> None:
    """Queue one message to the operator that names the sources which have just become faulty (the daily health
    flow repeats those that stay so).
    """
    lines = [
        f"• {outcome.id}: {outcome.message}"
        for outcome in outcomes
        if outcome.needs_a_person and failures_in_a_row(session, outcome.id) == PATIENCE.get(outcome.status, 1)
    ]
    if lines:
        words = "\n".join(["Lượt thu vừa xong có nguồn cần xem:", *lines])
        tell_operator(session, config, f"run:{run_id}", words, now)


async def _delivered(step: DeliverStep, engine: Engine, config: Settings, faults: list[str]) -> int:
    """The number of messages sent; what went wrong is said in `faults`, once."""
    report = await step(engine, config)
    faults.extend(fault for fault in (*report.stopped, *report.errors) if fault not in faults)
    return report.alerts_sent
