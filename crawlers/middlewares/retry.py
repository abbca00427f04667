"""Retries with growing, jittered waits inside the time budget of an address; Retry-After, a host at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.failures import Fault, HostWaitingError, failure_of

RETRY_AFTER_CAP = dt.timedelta(hours=24)
"""88 hours have been seen in the wild; a day later is soon enough to ask again."""
RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
WAIT_STATUSES = frozenset({429, 503})
RETRIED_FAULTS = frozenset({Fault.DNS, Fault.UNREACHABLE, Fault.TRUNCATED})
"""A time-out is not among them: it has used up the address's whole budget."""


def retry_after(value: str | None, now: dt.datetime) -> dt.timedelta | None:
    """How long a Retry-After header asks for: seconds or an HTTP date, capped at a day; None where unreadable."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(dt.timedelta(seconds=min(int(text), 10**9)), RETRY_AFTER_CAP)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return min(max(moment - now, dt.timedelta()), RETRY_AFTER_CAP)


def jittered(wait: dt.timedelta, chance: float) -> dt.timedelta:
    """A wait made up to a tenth longer (at most a minute), so that not all sources come back at one moment.

    `chance` lies between 0 and 1.
    """
    return wait + min(wait / 10, dt.timedelta(minutes=1)) * chance


class RetryMiddleware:
    """Retries what may pass; holds a host that asked for it; lets everything else through."""

    def __init__(self, crawler: Crawler, clock: Callable[[], dt.datetime]) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._clock = clock
        self._times = settings.getint("RETRY_TIMES")
        self._backoff = settings.getfloat("RETRY_BACKOFF")
        self._budget = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._wait_limit = dt.timedelta(seconds=settings.getfloat("WAIT_LIMIT"))
        self._held: dict[str, dt.datetime] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler, crawler.settings["CLOCK"])

    async def process_request(self, request: Request) -> None:
        """Wait where the host asked for a short pause; raise HostWaitingError where for a long one."""
        until = self._held.get(_host(request))
        left = until - self._clock() if until else dt.timedelta()
        if until and left > self._wait_limit:
            raise _waiting(request, until)
        if left > dt.timedelta():
            await asyncio.sleep(left.total_seconds())

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the next try of the request. Raises HostWaitingError for a long Retry-After."""
        if response.status not in RETRIED_STATUSES:
            return response
        header = response.headers.get(b"Retry-After")
        wait = retry_after(header.decode("latin-1") if header else None, self._clock())
        if wait is not None and response.status in WAIT_STATUSES:
            until = self._clock() + jittered(wait, random.random())  # noqa: S311 - spreads load
            self._held[_host(request)] = until
            if wait > self._wait_limit:
                raise _waiting(request, until)
            return self._next_try(request, f"HTTP {response.status}") or response
        return await self._after_pause(request, f"HTTP {response.status}") or response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The next try after a failed download, or None where there is no use or no time."""
        if failure_of(exception).fault not in RETRIED_FAULTS:
            return None
        return await self._after_pause(request, type(exception).__name__)

    async def _after_pause(self, request: Request, reason: str) -> Request | None:
        done = int(request.meta.get("retry_times", 0))
        pause = self._backoff * 2**done * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
        spent = float(request.meta.get("seconds_spent", 0.0)) + pause
        if spent >= self._budget:
            return None
        following = self._next_try(request, reason)
        if following:
            following.meta["seconds_spent"] = spent
            await asyncio.sleep(pause)
        return following

    def _next_try(self, request: Request, reason: str) -> Request | None:
        assert self._crawler.spider  # noqa: S101 - Scrapy sets it before any request
        times = int(request.meta.get("max_retry_times", self._times))
        return get_retry_request(
            request,
            spider=self._crawler.spider,
            reason=reason,
            max_retry_times=min(times, self._times),
            give_up_log_level="INFO",
        )


def _waiting(request: Request, until: dt.datetime) -> HostWaitingError:
    return HostWaitingError(f"Máy chủ {_host(request)} yêu cầu chờ (Retry-After)", retry_at=until)


def _host(request: Request) -> str:
    return urlparse_cached(request).netloc.lower()
