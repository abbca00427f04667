"""What a crawl is told beside its source: limits, manners, dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self

from foundation.errors import UsageError
from foundation.settings import Settings


def user_agent(contact: str) -> str:
    """The name under which every request is made, with the address where a paper can reach us."""
    try:
        number = version("danvan-monitor")
    except PackageNotFoundError:  # run from a checkout that was never installed
        number = "0"
    return f"danvan-monitor/{number} (+{contact})"


def day_given(words: str | None) -> dt.date | None:
    """A day as a command line gives it. Raises UsageError."""
    try:
        return dt.date.fromisoformat(words) if words else None
    except ValueError as error:
        raise UsageError(f"ngày “{words}” không đúng dạng NĂM-THÁNG-NGÀY") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """Limits and manners of one source's crawl. Times are seconds, sizes are bytes.

    `since` and `until` are days in Hà Nội; an item that its feed dates outside them is left out and counted.
    """

    since: dt.date | None = None
    until: dt.date | None = None
    backfill: bool = False
    """Walk the listings page by page until they are older than `since`."""

    delay: float = 1.0
    """Least time between two requests to one host; 0 switches all throttling off (loopback, benchmark)."""
    crawl_delay_cap: float = 30.0
    """Most that a Crawl-delay of robots.txt can ask for."""
    request_time_limit: float = 30.0
    """For one address altogether, from connecting to the last byte, its retries included."""
    parse_time_limit: float = 30.0
    """For what one answer names, or the day of one page; meanwhile others are fetched."""
    time_limit: float = 900.0
    """For the whole source; what is left then is `delayed`."""
    max_bytes: int = 8_000_000
    """Of one answer, before and after decompression."""
    max_file_bytes: int = 20_000_000
    """Of a document's own file."""
    file_time_limit: float = 120.0
    """For one such file: twenty megabytes take their time on a slow line."""
    retry_times: int = 2
    retry_backoff: float = 1.0
    """Wait before the first retry; doubles with each one."""
    wait_limit: float = 60.0
    """A Retry-After up to this is waited out; a longer one ends the source's run."""
    blocked_after: int = 3
    """So many blocked answers one after another end the source's run."""
    failing_after: int = 10
    """So many articles of the paper's own host that failed one after another do too: it is given a rest."""

    item_cap: int = 1_000
    """Items taken from one feed or sitemap in a daily run."""
    backfill_item_cap: int = 50_000
    """The same in a backfill: as many as one sitemap may hold by the protocol."""
    due_cap: int = 2_000
    """URLs of earlier runs taken up again."""
    page_limit: int = 5
    """Pages of one section in a daily run."""
    backfill_page_limit: int = 400
    sitemap_limit: int = 50
    """Sitemap files read in one run."""

    allow_hosts: tuple[str, ...] = ()
    """Loopback or private addresses that may be fetched: "127.0.0.1", "127.0.0.1:8123", "10.0.0.0/8"."""
    proxy: str | None = None
    """The office's way to the web: "http://[name:password@]host:port"."""
    contact: str = "https://github.com/danvan-monitor"
    log_level: str = "WARNING"

    @classmethod
    def of(cls, config: Settings, **window: Any) -> Self:
        """The limits and manners that the program's settings say, with these fields beside them."""
        return cls(
            delay=config.crawl_delay,
            request_time_limit=config.request_time_limit,
            time_limit=config.source_time_limit,
            max_bytes=config.max_page_bytes,
            allow_hosts=config.allow_hosts,
            proxy=config.crawl_proxy,
            contact=config.contact,
            **window,
        )

    @property
    def items_taken(self) -> int:
        """Most items of one feed or sitemap in this run."""
        return self.backfill_item_cap if self.backfill else self.item_cap
