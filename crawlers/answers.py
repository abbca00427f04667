"""What one article's answer means: keep the page, or the state in which its URL ends. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawlers.blocking import blocked_because, file_kind
from crawlers.keys import canonical_key, is_article_url
from crawlers.source import Source
from crawlers.values import Failure, Fault, Find, SiteReply, UrlState

WITHDRAWN = frozenset({404, 410})
READABLE = frozenset({200, 203, 206})
"""Told by a server, by a proxy on its way, or as the one part that is the whole."""
UNASKED_304 = "máy chủ báo không đổi (304) tuy chương trình chưa có bản nào để so"
_RANGE = re.compile(r"bytes\s*=?\s*(?P<first>\d{1,15})-(?P<last>\d{1,15})/(?P<size>\*|\d{1,15})")
_TAIL = 2_000
_END = re.compile(rb"</(?:html|rss|feed|rdf:rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ArticleAnswer:
    """One article's answer. `state` None: a page to keep under `key`."""

    key: str
    state: UrlState | None = None
    reason: str = ""
    failure: Failure | None = None


def article_answer(reply: SiteReply, find: Find, source: Source) -> ArticleAnswer:
    """What the answer to an article's address means."""
    key = find.key
    blocked = blocked_because(reply)
    if blocked:
        return ArticleAnswer(key, UrlState.BLOCKED, blocked)
    if reply.status == 304 and reply.asked_for_changes:
        return unchanged(key)
    if reply.status in WITHDRAWN:
        return ArticleAnswer(key, UrlState.GONE, f"báo không còn trang này (HTTP {reply.status})")
    reason = unusable(reply)
    if reason:
        return ArticleAnswer(key, UrlState.FAILED, reason, Failure(UrlState.FAILED, reason, Fault.STATUS))
    kind = file_kind(reply.body)
    if kind:
        return ArticleAnswer(key, UrlState.NOT_ARTICLE, f"không phải trang web mà là {kind}")
    if reply.url == find.url or canonical_key(reply.url, source) == key:
        return ArticleAnswer(key)
    if not is_article_url(reply.url, source):
        return ArticleAnswer(key, UrlState.GONE, f"địa chỉ bài nay dẫn tới {reply.url[:200]}")
    return ArticleAnswer(canonical_key(reply.url, source))


def unchanged(key: str) -> ArticleAnswer:
    """The meaning of a 304."""
    return ArticleAnswer(key, UrlState.UNCHANGED, "máy chủ báo không đổi (304)")


def unusable(reply: SiteReply) -> str | None:
    """Why an answer holds nothing that can be read, or None."""
    if reply.status == 304:
        return UNASKED_304
    if reply.status not in READABLE:
        return server_error(reply.status)
    if not reply.body.strip():
        return "máy chủ trả về trang rỗng"
    whole = reply.status != 206 or _is_whole(reply.headers.get("content-range", ""), reply.body)
    return None if whole else "máy chủ chỉ trả về một phần của trang (206)"


def server_error(status: int) -> str:
    """What is said of an answer of this status."""
    return f"máy chủ trả lời lỗi {status}"


def _is_whole(content_range: str, body: bytes) -> bool:
    """Whether a part that nobody asked for is all there is: by its range, else by the end of its text."""
    told = _RANGE.fullmatch(content_range.strip().lower())
    if told and (int(told["first"]) or (told["size"] != "*" and int(told["last"]) + 1 < int(told["size"]))):
        return False
    return bool(told and told["size"] != "*") or is_ended(body)


def is_ended(body: bytes) -> bool:
    """Whether a text comes to its end, as a page or a list does."""
    return _END.search(body[-_TAIL:]) is not None
