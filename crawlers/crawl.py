"""Crawls one source: blocking, once a process (Twisted's reactor starts only once)."""

from __future__ import annotations

import logging
import signal
import time
from collections import Counter

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawlers.keys import is_file_key
from crawlers.manners import settings_for
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.spiders.loader import spider_of
from crawlers.spiders.paper import PaperSpider
from crawlers.values import CrawlReport, PageKeeper
from crawlers.verdict import judge

_LEFT = {
    "timed_out": "hết thời gian dành cho nguồn, để lượt sau",
    "blocked": "báo đang chặn, để lượt sau",
    "failing": "máy chủ của báo lỗi liên tiếp, để lượt sau",
    "waiting": "máy chủ yêu cầu chờ, để lượt sau",
    "shutdown": "chương trình được lệnh dừng, để lượt sau",
}


def crawl(source: Source, keeper: PageKeeper, options: CrawlOptions) -> CrawlReport:
    """Fetch what is new at `source` and hand every page to `keeper` at once.

    SIGTERM ends it gracefully: requests under way are finished, the rest is `delayed`. Raises RuntimeError
    when called a second time in one process.
    """
    began = time.monotonic()
    crawler, closed = _run(source, keeper, options)
    spider = crawler.spider
    if not isinstance(spider, PaperSpider):
        raise RuntimeError("The spider could not be started: see the log")  # noqa: TRY004 - not about types
    records = spider.records
    records.close(_LEFT.get(closed, "lượt chạy dừng sớm"), None)
    pages = Counter(state for key, state in records.states.items() if not is_file_key(key))
    judgement = judge(spider.decider.evidence, pages, closed=closed, domain=source.domain)
    return CrawlReport(
        source_id=source.id,
        status=judgement.status,
        message=judgement.message,
        discovered=len(records.discovered),
        states=records.counts(),
        requests=int(crawler.stats.get_value("downloader/request_count", 0)) if crawler.stats else 0,
        seconds=round(time.monotonic() - began, 3),
        moved_to=judgement.moved_to,
        skipped=dict(records.skipped),
        retry_at=judgement.retry_at.isoformat() if judgement.retry_at else None,
    )


def _run(source: Source, keeper: PageKeeper, options: CrawlOptions) -> tuple[Crawler, str]:
    """Run the spider to its end; the crawler, and the reason with which it closed."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    keeping = {
        "ITEM_PIPELINES": {"crawlers.pipelines.KeepPages": 100},
        # Where logging was set up before us nothing is logged twice.
        "LOG_INSTALL_ROOT_HANDLER": not logging.getLogger().handlers,
    }
    process = AsyncCrawlerProcess(Settings(settings_for(source, options) | keeping))
    crawler = process.create_crawler(spider_of(source, options))
    try:
        process.crawl(crawler, keeper=keeper)
        process.start()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    closed = str(crawler.stats.get_value("finish_reason", "crashed")) if crawler.stats else "crashed"
    stop = before[signal.SIGTERM]
    if closed == "shutdown" and callable(stop):
        stop(signal.SIGTERM, None)  # whoever called us wants to know of it too
    return crawler, closed
