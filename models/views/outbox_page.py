"""What the page of the outbox shows; a reader's address is never on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import AlertRow, ArticleRow, DocumentRow, EventRow, RuleRow, SubscriberRow


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One message to one reader. The reader's address is never shown."""

    id: int
    state: str
    kind: str
    reader: str
    channel: str
    document_id: int | None
    article_id: int | None
    queued_at: dt.datetime
    sent_at: dt.datetime | None
    attempts: int
    error: str | None
    symbol: str | None
    title: str | None
    rule: str | None
    words: tuple[str, ...]
    """Why it goes to this reader, as the rule found it."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox: counts by state, and the newest messages."""

    counts: Mapping[str, int]
    lines: tuple[OutboxLine, ...]


def alert_counts(session: Session) -> dict[str, int]:
    """How many rows stand in each state; states without any are left out."""
    return dict(session.execute(select(AlertRow.state, func.count()).group_by(AlertRow.state)).tuples().all())


def outbox(session: Session, *, state: str | None = None) -> Outbox:
    """The outbox: the newest messages, of one state on wish."""
    statement = (
        select(AlertRow, EventRow, SubscriberRow, DocumentRow.symbol, DocumentRow.title, ArticleRow.title, RuleRow.name)
        .join(EventRow, EventRow.id == AlertRow.event_id)
        .join(SubscriberRow, SubscriberRow.id == AlertRow.subscriber_id)
        .outerjoin(DocumentRow, DocumentRow.id == EventRow.document_id)
        .outerjoin(ArticleRow, ArticleRow.id == EventRow.article_id)
        .outerjoin(RuleRow, RuleRow.id == AlertRow.rule_id)
        .order_by(AlertRow.id.desc())
        .limit(200)
    )
    if state:
        statement = statement.where(AlertRow.state == state)
    return Outbox(alert_counts(session), tuple(_outbox_line(*row) for row in session.execute(statement).tuples()))


def _outbox_line(
    alert: AlertRow,
    event: EventRow,
    reader: SubscriberRow,
    symbol: str | None,
    about: str | None,
    headline: str | None,
    rule: str | None,
) -> OutboxLine:
    said = alert.reasons or {}
    return OutboxLine(
        alert.id,
        alert.state,
        event.kind,
        reader.name or f"người nhận {reader.id}",
        alert.channel or reader.channel,
        event.document_id,
        event.article_id,
        alert.queued_at,
        alert.sent_at,
        alert.attempts,
        alert.error,
        symbol,
        about or headline,
        rule or said.get("rule"),
        tuple(map(str, said.get("matched") or ())),
    )
