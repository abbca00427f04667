"""A keeper in memory that can be written to a file: what one process discovers, the next one knows.

It follows the same words as the archive: a discovered URL is due until it is kept or settled, `KNOWN` changes
nothing, and the ledger of a run holds one state a key.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawlers.values import FeedMemory, Find, Known, Page, UrlState


@dataclass
class Url:
    find: Find
    state: UrlState
    retry_at: datetime | None
    reason: str = ""
    etag: str | None = None
    last_modified: str | None = None


@dataclass
class MemoryKeeper:
    urls: dict[str, Url] = field(default_factory=dict)
    pages: dict[str, list[Page]] = field(default_factory=dict)
    feeds: dict[str, FeedMemory] = field(default_factory=dict)
    ledger: dict[str, tuple[UrlState, str]] = field(default_factory=dict)
    look_again_after: timedelta | None = None
    path: Path | None = None
    full_after: int | None = None
    """The disk is full after so many pages."""

    @staticmethod
    def load(path: Path) -> MemoryKeeper:
        """The keeper as the last run left it, with an empty ledger."""
        keeper = pickle.loads(path.read_bytes()) if path.exists() else MemoryKeeper()
        assert isinstance(keeper, MemoryKeeper)
        keeper.ledger, keeper.path = {}, path
        return keeper

    def save(self) -> None:
        if self.path:
            fresh = self.path.with_suffix(".new")
            fresh.write_bytes(pickle.dumps(self))
            fresh.replace(self.path)

    def known(self, source_id: str, keys: Iterable[str]) -> Mapping[str, Known]:
        now = datetime.now(UTC)
        held = {key: self.urls[key] for key in keys if key in self.urls}
        return {
            key: Known(
                key,
                url.state,
                url.retry_at is not None and url.retry_at <= now,
                url.etag,
                url.last_modified,
                url.find.url,
            )
            for key, url in held.items()
        }

    def due(self, source_id: str, limit: int) -> list[Find]:
        now = datetime.now(UTC)
        return [url.find for url in self.urls.values() if url.retry_at is not None and url.retry_at <= now][:limit]

    def discovered(self, source_id: str, finds: Iterable[Find]) -> None:
        now = datetime.now(UTC)
        for find in finds:
            url = self.urls.setdefault(find.key, Url(find, UrlState.DELAYED, now))
            due = url.retry_at is not None and url.retry_at <= now
            self.ledger[find.key] = (UrlState.DELAYED if due else UrlState.KNOWN, "")
        self.save()

    def keep(self, page: Page) -> UrlState:
        if self.full_after is not None and len(self.pages) >= self.full_after:
            raise OSError(28, "No space left on device")
        versions = self.pages.setdefault(page.key, [])
        same = bool(versions) and _sha(versions[-1]) == _sha(page)
        state = UrlState.UNCHANGED if same else UrlState.CHANGED if versions else UrlState.NEW
        if not same:
            versions.append(page)
        url = self.urls[page.key]
        url.state, url.retry_at = state, self._next_look()
        url.etag, url.last_modified = page.headers.get("etag"), page.headers.get("last-modified")
        self.ledger[page.key] = (state, "")
        self.save()
        return state

    def settle(
        self, source_id: str, key: str, url: str, state: UrlState, reason: str, retry_at: datetime | None
    ) -> None:
        self.ledger[key] = (state, reason)
        held = self.urls[key]
        if state is UrlState.DELAYED:
            held.retry_at = retry_at or datetime.now(UTC)
        elif state is UrlState.UNCHANGED:
            held.retry_at = self._next_look()
        elif state is not UrlState.KNOWN:
            held.state, held.reason, held.retry_at = state, reason, retry_at
            if state is UrlState.FAILED and retry_at is None:
                held.retry_at = datetime.now(UTC)
        self.save()

    def feed(self, source_id: str, url: str) -> FeedMemory | None:
        return self.feeds.get(url)

    def keep_feed(self, source_id: str, memory: FeedMemory) -> None:
        self.feeds[memory.url] = memory
        self.save()

    def _next_look(self) -> datetime | None:
        return datetime.now(UTC) + self.look_again_after if self.look_again_after is not None else None


def _sha(page: Page) -> str:
    return hashlib.sha256(page.body).hexdigest()
