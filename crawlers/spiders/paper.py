"""The spider that every paper of the catalogue has: it does what `decider.Decider` says, and no more.

`scrapy crawl ID` yields an article an item, read from its page. A harvest hands in its archive: then an item is the
page as the site sent it, which the pipeline `KeepPages` stores at once, and reading comes later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, ParamSpec, Self, TypeVar

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure as TwistedFailure

from crawlers.aside import Aside, TooHeavyError
from crawlers.catalogue import family_named
from crawlers.discovery import Discovery, day_of, discover
from crawlers.entries import Entry, EntryKind, asks_conditionally, conditional_headers, entries_of, relies_on
from crawlers.failures import failure_of
from crawlers.files import file_answer, file_failure, finds_in, may_link_files, wanted_files
from crawlers.hardened_xml import FeedProblem
from crawlers.items import ArticleItem, article_item
from crawlers.keys import OTHER_SITE, canonical_key, is_article_url, is_file_key, on_site
from crawlers.lists import Skip
from crawlers.manners import manners
from crawlers.middlewares.redirect import is_home
from crawlers.middlewares.robots import RobotsMiddleware
from crawlers.options import CrawlOptions, day_given
from crawlers.records import Records
from crawlers.source import Source
from crawlers.spiders.decider import Decider
from crawlers.values import Failure, Fault, FeedMemory, Find, Known, Page, PageKeeper, SiteReply, UrlState
from foundation.clock import utc_now
from foundation.errors import UsageError

ENTRY_PRIORITY = 100
FRESH_PRIORITY = 10
"""News before second looks, should time run out."""

Made = Request | ArticleItem | Page
_P = ParamSpec("_P")
_T = TypeVar("_T")


class PaperSpider(Spider):
    """Crawls one paper. `crawlers.spiders.loader.spider_of` makes a class of it a source, by the source's own name."""

    source: Source
    options: CrawlOptions

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Pace, limits and TLS as the catalogue and the program's settings want them for this paper."""
        super().update_settings(settings)
        settings.setdict(manners(cls.source, cls.options), priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider of a crawl, which hears of its own errors and those of its pipelines."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        for signal in (signals.spider_error, signals.item_error):
            crawler.signals.connect(spider.went_wrong, signal)
        crawler.signals.connect(spider.closed_down, signals.engine_stopped)
        return spider

    def __init__(
        self,
        *,
        keeper: PageKeeper | None = None,
        since: str | None = None,
        until: str | None = None,
        family: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`since` and `until` (days, NĂM-THÁNG-NGÀY) and `family` (read by its rules) come from `scrapy crawl -a`.

        Raises UsageError for what is no day, or no family, and for any other argument.
        """
        if kwargs:
            raise UsageError(f"Không có tham số “{', '.join(kwargs)}”; có: since, until, family.")
        super().__init__()
        options = self.options
        window = (day_given(since) or options.since, day_given(until) or options.until)
        self.options = replace(options, since=window[0], until=window[1])
        if family:
            self.source = self.source.of_family(family_named(family))
        self.archived = keeper is not None
        self.records = Records(self.source.id, keeper)
        self.decider = Decider(self.source, self.options)
        self._stopped: asyncio.Future[None] | None = None
        self._aside = Aside(self.options.parse_time_limit)

    def in_site(self, url: str) -> bool:
        """Whether a redirect may lead here."""
        return on_site(url, self.source)

    async def start(self) -> AsyncIterator[Request]:
        """The ways into the site first, then what earlier runs left to do."""
        asyncio.get_running_loop().call_later(self.options.time_limit, partial(self._stop, "timed_out"))
        for entry in self.decider.ways_in():
            yield await self._visit(entry)
        for request in await self._articles(await self.records.due(self.options.due_cap)):
            yield request

    async def parse(self, response: Response) -> AsyncIterator[Made]:
        """Any page of the paper, told by its address: an article, else one of the ways in, else a section.

        For `scrapy parse`, and for `scrapy check`, which asks for a page that the catalogue names.

        @paper
        """
        if is_article_url(response.url, self.source):
            found = self.parse_article(response, Find(response.url, canonical_key(response.url, self.source), ""))
        else:
            named = {entry.url: entry for entry in entries_of(self.source, self.options)}
            asked = response.request.url if response.request else response.url
            entry = named.get(asked) or named.get(response.url) or Entry(EntryKind.LISTING, response.url)
            found = self.parse_entry(response, entry, None)
        async for made in found:
            yield made

    # Feeds, sitemaps, sections

    async def _visit(self, entry: Entry) -> Request:
        """The request for an entry, conditional where there is something to ask by."""
        memory = relies_on(await self.records.feed(entry.url), self.options)
        return Request(
            entry.url,
            headers=conditional_headers(memory if asks_conditionally(memory) else None),
            priority=ENTRY_PRIORITY,
            callback=self.parse_entry,
            cb_kwargs={"entry": entry, "memory": memory},
            errback=partial(self.entry_failed, entry=entry),
            meta={
                "download_maxsize": self.options.max_bytes * (4 if entry.kind is EntryKind.SITEMAP else 1),
                "is_home": is_home(entry.url),
            },
        )

    async def parse_entry(self, response: Response, entry: Entry, memory: FeedMemory | None) -> AsyncIterator[Made]:
        """What a feed, sitemap or section names: articles to fetch, further pages to read."""
        reply = SiteReply.of(response)
        visited = self.decider.entry_answered(entry, reply, memory)
        if visited is None:
            visited = self.decider.entry_read(entry, reply, memory, await self._discovered(entry, reply))
        self._heed()
        self.records.leave_out(visited.found.left_out, visited.found.skipped)
        finds, all_taken = await self.records.within(visited.found.finds, self.options.items_taken)
        for request in await self._articles(finds):
            yield request
        following, left = self.decider.onward(entry, visited.found, self.records.open_keys())
        self.records.leave_out(dict.fromkeys(left, Skip.TOO_DEEP.value), {})
        for further in following:
            yield await self._visit(further)
        if visited.memory:  # last of all: a run killed before has not seen this visit
            # Nothing to rely on where something was left: the next run takes it up though the list is the same.
            await self.records.keep_feed(visited.memory if all_taken else replace(visited.memory, items=0))

    async def _discovered(self, entry: Entry, reply: SiteReply) -> Discovery:
        too_heavy = Discovery(problem=FeedProblem.TOO_HEAVY, skipped={Skip.TOO_HEAVY.value: 1})
        told = (entry, reply.body, reply.url, self.source, self.options, reply.charset)
        return await self._read_aside(too_heavy, discover, *told)

    async def _read_aside(self, too_heavy: _T, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What `function` makes of these in a process of its own; `too_heavy` where it does not end in time."""
        try:
            return await self._aside.do(function, *args, **kwargs)
        except TooHeavyError:
            return too_heavy

    async def entry_failed(self, failure: TwistedFailure, entry: Entry) -> None:
        """A feed, sitemap or section that could not be fetched."""
        self.decider.entry_failed(entry, self._understood(failure))
        self._heed()

    # Articles

    async def _articles(self, finds: Iterable[Find]) -> list[Request]:
        """Requests for the finds that are wanted."""
        requests = []
        for find, known in await self.records.take_up(finds):
            if not self.decider.wants(find, known):
                self.records.met(find)
                continue
            try:
                requests.append(self._article(find, known))
            except ValueError:  # an address that no request can be made of
                await self.records.settle(find, UrlState.REFUSED, "địa chỉ không dùng được")
        return requests

    def _article(self, find: Find, known: Known | None) -> Request:
        headers = conditional_headers(known)
        if is_file_key(find.key):
            limits = {"download_maxsize": self.options.max_file_bytes, "time_limit": self.options.file_time_limit}
            return Request(
                find.url,
                headers=headers,
                callback=self.parse_file,
                cb_kwargs={"find": find},
                errback=partial(self.file_failed, find=find),
                meta=limits,
            )
        return Request(
            find.url,
            headers=headers,
            priority=0 if known else FRESH_PRIORITY,
            callback=self.parse_article,
            cb_kwargs={"find": find},
            errback=partial(self.article_failed, find=find),
        )

    async def parse_article(self, response: Response, find: Find) -> AsyncIterator[Made]:
        """An article's answer: an item, or the state in which its URL is settled."""
        reply = SiteReply.of(response)
        answer = self.decider.article_answered(find, reply)
        self._heed()
        day = None
        if answer.state:
            await self.records.settle(find, answer.state, answer.reason)
        else:
            page = self._page(reply, find, answer.key)
            if await self._is_to_keep(page, find):
                yield page if self.archived else await self._read(page, find)
                for request in await self._files(page):
                    yield request
            day = await self._read_aside(None, day_of, page, self.source) if self.options.backfill else None
        for request in await self._after(find, day):
            yield request

    async def article_failed(self, failure: TwistedFailure, find: Find) -> AsyncIterator[Request]:
        """An article that could not be fetched: settled with its reason, due again where that helps."""
        found = self._understood(failure)
        self.decider.article_failed(find, found)
        self._heed()
        await self.records.settle(find, found.state, found.reason, found.retry_at)
        for request in await self._after(find, None):
            yield request

    async def _after(self, find: Find, day: date | None) -> list[Request]:
        return [await self._visit(entry) for entry in self.decider.after_article(find.key, day)]

    def _page(self, reply: SiteReply, find: Find, key: str) -> Page:
        return Page(
            source_id=self.source.id,
            key=key,
            url=find.url,
            final_url=reply.url,
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            fetched_at=utc_now(),
            hint=self.decider.hint(find),
        )

    async def _is_to_keep(self, page: Page, find: Find) -> bool:
        """Whether the page is wanted: one to which another article's old address led may be known already."""
        if page.key == find.key:
            return True
        target = replace(find, url=page.final_url, key=page.key)
        wanted = False
        for _, known in await self.records.take_up([target]):
            wanted = self.decider.wants(target, known)
            if not wanted:
                self.records.met(target)
        await self.records.settle(find, UrlState.DUPLICATE, f"nay là {page.final_url[:200]}")
        return wanted

    async def _read(self, page: Page, find: Find) -> ArticleItem:
        await self.records.keep(page)
        return article_item(page, self.source, via=find.via)

    # Documents' own files

    async def _files(self, page: Page) -> list[Request]:
        """Requests for the files that an article links to, where its reading asks for them (`crawlers.files`)."""
        if not self.archived or not may_link_files(page.body):
            return []
        links = await self._read_aside((), wanted_files, page, self.source)
        finds = finds_in(links, page.final_url, self.source)
        own = [find for find in finds if on_site(find.url, self.source)]
        for find, known in await self.records.take_up(find for find in finds if find not in own):
            if known is None:
                await self.records.settle(find, UrlState.REFUSED, OTHER_SITE)
            else:
                self.records.met(find)
        return await self._articles(own)

    async def parse_file(self, response: Response, find: Find) -> AsyncIterator[Page]:
        """A file's answer: kept as it was sent, or settled in the state that it means."""
        reply = SiteReply.of(response)
        answer = file_answer(reply, find.key)
        if answer.state:
            await self.records.settle(find, answer.state, answer.reason)
        else:
            yield self._page(reply, find, find.key)

    async def file_failed(self, failure: TwistedFailure, find: Find) -> None:
        """A file that could not be fetched."""
        found = file_failure(self._understood(failure), self.options.max_file_bytes)
        self.decider.file_failed(found)
        self._heed()
        await self.records.settle(find, found.state, found.reason, found.retry_at)

    # When to stop

    def _heed(self) -> None:
        if self.decider.stop:
            self._stop(self.decider.stop)

    def _stop(self, reason: str) -> None:
        """End the run: what is under way is finished, nothing more is asked for."""
        engine = self.crawler.engine
        if engine.running and not self._stopped:
            # At once, and not by raising CloseSpider: that would wait for the keeper's word on this page first.
            self._stopped = asyncio.ensure_future(engine.close_spider_async(reason=reason))

    def went_wrong(self, failure: TwistedFailure) -> None:
        """An error of our own: the page it came of stays due, and the source's verdict says so."""
        self.decider.evidence.errors.append(f"{type(failure.value).__name__}: {failure.value}")
        if self.records.error is not None:
            self._stop("crashed")

    def closed_down(self) -> None:
        """Nothing is read any more."""
        self._aside.close()

    def _understood(self, failure: TwistedFailure) -> Failure:
        assert failure.value
        found = failure_of(failure.value)
        if found.fault is Fault.ROBOTS_UNREACHABLE:
            robots = self.crawler.get_downloader_middleware(RobotsMiddleware)
            self.decider.evidence.robots_cause = robots.cause(self.source.home) if robots else None
        return found

    def closed(self, _reason: str) -> None:
        """The ledger of the run among Scrapy's stats."""
        for state, count in self.records.counts().items():
            self.crawler.stats.set_value(f"ledger/{state}", count)
        for words, count in self.records.skipped.items():
            self.crawler.stats.set_value(f"left_out/{words}", count)
