"""robots.txt, as RFC 9309 has it.

2xx: its rules are obeyed, read up to 500 KB. 4xx: there are no rules. Both count for a day, then a host is asked
whether they have changed. 5xx, 429 or unreachable: nothing of the host is fetched in this run and everything stays due.
One verdict a host and run. A Crawl-delay is honoured up to a cap while throttling is on at all.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.httpobj import urlparse_cached

from crawlers.entries import conditional_headers
from crawlers.failures import Refusal, failure_of
from crawlers.keys import origin_of
from crawlers.records import Records
from crawlers.values import Fault, FeedMemory, SiteReply
from foundation.clock import utc_now

log = logging.getLogger(__name__)

SIZE_LIMIT = 500_000
"""Bytes of robots.txt that are read (RFC 9309 asks for at least 500 KiB; the rest is not looked at)."""
COME_BACK_AFTER = dt.timedelta(hours=1)
GOOD_FOR = dt.timedelta(hours=24)
"""How long an answer counts (the longest that RFC 9309 allows)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one host's robots.txt says: rules, or the refusal that stands for all its addresses."""

    rules: Protego | None = None
    refusal: Refusal | None = None
    cause: Fault | None = None
    said: bytes = b""
    """What was sent, as far as it is read."""


def _rules(body: bytes) -> Verdict:
    # A cut in the middle of a line could turn "Disallow: /private" into "Disallow: /".
    whole = body[:SIZE_LIMIT].rpartition(b"\n")[0] if len(body) > SIZE_LIMIT else body
    return Verdict(rules=Protego.parse(plain_rules(whole)), said=whole)


_VERSION = re.compile(r"^([ \t]*user-agent[ \t]*:[^/\r\n]*)/[^\r\n]*", re.IGNORECASE | re.MULTILINE)
_DELAY = re.compile(r"^([ \t]*crawl-delay[ \t]*:[ \t]*\d+)(?:[.,](\d+))?[^\r\n]*", re.IGNORECASE | re.MULTILINE)


def plain_rules(body: bytes) -> str:
    """The text of a robots.txt in the form that the standard and Protego know.

    UTF-16 loses its zeros, a name copied from a log ("danvan-monitor/1.0 (+…)") its version; "1,5" and "10s" are
    delays.
    """
    wide = body.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff") if b"\0" in body else body
    text = _VERSION.sub(r"\1", wide.decode("utf-8-sig", errors="ignore"))
    return _DELAY.sub(lambda found: f"{found[1]}.{found[2] or 0}", text)


def pause_asked(rules: Protego, agent: str) -> float | None:
    """The seconds between two requests that Crawl-delay or Request-rate asks for, the longer; None where neither."""
    rate = rules.request_rate(agent)
    asked = (rules.crawl_delay(agent), rate.seconds / rate.requests if rate and rate.requests else None)
    return max((float(pause) for pause in asked if pause), default=None)


class RobotsMiddleware:
    """Asks robots.txt before the first request to a host and refuses what it disallows."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent = str(crawler.settings["USER_AGENT"])
        self._verdicts: dict[str, asyncio.Future[Verdict]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request through, or raise the refusal that robots.txt or its absence means."""
        if request.meta.get("is_robots"):
            return
        verdict = await self.verdict(request)
        if verdict.refusal:
            raise verdict.refusal
        if verdict.rules and not verdict.rules.can_fetch(request.url, self._agent):
            host = urlparse_cached(request).netloc
            raise Refusal(Fault.ROBOTS, f"robots.txt của {host} không cho tải địa chỉ này")

    async def verdict(self, request: Request) -> Verdict:
        """What robots.txt says for the host of `request`, asked once a run."""
        place = origin_of(request.url)
        if place not in self._verdicts:
            self._verdicts[place] = asyncio.get_running_loop().create_future()
            verdict = await self._asked(place)
            self._slow_down(verdict, urlparse_cached(request).hostname or "")
            self._verdicts[place].set_result(verdict)
        return await self._verdicts[place]

    async def _asked(self, place: str) -> Verdict:
        url = f"{place}robots.txt"
        memory = await self._remembered(url)
        age = utc_now() - memory.visited_at if memory and memory.visited_at else None
        if memory and age is not None and abs(age) < GOOD_FOR:  # less than nothing: the clock was ahead
            return _rules(memory.body or b"")
        request = Request(
            url,
            headers=conditional_headers(memory),
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
        if response.status == 304 and memory:
            await self._remember(replace(memory, visited_at=utc_now()))
            return _rules(memory.body or b"")
        verdict = self._read(response)
        if response.status < 300 and response.body.lstrip().startswith(b"<"):
            # A notice or a challenge: it says nothing of the rules, and those of the last time hold.
            return _rules(memory.body or b"") if memory else verdict
        if verdict.refusal is None:
            body = response.body[: SIZE_LIMIT + 1] if response.status < 300 else b""
            headers = SiteReply.of(response).headers
            etag, modified = headers.get("etag"), headers.get("last-modified")
            await self._remember(FeedMemory(url, etag, modified, visited_at=utc_now(), body=body))
        return verdict

    async def _remembered(self, url: str) -> FeedMemory | None:
        records: Records | None = getattr(self._crawler.spider, "records", None)  # a script has none
        with suppress(Exception):  # the records keep it, and the run ends with it
            return await records.feed(url) if records else None
        return None

    async def _remember(self, memory: FeedMemory) -> None:
        records: Records | None = getattr(self._crawler.spider, "records", None)
        with suppress(Exception):
            if records:
                await records.keep_feed(memory)

    def _read(self, response: Response) -> Verdict:
        if response.status == 429 or response.status >= 500:
            reason = f"robots.txt trả lời lỗi {response.status}: chờ máy chủ ổn định rồi mới tải"
            refusal = Refusal(Fault.ROBOTS_UNREACHABLE, reason, retry_at=utc_now() + COME_BACK_AFTER)
            return Verdict(refusal=refusal, cause=Fault.WAITING, said=response.body[:SIZE_LIMIT])
        if response.status >= 300:
            return Verdict()
        return _rules(response.body)

    def _shut(self, error: Exception) -> Verdict:
        failure = failure_of(error)
        if isinstance(error, Refusal) and failure.fault is Fault.ADDRESS:
            return Verdict(refusal=error, cause=failure.fault)
        again = failure.retry_at or utc_now() + COME_BACK_AFTER
        waits = failure.fault is Fault.WAITING
        reason = failure.reason if waits else f"Chưa đọc được robots.txt nên không tải gì: {failure.reason}"
        return Verdict(refusal=Refusal(Fault.ROBOTS_UNREACHABLE, reason, retry_at=again), cause=failure.fault)

    def cause(self, url: str) -> Fault | None:
        """Why the host of `url` is shut for this run, or None where it is not."""
        verdict = self._verdicts.get(origin_of(url))
        return verdict.result().cause if verdict and verdict.done() else None

    def _slow_down(self, verdict: Verdict, host: str) -> None:
        settings = self._crawler.settings
        asked = pause_asked(verdict.rules, self._agent) if verdict.rules else None
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
