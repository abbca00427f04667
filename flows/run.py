"""A harvest, from the catalogue to the alerts: the same for Prefect (`flows.harvest`) and for `danvan run`.

    begin          a row of `run`; runs whose process is gone are closed
    each source    left alone where its host asked to wait, or to whoever harvests it now; else leased, and, with
                   `sources_at_once` side by side, a child process:
                     discover, fetch     crawlers.crawl: each page lands at once, before anything looks at it
                     extract, read       crawlers.extraction, analysis.reading: pure
                     store               models.storing: article, documents and alerts in one transaction a page
    settle         its counts are those of the ledger: every URL in exactly one state
    deliver        what the outbox holds, as soon as a source brought news
    end            the operator hears of sources that have just become faulty; the row of `run` gets its totals

What is decided on the way stands in `flows.decide`, without side effects; what follows from it is done here.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from crawlers.catalogue import catalogue_of
from crawlers.values import SourceStatus
from flows.decide import broken, faults_to_tell, left_alone, refused_files
from flows.steps import Window, harvest_source
from foundation.errors import RunLockedError, StoreError
from foundation.settings import Settings
from models.database import transaction
from models.runs.health import remember
from models.runs.lease import LIFE, held_by_others, kept, me, names_for, run_name, take
from models.runs.ledger import (
    SourceOutcome,
    beat,
    failures_in_a_row,
    finish_run,
    finish_source,
    new_articles,
    source_states,
    start_run,
    waiting_until,
)
from notifications.checks import close_dead_runs
from notifications.default_subscribers import ensure_default_subscribers
from notifications.deliver import deliver
from notifications.operators import raise_alarm, tell_operator
from notifications.values import DeliveryReport

Seats = AbstractAsyncContextManager[Any]
"""Held while a source is visited: as many as `sources_at_once`."""

SourceStep = Callable[[str, int, Window, Settings, Seats], Awaitable[SourceOutcome]]
DeliverStep = Callable[[Engine, Settings], Awaitable[DeliveryReport]]

BUSY_SECONDS, BUSY_STEP = LIFE.total_seconds() + 20.0, 5.0
"""How long a run waits, when all else is done, for a source that another harvests: what was killed before it had begun
holds one so long."""

_TOLD = ("id", "status", "message", "discovered", "states", "skipped", "articles_new", "seconds")
"""What the JSON of a run tells of each source."""

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
            "sources": [{name: getattr(source, name) for name in _TOLD} for source in self.sources],
            "articles_new": sum(source.articles_new for source in self.sources),
            "documents_new": sum(source.documents_new for source in self.sources),
            "alerts_queued": sum(source.alerts_queued for source in self.sources),
            "alerts_sent": self.alerts_sent,
            "faults": list(self.faults),
        }


async def visit(source_id: str, run_id: int, window: Window, config: Settings, seats: Seats) -> SourceOutcome:
    """Harvest one source as soon as there is a seat."""
    async with seats:
        return await harvest_source(source_id, run_id, window, config)


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
    source_step: SourceStep = visit,
    deliver_step: DeliverStep | None = deliver_once,
    finished: Callable[[SourceOutcome], None] = lambda _outcome: None,
    refused: Sequence[str] = (),
) -> RunResult:
    """Harvest the sources, at most `sources_at_once` side by side, and deliver as documents turn up.

    One broken source leaves the others alone. The two steps are seams for Prefect, `finished` one for a progress
    bar; `refused` names the catalogue's files that could not be used. Raises RunLockedError where all sources are being
    harvested by others, StoreError when the archive fails.
    """
    run = _Run(engine, config, window, clock, source_step, deliver_step, finished)
    try:
        return await run.harvest(source_ids, refused)
    except ExceptionGroup as group:  # the sources' own faults are outcomes; this is ours, and one tells them all
        raise group.exceptions[0] from group


@dataclass
class _Run:
    """One run under way."""

    engine: Engine
    config: Settings
    window: Window
    clock: Callable[[], datetime]
    source_step: SourceStep
    deliver_step: DeliverStep | None
    finished: Callable[[SourceOutcome], None]

    def __post_init__(self) -> None:
        self._seats = asyncio.Semaphore(self.config.sources_at_once)
        self._sending = asyncio.Lock()
        self._patience = BUSY_SECONDS
        self._sent = 0
        self._faults: list[str] = []

    async def harvest(self, source_ids: Sequence[str], refused: Sequence[str]) -> RunResult:
        """The run from begin to end."""
        owner = me()
        run_id = self._begin(owner, source_ids, refused)
        with kept(self.engine, owner, LIFE, clock=self.clock, beat=lambda now: self._beat(run_id, now)):
            outcomes = await self._all(run_id, source_ids)
            self._tell_of_faults(run_id, outcomes)
            await self._deliver()
            result = RunResult(run_id, tuple(outcomes), self._sent, tuple(self._faults))
            with transaction(self.engine) as session:
                finish_run(session, run_id, faults=result.needs_a_person, totals=result.form(), now=self.clock())
        return result

    def _begin(self, owner: str, source_ids: Sequence[str], refused: Sequence[str]) -> int:
        now = self.clock()
        self._faults.extend(f"Bỏ qua một nguồn: {problem}" for problem in refused)
        with transaction(self.engine) as session:
            ensure_default_subscribers(session, self.config, now)
            close_dead_runs(session, self.config, now)
            if self._faults:
                raise_alarm(session, self.config, *refused_files(self._faults), now)
            wanted = [names_for(source_id)[0] for source_id in source_ids]
            busy = held_by_others(session, wanted, now)
            if wanted and len(busy) == len(set(wanted)):
                raise RunLockedError(busy[wanted[0]])
            run_id = start_run(session, kind="backfill" if self.window.backfill else "harvest", now=now)
            take(session, [run_name(run_id)], owner, now, LIFE)
            return run_id

    def _beat(self, run_id: int, now: datetime) -> None:
        with transaction(self.engine) as session:
            beat(session, run_id, now)

    async def _all(self, run_id: int, source_ids: Sequence[str]) -> list[SourceOutcome]:
        async with asyncio.TaskGroup() as group:  # where one fails for our own fault, the others are stopped first
            parts = [group.create_task(self._source(source_id, run_id)) for source_id in source_ids]
        outcomes = [part.result() for part in parts]
        return [await self._once_free(outcome, run_id) for outcome in outcomes]

    async def _once_free(self, outcome: SourceOutcome, run_id: int) -> SourceOutcome:
        """A source that another run harvests, once that has ended; as it is where that takes too long."""
        while outcome.status == SourceStatus.BUSY and self._patience > 0:
            if not self._held(outcome.id):
                outcome = await self._source(outcome.id, run_id)
            if outcome.status == SourceStatus.BUSY:
                self._patience -= BUSY_STEP
                await asyncio.sleep(BUSY_STEP)
        return outcome

    def _held(self, source_id: str) -> bool:
        """Whether another harvests the source: asked here, for each try of a step is a task run to look at."""
        with transaction(self.engine) as session:
            return bool(held_by_others(session, names_for(source_id), self.clock()))

    async def _source(self, source_id: str, run_id: int) -> SourceOutcome:
        with transaction(self.engine) as session:
            outcome = left_alone(source_id, waiting_until(session, source_id, self.clock()))
        outcome = self._settle(run_id, outcome or await self._visit(source_id, run_id))
        if outcome.status != SourceStatus.BUSY:
            self.finished(outcome)
        if outcome.alerts_queued:
            await self._deliver()
        return outcome

    async def _visit(self, source_id: str, run_id: int) -> SourceOutcome:
        try:
            return await self.source_step(source_id, run_id, self.window, self.config, self._seats)
        except Exception as error:
            log.exception("the step of %s broke", source_id)
            return broken(source_id, error)

    def _settle(self, run_id: int, outcome: SourceOutcome) -> SourceOutcome:
        """Write a source's part of the run, as the ledger has it after the reading: with what a killed visit did."""
        with transaction(self.engine) as session:
            states = source_states(session, run_id, outcome.id) or outcome.states
            new = max(outcome.articles_new, new_articles(session, run_id, outcome.id))
            settled = replace(outcome, states=states, discovered=sum(states.values()), articles_new=new)
            finish_source(session, run_id, settled, now=self.clock())
        return settled

    async def _deliver(self) -> None:
        """Send what is due, one delivery at a time; what went wrong is said once, and what waits goes with the next."""
        if self.deliver_step is None:
            return
        async with self._sending:
            try:
                report = await self.deliver_step(self.engine, self.config)
            except StoreError:
                raise
            except Exception as error:
                log.exception("the delivery broke")
                report = DeliveryReport(errors=(f"Việc gửi tin dừng vì lỗi: {error!r}",))
        self._sent += report.alerts_sent
        self._faults.extend(fault for fault in (*report.stopped, *report.errors) if fault not in self._faults)

    def _tell_of_faults(self, run_id: int, outcomes: Sequence[SourceOutcome]) -> None:
        with transaction(self.engine) as session:
            failures = {outcome.id: failures_in_a_row(session, outcome.id) for outcome in outcomes}
            if words := faults_to_tell(outcomes, failures):
                tell_operator(session, self.config, f"run:{run_id}", words, self.clock())
            known = catalogue_of(self.config).sources
            remember(session, {one.id: known[one.id] for one in outcomes if one.id in known}, self.clock())
