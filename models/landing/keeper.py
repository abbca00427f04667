"""The archive as the crawl sees it: pages land at once, URLs and feeds are remembered, the ledger is written.

Every call is one short transaction of Core statements (a few milliseconds a page), so that two or three children
can write to one SQLite file, and a killed child loses nothing that was fetched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Engine, bindparam, insert, select, update
from sqlalchemy.orm import Session

from crawlers.values import FeedMemory, Find, Known, Page, PageStatus, UrlState
from models.database import put, table_of, transaction
from models.landing.bodies import packed
from models.landing.revisits import FARTHEST, LATER, MOST_ATTEMPTS, confirmation, next_visit, retry_after
from models.tables import ArticleRow, FeedRow, LedgerRow, PageRow, UrlRow
from models.tables.base import storable

_page = table_of(PageRow)
_NEW_PAGE = insert(_page)
_VERSIONS = (
    select(_page.c.id, _page.c.body_sha256)
    .where(_page.c.source_id == bindparam("source_id"), _page.c.key == bindparam("key"))
    .order_by(_page.c.fetched_at.desc(), _page.c.id.desc())
)

BATCH = 400
LONGEST_KEY = 512

LEDGER_ONLY = frozenset({UrlState.KNOWN, UrlState.UNCHANGED, UrlState.NEW, UrlState.CHANGED})
"""Words of a run that change nothing about the URL itself (`keep` has written what a page changes)."""


def fit_key(key: str) -> str:
    """A key that fits its column: the tail of a longer one is replaced by its hash, so it stays one key."""
    key = storable(key)
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 33]}#{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _portions(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while portion := list(islice(rest, BATCH)):
        yield portion


class DatabaseKeeper:
    """`crawlers.values.PageKeeper` on the archive. `clock` answers aware UTC; all writes belong to `run_id`."""

    def __init__(self, engine: Engine, run_id: int, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._run_id = run_id
        self._clock = clock
        self._in_time: set[str] = set()

    def known(self, source_id: str, keys: Iterable[str]) -> Mapping[str, Known]:
        """What is held of these keys (absent: never seen)."""
        now = self._clock()
        self._mend_times(source_id, now)
        asked = {fit_key(key): key for key in keys}
        found: dict[str, Known] = {}
        columns = (UrlRow.key, UrlRow.state, UrlRow.retry_at, UrlRow.etag, UrlRow.last_modified, UrlRow.url)
        with transaction(self._engine) as session:
            for portion in _portions(asked):
                rows = session.execute(select(*columns).where(UrlRow.source_id == source_id, UrlRow.key.in_(portion)))
                for key, state, retry_at, *told in rows:
                    due = retry_at is not None and retry_at <= now
                    found[asked[key]] = Known(asked[key], UrlState(state), due, *told)
        return found

    def due(self, source_id: str, limit: int) -> list[Find]:
        """URLs of earlier runs that are to be fetched: delayed, failed and due again, or due for another look."""
        now = self._clock()
        self._mend_times(source_id, now)
        columns = (UrlRow.url, UrlRow.key, UrlRow.via, UrlRow.title, UrlRow.published, UrlRow.summary)
        ripe = select(*columns).where(UrlRow.source_id == source_id, UrlRow.retry_at <= now)
        with transaction(self._engine) as session:
            return [Find(*row) for row in session.execute(ripe.order_by(UrlRow.retry_at, UrlRow.key).limit(limit))]

    def discovered(self, source_id: str, finds: Iterable[Find]) -> None:
        """Remember finds before anything is fetched; each stands in the ledger from here on."""
        now = self._clock()
        for portion in _portions({fit_key(find.key): find for find in finds}.items()):
            with transaction(self._engine) as session:
                rows = [self._url_row(source_id, key, find, now) for key, find in portion]
                put(session, UrlRow, rows, update=("last_seen_at", "title", "published", "summary"))
                ripe = select(UrlRow.key).where(UrlRow.source_id == source_id, UrlRow.retry_at <= now)
                due = set(session.scalars(ripe.where(UrlRow.key.in_([key for key, _ in portion]))))
                ledger = []
                for key, find in portion:
                    said = (UrlState.DELAYED, "chưa tới lượt tải") if key in due else (UrlState.KNOWN, "")
                    ledger.append(self._ledger_row(source_id, key, find.url, *said))
                put(session, LedgerRow, ledger)

    def keep(self, page: Page) -> UrlState:
        """Store a page at once. NEW, CHANGED (another body than the one held) or UNCHANGED."""
        now = self._clock()
        key = fit_key(page.key)
        sha = hashlib.sha256(page.body).hexdigest()
        body = packed(page.body)  # outside the transaction: it needs no lock
        with transaction(self._engine) as session:
            state = self._land(session, page, key, sha, body)
            find = Find(page.url, key, "", page.hint.get("title"), page.hint.get("published"), page.hint.get("summary"))
            row = self._url_row(page.source_id, key, find, now) | {"state": state, "retry_at": None}
            row |= {"etag": page.headers.get("etag"), "last_modified": page.headers.get("last-modified")}
            changed = ["url", "etag", "last_modified", "last_seen_at", "attempts", "reason"]
            if state is UrlState.UNCHANGED:
                self._look_again(session, page.source_id, key, now)
            else:
                changed += ["state", "retry_at"]
            put(session, UrlRow, [row], update=changed)
            self._write_ledger(session, page.source_id, key, page.url, state, "")
        return state

    def settle(
        self, source_id: str, key: str, url: str, state: UrlState, reason: str, retry_at: datetime | None
    ) -> None:
        """Write a URL's state of this run to the ledger; the last word on a key counts.

        What failed is due again at `retry_at`, else after a waiting time that doubles from one hour to a day.
        A URL that is gone marks its article as removed at the source.
        """
        now = self._clock()
        key = fit_key(key)
        with transaction(self._engine) as session:
            self._write_ledger(session, source_id, key, url, state, reason)
            if state is UrlState.UNCHANGED:
                self._look_again(session, source_id, key, now)
            if state in LEDGER_ONLY:
                return
            put(session, UrlRow, [self._url_row(source_id, key, Find(url, key, ""), now)])
            _settle_url(session.get_one(UrlRow, (source_id, key)), state, reason, retry_at, now)
            if state is UrlState.GONE:
                mark_removed(session, source_id, key, now)

    def feed(self, source_id: str, url: str) -> FeedMemory | None:
        """The memory of a feed."""
        with transaction(self._engine) as session:
            row = session.get(FeedRow, (source_id, url))
            if row is None:
                return None
            said = (row.url, row.etag, row.last_modified, row.body_sha256, row.items, row.conditional_visits)
            return FeedMemory(*said, visited_at=row.visited_at, body=row.body)

    def keep_feed(self, source_id: str, memory: FeedMemory) -> None:
        """Store the memory of a feed."""
        now = self._clock()
        with transaction(self._engine) as session:
            row = session.get(FeedRow, (source_id, memory.url)) or FeedRow(source_id=source_id, url=memory.url)
            if row.body_sha256 != memory.body_sha256:
                row.changed_at = now
            row.etag, row.last_modified = memory.etag, memory.last_modified
            row.body_sha256, row.items = memory.body_sha256, memory.items
            row.conditional_visits, row.visited_at, row.body = memory.conditional_visits, now, memory.body
            session.add(row)

    def _mend_times(self, source_id: str, now: datetime) -> None:
        """What a clock that was ahead wrote, once a visit: such a URL would rest until that day."""
        if source_id in self._in_time:
            return
        self._in_time.add(source_id)
        late = (UrlRow.source_id == source_id, UrlRow.retry_at > now + FARTHEST)
        with transaction(self._engine) as session:
            for row in session.scalars(select(UrlRow).where(*late)):
                row.retry_at, row.first_seen_at = now, min(row.first_seen_at, now)

    def _land(self, session: Session, page: Page, key: str, sha: str, body: bytes) -> UrlState:
        connection = session.connection()
        versions = connection.execute(_VERSIONS, {"source_id": page.source_id, "key": key}).all()
        same = next((page_id for page_id, held_sha in versions if held_sha == sha), None)
        if same is not None:
            seen = update(_page).where(_page.c.id == same).values(fetched_at=page.fetched_at)
            if versions[0].body_sha256 == sha:
                connection.execute(seen)
                return UrlState.UNCHANGED
            # The paper went back to an earlier version.
            connection.execute(seen.values(read_state="waiting", read_tries=0, run_id=self._run_id))
            return UrlState.CHANGED
        values = {
            "source_id": page.source_id,
            "key": key,
            "url": page.url,
            "final_url": page.final_url,
            "status": page.status,
            "headers": _storable_items(page.headers),
            "hint": _storable_items(page.hint),
            "body": body,
            "body_sha256": sha,
            "fetched_at": page.fetched_at,
            "run_id": self._run_id,
            "read_state": "waiting",
            "read_tries": 0,
        }
        connection.execute(_NEW_PAGE, values)
        return UrlState.CHANGED if versions else UrlState.NEW

    def _look_again(self, session: Session, source_id: str, key: str, now: datetime) -> None:
        row = session.get(UrlRow, (source_id, key))
        if row is None:
            return
        row.attempts, row.retry_at = 0, next_visit(row.first_seen_at, now)
        if row.state != UrlState.GONE:
            return
        held = select(_page.c.page_status).where(_page.c.source_id == source_id, _page.c.key == key)
        if session.scalar(held.order_by(_page.c.fetched_at.desc(), _page.c.id.desc()).limit(1)) == PageStatus.SOFT_404:
            row.retry_at = confirmation(row.first_seen_at, now)
            return
        row.state, row.reason = UrlState.UNCHANGED, ""
        mark_removed(session, source_id, key, None)

    def _write_ledger(self, session: Session, source_id: str, key: str, url: str, state: UrlState, reason: str) -> None:
        row = self._ledger_row(source_id, key, url, state, reason)
        put(session, LedgerRow, [row], update=("url", "state", "reason"))

    def _ledger_row(self, source_id: str, key: str, url: str, state: UrlState, reason: str) -> dict[str, Any]:
        return {
            "run_id": self._run_id,
            "source_id": source_id,
            "key": key,
            "url": url,
            "state": state.value,
            "reason": reason,
        }

    def _url_row(self, source_id: str, key: str, find: Find, now: datetime) -> dict[str, Any]:
        return {
            "source_id": source_id,
            "key": key,
            "url": find.url,
            "via": find.via,
            "title": find.title,
            "published": find.published,
            "summary": find.summary,
            "state": UrlState.DELAYED.value,
            "reason": "",
            "attempts": 0,
            "first_seen_at": now,
            "last_seen_at": now,
            "retry_at": now,
        }


def _settle_url(row: UrlRow, state: UrlState, reason: str, retry_at: datetime | None, now: datetime) -> None:
    if state is UrlState.DELAYED:  # not fetched: what is known of it stays
        row.retry_at = retry_at or now
        return
    row.state, row.reason, row.retry_at = state, reason, retry_at
    if state is UrlState.GONE:
        row.retry_at = retry_at or confirmation(row.first_seen_at, now)
    if state is UrlState.FAILED or state in LATER:
        row.attempts += 1
    if retry_at is None and state is UrlState.FAILED:
        row.retry_at = retry_after(row.attempts, now)
    elif retry_at is None and state in LATER and row.attempts < MOST_ATTEMPTS:
        row.retry_at = now + LATER[state]


def mark_removed(session: Session, source_id: str, key: str, at: datetime | None) -> None:
    """The paper no longer serves an article: the archive keeps it, marked. `at` None: it serves it again."""
    other = ArticleRow.removed_at.is_(None) if at else ArticleRow.removed_at.is_not(None)
    article = (ArticleRow.source_id == source_id, ArticleRow.key == key, other)
    session.execute(update(ArticleRow).where(*article).values(removed_at=at))


def _storable_items(items: Mapping[str, str]) -> dict[str, str]:
    return {storable(name): storable(value) for name, value in items.items()}
