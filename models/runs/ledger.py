"""Runs and their ledger: begun, settled source by source, ended; ghosts of killed processes are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from crawlers.values import SourceStatus, UrlState
from models.runs.facts import HEALTHY
from models.runs.lease import held_by_others, run_name
from models.tables import ArticleRow, LedgerRow, RunRow, RunSourceRow, SourceRow

RUNNING, DONE, FAULTS, CRASHED = "running", "done", "faults", "crashed"

WELL = HEALTHY | {SourceStatus.WAITING, SourceStatus.BUSY, SourceStatus.OFF}
"""How a source may come out of a run without anybody having to look at it."""


@dataclass(frozen=True)
class SourceOutcome:
    """How one source came out of a run."""

    id: str
    status: str
    message: str
    discovered: int = 0
    states: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    articles_new: int = 0
    documents_new: int = 0
    alerts_queued: int = 0
    requests: int = 0
    seconds: float = 0.0
    moved_to: str | None = None
    retry_at: datetime | None = None
    """Until then the host has asked to be left alone (aware)."""
    words: tuple[str, ...] = ()
    """What else the operator is to know."""
    log: str = field(default="", repr=False)
    """What its process logged."""
    unsure: bool = False
    """It may be an accident: shown, and not told or counted before the next run sees it again."""

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to look at this source."""
        return self.status not in WELL


def start_run(session: Session, *, kind: str, now: datetime) -> int:
    """Begin a run (`harvest`, `backfill`, `reprocess`); answers its id."""
    run = RunRow(kind=kind, status=RUNNING, started_at=now, beat_at=now, message="", totals={})
    session.add(run)
    session.flush()
    return run.id


def beat(session: Session, run_id: int, now: datetime) -> None:
    """A sign of life."""
    session.execute(update(RunRow).where(RunRow.id == run_id).values(beat_at=now))


def finish_run(session: Session, run_id: int, *, faults: bool, totals: Mapping[str, Any], now: datetime) -> None:
    """End a run, with or without faults that need a person."""
    values = {"status": FAULTS if faults else DONE, "finished_at": now, "beat_at": now, "totals": dict(totals)}
    session.execute(update(RunRow).where(RunRow.id == run_id).values(**values))


def reap_dead_runs(session: Session, *, now: datetime, silent_for: timedelta | None = None) -> list[int]:
    """Close runs whose process is gone as `crashed`; answers their ids.

    A run whose lease has run out is dead; with `silent_for`: one without a sign of life for that long.
    """
    running = select(RunRow.id).where(RunRow.status == RUNNING)
    if silent_for is not None:
        running = running.where(RunRow.beat_at < now - silent_for)
    found = {run_name(run_id): run_id for run_id in session.scalars(running)}
    ids = [found[name] for name in found.keys() - held_by_others(session, found, now).keys()]
    message = "Tiến trình của lượt này dừng giữa chừng (bị ngắt, hết bộ nhớ hoặc mất điện); lượt sau làm tiếp."
    session.execute(update(RunRow).where(RunRow.id.in_(ids)).values(status=CRASHED, finished_at=now, message=message))
    return ids


def last_started(session: Session, *, kind: str) -> datetime | None:
    """When the newest run of this kind began, whatever became of it."""
    return session.scalar(select(func.max(RunRow.started_at)).where(RunRow.kind == kind))


def last_finished(session: Session, *, kind: str) -> datetime | None:
    """When the newest run of this kind ended in which a paper could be read: the dead-man's question."""
    part = select(RunSourceRow.run_id).where(RunSourceRow.run_id == RunRow.id)
    good = or_(part.where(RunSourceRow.status.in_(HEALTHY)).exists(), ~part.exists())
    ended = select(func.max(RunRow.finished_at)).where(RunRow.kind == kind, RunRow.status.in_((DONE, FAULTS)), good)
    return session.scalar(ended)


def overdue(last: datetime | None, now: datetime, patience_hours: float) -> bool:
    """Whether the last good harvest (`last_finished`) ended longer ago than is allowed, or there was none."""
    return last is None or now - last > timedelta(hours=patience_hours)


def source_states(session: Session, run_id: int, source_id: str) -> dict[str, int]:
    """How many URLs of a source ended in which state in a run: counted from the ledger, so it adds up."""
    counts = (
        select(LedgerRow.state, func.count())
        .where(LedgerRow.run_id == run_id, LedgerRow.source_id == source_id)
        .group_by(LedgerRow.state)
        .order_by(LedgerRow.state)
    )
    return {state: count for state, count in session.execute(counts).all()}  # noqa: C416 (rows are no pairs to mypy)


def new_articles(session: Session, run_id: int, source_id: str) -> int:
    """How many articles of a source came with a run, counted from its ledger: those of a visit that was killed too."""
    own = (LedgerRow.source_id == ArticleRow.source_id, LedgerRow.key == ArticleRow.key)
    begun = select(RunRow.started_at).where(RunRow.id == run_id).scalar_subquery()
    hidden = and_(LedgerRow.state == UrlState.PROTECTED.value, ArticleRow.first_seen_at >= begun)
    came = (
        select(func.count(ArticleRow.id))
        .join(LedgerRow, and_(*own))
        .where(
            LedgerRow.run_id == run_id,
            LedgerRow.source_id == source_id,
            or_(LedgerRow.state == UrlState.NEW.value, hidden),
        )
    )
    return session.scalar(came) or 0


def finish_source(session: Session, run_id: int, result: SourceOutcome, *, now: datetime) -> None:
    """Write a source's part of a run, and how the source stands since."""
    states = source_states(session, run_id, result.id)
    session.merge(
        RunSourceRow(
            run_id=run_id,
            source_id=result.id,
            status=str(result.status),
            message=result.message,
            discovered=sum(states.values()),
            states=states,
            skipped=dict(result.skipped),
            articles_new=result.articles_new,
            requests=result.requests,
            seconds=result.seconds,
            log=result.log,
        )
    )
    beat(session, run_id, now)
    if result.status == SourceStatus.BUSY:  # how it stands, the run says that harvests it
        return
    source = session.get(SourceRow, result.id)
    if source is None:  # its first harvest stored articles before there was a row to note them in
        source = SourceRow(id=result.id, failures=0, last_article_at=now if result.articles_new else None)
    source.status, source.message, source.last_run_at = str(result.status), result.message, now
    if result.status in HEALTHY:
        source.last_success_at, source.failures = now, 0
    elif result.status != SourceStatus.OFF and not result.unsure:
        source.failures += 1
    source.moved_to, source.retry_at = result.moved_to, result.retry_at
    session.add(source)


LONGEST_WAIT = timedelta(hours=25)
"""More than any host is given (24 hours): a clock was wrong."""


def waiting_until(session: Session, source_id: str, now: datetime) -> datetime | None:
    """The moment until which a paper's host has asked to be left alone, None when it may be visited."""
    until = session.scalar(select(SourceRow.retry_at).where(SourceRow.id == source_id))
    return until if until is not None and now < until <= now + LONGEST_WAIT else None


def failures_in_a_row(session: Session, source_id: str) -> int:
    """How many runs in a row this source has failed; 0 for one that is well or unknown."""
    return session.scalar(select(SourceRow.failures).where(SourceRow.id == source_id)) or 0
