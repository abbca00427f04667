"""What one paper's crawl adds to the project's settings, and what a harvest leaves out of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawlers import settings as project
from crawlers.middlewares.handler import PatientHandler
from crawlers.middlewares.proxy import proxy_hosts
from crawlers.options import CrawlOptions, user_agent
from crawlers.source import Source

_IDLE = frozenset({"FeedExporter", "LogStats", "CloseSpider", "HttpCacheMiddleware"})
"""What serves whoever runs `scrapy` by hand: a harvest neither runs it nor imports it."""


def settings_for(source: Source, options: CrawlOptions) -> dict[str, Any]:
    """All settings of one source's harvest, or of a few fetches by hand under the same rules."""
    shared = {name: value for name, value in vars(project).items() if name.isupper()}
    lean = {
        "EXTENSIONS_BASE": _without_idle(project.EXTENSIONS_BASE),
        "DOWNLOADER_MIDDLEWARES_BASE": _without_idle(project.DOWNLOADER_MIDDLEWARES_BASE),
        # By name Scrapy would load it from deep within its engine, where that takes five times as long (0.4 s).
        "DOWNLOAD_HANDLERS": project.DOWNLOAD_HANDLERS | {"http": PatientHandler, "https": PatientHandler},
        "STATS_DUMP": False,
        "LOG_LEVEL": options.log_level,
        "ALLOW_HOSTS": list(options.allow_hosts),
        "CRAWL_PROXY": options.proxy,
        "PROXY_HOSTS": proxy_hosts(options.proxy),
    }
    return shared | lean | manners(source, options)


def _without_idle(components: Mapping[str, int]) -> dict[str, int]:
    return {path: order for path, order in components.items() if path.rpartition(".")[2] not in _IDLE}


def manners(source: Source, options: CrawlOptions) -> dict[str, Any]:
    """Pace, limits and TLS of one paper's crawl.

    With a delay: one request at a time and host, throttled further where the site is slow. Without (loopback,
    benchmark): eight at a time. Certificates are verified unless the catalogue says otherwise for this one paper.
    """
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
        "DOWNLOAD_TIMEOUT": options.request_time_limit,
        "DOWNLOAD_MAXSIZE": options.max_bytes,
        "RETRY_TIMES": options.retry_times,
        "RETRY_BACKOFF": options.retry_backoff,
        "WAIT_LIMIT": options.wait_limit,
    } | _tls(source)


def _tls(source: Source) -> dict[str, Any]:
    if source.tls_exception == "unverified":
        return {"DOWNLOAD_VERIFY_CERTIFICATES": False}
    if source.tls_exception == "legacy":  # old ciphers and key sizes; the certificate is still verified
        return {"DOWNLOADER_CLIENT_TLS_CIPHERS": "DEFAULT:@SECLEVEL=0"}
    return {}
