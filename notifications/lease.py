"""The database's side of a delivery: taking chats, marking a row before it goes out, writing down what came of it.

A chat is leased to one sender at a time (a sender that dies lets go by itself when the lease runs out). A row
becomes "sending" in its own transaction right before the request; so after a crash exactly the rows that may
have arrived are "sending", and all others are still "queued".
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models.tables import AlertRow, EventRow, SubscriberRow
from notifications.compose import Job, Kind, Sending, compose, due_documents, due_rows
from notifications.rows import PaperName
from notifications.states import Next, after
from notifications.subscribers import move_chat, switch_off
from notifications.values import Outcome, Pace, Result, State


def _waiting(now: datetime) -> Select[tuple[int]]:
    return select(AlertRow.id).where(
        AlertRow.subscriber_id == SubscriberRow.id,
        or_(
            and_(AlertRow.state.in_((State.QUEUED, State.UNKNOWN)), AlertRow.not_before <= now),
            AlertRow.state == State.SENDING,
        ),
    )


def take(session: Session, who: str, now: datetime, *, channels: Collection[str], limit: int, pace: Pace) -> list[Job]:
    """Lease up to `limit` chats that have something due, and say what it is for each."""
    free = or_(SubscriberRow.leased_until.is_(None), SubscriberRow.leased_until <= now)
    edits = select(AlertRow.subscriber_id).where(AlertRow.edit_due <= now)
    chats = session.scalars(
        select(SubscriberRow)
        .where(
            SubscriberRow.active,
            SubscriberRow.channel.in_(channels),
            SubscriberRow.next_at <= now,
            free,
            or_(exists(_waiting(now)), SubscriberRow.id.in_(edits)),
        )
        .order_by(SubscriberRow.next_at, SubscriberRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    jobs: list[Job] = []
    for chat in chats:
        _recover(session, chat.id, now)
        job = _next_job(session, chat, now, pace)
        if job is not None:
            chat.leased_by, chat.leased_until = who, now + timedelta(seconds=pace.lease)
            jobs.append(job)
    session.flush()
    return jobs


def _recover(session: Session, subscriber_id: int, now: datetime) -> None:
    """Rows that a dead sender had in hand may have arrived: they are repeated, marked and counted."""
    session.execute(
        update(AlertRow)
        .where(AlertRow.subscriber_id == subscriber_id, AlertRow.state == State.SENDING)
        .values(
            state=State.UNKNOWN,
            not_before=now,
            unknowns=AlertRow.unknowns + 1,
            sender=None,
            error="Chương trình gửi dừng giữa chừng.",
        )
    )


def _next_job(session: Session, chat: SubscriberRow, now: datetime, pace: Pace) -> Job | None:
    head = session.scalars(due_rows(chat.id, now).limit(1)).first()
    if head is not None:
        kind = Kind.LIST if _as_list(session, head, now, pace) else Kind.SEND
        return Job(kind, chat.id, head.id, chat.channel)
    edit = session.scalars(
        select(AlertRow.id)
        .where(AlertRow.subscriber_id == chat.id, AlertRow.edit_due <= now, AlertRow.state == State.SENT)
        .order_by(AlertRow.edit_due)
        .limit(1)
    ).first()
    return None if edit is None else Job(Kind.EDIT, chat.id, edit, chat.channel)


def _as_list(session: Session, head: AlertRow, now: datetime, pace: Pace) -> bool:
    due = due_documents(head.subscriber_id, now)
    rows = due.with_only_columns(func.count(), func.sum(case((AlertRow.late, 1), else_=0))).order_by(None)
    total, late = session.execute(rows).one()
    is_document = session.scalar(select(EventRow.kind).where(EventRow.id == head.event_id)) == "document"
    return is_document and (total > pace.list_over or (head.late and (late or 0) > pace.late_over))


def begin(session: Session, job: Job, who: str, now: datetime, *, paper: PaperName, pace: Pace) -> Sending | None:
    """Mark what goes out now as "sending" and make its words; None when there is nothing to do any more.

    The chat's next turn is set here, before the request: a crash cannot forget the pace.
    """
    chat = session.scalars(
        select(SubscriberRow)
        .where(SubscriberRow.id == job.subscriber_id, SubscriberRow.leased_by == who, SubscriberRow.leased_until > now)
        .with_for_update()
    ).one_or_none()
    if chat is None:
        return None
    gap = 0.0
    if chat.channel == "telegram":
        gap = pace.group_gap if chat.address.startswith("-") else pace.chat_gap
    sending = compose(session, job, chat, now, paper)
    if sending is None:
        chat.leased_by = chat.leased_until = None
        return None
    chat.next_at = now + timedelta(seconds=gap)
    chat.leased_until = now + timedelta(seconds=pace.lease)
    if job.kind is not Kind.EDIT:
        session.execute(
            update(AlertRow)
            .where(AlertRow.id.in_(sending.alert_ids))
            .values(state=State.SENDING, sender=who, attempts=AlertRow.attempts + 1)
        )
    return sending


def finish(session: Session, sending: Sending, who: str, outcome: Outcome, now: datetime, *, pace: Pace) -> list[State]:
    """Write down what came of a message and let go of the chat. Gives the new state of each row."""
    chat = session.get_one(SubscriberRow, sending.job.subscriber_id, with_for_update=True)
    states: list[State] = []
    rows = session.scalars(select(AlertRow).where(AlertRow.id.in_(sending.alert_ids)).with_for_update()).all()
    for row in rows:
        if sending.job.kind is Kind.EDIT:
            _finish_edit(row, sending, outcome, chat, now, pace)
        elif row.state == State.SENDING and row.sender == who:
            change = after(outcome, attempts=row.attempts, unknowns=row.unknowns, now=now, pace=pace)
            _apply(row, change, sending, outcome, now)
            _hold(chat, change.chat_pause, now)
            states.append(change.state)
    if outcome.result is Result.OFF:
        switch_off(session, chat, outcome.error)
    if outcome.result is Result.MIGRATED and outcome.new_address:
        move_chat(session, chat, outcome.new_address)
    if chat.leased_by == who:
        chat.leased_by = chat.leased_until = None
    return states


def _apply(row: AlertRow, change: Next, sending: Sending, outcome: Outcome, now: datetime) -> None:
    row.state, row.not_before, row.sender = change.state, change.not_before, None
    row.unknowns += change.unknown
    row.error = outcome.error or None
    if change.state is State.SENT:
        row.sent_at, row.message_id = now, outcome.message_id
        row.shown_articles = list(sending.shown)
    else:
        row.listed = False


def _finish_edit(
    row: AlertRow, sending: Sending, outcome: Outcome, chat: SubscriberRow, now: datetime, pace: Pace
) -> None:
    if outcome.result is Result.SENT:
        row.shown_articles = list(sending.shown)
    elif outcome.result not in (Result.FAILED, Result.OFF):
        # Editing twice does no harm: whatever it was, it is tried again.
        wait = outcome.seconds if outcome.result is Result.HOLD else pace.backoff_first * 4
        row.edit_due = now + timedelta(seconds=wait)
        _hold(chat, wait, now)


def _hold(chat: SubscriberRow, seconds: float, now: datetime) -> None:
    chat.next_at = max(chat.next_at, now + timedelta(seconds=seconds))


def next_due(session: Session, channels: Collection[str]) -> datetime | None:
    """When the next row can go out; None when nothing waits."""
    later = case((SubscriberRow.next_at > AlertRow.not_before, SubscriberRow.next_at), else_=AlertRow.not_before)
    freed = case((SubscriberRow.leased_until > later, SubscriberRow.leased_until), else_=later)
    reachable = and_(SubscriberRow.active, SubscriberRow.channel.in_(channels))
    joined = select(func.min(freed)).join(AlertRow, AlertRow.subscriber_id == SubscriberRow.id).where(reachable)
    waiting = session.scalar(
        joined.where(AlertRow.state.in_((State.QUEUED, State.UNKNOWN)), AlertRow.not_before.is_not(None))
    )
    orphan = session.scalar(
        select(func.min(SubscriberRow.leased_until))
        .join(AlertRow, AlertRow.subscriber_id == SubscriberRow.id)
        .where(reachable, AlertRow.state == State.SENDING)
    )
    edit = session.scalar(
        select(func.min(AlertRow.edit_due))
        .join(SubscriberRow, AlertRow.subscriber_id == SubscriberRow.id)
        .where(reachable, AlertRow.edit_due.is_not(None), AlertRow.state == State.SENT)
    )
    return min((moment for moment in (waiting, orphan, edit) if moment is not None), default=None)


def senders(session: Session, now: datetime) -> int:
    """How many senders hold chats now."""
    holding = SubscriberRow.leased_until > now
    return session.scalar(select(func.count(SubscriberRow.leased_by.distinct())).where(holding)) or 0


def waiting(session: Session) -> int:
    """Rows still to be delivered."""
    return (
        session.scalar(
            select(func.count()).where(
                AlertRow.state.in_((State.QUEUED, State.SENDING, State.UNKNOWN)),
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
            AlertRow.state.in_((State.QUEUED, State.UNKNOWN)),
            AlertRow.not_before.is_not(None),
            AlertRow.error.is_not(None),
        )
        .distinct()
    )
    return sorted(error for error in rows if error)
