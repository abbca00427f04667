"""What came of a message, written down: the new state of its rows, the pace and the place of its chat."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import AlertRow, SubscriberRow
from notifications.compose import Job, JobKind, Sending, unworded
from notifications.states import Next, after, backoff
from notifications.subscribers import move_chat, switch_off
from notifications.values import Pace, Receipt, Result, State


def finish(
    session: Session, sending: Sending, who: str, receipt: Receipt, now: datetime, *, gap: float, pace: Pace
) -> list[State]:
    """Write down what came of a message and let go of the chat. Gives the new state of each row.

    `gap` (seconds) is left from here, too: on a slow way a message arrives later than it was begun, and the next one
    would be too early for the service.
    """
    chat = session.get_one(SubscriberRow, sending.job.subscriber_id, with_for_update={"key_share": True})
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
    _let_go(chat, who)
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


def give_up_wording(session: Session, job: Job, who: str, error: Exception, now: datetime, pace: Pace) -> AlertRow:
    """A row whose words cannot be made waits for its next try, or ends as failed; the chat goes on with the others."""
    _let_go(session.get_one(SubscriberRow, job.subscriber_id, with_for_update={"key_share": True}), who)
    row = session.get_one(AlertRow, job.alert_id)
    row.edit_due = None
    if row.state == State.SENT:
        return row
    row.wording_tries += 1
    row.error = unworded(error)
    if row.wording_tries >= pace.wording_tries:
        row.state, row.not_before = State.FAILED, None
    else:
        row.not_before = now + timedelta(seconds=backoff(row.wording_tries, pace))
    return row


def _let_go(chat: SubscriberRow, who: str) -> None:
    if chat.leased_by == who:
        chat.leased_by = chat.leased_until = None
