"""A few fetches by hand under all the rules of a crawl: robots, pace, limits, public addresses only.

Each script runs in a process of its own, for Twisted's reactor starts only once a process.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings

from crawlers.failures import failure_of
from crawlers.keys import on_site, origin_of
from crawlers.manners import settings_for
from crawlers.middlewares.robots import RobotsMiddleware, Verdict
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import SiteReply
from foundation.errors import FetchError

_T = TypeVar("_T")


class Fetcher:
    """What a script fetches with."""

    def __init__(self, spider: Spider) -> None:
        self._crawler = spider.crawler

    async def get(self, url: str) -> SiteReply:
        """The answer of whatever status. Raises FetchError with a Vietnamese reason."""
        assert self._crawler.engine
        try:
            # A person asked for this address, and may well be shown the home page.
            request = Request(url, callback=NO_CALLBACK, dont_filter=True, meta={"is_home": True})
            return SiteReply.of(await self._crawler.engine.download_async(request))
        except Exception as error:
            raise FetchError(url, failure_of(error).reason) from error

    async def robots(self, url: str) -> Verdict:
        """What the robots.txt of this address says."""
        robots = self._crawler.get_downloader_middleware(RobotsMiddleware)
        assert robots
        return await robots.verdict(Request(url))


Script = Callable[[Fetcher], Awaitable[_T]]


class ScriptSpider(Spider):
    """Runs one script inside Scrapy's engine."""

    name = "script"

    def __init__(self, script: Script[Any], source: Source | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._script, self._source = script, source
        self.outcome: Any = None
        self.error: Exception | None = None

    def in_site(self, url: str) -> bool:
        """Whether a redirect may lead here: anywhere, where the page belongs to no known paper."""
        return self._source is None or on_site(url, self._source)

    async def start(self) -> AsyncIterator[Request]:
        """Run the script; there are no requests beside its own."""
        try:
            self.outcome = await self._script(Fetcher(self))
        except Exception as error:  # noqa: BLE001 - handed to whoever started the process
            self.error = error
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request


def run(script: Script[_T], source: Source | None, url: str, options: CrawlOptions) -> _T:
    """The outcome of `script`, which must be picklable. Raises what it raises."""
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawned) as pool:
        # Ctrl+C reaches the process too: not before it can end without a word.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        waiting = pool.submit(_run_here, script, source, url, options)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        return waiting.result()


def _run_here(script: Script[_T], source: Source | None, url: str, options: CrawlOptions) -> _T:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    manners = source or stand_in(url)
    process = AsyncCrawlerProcess(Settings(settings_for(manners, options)))
    crawler = process.create_crawler(ScriptSpider)
    process.crawl(crawler, script=script, source=source)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, ScriptSpider)
    if spider.error:
        raise spider.error
    outcome: _T = spider.outcome
    return outcome


def stand_in(url: str) -> Source:
    """A source without rules, for the manners of a visit to a site that no paper is known of."""
    return Source(id="khong-ro", name=urlsplit(url).netloc, home=origin_of(url))
