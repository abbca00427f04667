"""The pace over all chats, and the pause that a fault of the whole service asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

Clock = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


class Pacer:
    """Lets at most `per_second` callers pass a second, evenly spaced. The pace of one chat is kept in its row."""

    def __init__(self, per_second: float, clock: Clock, sleep: Sleep) -> None:
        self._gap = timedelta(seconds=1 / per_second)
        self._clock = clock
        self._sleep = sleep
        self._next = clock()
        self._lock = asyncio.Lock()
        self.paused_until: datetime | None = None

    async def turn(self) -> None:
        """Wait for one's turn."""
        async with self._lock:
            at = max(self._next, self._clock())
            self._next = at + self._gap
        wait = (at - self._clock()).total_seconds()
        if wait > 0:
            await self._sleep(wait)

    def set_rate(self, per_second: float) -> None:
        """Change the pace, when senders come or go: together they keep to the limit."""
        self._gap = timedelta(seconds=1 / per_second)

    def pause(self, seconds: float) -> None:
        """Nothing goes out for so long."""
        until = self._clock() + timedelta(seconds=seconds)
        self.paused_until = max(self.paused_until or until, until)

    def is_paused(self) -> bool:
        """Whether nothing may go out now."""
        return self.paused_until is not None and self.paused_until > self._clock()
