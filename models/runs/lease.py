"""Leases in the archive: who harvests a source and asks a host, on one machine or several.

A holder renews its leases while it lives; those of a killed holder run out by themselves.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain, repeat
from uuid import uuid4

from sqlalchemy import Engine, delete, literal_column, select
from sqlalchemy.orm import Session

from foundation.clock import HANOI
from foundation.errors import RunLockedError, StoreError
from models.database import put, transaction
from models.tables import LockRow, UtcDateTime

LIFE = timedelta(minutes=3)
"""How long a run counts as alive after its last sign of life: long against a slow disk, short against a schedule."""

RENEWAL_SECONDS = 60.0
RELEASE_NAPS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the first tries to give leases back: so long a database may take to start again, and so long a
process outlasts its work for it. One that lives goes on with the last of them."""
LONGEST = timedelta(days=1)
"""What runs out later than this from now was taken by a clock that was wrong: it binds nobody."""

LONGEST_NAME = 64
_RUN_OUT = LockRow.expires_at <= literal_column("excluded.taken_at", UtcDateTime)

log = logging.getLogger(__name__)


def me() -> str:
    """The name of a holder: recognisable to a person (machine and process id) and unique (a random tail)."""
    return f"{socket.gethostname()[:80]}/{os.getpid()}/{uuid4().hex[:8]}"


def names_for(source_id: str, host: str = "") -> tuple[str, ...]:
    """The leases that a visit to a source takes: its own, and its host's (papers may share one)."""
    names = [f"source:{source_id}", *([f"host:{host}"] if host else [])]
    return tuple(name if len(name) <= LONGEST_NAME else hashlib.sha256(name.encode()).hexdigest() for name in names)


def run_name(run_id: int) -> str:
    """The lease that says that a run is alive."""
    return f"run:{run_id}"


def take(session: Session, names: Iterable[str], owner: str, now: datetime, length: timedelta) -> None:
    """Take all of these leases, or take over those that have run out, within the caller's transaction.

    Raises RunLockedError that says who holds one and since when: the transaction is then to be given up.
    """
    names = sorted(names)  # one order for all, so that two never wait for each other
    rows = [{"name": name, "owner": owner, "taken_at": now, "expires_at": now + length} for name in names]
    session.execute(delete(LockRow).where(LockRow.name.in_(names), LockRow.expires_at > now + LONGEST))
    put(session, LockRow, rows, update=("owner", "taken_at", "expires_at"), where=_RUN_OUT)
    for holder in session.scalars(select(LockRow).where(LockRow.name.in_(names), LockRow.owner != owner)):
        raise RunLockedError(_held_by(holder))


def held_by_others(session: Session, names: Iterable[str], now: datetime) -> dict[str, str]:
    """Which of these leases somebody holds: by name, in a sentence."""
    valid = (LockRow.expires_at > now, LockRow.expires_at <= now + LONGEST)
    taken = select(LockRow).where(LockRow.name.in_(list(names)), *valid)
    return {holder.name: _held_by(holder) for holder in session.scalars(taken)}


def _held_by(holder: LockRow) -> str:
    return (
        f"Một lượt khác đang chạy từ {holder.taken_at.astimezone(HANOI):%H:%M ngày %d/%m/%Y} "
        f"(máy/tiến trình {holder.owner.rpartition('/')[0]}). Chờ lượt ấy xong rồi chạy lại; "
        f"nếu tiến trình ấy đã chết, khóa tự hết hạn lúc {holder.expires_at.astimezone(HANOI):%H:%M:%S}."
    )


def renew(engine: Engine, owner: str, now: datetime, length: timedelta) -> bool:
    """Prolong all leases of an owner. False: it has none any more (this process slept too long)."""
    with transaction(engine) as session:
        mine = session.scalars(select(LockRow).where(LockRow.owner == owner)).all()
        for lease in mine:
            lease.expires_at = now + length
        return bool(mine)


def release(engine: Engine, owner: str) -> None:
    """Give all leases of an owner back; nothing happens to those that belong to another by now."""
    with transaction(engine) as session:
        session.execute(delete(LockRow).where(LockRow.owner == owner))


@contextmanager
def kept(
    engine: Engine,
    owner: str,
    length: timedelta,
    *,
    clock: Callable[[], datetime],
    beat: Callable[[datetime], None] = lambda _now: None,
) -> Iterator[None]:
    """Renew what an owner has taken for the time of a block, then give it back. `beat` is called at every renewal."""
    done = threading.Event()

    def keep() -> None:
        while not done.wait(min(RENEWAL_SECONDS, length.total_seconds() / 3)):
            try:
                if not renew(engine, owner, clock(), length):
                    log.error("Tiến trình này ngủ quá lâu, lượt khác đã nhận phần việc của nó.")
                    return
                beat(clock())
            except StoreError as error:  # the database may be back before the lease is over
                log.warning("Chưa gia hạn được khóa: %s", error)

    keeper = threading.Thread(target=keep, name="leases", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
        _give_back(engine, owner, length)


def _give_back(engine: Engine, owner: str, length: timedelta) -> None:
    """Release. A lease outlasts a visit and bars all others: where the database is away, it is tried again beside."""
    if not _released(engine, owner):
        log.warning("Chưa trả được khóa: kho không trả lời. Chương trình thử lại cho đến khi khóa hết hạn.")
        threading.Thread(target=_give_back_later, args=(engine, owner, length), name="leases", daemon=False).start()


def _give_back_later(engine: Engine, owner: str, length: timedelta) -> None:
    over = time.monotonic() + length.total_seconds()
    for number, nap in enumerate(chain(RELEASE_NAPS, repeat(RELEASE_NAPS[-1])), 1):
        time.sleep(nap)
        ended = number >= len(RELEASE_NAPS) and not threading.main_thread().is_alive()
        if _released(engine, owner) or ended or time.monotonic() > over:  # then they end by themselves
            return


def _released(engine: Engine, owner: str) -> bool:
    try:
        release(engine, owner)
    except StoreError:
        return False
    return True


@contextmanager
def leased(
    engine: Engine,
    names: Iterable[str],
    length: timedelta,
    *,
    clock: Callable[[], datetime],
    at_first: timedelta | None = None,
) -> Iterator[str]:
    """Hold leases for a block, all or none; yields the owner's name. Raises RunLockedError where another holds one.

    `at_first`: their length until they are renewed, where whoever needs them so long has yet to begin.
    """
    owner = me()
    with transaction(engine) as session:
        take(session, names, owner, clock(), at_first or length)
    with kept(engine, owner, length, clock=clock):
        yield owner
