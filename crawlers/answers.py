"""What one article's answer means: keep the page, or the state in which its URL ends. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crawlers.blocking import blocked_because, file_kind
from crawlers.catalogue import Source
from crawlers.failures import Failure, Fault
from crawlers.keys import canonical_key, is_article_url
from crawlers.values import UrlState

WITHDRAWN = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Answer:
    """One article's answer. `state` None: a page to keep under `key`."""

    key: str
    state: UrlState | None = None
    reason: str = ""
    failure: Failure | None = None


def article_answer(
    status: int, headers: Mapping[str, str], body: bytes, *, key: str, url: str, final_url: str, source: Source
) -> Answer:
    """The meaning of an answer to `url` (its key is `key`) that came from `final_url`. Header names are lower case."""
    blocked = blocked_because(status, headers, body)
    if blocked:
        return Answer(key, UrlState.BLOCKED, blocked)
    if status == 304:
        return Answer(key, UrlState.UNCHANGED, "máy chủ báo không đổi (304)")
    if status in WITHDRAWN:
        return Answer(key, UrlState.GONE, f"báo không còn trang này (HTTP {status})")
    if status != 200 or not body.strip():
        reason = f"máy chủ trả lời lỗi {status}" if status != 200 else "máy chủ trả về trang rỗng"
        return Answer(key, UrlState.FAILED, reason, Failure(UrlState.FAILED, reason, Fault.STATUS))
    return _page(body, key, url, final_url, source)


def _page(body: bytes, key: str, url: str, final_url: str, source: Source) -> Answer:
    kind = file_kind(body)
    if kind:
        return Answer(key, UrlState.NOT_ARTICLE, f"không phải trang web mà là {kind}")
    if final_url == url:
        return Answer(key)
    if not is_article_url(final_url, source):
        return Answer(key, UrlState.GONE, f"địa chỉ bài nay dẫn tới {final_url[:200]}")
    return Answer(canonical_key(final_url, source))
