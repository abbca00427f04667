"""The crawl's side of the ledger: what was discovered, how each URL ended, and every call to the keeper.

The keeper may wait for a database, so its calls run one after another in a thread of their own, and the
crawl's timers go on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

from crawlers.lists import Skip
from crawlers.values import FeedMemory, Find, Known, Page, PageKeeper, UrlState

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Records:
    """One source's run: counts on this side equal the keeper's ledger.

    Without a keeper (`scrapy crawl`) nothing is known from earlier runs, and nothing is left for later ones.
    """

    def __init__(self, source_id: str, keeper: PageKeeper | None) -> None:
        self._source_id = source_id
        self._keeper = keeper
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self.discovered: dict[str, Find] = {}
        self.states: dict[str, UrlState] = {}
        self.skipped: Counter[str] = Counter()
        self._left_out: set[str] = set()
        self.error: Exception | None = None
        """What the keeper raised: with an archive that does not answer, the run cannot go on."""

    async def within(self, finds: Sequence[Find], most: int) -> tuple[Sequence[Find], bool]:
        """Of a list that is longer than `most` the first ones that want something, and whether that is all of them.

        What is known and rests goes out before the cap: at the end of a long list may stand the newest.
        """
        if len(finds) <= most:
            return finds, True
        known = await self._ask(self._keeper.known, self._source_id, [f.key for f in finds]) if self._keeper else {}
        wanted = [find for find in finds if find.key not in known or known[find.key].due]
        over = max(0, len(wanted) - most)
        counted = {Skip.KNOWN: len(finds) - len(wanted), Skip.OVER_CAP: over}
        self.leave_out({}, {reason: count for reason, count in counted.items() if count})
        return wanted[:most], not over

    async def take_up(self, finds: Iterable[Find]) -> list[tuple[Find, Known | None]]:
        """The finds that are new in this run, remembered by the keeper, each with what is known of it."""
        fresh = list({find.key: find for find in finds if find.key not in self.discovered}.values())
        if not fresh:
            return []
        self.discovered |= {find.key: find for find in fresh}
        if self._keeper is None:
            return [(find, None) for find in fresh]
        known = await self._ask(self._keeper.known, self._source_id, [find.key for find in fresh])
        await self._ask(self._keeper.discovered, self._source_id, fresh)
        return [(find, known.get(find.key)) for find in fresh]

    async def due(self, limit: int) -> list[Find]:
        """URLs of earlier runs whose time has come."""
        return await self._ask(self._keeper.due, self._source_id, limit) if self._keeper else []

    async def keep(self, page: Page) -> UrlState:
        """Store a page: NEW, CHANGED or UNCHANGED. The keeper writes that to the ledger itself."""
        state = await self._ask(self._keeper.keep, page) if self._keeper else UrlState.NEW
        self.states[page.key] = state
        return state

    def met(self, find: Find) -> None:
        """A URL that was met and needs nothing: the keeper has written `known` when it heard of it."""
        self.states[find.key] = UrlState.KNOWN

    async def settle(self, find: Find, state: UrlState, reason: str = "", retry_at: datetime | None = None) -> None:
        """Write how a URL ended."""
        self.states[find.key] = state
        if self._keeper:
            await self._ask(self._keeper.settle, self._source_id, find.key, find.url, state, reason, retry_at)

    async def feed(self, url: str) -> FeedMemory | None:
        """What the last visit to a feed left."""
        return await self._ask(self._keeper.feed, self._source_id, url) if self._keeper else None

    async def keep_feed(self, memory: FeedMemory) -> None:
        """Remember this visit to a feed."""
        if self._keeper:
            await self._ask(self._keeper.keep_feed, self._source_id, memory)

    def leave_out(self, reasons: Mapping[str, str], counts: Mapping[str, int]) -> None:
        """Count what is left out on purpose, each address once a run."""
        for url, reason in reasons.items():
            if url not in self._left_out:
                self._left_out.add(url)
                self.skipped[reason] += 1
        self.skipped.update({str(reason): count for reason, count in counts.items()})

    def close(self, reason: str, retry_at: datetime | None) -> None:
        """Settle what is left open as delayed (called when the crawl is over) and end the thread.

        Raises what the keeper raised during the crawl; the ledger then stands as the keeper left it.
        """
        self._desk.shutdown(wait=True)
        if self.error is not None:
            raise self.error
        for find in self.discovered.values():
            if find.key not in self.states:
                self.states[find.key] = UrlState.DELAYED
                if self._keeper:
                    self._keeper.settle(self._source_id, find.key, find.url, UrlState.DELAYED, reason, retry_at)

    def open_keys(self) -> set[str]:
        """The keys discovered in this run whose end is not known yet."""
        return self.discovered.keys() - self.states.keys()

    def counts(self) -> dict[str, int]:
        """How many URLs ended in each state."""
        return {state.value: count for state, count in sorted(Counter(self.states.values()).items())}

    async def _ask(self, method: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._desk, partial(method, *args, **kwargs))
        except Exception as error:
            self.error = self.error or error
            raise
