"""A named lock in the database: one harvest at a time, on one machine or several.

A holder renews its lease while it lives; the lease of a killed holder runs out by itself.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Engine, delete, select, update

from foundation.errors import RunLockedError, StoreError
from foundation.settings import HANOI
from models.database import put, transaction
from models.tables import LockRow

LEASE = timedelta(minutes=3)
"""How long a killed holder keeps others waiting: long against a slow disk, short against a morning's schedule."""

log = logging.getLogger(__name__)


def me() -> str:
    """The name of this process: recognisable to a person (machine and process id) and unique (a random tail)."""
    return f"{socket.gethostname()[:80]}/{os.getpid()}/{uuid4().hex[:8]}"


def take(engine: Engine, name: str, owner: str, now: datetime, lease: timedelta = LEASE) -> None:
    """Take the lock, or take over one whose lease has run out.

    Raises RunLockedError that says who holds it and since when.
    """
    with transaction(engine) as session:
        values = {"name": name, "owner": owner, "taken_at": now, "expires_at": now + lease}
        put(session, LockRow, [values], update=("owner", "taken_at", "expires_at"), where=LockRow.expires_at <= now)
        holder = session.execute(select(LockRow).where(LockRow.name == name)).scalar_one()
        if holder.owner != owner:
            raise RunLockedError(
                f"Một lượt khác đang chạy từ {holder.taken_at.astimezone(HANOI):%H:%M ngày %d/%m/%Y} "
                f"(máy/tiến trình {holder.owner.rpartition('/')[0]}). Chờ lượt ấy xong rồi chạy lại; "
                f"nếu tiến trình ấy đã chết, khóa tự hết hạn lúc {holder.expires_at.astimezone(HANOI):%H:%M:%S}."
            )


def renew(engine: Engine, name: str, owner: str, now: datetime, lease: timedelta = LEASE) -> bool:
    """Prolong the lease. False: the lock belongs to another by now (this process slept too long)."""
    with transaction(engine) as session:
        mine = (LockRow.name == name) & (LockRow.owner == owner)
        return bool(session.execute(update(LockRow).where(mine).values(expires_at=now + lease)).rowcount)  # type: ignore[attr-defined]  # an UPDATE answers a CursorResult


def release(engine: Engine, name: str, owner: str) -> None:
    """Give the lock back; nothing happens where it belongs to another."""
    with transaction(engine) as session:
        session.execute(delete(LockRow).where(LockRow.name == name, LockRow.owner == owner))


@contextmanager
def held(
    engine: Engine,
    name: str,
    *,
    clock: Callable[[], datetime],
    lease: timedelta = LEASE,
    beat: Callable[[datetime], None] | None = None,
) -> Iterator[str]:
    """Hold the lock for a block; yields the owner's name. `beat` is called at every renewal, with the time.

    Raises RunLockedError when another process holds it.
    """
    owner = me()
    take(engine, name, owner, clock(), lease)
    done = threading.Event()

    def keep() -> None:
        while not done.wait(lease.total_seconds() / 3):
            try:
                if not renew(engine, name, owner, clock(), lease):
                    log.error("Khóa “%s” đã sang tiến trình khác.", name)
                    return
                if beat:
                    beat(clock())
            except StoreError as error:  # the database may be back before the lease is over
                log.warning("Chưa gia hạn được khóa “%s”: %s", name, error)

    keeper = threading.Thread(target=keep, name=f"lock-{name}", daemon=True)
    keeper.start()
    try:
        yield owner
    finally:
        done.set()
        keeper.join()
        release(engine, name, owner)
