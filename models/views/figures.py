"""The archive in numbers for who watches the machine: runs, sources, articles, the outbox and how long it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.runs.ledger import last_finished
from models.tables import AlertRow, ArticleRow, DocumentRow, PageRow, RunRow, SourceRow, SubscriberRow
from models.views.outbox_page import alert_counts

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts as they are now; times in seconds. `runs`: by kind and state; `last_harvest`: when one last succeeded."""

    runs: Mapping[tuple[str, str], int]
    sources: Mapping[str, int]
    alerts: Mapping[str, int]
    articles: int
    documents: int
    pages_waiting: int
    last_harvest: dt.datetime | None
    alert_waiting: float
    """How long the message that is due and has waited longest has waited."""
    alert_delay: float
    """The longest time from queue to sent among the messages of the last day."""


def figures(session: Session, now: dt.datetime) -> Figures:
    """Count. `now` is aware."""
    by_run = select(RunRow.kind, RunRow.status, func.count()).group_by(RunRow.kind, RunRow.status)
    due = select(func.min(AlertRow.not_before)).where(AlertRow.state == "queued", AlertRow.not_before <= now)
    oldest = session.scalar(due)
    by_reader = AlertRow.subscriber_id.in_(select(SubscriberRow.id))  # all of them: so that the index leads
    sent = select(AlertRow.queued_at, AlertRow.not_before, AlertRow.sent_at).where(
        by_reader, AlertRow.sent_at > now - DAY
    )
    delays = [(at - max(queued, begin or queued)).total_seconds() for queued, begin, at in session.execute(sent)]
    return Figures(
        runs={(kind, state): count for kind, state, count in session.execute(by_run)},
        sources=dict(session.execute(select(SourceRow.status, func.count()).group_by(SourceRow.status)).tuples().all()),
        alerts=alert_counts(session),
        articles=session.scalar(select(func.count()).select_from(ArticleRow)) or 0,
        documents=session.scalar(select(func.count()).select_from(DocumentRow)) or 0,
        pages_waiting=session.scalar(select(func.count()).where(PageRow.read_state == "waiting")) or 0,
        last_harvest=last_finished(session, kind="harvest"),
        alert_waiting=(now - oldest).total_seconds() if oldest else 0.0,
        alert_delay=max(delays, default=0.0),
    )
