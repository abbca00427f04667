"""The database's side of a delivery: taking chats, and marking a row before it goes out (`settle` writes down the end).

A chat is leased to one sender at a time (a sender that dies lets go by itself when the lease runs out). A row
becomes "sending" in its own transaction right before the request; so after a crash exactly the rows that may
have arrived are "sending", and all others are still "queued". A sender that slept beyond its lease finds the time
written in what it holds (`Sending.until`) and sends nothing beside the next one.

Rows that others refer to (a chat's here, an event's in `notifications.outbox`) are locked but for their keys
(`key_share`). A harvest queues news and adds reports of several pages in one transaction: with whole rows locked, it
would wait for the sender, and the sender for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models.tables import AlertRow, EventRow, SubscriberRow
from notifications.channels.contract import Channel
from notifications.compose import Job, JobKind, Sending, after_a_list, compose
from notifications.due import Ways, due_documents, due_edits, due_rows, has_due
from notifications.pictures import figures_of
from notifications.rows import Presentation
from notifications.values import NEWS, OPEN, Pace, State

LATEST = timedelta(days=2)
"""Quiet hours end within a day, a service's wish to wait sooner."""


def take(session: Session, who: str, now: datetime, *, ways: Ways, limit: int, pace: Pace) -> list[Job]:
    """Lease up to `limit` chats that have something due and can be reached, and say what it is for each."""
    free = or_(SubscriberRow.leased_until.is_(None), SubscriberRow.leased_until <= now)
    edits = select(AlertRow.subscriber_id).where(AlertRow.edit_due <= now)
    chats = session.scalars(
        select(SubscriberRow)
        .where(
            ways.serves(),
            SubscriberRow.next_at <= now,
            free,
            or_(exists(has_due(now)), SubscriberRow.id.in_(edits)),
        )
        .order_by(SubscriberRow.next_at, SubscriberRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    jobs: list[Job] = []
    for chat in chats:
        _recover(session, chat.id, now)
        job = _next_job(session, chat, ways.to(chat), now, pace)
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


def _next_job(session: Session, chat: SubscriberRow, channel: str, now: datetime, pace: Pace) -> Job | None:
    head = session.scalars(due_rows(chat.id, now).limit(1)).first()
    if head is not None:
        event = session.get_one(EventRow, head.event_id)
        kind = JobKind.LIST if _as_list(session, chat, head, event, channel, now, pace) else JobKind.SEND
        figures = _figures(event, head.part) if kind is JobKind.SEND else None
        return Job(kind, chat.id, head.id, channel, figures)
    edit = session.scalars(due_edits(chat.id, now).limit(1)).first()
    if edit is not None and edit.channel != channel:  # only the channel that carried a message can change it
        edit.edit_due = now + timedelta(hours=1)
        return None
    return None if edit is None else Job(JobKind.EDIT, chat.id, edit.id, channel)


def _figures(event: EventRow, part: int) -> str | None:
    """What the picture of a message shows, for it is drawn before anything is locked."""
    parts = event.payload.get("parts")
    given = parts[part] if isinstance(parts, list) and part < len(parts) else None
    return figures_of(given) if isinstance(given, dict) else None


def _as_list(
    session: Session, chat: SubscriberRow, head: AlertRow, event: EventRow, channel: str, now: datetime, pace: Pace
) -> bool:
    if event.kind not in NEWS or channel == "webhook":  # programs take events one by one
        return False
    rows = due_documents(head.subscriber_id, now)
    counted = rows.with_only_columns(func.count(), func.sum(case((AlertRow.late, 1), else_=0))).order_by(None)
    total, late = session.execute(counted).one()
    lately = session.scalar(
        select(func.count())
        .select_from(AlertRow)
        .where(
            AlertRow.subscriber_id == chat.id,
            AlertRow.sent_at > now - timedelta(seconds=pace.together),
            AlertRow.listed.is_(False),
            AlertRow.event_id.in_(select(EventRow.id).where(EventRow.kind.in_(NEWS))),
        )
    )
    many = total + (lately or 0) > pace.list_over or (head.late and (late or 0) > pace.late_over)
    return many or (total > 1 and after_a_list(session, chat.id, now))


def begin(
    session: Session, job: Job, who: str, now: datetime, *, channel: Channel, words: Presentation, pace: Pace,
    picture: bytes | None = None,
) -> Sending | None:  # fmt: skip
    """Mark what goes out now as "sending" and make its words; None when there is nothing to do any more.

    The chat's next turn is set here, before the request: a crash cannot forget the pace.
    """
    chat = session.scalars(
        select(SubscriberRow)
        .where(SubscriberRow.id == job.subscriber_id, SubscriberRow.leased_by == who, SubscriberRow.leased_until > now)
        .with_for_update(key_share=True)
    ).one_or_none()
    if chat is None:
        return None
    until = now + timedelta(seconds=pace.lease)
    sending = compose(session, job, chat, now, words, until=now + timedelta(seconds=pace.hand_over), picture=picture)
    if sending is None:
        chat.leased_by = chat.leased_until = None
        return None
    chat.next_at = now + timedelta(seconds=channel.gap(sending.address))
    chat.leased_until = until
    if job.kind is not JobKind.EDIT:
        session.execute(
            update(AlertRow)
            .where(AlertRow.id.in_(sending.alert_ids))
            .values(state=State.SENDING, sender=who, attempts=AlertRow.attempts + 1)
        )
    return sending


def mend_times(session: Session, now: datetime) -> None:
    """Bring back what lies further ahead than anything of ours can: the clock was wrong when it was written."""
    late = now + LATEST
    session.execute(
        update(SubscriberRow)
        .where(or_(SubscriberRow.next_at > late, SubscriberRow.leased_until > late))
        .values(next_at=now, leased_until=None, leased_by=None)
    )
    session.execute(update(AlertRow).where(AlertRow.state.in_(OPEN), AlertRow.not_before > late).values(not_before=now))


def senders(session: Session, now: datetime) -> int:
    """How many senders hold chats now."""
    holding = SubscriberRow.leased_until > now
    return session.scalar(select(func.count(SubscriberRow.leased_by.distinct())).where(holding)) or 0
