"""The database's side of a delivery: taking chats, marking a row before it goes out, writing down what came of it.

A chat is leased to one sender at a time (a sender that dies lets go by itself when the lease runs out). A row
becomes "sending" in its own transaction right before the request; so after a crash exactly the rows that may
have arrived are "sending", and all others are still "queued". A sender that slept beyond its lease finds the time
written in what it holds (`Sending.until`) and sends nothing beside the next one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models.tables import AlertRow, EventRow, SubscriberRow
from notifications.channel_health import health_key
from notifications.channels.contract import Channel
from notifications.compose import Job, JobKind, Sending, after_a_list, compose
from notifications.due import due_documents, due_rows, has_due, reachable
from notifications.pictures import figures_of
from notifications.rows import Presentation
from notifications.states import Next, after, backoff
from notifications.subscribers import move_chat, switch_off
from notifications.values import NEWS, Pace, Receipt, Result, State

LATEST = timedelta(days=2)
"""Quiet hours end within a day, a service's wish to wait sooner."""


def _way(chat: SubscriberRow, channels: Collection[str], replaced: Collection[str]) -> str:
    """The channel by which a reader is served now."""
    second = chat.second_channel
    gone = chat.channel in replaced or health_key(chat.channel, chat.id) in replaced
    return second if gone and second in channels and second is not None else chat.channel


def take(
    session: Session,
    who: str,
    now: datetime,
    *,
    channels: Collection[str],
    replaced: Collection[str] = (),
    limit: int,
    pace: Pace,
) -> list[Job]:
    """Lease up to `limit` chats that have something due, and say what it is for each.

    `channels` can be used now; `replaced` are those whose readers are served by their second one.
    """
    free = or_(SubscriberRow.leased_until.is_(None), SubscriberRow.leased_until <= now)
    edits = select(AlertRow.subscriber_id).where(AlertRow.edit_due <= now)
    chats = session.scalars(
        select(SubscriberRow)
        .where(
            reachable(channels, replaced),
            SubscriberRow.next_at <= now,
            free,
            or_(exists(has_due(now)), SubscriberRow.id.in_(edits)),
        )
        .order_by(SubscriberRow.next_at, SubscriberRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    jobs: list[Job] = []
    for chat in chats:
        _recover(session, chat.id, now)
        job = _next_job(session, chat, _way(chat, channels, replaced), now, pace)
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
    edit = session.scalars(
        select(AlertRow)
        .where(AlertRow.subscriber_id == chat.id, AlertRow.edit_due <= now, AlertRow.state == State.SENT)
        .order_by(AlertRow.edit_due)
        .limit(1)
    ).first()
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
        .with_for_update()
    ).one_or_none()
    if chat is None:
        return None
    until = now + timedelta(seconds=pace.lease)
    sending = compose(
        session,
        job,
        chat,
        now,
        words,
        until=now + timedelta(seconds=pace.hand_over),
        picture=picture,
    )
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


def give_up_wording(session: Session, job: Job, who: str, error: Exception, now: datetime, pace: Pace) -> AlertRow:
    """A row whose words cannot be made waits for its next try, or ends as failed; the chat goes on with the others."""
    chat = session.get_one(SubscriberRow, job.subscriber_id, with_for_update=True)
    if chat.leased_by == who:
        chat.leased_by = chat.leased_until = None
    row = session.get_one(AlertRow, job.alert_id)
    cannot_word(row, error, now, pace)
    return row


def cannot_word(row: AlertRow, error: Exception, now: datetime, pace: Pace) -> None:
    """Count one more failure to put a row into words."""
    row.edit_due = None
    if row.state == State.SENT:
        return
    row.wording_tries += 1
    row.error = f"Không soạn được tin ({type(error).__name__}: {error})."[:500]
    if row.wording_tries >= pace.wording_tries:
        row.state, row.not_before = State.FAILED, None
    else:
        row.not_before = now + timedelta(seconds=backoff(row.wording_tries, pace))


def finish(
    session: Session, sending: Sending, who: str, receipt: Receipt, now: datetime, *, gap: float, pace: Pace
) -> list[State]:
    """Write down what came of a message and let go of the chat. Gives the new state of each row.

    `gap` (seconds) is left from here, too: on a slow way a message arrives later than it was begun, and the next one
    would be too early for the service.
    """
    chat = session.get_one(SubscriberRow, sending.job.subscriber_id, with_for_update=True)
    states: list[State] = []
    rows = session.scalars(select(AlertRow).where(AlertRow.id.in_(sending.alert_ids)).with_for_update()).all()
    for row in rows:
        if sending.job.kind is JobKind.EDIT:
            _finish_edit(row, sending, receipt, chat, now, pace)
        elif row.state == State.SENDING and row.sender == who:
            change = after(receipt, attempts=row.attempts, unknowns=row.unknowns, now=now, pace=pace)
            _apply(row, change, sending, receipt, now)
            _hold(chat, change.chat_pause, now)
            states.append(change.state)
    _hold(chat, gap, now)
    if sending.job.channel == chat.channel:
        _follow(session, chat, receipt)
    elif receipt.result is Result.OFF:  # the second way is gone, the first may come back
        chat.second_channel = chat.second_address = None
    elif receipt.result is Result.MIGRATED and receipt.new_address:
        chat.second_address = receipt.new_address
    if chat.leased_by == who:
        chat.leased_by = chat.leased_until = None
    return states


def _follow(session: Session, chat: SubscriberRow, receipt: Receipt) -> None:
    """What an answer says of the chat itself."""
    if receipt.result is Result.OFF:
        switch_off(session, chat, receipt.error)
    if receipt.result is Result.MIGRATED and receipt.new_address:
        move_chat(session, chat, receipt.new_address)
    if receipt.result is Result.CLOSED:
        chat.thread, chat.other_thread = chat.other_thread, chat.thread


def _apply(row: AlertRow, change: Next, sending: Sending, receipt: Receipt, now: datetime) -> None:
    row.state, row.not_before, row.sender = change.state, change.not_before, None
    row.unknowns += change.unknown
    row.error = receipt.error or None
    if change.state is State.SENT:
        row.sent_at, row.message_id, row.channel = now, receipt.message_id, sending.job.channel
        row.shown_articles = list(sending.shown)
    else:
        row.listed = False


def _finish_edit(
    row: AlertRow, sending: Sending, receipt: Receipt, chat: SubscriberRow, now: datetime, pace: Pace
) -> None:
    if receipt.result is Result.SENT:
        row.shown_articles = list(sending.shown)
    elif receipt.result not in (Result.FAILED, Result.OFF, Result.CLOSED):
        # Editing twice does no harm: whatever it was, it is tried again.
        wait = receipt.seconds if receipt.result is Result.HOLD else pace.backoff_first * 4
        row.edit_due = now + timedelta(seconds=wait)
        _hold(chat, wait, now)


def _hold(chat: SubscriberRow, seconds: float, now: datetime) -> None:
    chat.next_at = max(chat.next_at, now + timedelta(seconds=seconds))


def mend_times(session: Session, now: datetime) -> None:
    """Bring back what lies further ahead than anything of ours can: the clock was wrong when it was written."""
    late = now + LATEST
    session.execute(
        update(SubscriberRow)
        .where(or_(SubscriberRow.next_at > late, SubscriberRow.leased_until > late))
        .values(next_at=now, leased_until=None, leased_by=None)
    )
    session.execute(update(AlertRow).where(AlertRow.not_before > late).values(not_before=now))


def senders(session: Session, now: datetime) -> int:
    """How many senders hold chats now."""
    holding = SubscriberRow.leased_until > now
    return session.scalar(select(func.count(SubscriberRow.leased_by.distinct())).where(holding)) or 0
