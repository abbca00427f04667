"""Requests by way of an office's proxy (DANVAN_CRAWL_PROXY), with the address guard still closed.

A proxy resolves names itself, so what is refused at connect time without one is refused here, at every hop, before
the proxy hears of it: a name of which any address is private is not asked for. A name that cannot be resolved from
here is asked for only where the catalogue has it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.catalogue import catalogue_of
from crawlers.failures import Refusal, inside_address
from crawlers.middlewares.address import AllowedHosts
from crawlers.values import Fault
from foundation.settings import settings

PORTS = {"http": 80, "https": 443}


def proxy_hosts(proxy: str | None) -> list[str]:
    """The proxy's own addresses with its port, as ALLOW_HOSTS has them: it may well stand inside the office."""
    if not proxy:
        return []
    parts = urlsplit(proxy)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError:  # the first request will say so
        return []
    port = parts.port or 80
    known = dict.fromkeys(ipaddress.ip_address(str(end[0]).partition("%")[0]) for *_, end in found)
    return [f"[{ip}]:{port}" if ip.version == 6 else f"{ip}:{port}" for ip in known]


class GuardedProxyMiddleware(HttpProxyMiddleware):
    """Scrapy's proxy middleware with one proxy for everything, never the environment's, and the guard before it."""

    def __init__(self, crawler: Crawler, proxy: str) -> None:
        super().__init__()
        self.proxies = {}
        self._crawler, self._proxy = crawler, proxy
        self._allowed = AllowedHosts.parse(crawler.settings.getlist("ALLOW_HOSTS"))
        self._open: set[tuple[str, int]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl. Raises NotConfigured where there is no proxy."""
        proxy = crawler.settings["CRAWL_PROXY"]
        if not proxy:
            raise NotConfigured
        return cls(crawler, str(proxy))

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Send the request through the proxy. Raises Refusal."""
        parts = urlparse_cached(request)
        target = (parts.hostname or "", parts.port or PORTS.get(parts.scheme, 80))
        if target not in self._open:
            await self._check(request.url, *target)
            self._open.add(target)
        request.meta["proxy"] = self._proxy
        super().process_request(request)

    async def process_response(self, request: Request, response: Response) -> Response:  # noqa: ARG002 - Scrapy's
        """The answer. Raises Refusal where it is the proxy's own."""
        if response.status == 407:
            raise Refusal(Fault.UNREACHABLE, "Máy chủ trung gian đòi tên và mật khẩu: xem DANVAN_CRAWL_PROXY")
        return response

    async def _check(self, url: str, host: str, port: int) -> None:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            if not self._in_catalogue(url):
                reason = (
                    f"Không phân giải được tên {host} tại chỗ: qua máy chủ trung gian chỉ gọi tên có trong danh mục"
                )
                raise Refusal(Fault.ADDRESS, reason) from None
            return
        if not self._all_open((str(end[0]) for *_, end in found), port):
            raise inside_address(host)

    def _all_open(self, addresses: Iterable[str], port: int) -> bool:
        known = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
        return bool(known) and all(self._allowed.allow(ip, port) for ip in known)

    def _in_catalogue(self, url: str) -> bool:
        source = getattr(self._crawler.spider, "source", None)
        in_site = getattr(self._crawler.spider, "in_site", None)
        if source is not None and in_site is not None and in_site(url):
            return True
        return catalogue_of(settings()).of_url(url) is not None
