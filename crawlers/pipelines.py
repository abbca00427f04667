"""The item pipeline of a harvest."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler

from crawlers.spiders.paper import PaperSpider
from crawlers.values import Page


class KeepPages:
    """Stores each page as the site sent it, before anything looks at it: a page once fetched is never lost."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The pipeline of a crawl."""
        return cls(crawler)

    async def process_item(self, item: Page) -> Page:
        """Keep the page; the ledger learns whether it is new, changed or unchanged. Raises what the archive raises."""
        assert isinstance(self._crawler.spider, PaperSpider)
        await self._crawler.spider.records.keep(item)
        return item
