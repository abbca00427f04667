"""What of the outbox is due, for whom, and when: questions to the tables, nothing is changed.

An outbox of years holds a million rows that were sent and a few that wait. Each question is worded so that an index
leads to these few, on both databases (`tests/notifications/test_outbox_of_years.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from models.tables import AlertRow, EventRow, SubscriberRow
from notifications.channel_health import health_key
from notifications.values import NEWS, OPEN, WAITING, State

_of_state: ColumnElement[str] = AlertRow.state.concat("")
_of_chat: ColumnElement[int] = AlertRow.subscriber_id + 0
"""State and chat where they are not to lead: nearly all rows are "sent", and a chat has tens of thousands."""


def due_rows(subscriber_id: int, now: datetime) -> Select[tuple[AlertRow]]:
    """A chat's rows that may go out now, oldest first."""
    return (
        select(AlertRow)
        .where(
            AlertRow.subscriber_id == subscriber_id,
            AlertRow.state.in_(WAITING),
            AlertRow.not_before <= now,
        )
        .order_by(AlertRow.id)
    )


def due_documents(subscriber_id: int, now: datetime) -> Select[tuple[AlertRow]]:
    """Those of them that tell of a document or an article: they can go into a list."""
    joined = due_rows(subscriber_id, now).join(EventRow, EventRow.id == AlertRow.event_id)
    return joined.where(EventRow.kind.in_(NEWS))


def has_due(now: datetime) -> Select[tuple[int]]:
    """A subquery of a chat's rows that wait to go out now, or that a dead sender had in hand."""
    return select(AlertRow.id).where(
        AlertRow.subscriber_id == SubscriberRow.id,
        AlertRow.state.in_(OPEN),
        or_(AlertRow.not_before <= now, AlertRow.state == State.SENDING),
    )


def due_edits(subscriber_id: int, now: datetime) -> Select[tuple[AlertRow]]:
    """A chat's messages to which further papers are to be added now, longest due first."""
    due = (AlertRow.edit_due <= now, _of_state == State.SENT, _of_chat == subscriber_id)
    return select(AlertRow).where(*due).order_by(AlertRow.edit_due)


@dataclass(frozen=True, slots=True)
class Ways:
    """The channels that can be used now, and those (or one reader's service) whose readers their second one serves."""

    usable: Collection[str]
    replaced: Collection[str] = ()

    def serves(self) -> ColumnElement[bool]:
        """Which readers are reached: by their own channel, or by the second one that stands in for it."""
        key = SubscriberRow.channel.concat(":").concat(cast(SubscriberRow.id, String))  # as `health_key` makes it
        gone = or_(SubscriberRow.channel.in_(self.replaced), key.in_(self.replaced))
        second = and_(gone, SubscriberRow.second_channel.in_(self.usable))
        return and_(SubscriberRow.active, or_(SubscriberRow.channel.in_(self.usable), second))

    def to(self, reader: SubscriberRow) -> str:
        """The channel by which one of them is served now."""
        gone = reader.channel in self.replaced or health_key(reader.channel, reader.id) in self.replaced
        second = reader.second_channel
        return second if gone and second is not None and second in self.usable else reader.channel


def next_due(session: Session, ways: Ways) -> datetime | None:
    """When the next row can go out; None when nothing waits."""
    later = case((SubscriberRow.next_at > AlertRow.not_before, SubscriberRow.next_at), else_=AlertRow.not_before)
    freed = case((SubscriberRow.leased_until > later, SubscriberRow.leased_until), else_=later)
    served = ways.serves()
    joined = select(func.min(freed)).join(AlertRow, AlertRow.subscriber_id == SubscriberRow.id).where(served)
    waiting = session.scalar(joined.where(AlertRow.state.in_(WAITING), AlertRow.not_before.is_not(None)))
    orphan = session.scalar(
        select(func.min(SubscriberRow.leased_until))
        .join(AlertRow, AlertRow.subscriber_id == SubscriberRow.id)
        .where(served, AlertRow.state == State.SENDING)
    )
    edit = session.scalar(
        select(func.min(AlertRow.edit_due))
        .where(AlertRow.edit_due.is_not(None), _of_state == State.SENT)
        .where(_of_chat.in_(select(SubscriberRow.id).where(served)))
    )
    return min((moment for moment in (waiting, orphan, edit) if moment is not None), default=None)


def waiting(session: Session) -> int:
    """Rows still to be delivered."""
    return (
        session.scalar(
            select(func.count()).where(
                AlertRow.state.in_(OPEN),
                or_(AlertRow.not_before.is_not(None), AlertRow.state == State.SENDING),
            )
        )
        or 0
    )


def open_errors(session: Session) -> list[str]:
    """Why rows that were tried still wait."""
    rows = session.scalars(
        select(AlertRow.error)
        .where(
            AlertRow.state.in_(WAITING),
            AlertRow.not_before.is_not(None),
            AlertRow.error.is_not(None),
        )
        .distinct()
    )
    return sorted(error for error in rows if error)
