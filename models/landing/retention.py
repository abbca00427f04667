"""How long stored pages are kept, and where; how long ledgers name what needed nothing.

A page is kept exactly as sent, so that the archive can be read again under better rules. What may go after a time:
bodies that a newer one of the same URL has replaced, and pages that turned out to be no article (listings, error
pages). The newest page of an article stays. What stays may
lie in files by month (`models.landing.shelf`), at a fifth of its room, and is read from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, Row, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from crawlers.values import UrlState
from foundation.clock import HANOI
from foundation.errors import DamagedBodyError
from models.database import table_of, transaction
from models.landing.bodies import unpacked
from models.landing.shelf import LONGEST_PLACE, Body, put_on_shelf
from models.runs.lease import leased
from models.runs.ledger import RUNNING
from models.tables import ArticleRow, FileRow, LedgerRow, PageRow, RunRow, RunSourceRow

PORTION = 1_000
"""Numbers of pages looked through in one transaction: a harvest beside it waits for a tenth of a second at most, and
each page of an archive of millions is looked at once."""


def prune(engine: Engine, before: datetime) -> int:
    """Delete pages fetched before a moment (aware) that are not needed any more; answers how many.

    Pages that still wait to be read never go. SQLite gives the room to later pages; `VACUUM` gives it back to the disk.
    """
    newer = aliased(PageRow)
    superseded = (
        select(newer.id)
        .where(newer.source_id == PageRow.source_id, newer.key == PageRow.key, newer.fetched_at > PageRow.fetched_at)
        .exists()
    )
    of_article = select(ArticleRow.id).where(ArticleRow.source_id == PageRow.source_id, ArticleRow.key == PageRow.key)
    file = select(FileRow.id).where(FileRow.page_id == PageRow.id)  # a document's own file is kept, every version of it
    old = (
        select(PageRow.id)
        .where(PageRow.fetched_at < before, PageRow.read_state != "waiting", ~file.exists())
        .where(or_(superseded, ~of_article.exists()))
    )
    with transaction(engine) as session:
        top = session.scalar(select(func.max(PageRow.id))) or 0
    gone = 0
    for first in range(0, top + 1, PORTION):
        with transaction(engine) as session:
            ids = list(session.scalars(old.where(PageRow.id >= first, PageRow.id < first + PORTION)))
            session.execute(delete(PageRow).where(PageRow.id.in_(ids)))
        gone += len(ids)
    return gone


def months_before(now: datetime, months: int) -> datetime:
    """The first moment of the month in Hà Nội so many months before this one."""
    local = now.astimezone(HANOI)
    years, month = divmod(local.month - 1 - months, 12)
    return datetime(local.year + years, month + 1, 1, tzinfo=HANOI)


KNOWN_KEPT = timedelta(days=60)
"""So long a run's ledger names the addresses that were known before and needed nothing: nine rows in ten, and the first
thing that outgrows a machine. Their number stays in the run's own counts (but for a visit that was killed, which has
none); all others stay."""

_SOURCES = 200
"""Papers of a run whose rows go in one transaction."""


def forget_known(engine: Engine, now: datetime) -> int:
    """Delete from the ledgers of old runs what was known before; answers how many rows. May be broken off."""
    old = select(RunRow.id).where(RunRow.started_at < now - KNOWN_KEPT, RunRow.known_kept, RunRow.status != RUNNING)
    with transaction(engine) as session:
        runs = session.scalars(old.order_by(RunRow.id)).all()
    gone = 0
    for run in runs:
        known = (LedgerRow.run_id == run, LedgerRow.state == UrlState.KNOWN.value)
        with transaction(engine) as session:
            of_run = select(LedgerRow.source_id).where(LedgerRow.run_id == run).distinct()
            papers = session.scalars(of_run.order_by(LedgerRow.source_id)).all()
        for first in range(0, len(papers), _SOURCES):
            with transaction(engine) as session:
                some = LedgerRow.source_id.in_(papers[first : first + _SOURCES])
                gone += session.connection().execute(delete(table_of(LedgerRow)).where(*known, some)).rowcount
        with transaction(engine) as session:
            session.execute(update(RunRow).where(RunRow.id == run).values(known_kept=False))
    return gone


FRAME = 64
"""Pages of one paper that are packed together: ten megabytes, a fiftieth of a second to unpack."""

_page = table_of(PageRow)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a clearing came to: pages deleted, bodies moved into files, bytes of those in the archive and there, and
    bodies left where they are because they are no longer whole.
    """

    deleted: int
    moved: int
    before: int
    after: int
    damaged: int

    @property
    def left(self) -> str:
        """What was left and why, in Vietnamese; empty where nothing was."""
        if not self.damaged:
            return ""
        return f" Để nguyên {self.damaged} trang hỏng, không mở được: khôi phục kho từ bản sao lưu."


def clear(
    engine: Engine,
    before: datetime,
    *,
    clock: Callable[[], datetime],
    told: Callable[[int], None] = lambda _: None,
) -> Cleared:
    """Delete what `prune` may, move other bodies fetched before a moment into files, forget logs of runs before it.

    May be broken off and begun again. Raises RunLockedError beside another, StoreError and OSError for full disks.
    """
    with leased(engine, ["prune"], timedelta(minutes=3), clock=clock):
        deleted = prune(engine, before)
        moved = held = now = damaged = 0
        for paper, portion in _portions(engine, before):
            whole = _by_month(paper, portion)
            damaged += len(portion) - sum(map(len, whole.values()))
            for month, rows in whole.items():
                places = put_on_shelf(month, [body for _, _, body in rows])
                with transaction(engine) as session:
                    for (number, _, _), place in zip(rows, places, strict=True):
                        session.execute(update(_page).where(_page.c.id == number).values(body=place))
                held += sum(size for _, size, _ in rows)
                now += int(places[0].split()[2])
                moved += len(rows)
                told(moved)
        with transaction(engine) as session:
            runs = select(RunRow.id).where(RunRow.started_at < before)
            of_them = (RunSourceRow.run_id.in_(runs), RunSourceRow.log != "")
            session.execute(update(RunSourceRow).where(*of_them).values(log=""))
        return Cleared(deleted, moved, held, now, damaged)


_Portion = Sequence[Row[tuple[int, datetime, bytes]]]
"""Pages of one paper: number, when it was fetched, body as stored."""


def _portions(engine: Engine, before: datetime) -> Iterator[tuple[str, _Portion]]:
    """The bodies that are still in the archive, a paper after the other in the order of an index: each is met once."""
    file = select(FileRow.id).where(FileRow.page_id == _page.c.id)  # a document's own file stays where it is
    old = (_page.c.fetched_at < before, func.length(_page.c.body) > LONGEST_PLACE, ~file.exists())
    bodies = select(_page.c.id, _page.c.fetched_at, _page.c.body).where(*old).order_by(_page.c.id).limit(FRAME)
    with transaction(engine) as session:
        groups = select(_page.c.source_id, _page.c.read_state).where(_page.c.read_state != "waiting").distinct()
        found = session.execute(groups.order_by(_page.c.source_id, _page.c.read_state)).all()
    for paper, state in found:
        of_group = bodies.where(_page.c.source_id == paper, _page.c.read_state == state)
        last: int | None = 0
        while last is not None:
            with transaction(engine) as session:
                rows = session.execute(of_group.where(_page.c.id > last)).all()
            last = rows[-1].id if rows else None
            if rows:
                yield paper, rows


def _by_month(paper: str, rows: _Portion) -> dict[str, list[tuple[int, int, Body]]]:
    """The bodies that are whole, by month in Hà Nội: number, size as stored, body."""
    found: dict[str, list[tuple[int, int, Body]]] = defaultdict(list)
    for number, fetched, stored in rows:
        with suppress(DamagedBodyError):
            body = Body(f"{paper}/{number}.html", unpacked(stored), fetched)
            found[f"{fetched.astimezone(HANOI):%Y-%m}"].append((number, len(stored), body))
    return found
