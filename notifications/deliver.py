"""Delivery: takes what is due from the outbox and hands it to the channels.

Safe to kill at any moment and to run twice at once: what a row's state means is kept by `notifications.lease`,
what follows from an answer by `notifications.states`, what it says of a channel by `notifications.channel_health`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TextIO
from uuid import uuid4

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from foundation.errors import StoreError
from foundation.settings import Settings
from models.database import transaction
from models.tables import SubscriberRow
from notifications import lease
from notifications.channel_health import DEAD, health_key, record_answer, replaced
from notifications.channels import ABOUT, Channel, open_channels
from notifications.compose import NEWS, Job, Sending
from notifications.operators import tell_operator
from notifications.pacer import Clock, Pacer, Sleep
from notifications.rows import Presentation, paper_names
from notifications.searches import queue_articles
from notifications.states import backoff
from notifications.subscribers import ensure_default_subscribers
from notifications.values import DeliveryReport, Pace, Receipt, Result, State

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two looks for news while a message is on its way: a service that hangs holds up no other's."""


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
    """Deliver what is due, at the pace that the channels ask for, and wait for what becomes due soon.

    `clock` gives aware times and `sleep` waits (seconds): the seams of the tests. `stream` is where the console
    prints (standard output). `progress(sent, waiting)` is called now and then. Ends when nothing is due within
    `pace.patience`. Must not be called inside a running event loop (there: `deliver_async`).
    Raises StoreError when the database fails; the rows in hand are then taken up by the next delivery.
    """
    work = deliver_async(
        engine, settings, clock, pace=pace, sleep=sleep, stream=stream, progress=progress, channels=channels
    )
    return asyncio.run(work)


async def deliver_async(
    engine: Engine,
    settings: Settings,
    clock: Clock = utc_now,
    *,
    pace: Pace | None = None,
    sleep: Sleep = asyncio.sleep,
    stream: TextIO | None = None,
    progress: Callable[[int, int], None] | None = None,
    channels: dict[str, Channel] | None = None,
    stop: asyncio.Event | None = None,
) -> DeliveryReport:
    """As `deliver`; nothing more is taken up once `stop` is set."""
    pace = pace or Pace()
    opened = channels if channels is not None else open_channels(settings, pace, stream or sys.stdout)
    return await _Sender(engine, settings, clock, pace, sleep, progress, stop).run(opened)


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
        stop: asyncio.Event | None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._progress = progress
        self._stop = stop
        self._who = uuid4().hex
        self._words = Presentation(paper_names(settings), settings.public_url)
        self._count: Counter[str] = Counter()
        self._stopped: dict[str, str] = {}
        self._faults: Counter[str] = Counter()
        self._flooded: dict[tuple[str, int], datetime] = {}
        self._errors: set[str] = set()
        self._proved: set[str] = set()  # channels that took a message in this delivery
        self._pacers: dict[str, Pacer] = {}

    async def run(self, channels: dict[str, Channel]) -> DeliveryReport:
        self._channels = channels
        self._pacers = {name: Pacer(self._rate(name), self._clock, self._sleep) for name in channels}
        try:
            await asyncio.to_thread(self._prepare)
            await self._drain()
        finally:
            for channel in channels.values():
                await channel.close()
        return await asyncio.to_thread(self._report)

    def _prepare(self) -> None:
        with transaction(self._engine) as session:
            ensure_default_subscribers(session, self._settings, self._clock())
            lease.mend_times(session, self._clock())
            queue_articles(session, self._clock())

    def _rate(self, name: str, senders: int = 1) -> float:
        most = self._pace.per_second if name == "telegram" else ABOUT[name].per_second
        return (most or 10_000.0) / senders

    async def _drain(self) -> None:
        tasks: set[asyncio.Task[None]] = set()
        give_up = self._clock() + timedelta(seconds=self._pace.patience)
        try:
            while not self._stopping():
                sent = self._count["sent"]
                for job in await asyncio.to_thread(self._take, self._pace.at_once - len(tasks)):
                    tasks.add(asyncio.create_task(self._serve(job)))
                wait = await asyncio.to_thread(self._seconds_to_next)
                if not tasks:
                    if wait is None or self._clock() + timedelta(seconds=wait) > give_up:
                        return
                    await self._rest(wait)
                    continue
                tasks = await self._wait(tasks, wait)
                if self._count["sent"] > sent:
                    give_up = self._clock() + timedelta(seconds=self._pace.patience)
                    await asyncio.to_thread(self._tell_progress)
        finally:
            # A fault of the database ends the delivery; what is on its way is let finish first.
            await asyncio.gather(*tasks, return_exceptions=True)

    def _stopping(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not beyond the stop."""
        nap = asyncio.ensure_future(self._sleep(seconds))
        ends = [nap] if self._stop is None else [nap, asyncio.ensure_future(self._stop.wait())]
        _, left = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for one in left:
            one.cancel()

    async def _wait(self, tasks: set[asyncio.Task[None]], wait: float | None) -> set[asyncio.Task[None]]:
        """Until a task is done, or more becomes due while there is room. Gives the tasks still running."""
        full = len(tasks) >= self._pace.at_once
        nap = None if full else asyncio.ensure_future(self._sleep(LOOK if wait is None else min(wait, LOOK)))
        done, _ = await asyncio.wait({*tasks, *([nap] if nap else [])}, return_when=asyncio.FIRST_COMPLETED)
        if nap is not None:
            nap.cancel()
        for task in done & tasks:
            task.result()
        return tasks - done

    def _open(self) -> list[str]:
        """The channels that may be used now."""
        return [name for name in self._channels if name not in self._stopped and not self._pacers[name].held()]

    def _take(self, limit: int) -> list[Job]:
        if limit <= 0:
            return []
        now = self._clock()
        with transaction(self._engine) as session:
            others = max(lease.senders(session, now), 1)
            for name, pacer in self._pacers.items():
                pacer.set_rate(self._rate(name, others))
            return lease.take(
                session, self._who, now, channels=self._open(), replaced=replaced(session, self._settings, now),
                limit=limit, pace=self._pace,
            )  # fmt: skip

    def _seconds_to_next(self) -> float | None:
        now = self._clock()
        with transaction(self._engine) as session:
            instead = replaced(session, self._settings, now)
            usable = self._open()  # asked once: a hold that ends meanwhile must not leave its channel out of both
            due = [lease.next_due(session, usable, instead)]
            for name in self._pacers.keys() - {*usable, *self._stopped, *instead}:
                held = lease.next_due(session, [name])
                due.append(None if held is None else max(held, self._pacers[name].held_until or held))
        soonest = min((moment for moment in due if moment is not None), default=None)
        return None if soonest is None else max((soonest - now).total_seconds(), 0.02)

    async def _serve(self, job: Job) -> None:
        picture = await asyncio.to_thread(_draw, job.figures)
        await self._pacers[job.channel].turn()
        sending = await asyncio.to_thread(self._begin, job, picture)
        if sending is None:
            return
        receipt = await self._hand_over(sending)
        self._react(job, receipt)
        await asyncio.to_thread(self._finish, sending, receipt)

    async def _hand_over(self, sending: Sending) -> Receipt:
        if self._clock() >= sending.until:  # we slept (a laptop closed, a process stopped): the chat may be another's
            return Receipt(Result.LATE)
        channel = self._channels[sending.job.channel]
        try:
            async with asyncio.timeout(self._pace.hand_over):
                return await _send(channel, sending)
        except TimeoutError:  # a proxy that says nothing, a server that drips: nothing else would end it
            return Receipt(Result.TIMED_OUT, error="Hết thời gian chờ: không rõ tin đã tới hay chưa.")
        except Exception as error:
            log.exception("channel %s", sending.job.channel)
            return Receipt(Result.GARBLED, error=f"Lỗi của chương trình khi gửi ({type(error).__name__}).")

    def _begin(self, job: Job, picture: bytes | None = None) -> Sending | None:
        now, channel = self._clock(), self._channels[job.channel]
        try:
            with transaction(self._engine) as session:
                return lease.begin(
                    session, job, self._who, now, channel=channel, words=self._words, pace=self._pace, picture=picture
                )
        except StoreError:
            raise
        except Exception as error:
            log.exception("alert %s", job.alert_id)
            with transaction(self._engine) as session:
                row = lease.give_up_wording(session, job, self._who, error, now, self._pace)
                if row.state == State.FAILED:
                    text = f"Tin VB-{row.id} không gửi được: {row.error} Các tin khác vẫn được gửi."
                    tell_operator(session, self._settings, f"failed:{row.id}", text, now)
                    self._count["failed"] += 1
                    self._errors.add(row.error or "")
            return None

    def _react(self, job: Job, receipt: Receipt) -> None:
        """What an answer means for the whole channel in this delivery."""
        now, channel = self._clock(), job.channel
        if receipt.result is Result.DENIED:
            self._stopped[channel] = receipt.error
        elif receipt.result is Result.UNREACHABLE:
            if channel == health_key(channel, job.subscriber_id):  # else the others' services may be well
                self._faults[channel] += 1
                self._pacers[channel].hold(backoff(self._faults[channel], self._pace))
        elif receipt.result is Result.HOLD:
            # One chat's flood is its own; a second chat's at the same time means all of us.
            self._flooded = {chat: until for chat, until in self._flooded.items() if until > now}
            if any(other == channel and chat != job.subscriber_id for other, chat in self._flooded):
                self._pacers[channel].hold(receipt.seconds)
            self._flooded[channel, job.subscriber_id] = now + timedelta(seconds=receipt.seconds)
        elif receipt.result is Result.SENT:
            self._faults[channel] = 0

    def _finish(self, sending: Sending, receipt: Receipt) -> None:
        now = self._clock()
        with transaction(self._engine) as session:
            gap = self._channels[sending.job.channel].gap(sending.address)
            states = lease.finish(session, sending, self._who, receipt, now, gap=gap, pace=self._pace)
            key = health_key(sending.job.channel, sending.job.subscriber_id)
            if receipt.result is not Result.SENT or key not in self._proved:
                record_answer(session, self._settings, key, receipt, now)
            self._tell_operator(session, sending, receipt, now)
        self._tally(sending, receipt, states)

    def _tell_operator(self, session: Session, sending: Sending, receipt: Receipt, now: datetime) -> None:
        chat = sending.job.subscriber_id
        key = health_key(sending.job.channel, chat)
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

    def _tally(self, sending: Sending, receipt: Receipt, states: list[State]) -> None:
        if sending.message_id is not None:
            self._count["edited"] += receipt.result is Result.SENT
        for state in states:
            self._count[state.value] += 1
        self._count["resent"] += sending.again and receipt.result is Result.SENT
        self._count["retried"] += receipt.result in (Result.RETRY, Result.UNREACHABLE, Result.HOLD, Result.GARBLED)
        self._count["off"] += receipt.result is Result.OFF
        self._count["alerts"] += sum(state is State.SENT for state in states) if sending.event in NEWS else 0
        if receipt.result in (Result.FAILED, Result.OFF, Result.TIMED_OUT) and sending.message_id is None:
            self._errors.add(receipt.error)

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


async def _send(channel: Channel, sending: Sending) -> Receipt:
    """Hand a message over. One that may have arrived is repeated only to a service that answers: its last try is not
    spent on one that takes connections and says nothing.
    """
    if sending.message_id is not None:
        return await channel.edit(sending.address, sending.message_id, sending.message)
    if sending.again and (asked := await channel.check()).result in DEAD:
        return asked
    return await channel.send(sending.address, sending.message)


def _name(session: Session, subscriber_id: int) -> str:
    return session.get_one(SubscriberRow, subscriber_id).name or "không tên"


def _draw(figures: str | None) -> bytes | None:
    """The picture of a message; without the library that draws it the words go out alone."""
    if figures is None:
        return None
    from notifications.pictures import picture_of

    try:
        return picture_of(figures)
    except Exception:  # whatever stops a picture must not stop the words
        log.exception("picture")
        return None
