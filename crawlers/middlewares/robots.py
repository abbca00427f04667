"""robots.txt, as RFC 9309 has it.

2xx: its rules are obeyed, read up to 500 KB. 4xx: there are no rules. 5xx, 429 or unreachable: nothing of the
host is fetched in this run and everything stays due. One verdict a host and run. A Crawl-delay is honoured up
to a cap while throttling is on at all.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawlers.failures import (
    AddressRefusedError,
    Fault,
    Refusal,
    RobotsDisallowedError,
    RobotsUnreachableError,
    failure_of,
)

log = logging.getLogger(__name__)

SIZE_LIMIT = 500_000
"""Bytes of robots.txt that are read (RFC 9309 asks for at least 500 KiB; the rest is not looked at)."""
COME_BACK_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one host's robots.txt says: rules, or the refusal that stands for all its addresses."""

    rules: Protego | None = None
    refusal: Refusal | None = None
    cause: Fault | None = None


class RobotsMiddleware:
    """Asks robots.txt before the first request to a host and refuses what it disallows."""

    def __init__(self, crawler: Crawler, clock: Callable[[], dt.datetime]) -> None:
        self._crawler = crawler
        self._clock = clock
        self._agent = str(crawler.settings["USER_AGENT"])
        self._verdicts: dict[str, asyncio.Future[Verdict]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler, crawler.settings["CLOCK"])

    async def process_request(self, request: Request) -> None:
        """Let the request through, or raise the refusal that robots.txt or its absence means."""
        if request.meta.get("is_robots"):
            return
        verdict = await self.verdict(request)
        if verdict.refusal:
            raise verdict.refusal
        if verdict.rules and not verdict.rules.can_fetch(request.url, self._agent):
            raise RobotsDisallowedError(f"robots.txt của {urlparse_cached(request).netloc} không cho tải địa chỉ này")

    async def verdict(self, request: Request) -> Verdict:
        """What robots.txt says for the host of `request`, asked once a run."""
        parts = urlparse_cached(request)
        place = f"{parts.scheme}://{parts.netloc}"
        if place not in self._verdicts:
            self._verdicts[place] = asyncio.get_running_loop().create_future()
            verdict = await self._asked(place)
            self._slow_down(verdict, parts.hostname or "")
            self._verdicts[place].set_result(verdict)
        return await self._verdicts[place]

    async def _asked(self, place: str) -> Verdict:
        request = Request(
            f"{place}/robots.txt",
            callback=NO_CALLBACK,
            priority=1_000,
            dont_filter=True,
            meta={"is_robots": True, "max_retry_times": 1, "download_maxsize": 0, "first_bytes": SIZE_LIMIT + 1},
        )
        try:
            assert self._crawler.engine
            response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever keeps robots.txt from us has the same effect
            return self._shut(error)
        return self._read(response)

    def _read(self, response: Response) -> Verdict:
        if response.status == 429 or response.status >= 500:
            reason = f"robots.txt trả lời lỗi {response.status}: chờ máy chủ ổn định rồi mới tải"
            refusal = RobotsUnreachableError(reason, retry_at=self._clock() + COME_BACK_AFTER)
            return Verdict(refusal=refusal, cause=Fault.WAITING)
        if response.status >= 300:
            return Verdict()
        # A cut in the middle of a line could turn "Disallow: /private" into "Disallow: /".
        body = response.body[:SIZE_LIMIT].rpartition(b"\n")[0] if len(response.body) > SIZE_LIMIT else response.body
        return Verdict(rules=Protego.parse(body.decode("utf-8-sig", errors="ignore")))

    def _shut(self, error: Exception) -> Verdict:
        failure = failure_of(error)
        if isinstance(error, AddressRefusedError):
            return Verdict(refusal=error, cause=failure.fault)
        again = failure.retry_at or self._clock() + COME_BACK_AFTER
        reason = f"Chưa đọc được robots.txt nên không tải gì: {failure.reason}"
        if isinstance(error, Refusal) and failure.fault is Fault.WAITING:
            reason = failure.reason
        return Verdict(refusal=RobotsUnreachableError(reason, retry_at=again), cause=failure.fault)

    def cause(self, url: str) -> Fault | None:
        """Why the host of `url` is shut for this run, or None where it is not."""
        parts = urlsplit(url)
        verdict = self._verdicts.get(f"{parts.scheme}://{parts.netloc}")
        return verdict.result().cause if verdict and verdict.done() else None

    def _slow_down(self, verdict: Verdict, host: str) -> None:
        settings = self._crawler.settings
        asked = verdict.rules.crawl_delay(self._agent) if verdict.rules else None
        floor = settings.getfloat("DOWNLOAD_DELAY")
        if not asked or not floor:
            return
        delay = max(floor, min(float(asked), settings.getfloat("CRAWL_DELAY_CAP")))
        throttle = self._crawler.get_extension(AutoThrottle)
        if throttle:
            throttle.mindelay = max(throttle.mindelay, delay)
        assert self._crawler.engine
        downloader = self._crawler.engine.downloader
        downloader.per_slot_settings.setdefault(host, {})["delay"] = delay
        if host in downloader.slots:
            downloader.slots[host].delay = delay
        log.info("robots.txt of %s asks for %s s between requests; taking %s s", host, asked, delay)
