"""A delivery in a process of its own: to be killed."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

from pydantic import SecretStr

from foundation.settings import Settings
from models.database import open_engine
from notifications import deliver as delivery
from notifications.hands import Hands
from notifications.values import Pace
from tests.botapi.state import TOKEN
from tests.notifications.conftest import FastClock

RACE = Pace(
    chat_gap=0,
    group_gap=0,
    per_second=10_000,
    at_once=6,
    lease=0.7,
    patience=0.3,
    answer_timeout=5,
    unknown_wait=0,
    list_over=1000,
)
"""No pacing, and leases so short that the next process need not wait for those of a dead one. A message may take half a
lease: on a busy machine an answer may come too late, and the message is repeated at once."""
SURVIVOR = replace(RACE, lease=30)
"""Of the delivery that takes up what the killed ones left: nobody waits for its leases, and no answer is too late."""
STEPS = ("taken", "marked", "sent", "answered")


def deliver_with(database_url: str, settings: Settings) -> None:
    """Deliver by whatever channels the settings name."""
    delivery.deliver(open_engine(database_url), settings, pace=RACE)


def deliver_until_killed(database_url: str, api_url: str, step: str | None = None) -> None:
    """Deliver; with `step`, die by SIGKILL when it is reached (not at the very first message)."""
    engine = open_engine(database_url)
    settings = Settings(_env_file=None, telegram_token=SecretStr(TOKEN), telegram_base_url=api_url)
    if step is not None:
        _die_at(step)
    delivery.deliver(engine, settings, pace=RACE)


def _die_at(step: str) -> None:
    doer: Any
    doer, name, before = {
        "taken": (delivery._Sender, "_take", False),
        "marked": (Hands, "_begin", False),
        "sent": (Hands, "_react", True),
        "answered": (Hands, "_finish", False),
    }[step]
    original = getattr(doer, name)
    seen, fatal_time = [0], 1 if step == "taken" else 3

    def fatal(*given: Any) -> Any:
        seen[0] += 1
        if seen[0] >= fatal_time and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*given)
        if seen[0] >= fatal_time:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(doer, name, fatal)


def deliver_and_measure(database_url: str, api_url: str, speed: float, report: Connection) -> None:
    """Deliver at Telegram's pace on a clock `speed` times as fast; report memory (MiB) as it goes, then the counts."""
    import psutil

    engine = open_engine(database_url)
    settings = Settings(_env_file=None, telegram_token=SecretStr(TOKEN), telegram_base_url=api_url)
    clock, me, memory = FastClock(speed=speed), psutil.Process(), []
    last = [0.0]

    async def sleep(seconds: float) -> None:
        if time.monotonic() - last[0] > 0.2:
            last[0] = time.monotonic()
            memory.append(me.memory_info().rss / 2**20)
        await clock.sleep(seconds)

    done = delivery.deliver(engine, settings, clock, pace=Pace(list_over=1000), sleep=sleep)
    report.send((done.sent, done.retried, done.waiting, memory))
