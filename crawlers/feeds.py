"""Reads what papers serve as a list of their articles: RSS, Atom, RDF, JSON Feed, sitemaps of every form.

Pure: bytes in, frozen values out. What makes the parsing safe stands in `crawlers.hardened_xml`. A list is told by what
it holds, not by where it was found: papers serve RSS as a sitemap, and one address a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from operator import itemgetter

from lxml import etree

from crawlers.hardened_xml import FeedProblem, children, elements, name_of, parse_xml, text_of, unpack
from crawlers.keys import joined
from crawlers.lists import (
    ADDRESS,
    SUMMARY_LIMIT,
    Entry,
    ParsedFeed,
    Skip,
    both_ends,
    entry_of,
    listed,
    plain_text,
)
from crawlers.plain_lists import parse_plain


def parse_feed(body: bytes, url: str, *, charset: str | None = None, max_bytes: int = 32_000_000) -> ParsedFeed:
    """The entries of a feed or sitemap, or the children of a sitemap index.

    `url` is where it was found (links are resolved against it), `charset` what the header said. A packed one is
    unpacked, whole or not at all, up to `max_bytes`. Entries over `MOST_ITEMS` are counted in `skipped`, not returned.
    """
    unpacked = unpack(body, max_bytes)
    if isinstance(unpacked, FeedProblem):
        return ParsedFeed(problem=unpacked, skipped={Skip[unpacked.name].value: 1})
    plain = parse_plain(unpacked, url, charset)
    if plain is not None:
        return plain
    root = parse_xml(unpacked, charset)
    return ParsedFeed(problem=root) if isinstance(root, FeedProblem) else _in_xml(root, url)


def _in_xml(root: etree._Element, url: str) -> ParsedFeed:
    if name_of(root) in {"sitemapindex", "urlset"}:  # some hold entries of both kinds
        found = listed(_first_wanted(elements(root, "url")), partial(_sitemap_item, url=url))
        maps = _index(root, url)
        skipped = Counter(found.skipped) + Counter(maps.skipped)
        return ParsedFeed(found.items, maps.children, found.problem and maps.problem, dict(skipped))
    if name_of(root) in {"rss", "RDF", "feed", "channel"}:
        return listed([*elements(root, "item", "entry")], partial(_feed_item, url=url))
    inner = next(elements(root, "rss", "RDF", "feed", "urlset", "sitemapindex"), None)  # in a frame of somebody's own
    return ParsedFeed(problem=FeedProblem.UNKNOWN_FORMAT) if inner is None else _in_xml(inner, url)


# Feeds


def _feed_item(element: etree._Element, url: str) -> Entry:
    return entry_of(
        joined(url, element.base or "") or url,
        _item_links(element),
        title=_first_text(element, "title"),
        published=_first_raw(element, "pubDate", "pubdate", "published", "date", "issued"),
        touched=_first_raw(element, "updated", "modified"),
        summary=(_first_text(element, "description", "summary", "encoded", "content") or "")[:SUMMARY_LIMIT] or None,
    )


def _item_links(element: etree._Element) -> Iterator[str]:
    links = [*children(element, "origLink", "link")] or elements(element, "link")  # in a <title> that is not closed
    for link in links:
        href = link.get("href")
        if href and link.get("rel", "alternate").rpartition("/")[2].lower() == "alternate":
            yield href
        elif not href:
            yield text_of(link) or link.tail or ""  # <link/>http://…: it was written by a program for HTML
    yield from (str(value) for name, value in element.attrib.items() if str(name).endswith("}about"))
    for guid in children(element, "guid", "id"):
        value = (guid.text or "").strip()
        # By the standard a guid is a permalink unless it says so; many are bare numbers, and many say so of an address.
        permalink = guid.get("isPermaLink", "true").lower() != "false" and value.startswith("/")
        if permalink or ADDRESS.match(value):
            yield value


# Sitemaps


def _index(root: etree._Element, url: str) -> ParsedFeed:
    maps = _first_wanted(elements(root, "sitemap"))
    found = listed(maps, lambda element: entry_of(url, _locations(element)))
    return ParsedFeed(children=tuple(item.url for item in found.items), problem=found.problem, skipped=found.skipped)


def _sitemap_item(element: etree._Element, url: str) -> Entry:
    news = next(children(element, "news"), None)  # not <video:video>, which has a publication_date too
    return entry_of(
        url,
        _locations(element),
        title=next((plain_text(text_of(e)) for e in elements(element, "title")), None),
        published=None if news is None else _first_raw(news, "publication_date"),
        touched=_first_raw(element, "lastmod"),
    )


def _locations(element: etree._Element) -> Iterator[str]:
    """Those of the entry itself; then what else has this name (a picture's, without a frame around it)."""
    own = str(element.tag).replace(name_of(element), "loc")
    return map(text_of, sorted(children(element, "loc"), key=lambda loc: loc.tag != own))


def _first_wanted(entries: Iterable[etree._Element]) -> list[etree._Element]:
    """Entries of a map with the newest first (ISO dates sort as text), undated ones before all dated ones.

    Where the dates say nothing (none, or one and the same) the newest stand at one end: both ends come first.
    """
    dated = [(_told_of(element) or "9", element) for element in entries]
    if len({date for date, _ in dated}) <= 1:
        return both_ends([element for _, element in dated])
    return [element for _, element in sorted(dated, key=itemgetter(0), reverse=True)]


def _told_of(element: etree._Element) -> str | None:
    """The date of publication, else that of the last change."""
    news = next(children(element, "news"), None)
    return (None if news is None else _first_raw(news, "publication_date")) or _first_raw(element, "lastmod")


def _first_text(element: etree._Element, *names: str) -> str | None:
    return next(filter(None, (plain_text(text_of(child)) for child in children(element, *names))), None)


def _first_raw(element: etree._Element, *names: str) -> str | None:
    return next(filter(None, (" ".join(text_of(child).split()) for child in children(element, *names))), None)
