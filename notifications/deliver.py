"""Delivery: takes what is due from the outbox, as much as the channels bear, until nothing is.

Safe to kill at any moment and to run twice at once: what a row's state means is kept by `notifications.lease`, how one
message goes out by `notifications.hands`.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from typing import TextIO

from sqlalchemy import Engine

from foundation.clock import utc_now
from foundation.settings import Settings
from models.database import transaction
from notifications import due, lease
from notifications.channel_health import replaced
from notifications.channels import ABOUT, Channel, open_channels
from notifications.compose import Job
from notifications.default_subscribers import ensure_default_subscribers
from notifications.hands import Hands
from notifications.pacer import Clock, Pacer, Sleep
from notifications.searches import queue_articles
from notifications.values import DeliveryReport, Pace

LOOK = 5.0
"""Seconds between two looks for news while a message is on its way: a service that hangs holds up no other's."""


def deliver(
    engine: Engine,
    settings: Settings,
    clock: Clock = utc_now,
    *,
    pace: Pace | None = None,
    sleep: Sleep = asyncio.sleep,
    stream: TextIO | None = None,
) -> DeliveryReport:
    """Deliver what is due, at the pace that the channels ask for, and wait for what becomes due soon.

    `clock` gives aware times and `sleep` waits (seconds): the seams of the tests. `stream` is where the console
    prints (standard output). Ends when nothing is due within `pace.patience`. Must not be called inside a running
    event loop (there: `deliver_async`).
    Raises StoreError when the database fails; the rows in hand are then taken up by the next delivery.
    """
    work = deliver_async(engine, settings, clock, pace=pace, sleep=sleep, stream=stream)
    return asyncio.run(work)


async def deliver_async(
    engine: Engine,
    settings: Settings,
    clock: Clock = utc_now,
    *,
    pace: Pace | None = None,
    sleep: Sleep = asyncio.sleep,
    stream: TextIO | None = None,
    stop: asyncio.Event | None = None,
) -> DeliveryReport:
    """As `deliver`; nothing more is taken up once `stop` is set."""
    pace = pace or Pace()
    channels = open_channels(settings, pace, stream or sys.stdout)
    return await _Sender(engine, settings, clock, pace, sleep, channels, stop).run()


class _Sender:
    """One delivery under way."""

    def __init__(
        self, engine: Engine, settings: Settings, clock: Clock, pace: Pace, sleep: Sleep, channels: dict[str, Channel],
        stop: asyncio.Event | None,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._pace = pace
        self._sleep = sleep
        self._stop = stop
        self._channels = channels
        self._pacers = {name: Pacer(self._rate(name), clock, sleep) for name in channels}
        self._hands = Hands(engine, settings, clock, pace, channels, self._pacers)
        self._outcomes = self._hands.outcomes

    async def run(self) -> DeliveryReport:
        try:
            await asyncio.to_thread(self._prepare)
            await self._drain()
        finally:
            for channel in self._channels.values():
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
                sent = self._outcomes.count["sent"]
                for job in await asyncio.to_thread(self._take, self._pace.at_once - len(tasks)):
                    tasks.add(asyncio.create_task(self._hands.serve(job)))
                wait = await asyncio.to_thread(self._seconds_to_next)
                if not tasks:
                    if wait is None or self._clock() + timedelta(seconds=wait) > give_up:
                        return
                    await self._rest(wait)
                    continue
                tasks = await self._wait(tasks, wait)
                if self._outcomes.count["sent"] > sent:
                    give_up = self._clock() + timedelta(seconds=self._pace.patience)
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
        return [
            name for name in self._channels if name not in self._outcomes.stopped and not self._pacers[name].is_paused()
        ]

    def _take(self, limit: int) -> list[Job]:
        if limit <= 0:
            return []
        now = self._clock()
        with transaction(self._engine) as session:
            others = max(lease.senders(session, now), 1)
            for name, pacer in self._pacers.items():
                pacer.set_rate(self._rate(name, others))
            ways = due.Ways(self._open(), replaced(session, self._settings, now))
            return lease.take(session, self._hands.who, now, ways=ways, limit=limit, pace=self._pace)

    def _seconds_to_next(self) -> float | None:
        now = self._clock()
        with transaction(self._engine) as session:
            instead = replaced(session, self._settings, now)
            usable = self._open()  # asked once: a hold that ends meanwhile must not leave its channel out of both
            moments = [due.next_due(session, due.Ways(usable, instead))]
            for name in self._pacers.keys() - {*usable, *self._outcomes.stopped, *instead}:
                held = due.next_due(session, due.Ways([name]))
                moments.append(None if held is None else max(held, self._pacers[name].paused_until or held))
        soonest = min((moment for moment in moments if moment is not None), default=None)
        return None if soonest is None else max((soonest - now).total_seconds(), 0.02)

    def _report(self) -> DeliveryReport:
        with transaction(self._engine) as session:
            return self._outcomes.report(session, list(self._channels))
