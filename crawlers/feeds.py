"""Reads RSS, Atom and sitemaps as papers really serve them.

Pure: bytes in, frozen values out. What makes the parsing safe stands in `crawlers.hardened_xml`.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urljoin

from lxml import etree

from crawlers.hardened_xml import FeedProblem, children, elements, name_of, parse_xml, text_of, unpack

SUMMARY_LIMIT = 2_000
"""Characters kept of a feed's description: it is a hint, the page is the truth."""


class Skip(StrEnum):
    """Why an entry was left out on purpose, in words for the ledger."""

    OVER_CAP = "vượt số mục lấy trong một lượt"
    NO_LINK = "mục không có địa chỉ"
    REPEATED = "mục lặp lại"
    NOT_ARTICLE = "không phải địa chỉ bài"
    OUT_OF_DATES = "ngoài khoảng ngày yêu cầu"
    TOO_DEEP = "quá số tệp sitemap cho một lượt"
    OTHER_FEED = "nguồn cấp của chuyên mục không theo dõi"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry; `published` as printed, `title` and `summary` as plain text."""

    url: str
    title: str | None = None
    published: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The entries of a feed or sitemap in its own order; `children` are the sitemaps an index names."""

    items: tuple[FeedItem, ...] = ()
    children: tuple[str, ...] = ()
    problem: FeedProblem | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)


_TAG = re.compile(r"<[/!A-Za-z][^<>]*>")


def parse_feed(body: bytes, url: str, *, charset: str | None = None, cap: int = 1_000) -> ParsedFeed:
    """The entries of an RSS 0.9-2.0, RDF or Atom feed.

    `url` is where it was found (links are resolved against it), `charset` what the header said. Entries over
    `cap` are counted in `skipped`, not returned.
    """
    root = parse_xml(body, charset)
    if isinstance(root, FeedProblem):
        return ParsedFeed(problem=root)
    if name_of(root) not in {"rss", "RDF", "feed", "channel"}:
        return ParsedFeed(problem=FeedProblem.UNKNOWN_FORMAT)
    items, skipped = _capped(_feed_items(root, url), cap)
    return ParsedFeed(items, problem=None if items else FeedProblem.EMPTY, skipped=skipped)


def parse_sitemap(body: bytes, url: str, *, max_bytes: int, cap: int = 1_000) -> ParsedFeed:
    """The addresses of a sitemap, or the children of a sitemap index; gzip is unpacked up to `max_bytes`.

    A `lastmod` becomes `published` only as a hint: whether a URL is fetched is decided by what is known of it.
    """
    root = parse_xml(unpack(body, max_bytes), None)
    if isinstance(root, FeedProblem):
        return ParsedFeed(problem=root)
    if name_of(root) == "sitemapindex":
        maps = tuple(dict.fromkeys(filter(None, (_child_link(e, url) for e in elements(root, "sitemap")))))
        return ParsedFeed(children=maps, problem=None if maps else FeedProblem.EMPTY)
    if name_of(root) != "urlset":
        return ParsedFeed(problem=FeedProblem.UNKNOWN_FORMAT)
    items, skipped = _capped(_newest_first(_sitemap_items(root, url)), cap)
    return ParsedFeed(items, problem=None if items else FeedProblem.EMPTY, skipped=skipped)


def plain_text(markup: str) -> str:
    """A title or description as plain text.

    XML has been decoded once already; one more decoding mends the double escaping that CMSs produce
    ("truy&amp;#7873;n"), and never more than one.
    """
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _capped(items: Iterator[FeedItem | None], cap: int) -> tuple[tuple[FeedItem, ...], Mapping[str, int]]:
    kept: dict[str, FeedItem] = {}
    skipped: Counter[str] = Counter()
    for item in items:
        if item is None:
            skipped[Skip.NO_LINK] += 1
        elif item.url in kept:
            skipped[Skip.REPEATED] += 1
        elif len(kept) >= cap:
            skipped[Skip.OVER_CAP] += 1
        else:
            kept[item.url] = item
    return tuple(kept.values()), dict(skipped)


def _feed_items(root: etree._Element, url: str) -> Iterator[FeedItem | None]:
    base = urljoin(url, root.base or "") if root.base else url
    for element in elements(root, "item", "entry"):
        link = _item_link(element)
        if not link:
            yield None
            continue
        yield FeedItem(
            url=urljoin(base, link),
            title=_first_text(element, "title"),
            published=_first_raw(element, "pubDate", "published", "date", "issued", "updated"),
            summary=(_first_text(element, "description", "summary", "encoded", "content") or "")[:SUMMARY_LIMIT]
            or None,
        )


def _item_link(element: etree._Element) -> str | None:
    for name in ("origLink", "link"):
        for link in children(element, name):
            href = link.get("href")
            if href and link.get("rel", "alternate") == "alternate":
                return href.strip()
            if link.text and link.text.strip():
                return link.text.strip()
    for guid in children(element, "guid", "id"):
        value = (guid.text or "").strip()
        # A guid without the attribute is a permalink by the standard, but many are bare numbers.
        if guid.get("isPermaLink", "true").lower() != "false" and value.startswith(("http://", "https://", "/")):
            return value
    return None


def _sitemap_items(root: etree._Element, url: str) -> Iterator[FeedItem | None]:
    for element in elements(root, "url"):
        link = _child_link(element, url)
        if not link:
            yield None
            continue
        yield FeedItem(
            url=link,
            title=next((plain_text(text_of(e)) for e in elements(element, "title")), None),
            published=next((e.text.strip() for e in elements(element, "publication_date", "lastmod") if e.text), None),
        )


def _newest_first(items: Iterator[FeedItem | None]) -> Iterator[FeedItem | None]:
    """Entries with the newest `lastmod` first (ISO dates sort as text), undated ones before all dated ones.

    Where every entry carries one and the same date it says nothing: the file's own order stays.
    """
    yield from sorted(items, key=lambda item: (item.published or "9") if item else "", reverse=True)


def _child_link(element: etree._Element, url: str) -> str | None:
    for loc in children(element, "loc"):
        if loc.text and loc.text.strip():
            return urljoin(url, loc.text.strip())
    return None


def _first_text(element: etree._Element, *names: str) -> str | None:
    for child in children(element, *names):
        text = plain_text(text_of(child))
        if text:
            return text
    return None


def _first_raw(element: etree._Element, *names: str) -> str | None:
    for child in children(element, *names):
        text = " ".join(text_of(child).split())
        if text:
            return text
    return None
