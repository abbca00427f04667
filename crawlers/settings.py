"""Scrapy settings: the fixed ones of the project, and those that a source and its options decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from crawlers.catalogue import Source
from crawlers.options import CrawlOptions, user_agent

BOT_NAME = "danvan-monitor"
SPIDER_MODULES = ["crawlers.spiders"]
NEWSPIDER_MODULE = "crawlers.spiders"
TWISTED_DNS_RESOLVER = "crawlers.middlewares.address.GuardedResolver"
ALLOW_HOSTS: tuple[str, ...] = ()

# Only http and https, both with our limits; everything else has no handler at all.
DOWNLOAD_HANDLERS = {
    "http": "crawlers.middlewares.handler.PatientHandler",
    "https": "crawlers.middlewares.handler.PatientHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_FAIL_ON_DATALOSS = True
DOWNLOAD_WARNSIZE = 0

# Named in full, and Scrapy's own lists (the …_BASE settings) with them: what is not named here does not run — no
# cookies, credentials, proxies, Referer, meta refresh, mail, telnet — and is not imported either, which saves every
# child process more than half a second.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
DOWNLOADER_MIDDLEWARES = {
    "crawlers.middlewares.robots.RobotsMiddleware": 100,
    "crawlers.middlewares.retry.RetryMiddleware": 550,
    "crawlers.middlewares.redirect.SiteRedirectMiddleware": 600,
}
# The spider looks at every status itself; addresses are told apart by the article's key, not by Scrapy.
SPIDER_MIDDLEWARES_BASE = {"scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25}
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
# First in, first out: papers list the newest first, and what time runs out for should be the oldest.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
STATS_DUMP = False
# What a callback yields is taken one after the other: Scrapy starts as many tasks as this for every answer.
CONCURRENT_ITEMS = 1
REDIRECT_MAX_TIMES = 10
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
}
USER_AGENT = user_agent(CrawlOptions().contact)


def settings_for(source: Source, options: CrawlOptions, clock: Callable[[], dt.datetime]) -> dict[str, Any]:
    """All settings of one source's crawl.

    With a delay: one request at a time and host, throttled further where the site is slow. Without (loopback,
    benchmark): eight at a time.
    """
    fixed = {name: value for name, value in globals().items() if name.isupper()}
    return fixed | _manners(source, options) | _limits(options) | _tls(source) | {"CLOCK": clock}


def _manners(source: Source, options: CrawlOptions) -> dict[str, Any]:
    delay = max(options.delay, source.crawl_delay or 0.0) if options.delay else 0.0
    return {
        "USER_AGENT": user_agent(options.contact),
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0.0,  # jitter would let two requests come closer than the delay
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if delay else 8,
        # With one at a time nothing waits inside the downloader, to be sent after a host has asked us to stop.
        "CONCURRENT_REQUESTS": 1 if delay else 8,
        "AUTOTHROTTLE_ENABLED": bool(delay),
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": max(20.0, delay),
        "CRAWL_DELAY_CAP": options.crawl_delay_cap,
    }


def _limits(options: CrawlOptions) -> dict[str, Any]:
    return {
        "DOWNLOAD_TIMEOUT": options.request_time_limit,
        "DOWNLOAD_MAXSIZE": options.max_bytes,
        "RETRY_TIMES": options.retry_times,
        "RETRY_BACKOFF": options.retry_backoff,
        "WAIT_LIMIT": options.wait_limit,
        "ALLOW_HOSTS": list(options.allow_hosts),
        "LOG_LEVEL": options.log_level,
    }


def _tls(source: Source) -> dict[str, Any]:
    """Certificates are verified unless the catalogue says otherwise for this one paper."""
    if source.tls_exception == "unverified":
        return {"DOWNLOAD_VERIFY_CERTIFICATES": False}
    if source.tls_exception == "legacy":  # old ciphers and key sizes; the certificate is still verified
        return {"DOWNLOADER_CLIENT_TLS_CIPHERS": "DEFAULT:@SECLEVEL=0"}
    return {}
