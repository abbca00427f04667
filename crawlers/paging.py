"""When a section is read on to its next page. Pure: pages and dates in, the next entry out.

A daily run reads on only while a page holds nothing known. A backfill reads on until the articles of a page
are all older than the first day asked for; sections print no dates, so it waits for the articles themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from crawlers.discovery import Discovery, page_url
from crawlers.entries import Entry
from crawlers.options import CrawlOptions
from crawlers.source import Source


@dataclass
class _OpenPage:
    """A page of a backfill whose articles are still being fetched."""

    following: Entry
    waiting: set[str]
    days: list[dt.date] = field(default_factory=list)


class Walk:
    """The way through the sections of one source in one run."""

    def __init__(self, source: Source, options: CrawlOptions) -> None:
        self._paging = source.paging
        self._options = options
        self._met: dict[str, set[str]] = {}
        self._open: list[_OpenPage] = []

    def page_read(
        self, entry: Entry, found: Discovery, *, fresh: Collection[str], asked: Collection[str]
    ) -> Entry | None:
        """The next page, if it can be said already.

        `fresh`: the keys nobody knew before this run; `asked`: those that are being fetched.
        """
        met = self._met.setdefault(entry.section, set())
        progress = bool(found.main - met)
        met |= found.main
        following = self._after(entry, found)
        if following is None or not progress:  # many sites answer the last page again and again
            return None
        if not self._options.backfill:
            return following if found.main <= set(fresh) else None
        waiting = {find.key for find in found.finds} & set(asked)
        if not waiting:
            return following
        self._open.append(_OpenPage(following, waiting))
        return None

    def answered(self, key: str, day: dt.date | None) -> list[Entry]:
        """The pages to read now that this article is done; `day` is when it was published, if that is known."""
        ready = []
        for page in [page for page in self._open if key in page.waiting]:
            page.waiting.discard(key)
            page.days += [day] if day else []
            if not page.waiting:
                self._open.remove(page)
                ready += [] if self._too_old(page.days) else [page.following]
        return ready

    def _too_old(self, days: list[dt.date]) -> bool:
        since = self._options.since
        return since is not None and bool(days) and max(days) < since

    def _after(self, entry: Entry, found: Discovery) -> Entry | None:
        limit = self._options.backfill_page_limit if self._options.backfill else self._options.page_limit
        number = entry.page + 1
        if number > limit:
            return None
        url = page_url(entry.section, self._paging, number) if self._paging else found.next_page
        return replace(entry, url=url, page=number, first_page=entry.section) if url else None
