"""Retries with growing, jittered waits inside the time budget of an address; Retry-After, a host at a time."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import re
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.challenges import asked_by, is_challenge
from crawlers.dates import parse_date
from crawlers.failures import Refusal, failure_of
from crawlers.values import Fault, SiteReply
from foundation.clock import utc_now

RETRY_AFTER_CAP = dt.timedelta(hours=24)
"""88 hours have been seen in the wild; a day later is soon enough to ask again."""
RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
WAIT_STATUSES = frozenset({429, 503})
RETRIED_FAULTS = frozenset({Fault.DNS, Fault.UNREACHABLE, Fault.TRUNCATED})
"""A time-out is not among them: it has used up the address's whole budget."""


def retry_after(value: str | None, now: dt.datetime) -> dt.timedelta | None:
    """How long a Retry-After header asks for, capped at a day; None where unreadable.

    Seconds or an HTTP date by the standard; also "1.5", "5 minutes", an ISO date, a Unix time and several at once
    ("60, 120": the longest), whatever their length.
    """
    text = " ".join((value or "").split())[:_LONGEST]
    waits = [wait for words in (text, *text.split(",")) if (wait := _wait(words.strip(), now)) is not None]
    return max(waits, default=None)


_LONGEST = 1_000
_NUMBER = re.compile(r"\+?(\d{1,1000})(\.\d*)?\s*([a-z]*)\.?", re.ASCII | re.IGNORECASE)
_UNITS = {"": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "ms": 0.001, "m": 60.0, "min": 60.0, "minute": 60.0}
_UNITS |= {"h": 3_600.0, "hour": 3_600.0, "d": 86_400.0, "day": 86_400.0}
_LONG_PAST = 10**9
"""As seconds thirty years; as a moment of Unix time in the present century."""


def _wait(words: str, now: dt.datetime) -> dt.timedelta | None:
    number = _NUMBER.fullmatch(words)
    if number is None:
        moment = _moment(words)
        return None if moment is None else min(max(moment - now, dt.timedelta()), RETRY_AFTER_CAP)
    unit = _UNITS.get(number[3].lower()) or _UNITS.get(number[3].lower().removesuffix("s"))
    if unit is None:
        return None
    if len(number[1].lstrip("0")) > 13:  # beyond any moment in milliseconds
        return RETRY_AFTER_CAP
    asked = float(number[1] + (number[2] or "")) * unit
    if asked >= _LONG_PAST:
        asked = asked / (1_000 if asked >= _LONG_PAST * 1_000 else 1) - now.timestamp()
    return min(max(dt.timedelta(seconds=asked), dt.timedelta()), RETRY_AFTER_CAP)


def _moment(words: str) -> dt.datetime | None:
    """An HTTP date, or any other that `crawlers.dates` reads; by the standard, one without a zone is UTC."""
    try:
        moment = parsedate_to_datetime(words)
    except (ValueError, TypeError, OverflowError, IndexError):
        return parse_date(words)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def jittered(wait: dt.timedelta, chance: float) -> dt.timedelta:
    """A wait made up to a tenth longer (at most a minute), so that not all sources come back at one moment.

    `chance` lies between 0 and 1.
    """
    return wait + min(wait / 10, dt.timedelta(minutes=1)) * chance


class RetryMiddleware:
    """Retries what may pass; holds a host that asked for it; lets everything else through."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._times = settings.getint("RETRY_TIMES")
        self._backoff = settings.getfloat("RETRY_BACKOFF")
        self._budget = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._wait_limit = dt.timedelta(seconds=settings.getfloat("WAIT_LIMIT"))
        self._held: dict[str, dt.datetime] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait where the host asked for a short pause; raise Refusal where for a long one."""
        until = self._held.get(_host(request))
        left = until - utc_now() if until else dt.timedelta()
        if until and left > self._wait_limit:
            raise _waiting(request, until)
        if left > dt.timedelta():
            await asyncio.sleep(left.total_seconds())

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the next try of the request. Raises Refusal for a long Retry-After."""
        if response.status not in RETRIED_STATUSES or _asks_for_proof(response):
            return response
        header = response.headers.get(b"Retry-After")
        wait = retry_after(header.decode("latin-1") if header else None, utc_now())
        if wait is not None and response.status in WAIT_STATUSES:
            until = utc_now() + jittered(wait, random.random())  # noqa: S311 - spreads load
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
        assert self._crawler.spider
        times = int(request.meta.get("max_retry_times", self._times))
        return get_retry_request(
            request,
            spider=self._crawler.spider,
            reason=reason,
            max_retry_times=min(times, self._times),
            give_up_log_level="INFO",
        )


def _asks_for_proof(response: Response) -> bool:
    """A challenge answers the next try as it did this one, however it is numbered."""
    return asked_by(SiteReply.of(response).headers) is not None or is_challenge(response.body)


def _waiting(request: Request, until: dt.datetime) -> Refusal:
    return Refusal(Fault.WAITING, f"Máy chủ {_host(request)} yêu cầu chờ (Retry-After)", retry_at=until)


def _host(request: Request) -> str:
    return urlparse_cached(request).netloc.lower()
