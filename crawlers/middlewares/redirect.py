"""Redirects: inside the paper's site, over http and https, ten hops at most, never to the home page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from w3lib.url import safe_url_string

from crawlers.failures import Refusal
from crawlers.values import Fault

REDIRECTS = frozenset({301, 302, 303, 307, 308})
HOME_PATHS = frozenset({"", "/", "/index.html", "/index.htm", "/index.php", "/home", "/trang-chu", "/default.aspx"})

_USELESS = "Chuyển hướng tới một địa chỉ không dùng được"
_AROUND = {
    True: "Trang chuyển hướng về chính nó, thường là để đòi cookie: chương trình không gửi cookie",
    False: "Chuyển hướng vòng quanh: trở lại địa chỉ đã qua",
}
"""Without cookies such an answer never changes: nine more hops would tell no more."""


def is_home(url: str) -> bool:
    """Whether an address is a site's home page."""
    parts = urlsplit(url)
    return parts.path.lower() in HOME_PATHS and not parts.query


class SiteRedirectMiddleware(RedirectMiddleware):
    """Scrapy's redirect middleware with the hops checked before they are made.

    The spider says which addresses belong to the site (`in_site`) and which request is for the home page itself
    (`is_home`); robots.txt may stand elsewhere (RFC 9309).
    Meta refreshes are not followed at all (no middleware for them is installed).
    """

    def handle_referer(self, request: Request, response: Response) -> None:
        """No Referer is ever sent."""

    def _engine_started(self) -> None:
        """Scrapy looks for its Referer middleware here, which is switched off."""

    def process_response(  # type: ignore[override]
        self, request: Request, response: Response
    ) -> Request | Response:
        """The answer, or the request of the next hop. Raises Refusal."""
        location = response.headers.get(b"Location")
        if response.status not in REDIRECTS or not location:
            return response
        try:
            self._check(request, urljoin(request.url, safe_url_string(location)).partition("#")[0])
            following = super().process_response(request, response)
        except ValueError as error:  # "http://["
            raise Refusal(Fault.SCHEME, _USELESS) from error
        if isinstance(following, Response):  # a target that no request can be made of
            raise Refusal(Fault.SCHEME, _USELESS)
        return following

    def _check(self, request: Request, target: str) -> None:
        parts = urlsplit(target)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise Refusal(Fault.SCHEME, f"Chuyển hướng tới địa chỉ loại “{parts.scheme}:” bị từ chối")
        here = request.url.partition("#")[0]
        if target in {here, *request.meta.get("redirect_urls", [])}:
            raise Refusal(Fault.REDIRECTS, _AROUND[target == here])
        if request.meta.get("is_robots"):
            return
        in_site: Callable[[str], bool] = getattr(self.crawler.spider, "in_site", lambda _: True)
        if not in_site(target):
            raise Refusal(Fault.MOVED, f"Chuyển hướng ra ngoài trang của báo, tới {parts.netloc}", target=target)
        if not request.meta.get("is_home") and is_home(target):
            raise Refusal(Fault.HOME, "Địa chỉ này nay dẫn về trang chủ", target=target)

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        try:
            return super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            hops = len(request.meta.get("redirect_urls", []))
            raise Refusal(Fault.REDIRECTS, f"Chuyển hướng vòng quanh quá {hops} lần") from error
