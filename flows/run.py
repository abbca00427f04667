"""A whole run: lock, sources side by side, ledger, delivery. The same for Prefect and for `danvan run`."""

from __future__ import annotations

import asyncio
import logging
import sys
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crawlers.values import SourceStatus
from flows.steps import SourceOutcome, Window, harvest_source
from foundation.settings import HANOI, Settings
from models.database import transaction
from models.runs.ledger import (
    beat,
    failures_in_a_row,
    finish_run,
    finish_source,
    source_states,
    start_run,
    waiting_until,
)
from models.runs.lock import held
from notifications.deliver import deliver
from notifications.operators import raise_alarm, tell_operator
from notifications.subscribers import ensure_default_subscribers
from notifications.values import DeliveryReport
from notifications.watch import close_dead_runs

SourceStep = Callable[[str, int, Window, Settings], Awaitable[SourceOutcome]]
DeliverStep = Callable[[Engine, Settings], Awaitable[DeliveryReport]]

LOCK = "harvest"

log = logging.getLogger(__name__)


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
    refused: Sequence[str] = (),
) -> RunResult:
    """Harvest the sources, at most `sources_at_once` side by side, and deliver as documents turn up.

    One broken source leaves the others alone. The two steps are seams for Prefect, `finished` one for a progress
    bar; `refused` names the catalogue's files that could not be used. Raises RunLockedError while another run is at
    work, StoreError when the archive fails.
    """
    run = _Run(engine, config, window, clock, source_step, deliver_step, finished)
    with held(engine, LOCK, clock=clock, beat=run.beat):
        return await run.harvest(source_ids, refused)


class _Run:
    """One run under way."""

    def __init__(
        self,
        engine: Engine,
        config: Settings,
        window: Window,
        clock: Callable[[], datetime],
        source_step: SourceStep,
        deliver_step: DeliverStep | None,
        finished: Callable[[SourceOutcome], None],
    ) -> None:
        self._engine = engine
        self._config = config
        self._window = window
        self._clock = clock
        self._source_step = source_step
        self._deliver_step = deliver_step
        self._finished = finished
        self._id: int | None = None
        self._seats = asyncio.Semaphore(config.sources_at_once)
        self._sending = asyncio.Lock()
        self._sent = 0
        self._faults: list[str] = []

    def beat(self, now: datetime) -> None:
        """A sign of life in the archive, while the lock is renewed."""
        if self._id is not None:
            with transaction(self._engine) as session:
                beat(session, self._id, now)

    async def harvest(self, source_ids: Sequence[str], refused: Sequence[str]) -> RunResult:
        """The run from begin to end; the lock is held."""
        run_id = self._id = self._begin()
        self._faults.extend(f"Bỏ qua một nguồn: {problem}" for problem in refused)
        with transaction(self._engine) as session:
            tell_of_refused(session, self._config, self._faults, self._clock())
        outcomes = await asyncio.gather(*(self._one(source_id, run_id) for source_id in source_ids))
        with transaction(self._engine) as session:
            tell_of_faults(session, self._config, run_id, outcomes, self._clock())
        await self._deliver()
        result = RunResult(run_id, tuple(outcomes), self._sent, tuple(self._faults))
        with transaction(self._engine) as session:
            finish_run(session, run_id, faults=result.needs_a_person, totals=result.form(), now=self._clock())
        return result

    def _begin(self) -> int:
        kind = "backfill" if self._window.backfill else "harvest"
        with transaction(self._engine) as session:
            ensure_default_subscribers(session, self._config, self._clock())
            close_dead_runs(session, self._config, self._clock())
            return start_run(session, kind=kind, now=self._clock())

    async def _one(self, source_id: str, run_id: int) -> SourceOutcome:
        outcome = _left_alone(self._engine, source_id, self._clock())
        if outcome is None:
            async with self._seats:
                outcome = await self._visit(source_id, run_id)
        outcome = _settle(self._engine, run_id, outcome, self._clock())
        self._finished(outcome)
        if outcome.alerts_queued:
            await self._deliver()
        return outcome

    async def _visit(self, source_id: str, run_id: int) -> SourceOutcome:
        try:
            return await self._source_step(source_id, run_id, self._window, self._config)
        except Exception as error:
            log.exception("the step of %s broke", source_id)
            return SourceOutcome(source_id, SourceStatus.CRASHED, f"Bước thu thập dừng vì lỗi: {error!r}")

    async def _deliver(self) -> None:
        """Send what is due, one delivery at a time; what went wrong is said once."""
        if self._deliver_step is None:
            return
        async with self._sending:
            report = await self._deliver_step(self._engine, self._config)
        self._sent += report.alerts_sent
        self._faults.extend(fault for fault in (*report.stopped, *report.errors) if fault not in self._faults)


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


def tell_of_refused(session: Session, config: Settings, sentences: Sequence[str], now: datetime) -> None:
    """Tell the operator once which files of the catalogue cannot be used, and again when they are others."""
    text = "\n".join(["Danh mục có tệp nguồn không dùng được:", *(f"• {sentence}" for sentence in sentences)])
    name = f"catalogue:{zlib.crc32(text.encode()):08x}"
    if sentences:
        raise_alarm(session, config, name, text, now)


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
