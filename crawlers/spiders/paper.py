"""The one spider: a paper's feeds, sitemaps and sections, then its articles.

What is found is decided by `crawlers.discovery`, what an answer or a failure means by `crawlers.answers` and
`crawlers.failures`, how the source stands by `crawlers.verdict`; here is only the order of things.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers import discovery
from crawlers.answers import Answer, article_answer
from crawlers.catalogue import Source
from crawlers.entries import (
    Entry,
    EntryKind,
    asks_conditionally,
    body_hash,
    conditional_headers,
    entries_of,
    relies_on,
    remembered,
)
from crawlers.failures import Failure, Fault, failure_of
from crawlers.feeds import Skip
from crawlers.keys import on_site
from crawlers.middlewares.redirect import is_home
from crawlers.middlewares.robots import RobotsMiddleware
from crawlers.options import CrawlOptions
from crawlers.paging import Walk
from crawlers.records import Records
from crawlers.values import FeedMemory, Find, Known, Page, UrlState
from crawlers.verdict import Evidence, Outcome, Visit, trouble_of, visit_to

ENTRY_PRIORITY = 100
FRESH_PRIORITY = 10
"""News before second looks, should time run out."""
SITEMAP_DEPTH = 3


class PaperSpider(Spider):
    """Harvests one source. Made by `crawlers.crawl.crawl`; `scrapy list` shows its name."""

    name = "paper"

    def __init__(
        self,
        source: Source | None = None,
        records: Records | None = None,
        options: CrawlOptions | None = None,
        clock: Callable[[], datetime] | None = None,
        **kwargs: Any,  # noqa: ANN401 - Scrapy's own
    ) -> None:
        super().__init__(**kwargs)
        if source is None or records is None or options is None or clock is None:
            raise ValueError("Nguồn được thu bằng lệnh: danvan run --source ID")
        self.source, self.records, self.options, self.clock = source, records, options, clock
        self.evidence = Evidence()
        self._visited: set[str] = set()
        self._labels: dict[str, str] = {}
        self._fresh: set[str] = set()
        self._stopped: asyncio.Future[None] | None = None
        self._walk = Walk(source, options)

    def in_site(self, url: str) -> bool:
        """Whether a redirect may lead here."""
        return on_site(url, self.source)

    async def start(self) -> AsyncIterator[Request]:
        """The ways into the site first, then what earlier runs left to do."""
        asyncio.get_running_loop().call_later(self.options.time_limit, self._time_is_up)
        self.crawler.signals.connect(self._went_wrong, signals.spider_error)
        for entry in entries_of(self.source, self.options):
            for request in await self._visits(entry):
                yield request
        for request in await self._articles(await self.records.due(self.options.due_cap)):
            yield request

    def _time_is_up(self) -> None:
        self._stop("timed_out")

    def _stop(self, reason: str) -> None:
        """End the run: what is under way is finished, nothing more is asked for."""
        engine = self.crawler.engine
        if engine and engine.running and not self._stopped:
            # At once, and not by raising CloseSpider: that would wait for the keeper's word on this page first.
            self._stopped = asyncio.ensure_future(engine.close_spider_async(reason=reason))

    def _went_wrong(self, failure: TwistedFailure) -> None:
        """An error of our own: the page it came of stays due, and the source's verdict says so."""
        self.evidence.errors.append(f"{type(failure.value).__name__}: {failure.value}")
        if self.records.error is not None:
            self._stop("crashed")

    # Feeds, sitemaps, sections

    async def _visits(self, *entries: Entry) -> list[Request]:
        """The requests for entries not yet visited in this run, conditional where there is something to ask by."""
        requests = []
        for entry in entries:
            if entry.url not in self._visited:
                self._visited.add(entry.url)
                self._labels[entry.url] = entry.label
                memory = relies_on(await self.records.feed(entry.url), self.options)
                requests.append(self._entry_request(entry, memory))
        return requests

    def _entry_request(self, entry: Entry, memory: FeedMemory | None) -> Request:
        conditional = memory if asks_conditionally(memory) else None
        return Request(
            entry.url,
            headers=conditional_headers(conditional.etag, conditional.last_modified) if conditional else {},
            priority=ENTRY_PRIORITY,
            callback=partial(self.parse_entry, entry=entry, memory=memory),
            errback=partial(self.entry_failed, entry=entry),
            meta={
                "download_maxsize": self.options.max_bytes * (4 if entry.kind is EntryKind.SITEMAP else 1),
                "is_home": is_home(entry.url),
            },
        )

    async def parse_entry(self, response: Response, entry: Entry, memory: FeedMemory | None) -> AsyncIterator[Request]:
        """What a feed, sitemap or section page names: articles to fetch, further pages to read."""
        visit = trouble_of(response.status, _headers(response), response.body, entry)
        if visit:
            self._note(visit)
            return
        self.evidence.blocked_in_row = 0
        remember = partial(
            remembered, memory, entry.url, status=response.status, headers=_headers(response), body=response.body
        )
        if response.status == 304 or (memory is not None and memory.body_sha256 == body_hash(response.body)):
            self._note(Visit(entry, Outcome.UNCHANGED))
            await self.records.keep_feed(remember(items=None))
            return
        self._labels.setdefault(response.url, entry.label)
        found = discovery.discover(entry, response.body, response.url, self.source, self.options, _charset(response))
        self.records.leave_out(found.left_out, found.skipped)
        self._note(visit_to(entry, found.problem))
        for request in [*await self._articles(found.finds), *await self._onward(entry, found)]:
            yield request
        out_of_dates = Skip.OUT_OF_DATES.value in found.left_out.values()
        await self.records.keep_feed(remember(items=0 if out_of_dates else len(found.finds)))

    async def _onward(self, entry: Entry, found: discovery.Discovery) -> list[Request]:
        """Sitemaps of an index, feeds of a list of feeds, the next page of a section."""
        if entry.kind is EntryKind.LISTING:
            asked = self.records.open_keys()
            following = self._walk.page_read(entry, found, fresh=self._fresh, asked=asked)
            return await self._visits(following) if following else []
        deep = entry.depth >= SITEMAP_DEPTH
        room = 0 if deep else max(0, self.options.sitemap_limit - len(self._visited))
        children = [child for child in found.children if child not in self._visited]
        self.records.leave_out(dict.fromkeys(children[room:], Skip.TOO_DEEP.value), {})
        return await self._visits(*(Entry(entry.kind, child, depth=entry.depth + 1) for child in children[:room]))

    async def entry_failed(self, failure: TwistedFailure, entry: Entry) -> None:
        """A feed, sitemap or section page that could not be fetched."""
        found = failure_of(failure.value)
        self._note(Visit(entry, Outcome.FAILED, found.reason, found))
        self._stop_if_shut(found)

    def _note(self, visit: Visit) -> None:
        self.evidence.visits.append(visit)
        if visit.outcome is Outcome.BLOCKED:
            self._count_blocked(visit.words)

    # Articles

    async def _articles(self, finds: Iterable[Find]) -> list[Request]:
        """Requests for the finds that need one; what is known and rests has merely been met."""
        requests = []
        for find, known in await self.records.take_up(finds):
            if known is None:
                self._fresh.add(find.key)
            if known is not None and not known.due:
                self.records.met(find)
                continue
            try:
                requests.append(self._article_request(find, known))
            except ValueError:  # an address that no request can be made of
                await self.records.settle(find, UrlState.REFUSED, "địa chỉ không dùng được")
        return requests

    def _article_request(self, find: Find, known: Known | None) -> Request:
        return Request(
            find.url,
            headers=conditional_headers(known.etag, known.last_modified) if known else {},
            priority=0 if known else FRESH_PRIORITY,
            callback=partial(self.parse_article, find=find),
            errback=partial(self.article_failed, find=find),
        )

    async def parse_article(self, response: Response, find: Find) -> AsyncIterator[Request]:
        """An article's answer: kept at once, or settled."""
        headers = _headers(response)
        answer = article_answer(
            response.status,
            headers,
            response.body,
            key=find.key,
            url=find.url,
            final_url=response.url,
            source=self.source,
        )
        day = None
        if answer.state is None:
            self.evidence.articles_answered += 1
            self.evidence.blocked_in_row = 0
            day = await self._keep(response, headers, find, answer.key)
        else:
            await self._settle(find, answer)
        for request in await self._visits(*self._walk.answered(find.key, day)):
            yield request

    async def _keep(self, response: Response, headers: dict[str, str], find: Find, key: str) -> date | None:
        """Store the page; in a backfill, answer the day it was published, if it says so."""
        page = Page(
            source_id=self.source.id,
            key=key,
            url=find.url,
            final_url=response.url,
            status=response.status,
            headers=headers,
            body=response.body,
            fetched_at=self.clock(),
            hint=self._hint(find),
        )
        if key != find.key:
            await self._settle_moved(find, page)
        else:
            await self.records.keep(page)
        return discovery.day_of(page, self.source) if self.options.backfill else None

    async def _settle_moved(self, find: Find, page: Page) -> None:
        """An old address that now leads to another article's: that one is kept, under its own key."""
        target = Find(page.final_url, page.key, find.via, find.title, find.published, find.summary)
        for _, known in await self.records.take_up([target]):
            if known is None or known.due:
                await self.records.keep(page)
            else:
                self.records.met(target)
        await self.records.settle(find, UrlState.DUPLICATE, f"nay là {page.final_url[:200]}")

    def _hint(self, find: Find) -> dict[str, str]:
        section = self._labels.get(find.via)
        hint = {"title": find.title, "published": find.published, "summary": find.summary, "section": section}
        return {name: value for name, value in hint.items() if value}

    async def _settle(self, find: Find, answer: Answer) -> None:
        if answer.state is UrlState.BLOCKED:
            self._count_blocked(answer.reason)
        elif answer.failure:
            self.evidence.article_failures.append(answer.failure)
        else:
            self.evidence.articles_answered += 1
        await self.records.settle(find, answer.state or UrlState.FAILED, answer.reason)

    async def article_failed(self, failure: TwistedFailure, find: Find) -> AsyncIterator[Request]:
        """An article that could not be fetched: settled with its reason, due again where that helps."""
        found = failure_of(failure.value)
        self.evidence.article_failures.append(found)
        self._stop_if_shut(found)
        await self.records.settle(find, found.state, found.reason, found.retry_at)
        for request in await self._visits(*self._walk.answered(find.key, None)):
            yield request

    # When to stop

    def _count_blocked(self, words: str) -> None:
        self.evidence.blocked_in_row += 1
        self.evidence.blocked_words = words
        if self.evidence.blocked_in_row >= self.options.blocked_after:
            self._stop("blocked")

    def _stop_if_shut(self, found: Failure) -> None:
        """A host that asked us to wait, or whose robots.txt cannot be read, is left alone for this run."""
        if found.fault is Fault.ROBOTS_UNREACHABLE:
            robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
            self.evidence.robots_cause = robots.cause(self.source.home) if robots else None
        if found.fault is Fault.WAITING:
            self._stop("waiting")


def _headers(response: Response) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in response.headers.to_unicode_dict().items()}


def _charset(response: Response) -> str | None:
    words = response.headers.get(b"Content-Type", b"") or b""
    _, _, charset = words.decode("latin-1").lower().partition("charset=")
    return charset.split(";")[0].strip("\"' ") or None
