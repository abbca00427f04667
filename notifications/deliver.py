"""Delivery: takes what is due from the outbox and hands it to Telegram, e-mail or the console.

Safe to kill at any moment and to run twice at once: what a row's state means is kept by `notifications.lease`,
what follows from an answer is decided by `notifications.states`.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TextIO
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from foundation.settings import Settings
from models.database import transaction
from models.tables import SubscriberRow
from notifications import lease
from notifications.compose import Job, Sending
from notifications.console import ConsoleChannel
from notifications.operators import clear_alarm, raise_alarm, tell_operator
from notifications.pacer import Clock, Pacer, Sleep
from notifications.rows import PaperName, paper_names
from notifications.states import backoff
from notifications.subscribers import ensure_default_subscribers
from notifications.values import Channel, DeliveryReport, Outcome, Pace, Result, State

DENIED_TEXT = {
    "telegram": (
        "Telegram không nhận mã token của bot nữa (đã bị thu hồi hoặc ghi sai). Việc gửi qua Telegram đã dừng; "
        "mọi tin vẫn được giữ trong hàng đợi và sẽ gửi khi có mã mới. Lấy mã ở @BotFather rồi ghi vào "
        "DANVAN_TELEGRAM_TOKEN."
    ),
    "email": (
        "Máy chủ thư không nhận tài khoản. Việc gửi thư đã dừng; tin vẫn được giữ trong hàng đợi. "
        "Kiểm tra DANVAN_SMTP_URL."
    ),
}


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def deliver(
    engine: Engine,
    settings: Settings,
    clock: Clock = utc_now,
    *,
    pace: Pace | None = None,
    sleep: Sleep = asyncio.sleep,
    stream: TextIO | None = None,
    progress: Callable[[int, int], None] | None = None,
    channels: dict[str, Channel] | None = None,
) -> DeliveryReport:
    """Deliver what is due, at the pace that Telegram asks for, and wait for what becomes due soon.

    `clock` gives aware times and `sleep` waits (seconds): the seams of the tests. `stream` is where the console
    prints (standard output). `progress(sent, waiting)` is called now and then. Ends when nothing is due within
    `pace.patience`. Must not be called inside a running event loop.
    Raises StoreError when the database fails; the rows in hand are then taken up by the next delivery.
    """
    sender = _Sender(engine, settings, clock, pace or Pace(), sleep, progress)
    return asyncio.run(sender.run(channels if channels is not None else sender.open_channels(stream or sys.stdout)))


class _Sender:
    """One delivery under way."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        clock: Clock,
        pace: Pace,
        sleep: Sleep,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._progress = progress
        self._who = uuid4().hex
        self._paper: PaperName = paper_names(settings.sources_dir)
        self._count: Counter[str] = Counter()
        self._stopped: dict[str, str] = {}
        self._faults: Counter[str] = Counter()
        self._flooded: dict[str, datetime] = {}
        self._errors: set[str] = set()
        self._proved: set[str] = set()  # channels that took a message in this delivery
        self._pacer = Pacer(pace.per_second, clock, sleep)

    def open_channels(self, stream: TextIO) -> dict[str, Channel]:
        """The channels that the settings allow."""
        channels: dict[str, Channel] = {"console": ConsoleChannel(stream)}
        if self._settings.telegram_token is not None:
            from notifications.telegram import TelegramChannel

            base_url = self._settings.telegram_base_url
            channels["telegram"] = TelegramChannel(self._settings.telegram_token, base_url, self._pace)
        if self._settings.smtp_url is not None:
            from notifications.email import EmailChannel

            channels["email"] = EmailChannel(self._settings.smtp_url, self._settings.smtp_from)
        return channels

    async def run(self, channels: dict[str, Channel]) -> DeliveryReport:
        self._channels = channels
        with transaction(self._engine) as session:
            ensure_default_subscribers(session, self._settings, self._clock())
        try:
            await self._drain()
        finally:
            for channel in channels.values():
                await channel.close()
        return await asyncio.to_thread(self._report)

    async def _drain(self) -> None:
        tasks: set[asyncio.Task[None]] = set()
        give_up = self._clock() + timedelta(seconds=self._pace.patience)
        try:
            while True:
                sent = self._count["sent"]
                for job in await asyncio.to_thread(self._take, self._pace.at_once - len(tasks)):
                    tasks.add(asyncio.create_task(self._serve(job)))
                wait = await asyncio.to_thread(self._seconds_to_next)
                if not tasks:
                    if wait is None or self._clock() + timedelta(seconds=wait) > give_up:
                        return
                    await self._sleep(wait)
                    continue
                tasks = await self._wait(tasks, wait)
                if self._count["sent"] > sent:
                    give_up = self._clock() + timedelta(seconds=self._pace.patience)
                    self._tell_progress()
        finally:
            # A fault of the database ends the delivery; what is on its way is let finish first.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _wait(self, tasks: set[asyncio.Task[None]], wait: float | None) -> set[asyncio.Task[None]]:
        """Until a task is done, or more becomes due while there is room. Gives the tasks still running."""
        full = len(tasks) >= self._pace.at_once
        nap = None if full or wait is None else asyncio.ensure_future(self._sleep(wait))
        done, _ = await asyncio.wait({*tasks, *([nap] if nap else [])}, return_when=asyncio.FIRST_COMPLETED)
        if nap is not None:
            nap.cancel()
        for task in done & tasks:
            task.result()
        return tasks - done

    def _open(self) -> list[str]:
        """The channels that may be used now."""
        held = {"telegram"} if self._pacer.held() else set()
        return [name for name in self._channels if name not in self._stopped and name not in held]

    def _take(self, limit: int) -> list[Job]:
        if limit <= 0:
            return []
        now = self._clock()
        with transaction(self._engine) as session:
            others = max(lease.senders(session, now), 1)
            self._pacer.set_rate(self._pace.per_second / others)
            return lease.take(session, self._who, now, channels=self._open(), limit=limit, pace=self._pace)

    def _seconds_to_next(self) -> float | None:
        now = self._clock()
        with transaction(self._engine) as session:
            names = [name for name in self._channels if name not in self._stopped]
            due = lease.next_due(session, names)
        if due is None:
            return None
        if self._pacer.held() and self._pacer.held_until is not None:
            due = max(due, self._pacer.held_until)
        return max((due - now).total_seconds(), 0.02)

    async def _serve(self, job: Job) -> None:
        if job.channel == "telegram":
            await self._pacer.turn()
        sending = await asyncio.to_thread(self._begin, job)
        if sending is None:
            return
        channel = self._channels[job.channel]
        if sending.message_id is None:
            outcome = await channel.send(sending.address, sending.message)
        else:
            outcome = await channel.edit(sending.address, sending.message_id, sending.message)
        self._heed(job, outcome)
        await asyncio.to_thread(self._finish, sending, outcome)

    def _begin(self, job: Job) -> Sending | None:
        with transaction(self._engine) as session:
            return lease.begin(session, job, self._who, self._clock(), paper=self._paper, pace=self._pace)

    def _heed(self, job: Job, outcome: Outcome) -> None:
        """What an answer means for the whole channel."""
        now = self._clock()
        if outcome.result is Result.DENIED:
            self._stopped[job.channel] = outcome.error
        elif outcome.result is Result.RETRY:
            self._faults[job.channel] += 1
            if job.channel == "telegram":
                self._pacer.hold(backoff(self._faults[job.channel], self._pace))
        elif outcome.result is Result.HOLD:
            # One chat's flood is its own; a second chat's at the same time means all of us.
            self._flooded = {chat: until for chat, until in self._flooded.items() if until > now}
            if any(chat != str(job.subscriber_id) for chat in self._flooded):
                self._pacer.hold(outcome.seconds)
            self._flooded[str(job.subscriber_id)] = now + timedelta(seconds=outcome.seconds)
        elif outcome.result is Result.SENT:
            self._faults[job.channel] = 0

    def _finish(self, sending: Sending, outcome: Outcome) -> None:
        now = self._clock()
        with transaction(self._engine) as session:
            states = lease.finish(session, sending, self._who, outcome, now, pace=self._pace)
            self._tell_operator(session, sending, outcome, now)
        self._tally(sending, outcome, states)

    def _tell_operator(self, session: Session, sending: Sending, outcome: Outcome, now: datetime) -> None:
        channel = sending.job.channel
        if outcome.result is Result.DENIED:
            raise_alarm(session, self._settings, f"denied-{channel}", DENIED_TEXT[channel], now, avoid=channel)
        elif outcome.result is Result.SENT and channel not in self._proved:
            self._proved.add(channel)
            clear_alarm(session, f"denied-{channel}")
        elif outcome.result is Result.OFF:
            name = session.get_one(SubscriberRow, sending.job.subscriber_id).name or "không tên"
            text = f"Đã ngừng gửi cho “{name}”: {outcome.error} Người đó có thể vào lại bằng mã mời mới."
            key = f"off:{sending.job.subscriber_id}:{now.timestamp():.0f}"
            tell_operator(session, self._settings, key, text, now)
        elif outcome.result is Result.FAILED and sending.message_id is None and sending.event != "operator":
            text = f"Tin {sending.message.code} không gửi được: {outcome.error}"
            tell_operator(session, self._settings, f"failed:{sending.alert_ids[0]}", text, now)

    def _tally(self, sending: Sending, outcome: Outcome, states: list[State]) -> None:
        if sending.message_id is not None:
            self._count["edited"] += outcome.result is Result.SENT
        for state in states:
            self._count[state.value] += 1
        self._count["resent"] += sending.again and outcome.result is Result.SENT
        self._count["retried"] += outcome.result in (Result.RETRY, Result.HOLD, Result.GARBLED)
        self._count["off"] += outcome.result is Result.OFF
        self._count["alerts"] += sum(state is State.SENT for state in states) if sending.event == "document" else 0
        if outcome.result in (Result.FAILED, Result.OFF, Result.TIMED_OUT) and sending.message_id is None:
            self._errors.add(outcome.error)

    def _tell_progress(self) -> None:
        if self._progress is not None:
            with transaction(self._engine) as session:
                self._progress(self._count["sent"], lease.waiting(session))

    def _report(self) -> DeliveryReport:
        with transaction(self._engine) as session:
            left = lease.waiting(session)
            due = lease.next_due(session, list(self._channels))
            self._errors.update(lease.open_errors(session))
        return DeliveryReport(
            sent=self._count["sent"],
            alerts_sent=self._count["alerts"],
            edited=self._count["edited"],
            resent=self._count["resent"],
            retried=self._count["retried"],
            unknown=self._count["unknown"],
            failed=self._count["failed"],
            switched_off=self._count["off"],
            waiting=left,
            stopped=tuple(sorted(self._stopped.values())),
            next_due=due,
            errors=tuple(sorted(self._errors)),
        )
