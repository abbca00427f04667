"""What we compare with: a plain Scrapy spider, trafilatura with metadata, one SQLite commit an item.

Run as a process of its own: python -m benchmarks.plain_spider DATABASE START_URL…
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

import scrapy
import trafilatura
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from trafilatura.settings import Document


class PlainSpider(scrapy.Spider):
    """Follows every article link of the start pages; extracts and stores as most tutorials do."""

    name = "plain"

    def __init__(self, database: str, starts: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_urls = starts
        self.connection = sqlite3.connect(database)
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS item (url TEXT PRIMARY KEY, title TEXT, date TEXT, text TEXT)"
        )

    def parse(self, response: Response, **_: Any) -> Iterator[scrapy.Request]:
        # Not by XPath: one family's pages close their <html> in the first line, and a plain parser stops there.
        for link in dict.fromkeys(re.findall(r'href="([^"]+)"', response.text)):
            url = response.urljoin(link)
            if "bench" in url:
                yield scrapy.Request(url, self.parse_article)

    def parse_article(self, response: Response) -> None:
        document = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
        if not isinstance(document, Document):
            return
        self.connection.execute(
            "INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)",
            (response.url, document.title, document.date, document.text),
        )
        self.connection.commit()


def main() -> None:
    database, *starts = sys.argv[1:]
    settings = {
        "LOG_LEVEL": "ERROR",
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "TELNETCONSOLE_ENABLED": False,
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(PlainSpider, database=database, starts=starts)
    process.start()


if __name__ == "__main__":
    main()
