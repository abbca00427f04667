"""Whether the database answers. What it says goes straight out: the outbox stands in the database."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from markupsafe import escape
from sqlalchemy import Engine

from foundation.errors import StoreError
from foundation.settings import Settings
from models.database import migrate, transaction
from notifications.channels import open_channels
from notifications.default_subscribers import ensure_default_subscribers
from notifications.markup import moment
from notifications.operators import clear_alarm
from notifications.outbox import TO_OPERATORS
from notifications.values import Message, Pace

log = logging.getLogger(__name__)

GONE_AFTER = timedelta(seconds=20)
"""A database that fails for so long is told of straight out."""


class DatabaseWatch:
    """Brings the archive to its shape once, and tells when it is gone and when it is back."""

    def __init__(self, settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._ready = False
        self._preparing = asyncio.Lock()
        self._failing_since: datetime | None = None
        self._told = False

    async def ready(self) -> None:
        """Bring the archive to its shape once. Raises StoreError while it cannot be reached."""
        async with self._preparing:
            if not self._ready:
                await asyncio.to_thread(self._prepare)
                self._ready = True
            elif self._file_is_gone():
                self._engine.dispose()  # open connections would go on writing into a file that nobody sees
                raise StoreError("Tệp của kho lưu trữ không còn ở chỗ cũ.")

    def _file_is_gone(self) -> bool:
        return self._engine.dialect.name == "sqlite" and not Path(self._engine.url.database or "").is_file()

    def _prepare(self) -> None:
        migrate(self._engine)
        with transaction(self._engine) as session:
            ensure_default_subscribers(session, self._settings, self._clock())
            clear_alarm(session, "database")

    async def failed(self, error: StoreError) -> None:
        """A work met a database that fails."""
        now = self._clock()
        self._failing_since = self._failing_since or now
        if not self._told and now - self._failing_since >= GONE_AFTER:
            self._told = True
            since = moment(self._failing_since)
            await self._say(f"Kho lưu trữ không dùng được từ {since}. {error}", "Kho lưu trữ không dùng được")

    async def answered(self) -> None:
        """A work was done."""
        self._failing_since = None
        if self._told:
            self._told = False
            await self._say("Kho lưu trữ đã dùng lại được.", "Kho lưu trữ đã dùng lại được")

    async def _say(self, text: str, subject: str) -> None:
        message = Message(f"{TO_OPERATORS}\n{escape(text)}", subject=f"Dân vận Monitor: {subject}")
        channels = open_channels(self._settings, Pace(), sys.stderr)
        for name, address in (("email", self._settings.admin_email), ("telegram", self._settings.admin_chat)):
            if name in channels and address:
                receipt = await channels[name].send(address, message)
                log.warning("%s: %s", name, receipt.result)
        await channels["console"].send("", message)
        for channel in channels.values():
            await channel.close()
