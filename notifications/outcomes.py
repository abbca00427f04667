"""What came of the messages of one delivery: channels that wait or stop, what the operator hears, the counts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from foundation.settings import Settings
from models.tables import AlertRow, SubscriberRow
from notifications import due
from notifications.channel_health import DEAD, health_key, record_answer
from notifications.compose import Job, Sending
from notifications.operators import tell_operator
from notifications.states import backoff
from notifications.values import NEWS, DeliveryReport, Pace, Receipt, Result, State


class Outcomes:
    """Takes every answer of a delivery. `stopped`: the channels that it has given up, each with the reason."""

    def __init__(self, settings: Settings, pace: Pace) -> None:
        self.count: Counter[str] = Counter()
        self.stopped: dict[str, str] = {}
        self._settings = settings
        self._pace = pace
        self._faults: Counter[str] = Counter()
        self._flooded: dict[tuple[str, int], datetime] = {}
        self._errors: set[str] = set()
        self._proved: set[str] = set()  # channels that took a message in this delivery

    def react(self, job: Job, receipt: Receipt, now: datetime) -> float:
        """What an answer means for the whole channel in this delivery: the seconds that it must wait."""
        channel = job.channel
        if receipt.result is Result.DENIED:
            self.stopped[channel] = receipt.error
        elif receipt.result is Result.UNREACHABLE:
            if channel == health_key(channel, job.subscriber_id):  # else the others' services may be well
                self._faults[channel] += 1
                return backoff(self._faults[channel], self._pace)
        elif receipt.result is Result.HOLD:
            # One chat's flood is its own; a second chat's at the same time means all of us.
            self._flooded = {chat: until for chat, until in self._flooded.items() if until > now}
            others = any(other == channel and chat != job.subscriber_id for other, chat in self._flooded)
            self._flooded[channel, job.subscriber_id] = now + timedelta(seconds=receipt.seconds)
            return receipt.seconds if others else 0.0
        elif receipt.result is Result.SENT:
            self._faults[channel] = 0
        return 0.0

    def tell(self, session: Session, sending: Sending, receipt: Receipt, now: datetime) -> None:
        """What an answer says of the channel's health, and what of it the operator must know."""
        chat = sending.job.subscriber_id
        key = health_key(sending.job.channel, chat)
        if receipt.result is not Result.SENT or key not in self._proved:
            record_answer(session, self._settings, key, receipt, now)
        if receipt.result in DEAD:
            self._proved.discard(key)
        elif receipt.result is Result.SENT:
            self._proved.add(key)
        elif receipt.result is Result.CLOSED:
            text = (
                f"“{_name(session, chat)}”: {receipt.error} Chương trình thử chỗ khác trong nhóm; muốn nhận ở chủ đề "
                "nào thì gõ /start trong chủ đề ấy."
            )
            tell_operator(session, self._settings, f"closed:{chat}:{now:%Y-%m-%d}", text, now)
        elif receipt.result is Result.OFF:
            text = f"Đã ngừng gửi cho “{_name(session, chat)}”: {receipt.error} Có thể vào lại bằng mã mời mới."
            tell_operator(session, self._settings, f"off:{chat}:{now.timestamp():.0f}", text, now)
        elif receipt.result is Result.FAILED and sending.message_id is None and sending.event != "operator":
            text = f"Tin {sending.message.code} không gửi được: {receipt.error}"
            tell_operator(session, self._settings, f"failed:{sending.alert_ids[0]}", text, now)

    def tell_unworded(self, session: Session, row: AlertRow, now: datetime) -> None:
        """Say that a row ended because it could not be put into words; one that is tried again is not told."""
        if row.state == State.FAILED:
            text = f"Tin VB-{row.id} không gửi được: {row.error} Các tin khác vẫn được gửi."
            tell_operator(session, self._settings, f"failed:{row.id}", text, now)
            self.count["failed"] += 1
            self._errors.add(row.error or "")

    def tally(self, sending: Sending, receipt: Receipt, states: list[State]) -> None:
        """Count an answer; `states`: the new state of each row of the message."""
        if sending.message_id is not None:
            self.count["edited"] += receipt.result is Result.SENT
        for state in states:
            self.count[state.value] += 1
        self.count["resent"] += sending.again and receipt.result is Result.SENT
        self.count["retried"] += receipt.result in (Result.RETRY, Result.UNREACHABLE, Result.HOLD, Result.GARBLED)
        self.count["off"] += receipt.result is Result.OFF
        self.count["alerts"] += sum(state is State.SENT for state in states) if sending.event in NEWS else 0
        if receipt.result in (Result.FAILED, Result.OFF, Result.TIMED_OUT) and sending.message_id is None:
            self._errors.add(receipt.error)

    def report(self, session: Session, channels: list[str]) -> DeliveryReport:
        """The whole delivery, when it ends."""
        self._errors.update(due.open_errors(session))
        return DeliveryReport(
            sent=self.count["sent"],
            alerts_sent=self.count["alerts"],
            edited=self.count["edited"],
            resent=self.count["resent"],
            retried=self.count["retried"],
            unknown=self.count["unknown"],
            failed=self.count["failed"],
            switched_off=self.count["off"],
            waiting=due.waiting(session),
            stopped=tuple(sorted(self.stopped.values())),
            next_due=due.next_due(session, due.Ways(channels)),
            errors=tuple(sorted(self._errors)),
        )


def _name(session: Session, subscriber_id: int) -> str:
    return session.get_one(SubscriberRow, subscriber_id).name or "không tên"
