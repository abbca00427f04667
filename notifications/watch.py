"""The watch: one process that delivers, answers and looks after the harvest. It begins before any channel, needs none
of them to live, and ends within five seconds of SIGTERM whatever state it is in.

    deliveries      every quarter of a minute, by whatever channel can be reached
    listeners       one a messenger, each beginning whenever its service can be reached
    channels        asked how they fare: "unreachable since …" goes to the operator by the others
    checks          dead-man's switch, stuck runs, disk
    the database    gone: told by mail (and chat) straight out, for the outbox is gone with it

All state is in the database: kill and start it at will.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine

from foundation.clock import utc_now
from foundation.errors import DanvanError, StoreError
from foundation.settings import Settings
from models.database import transaction
from models.tables import ChannelRow
from notifications.channel_health import failing, record_answer
from notifications.channels import Channel, bots, open_channels
from notifications.channels.contract import SILENT
from notifications.checks import check_dead_runs, check_disk, check_silence, check_slow_runs, check_waiting
from notifications.database_watch import DatabaseWatch
from notifications.deliver import deliver_async
from notifications.operators import raise_alarm
from notifications.values import Pace, Receipt, Result

log = logging.getLogger(__name__)

Work = Callable[[Settings, Engine, datetime], object]
"""What is to be done at every turn of the checks, in a thread."""

GRACE = 3.0
"""Seconds in which what is on its way is let finish after the signal; then the process goes."""
ASKED_AFTER = timedelta(minutes=10)
"""A channel of which nothing was heard for so long is asked; one that fails, at every turn."""
ASKED_FOR = 60.0
"""Seconds that the answer of a channel may take in all."""


def run_watch(settings: Settings, engine: Engine, also: Mapping[str, Work] = MappingProxyType({})) -> None:
    """Run the watch until SIGINT or SIGTERM; blocks, and ends the process. `also`: works of rooms above, by name.

    Raises ConfigurationError for a setting of a channel that cannot be.
    """
    open_channels(settings, Pace(), sys.stdout)  # a wrong setting is said before anything begins

    async def run() -> None:
        await Watch(settings, engine, also=also).run()
        sys.stdout.flush()
        sys.stderr.flush()
        # Threads that wait for a dead database or mail server would hold the process up; nothing is lost with them.
        os._exit(0)

    asyncio.run(run())


class Watch:
    """One running watch. The seconds between two turns of each work are the seams of the tests."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        *,
        clock: Callable[[], datetime] = utc_now,
        deliver_every: float = 15.0,
        channels_every: float = 15.0,
        check_every: float = 300.0,
        also: Mapping[str, Work] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._since = clock()
        self._stop = asyncio.Event()
        self._database = DatabaseWatch(settings, engine, clock)
        self._works: tuple[tuple[str, float, Callable[[], Awaitable[None]]], ...] = (
            ("gửi tin", deliver_every, self._deliver),
            ("hỏi kênh", channels_every, self._ask_channels),
            ("kiểm tra", check_every, self._check),
            *((name, check_every, partial(self._aside, work)) for name, work in also.items()),
        )

    async def run(self, stop: asyncio.Event | None = None) -> None:
        """Serve until `stop` is set (or a signal comes)."""
        self._stop = stop or self._stop
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            for one in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(one, self._stop.set)
        works = [asyncio.create_task(self._repeat(*work)) for work in self._works]
        listeners = [asyncio.create_task(self._keep_listening(name)) for name in bots(self._settings)]
        await self._stop.wait()
        for listener in listeners:
            listener.cancel()
        done = asyncio.gather(*works, *listeners, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done, GRACE)

    async def _repeat(self, name: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do a work again and again; whatever goes wrong in it is told, and it goes on."""
        while not self._stop.is_set():
            try:
                await self._database.ready()
                await work()
            except StoreError as error:
                log.error("%s", error)  # noqa: TRY400 (a sentence for staff; the trace says no more)
                await self._database.failed(error)
            except Exception as error:
                log.exception("watch: %s", name)
                await asyncio.to_thread(self._tell_of_fault, name, error)
            else:
                await self._database.answered()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), seconds)

    def _tell_of_fault(self, name: str, error: Exception) -> None:
        text = (
            f"Việc “{name}” gặp lỗi chưa lường trước ({type(error).__name__}) và được làm lại ở lượt sau. "
            "Nếu lặp lại, gửi nhật ký cho người viết chương trình."
        )
        with contextlib.suppress(DanvanError), transaction(self._engine) as session:
            raise_alarm(session, self._settings, f"fault:{name}:{self._clock():%Y-%m-%d}", text, self._clock())

    async def _aside(self, work: Work) -> None:
        await asyncio.to_thread(work, self._settings, self._engine, self._clock())

    async def _deliver(self) -> None:
        # Little patience: it comes back soon, and the watch must be able to stop.
        await deliver_async(self._engine, self._settings, self._clock, pace=Pace(patience=5), stop=self._stop)

    async def _check(self) -> None:
        now = self._clock()
        for check in (check_dead_runs, check_slow_runs, check_disk, check_waiting):
            await asyncio.to_thread(check, self._engine, self._settings, now)
        await asyncio.to_thread(check_silence, self._engine, self._settings, now, watching_since=self._since)

    async def _ask_channels(self) -> None:
        """Ask each channel that fails, or has not been heard of, whether it answers."""
        channels = open_channels(self._settings, Pace(), sys.stdout)
        try:
            silent = await asyncio.to_thread(self._silent, [name for name in channels if name != "console"])
            await asyncio.gather(*(self._ask(name, channels[name]) for name in silent))
        finally:
            for channel in channels.values():
                await channel.close()

    async def _ask(self, name: str, channel: Channel) -> None:
        """Ask one channel; a proxy that takes a connection and says nothing would hold us for ever."""
        try:
            async with asyncio.timeout(ASKED_FOR):
                receipt = await channel.check()
        except TimeoutError:
            receipt = Receipt(Result.UNREACHABLE, error=SILENT)
        await self._heard(name, receipt)

    def _silent(self, names: list[str]) -> list[str]:
        with transaction(self._engine) as session:
            fails = failing(session)
            heard = {row.name: row.checked_at for row in session.query(ChannelRow)}
        late = self._clock() - ASKED_AFTER
        return [name for name in names if name in fails or heard.get(name, late) <= late]

    async def _heard(self, name: str, receipt: Receipt) -> None:
        """Note what was heard of a channel; a database that fails is the works' to tell of."""

        def note() -> None:
            with transaction(self._engine) as session:
                record_answer(session, self._settings, name, receipt, self._clock())

        with contextlib.suppress(DanvanError):
            await asyncio.to_thread(note)

    async def _keep_listening(self, name: str) -> None:
        """Listen to a messenger, and begin again after whatever ended it."""
        pause = 5.0
        while True:
            try:
                await self._database.ready()
                await (await asyncio.to_thread(self._listener, name)).listen()
            except Exception:
                log.exception("listener: %s", name)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 300.0)

    def _listener(self, name: str) -> Any:
        from notifications.bot.talk import Talk

        talk = Talk(self._settings, self._engine, self._clock)

        def heard(receipt: Receipt) -> Coroutine[Any, Any, None]:
            return self._heard(name, receipt)

        if name == "telegram":
            from notifications.bot.telegram import TelegramListener

            return TelegramListener(self._settings, talk, heard)
        from notifications.bot.zalo import ZaloListener

        return ZaloListener(self._settings, talk, heard)
