"""Turns the body of a feed, a sitemap or a section page into finds. Pure: no requests, no archive, no clock."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin, urlsplit

from crawlers.dates import parse_date
from crawlers.entries import Entry, EntryKind
from crawlers.feeds import parse_feed
from crawlers.hardened_xml import FeedProblem, decode_xml
from crawlers.keys import OTHER_SITE, canonical_key, canonical_url, has_article_form, is_excluded, joined, on_site
from crawlers.lists import MOST_ITEMS, FeedItem, ParsedFeed, Skip
from crawlers.markup import Element, attribute, parse
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import Find, Page
from foundation.clock import hanoi_day


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one feed, sitemap or section page named.

    `left_out` gives the reason for each address that is no find (counted once a run however often it is met);
    `skipped` counts what has no address to remember it by. `main` are the keys that stand in the page's list
    itself and not in its boxes. `children` are further sitemaps or feeds to read, `next_page` the next page of
    a section.
    """

    finds: tuple[Find, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    problem: FeedProblem | None = None
    main: frozenset[str] = frozenset()
    children: tuple[str, ...] = ()
    next_page: str | None = None


def discover(
    entry: Entry, body: bytes, url: str, source: Source, options: CrawlOptions, charset: str | None
) -> Discovery:
    """What an entry's answer from `url` names. `charset`: what its header said."""
    if entry.kind is EntryKind.FEED:
        return in_feed(body, url, source, options, charset=charset)
    if entry.kind is EntryKind.SITEMAP:
        return in_sitemap(body, url, source, options, charset=charset)
    return in_listing(body, url, source, options, charset=charset, page=entry.page)


def in_feed(body: bytes, url: str, source: Source, options: CrawlOptions, *, charset: str | None = None) -> Discovery:
    """The finds of a feed at `url`. An HTML page that lists the paper's feeds gives them as `children`."""
    parsed = parse_feed(body, url, charset=charset, max_bytes=options.max_bytes * 4)
    if parsed.problem is FeedProblem.HTML:
        feeds, others = _feeds_listed(body, url, source)
        skipped = {Skip.OTHER_FEED.value: others} if others else {}
        return Discovery(children=feeds, skipped=skipped, problem=None if feeds else FeedProblem.HTML)
    return _sifted(parsed, url, source, options)


def in_sitemap(
    body: bytes, url: str, source: Source, options: CrawlOptions, *, charset: str | None = None
) -> Discovery:
    """The finds of a sitemap at `url`, or the further sitemaps of an index.

    Its `lastmod` tells what is surely too old; an old article may have been touched since, so it tells no more.
    """
    parsed = parse_feed(body, url, charset=charset, max_bytes=options.max_bytes * 4)
    return _sifted(parsed, url, source, replace(options, until=None))


def in_listing(
    body: bytes, url: str, source: Source, options: CrawlOptions, *, charset: str | None = None, page: int = 1
) -> Discovery:
    """The finds of a section page: every link to an article of the paper, in the order of the page.

    Links outside the list (boxes, sidebars) count too: a changed theme then costs nothing but order.
    """
    document = _document(body, charset or source.encoding)
    if document is None:
        return Discovery(problem=FeedProblem.EMPTY)
    base = _base(document, url, source)
    anchors = document.css("a[href]")
    titles, skipped = _titled_links(anchors[:MOST_LINKS], base)
    skipped |= {Skip.OVER_CAP.value: len(anchors) - MOST_LINKS} if len(anchors) > MOST_LINKS else {}
    parsed = ParsedFeed(tuple(FeedItem(link, title) for link, title in titles.items()), skipped=skipped)
    sifted = _sifted(parsed, url, source, options, most=options.item_cap)
    main = {canonical_key(link, source) for link in _links(_in_list(document, source.selectors.listing), base)}
    keys = {find.key for find in sifted.finds}
    return replace(
        sifted,
        problem=None if sifted.finds else FeedProblem.EMPTY,
        main=frozenset(main & keys or keys),
        next_page=_next_page(document, url, base, source, page),
    )


def page_url(section: str, paging: str, page: int) -> str:
    """The address of a section's page: `?p={page}` and `&p={page}` go to its query, `/trang-{page}` to its path."""
    part = paging.replace("{page}", str(page))
    parts = urlsplit(section)
    if "{path}" in part:
        return urljoin(section, part.replace("{path}", parts.path.rstrip("/")))
    if part.startswith(("?", "&")):
        joint = "&" if parts.query else "?"
        return f"{section.partition('#')[0]}{joint}{part[1:]}"
    return parts._replace(path=parts.path.rstrip("/") + "/" + part.lstrip("/"), query="", fragment="").geturl()


def day_of(page: Page, source: Source) -> dt.date | None:
    """The day in Hà Nội on which a fetched article was published, by the page itself; None where it does not say."""
    from crawlers.extraction import extract  # heavy, and only a backfill needs it

    published = extract(page, source).published_at
    return hanoi_day(published) if published else None


MOST_LINKS = 5_000
"""Real sections have a few hundred links. What is beyond is counted and not looked at."""
MOST_REASONS = 5_000
"""Addresses left out that are remembered one by one, so as to count each once a run; what is beyond is only counted."""


def _sifted(
    parsed: ParsedFeed, url: str, source: Source, options: CrawlOptions, *, most: int = MOST_ITEMS
) -> Discovery:
    """The finds among the entries, `most` of them."""
    finds: dict[str, Find] = {}
    left_out: dict[str, str] = {}
    skipped = Counter({str(reason): count for reason, count in parsed.skipped.items()})
    for item in parsed.items:
        address, reason = _usable_address(item, source, options)
        if reason and len(left_out) < MOST_REASONS:
            left_out[address] = reason
        elif reason:
            skipped[reason] += 1
        elif (key := canonical_key(address, source)) not in finds and len(finds) >= most:
            skipped[Skip.OVER_CAP.value] += 1
        else:
            found = Find(address.partition("#")[0], key, url, item.title, item.published, item.summary)
            finds.setdefault(key, found)
    children = tuple(child for child in parsed.children if on_site(child, source))
    left_out |= dict.fromkeys(set(parsed.children).difference(children), OTHER_SITE)
    elsewhere = FeedProblem.ELSEWHERE if parsed.children and not children else None
    return Discovery(
        finds=tuple(finds.values()),
        left_out=left_out,
        skipped=dict(skipped),
        problem=parsed.problem or elsewhere,
        children=children,
    )


def _usable_address(item: FeedItem, source: Source, options: CrawlOptions) -> tuple[str, str | None]:
    """The address of an entry that is an article; else its first one, and why it is none."""
    if _is_out_of_dates(item, source, options):
        return item.url, Skip.OUT_OF_DATES.value
    reasons = {address: _left_out_because(address, source) for address in (item.url, *item.others)}
    return next(((address, None) for address, reason in reasons.items() if not reason), (item.url, reasons[item.url]))


def _left_out_because(address: str, source: Source) -> str | None:
    excluded = is_excluded(address, source)
    if excluded:
        return excluded
    return None if has_article_form(address, source) else Skip.NOT_ARTICLE.value


def _is_out_of_dates(item: FeedItem, source: Source, options: CrawlOptions) -> bool:
    if options.since is None and options.until is None:
        return False
    published = _printed_day(item.published, source)
    if published and options.until and published > options.until:
        return True
    last = published or _printed_day(item.touched, source)
    return bool(last and options.since and last < options.since)


def _printed_day(printed: str | None, source: Source) -> dt.date | None:
    moment = parse_date(printed, us_order="feed" in source.us_order or None) if printed else None
    return hanoi_day(moment) if moment else None


def _feeds_listed(body: bytes, url: str, source: Source) -> tuple[tuple[str, ...], int]:
    """The feeds that an HTML index names and that belong to our sections, and how many others it names."""
    document = _document(body, source.encoding)
    if document is None:
        return (), 0
    links = dict.fromkeys(_links(document.css("a[href], link[href]"), url))
    own = urlsplit(url).path.rstrip("/")
    feeds = [link for link in links if _is_feed_address(link) and urlsplit(link).path.rstrip("/") != own]
    slugs = {section.path.strip("/").rpartition("/")[2].lower() for section in source.sections}
    wanted = [feed for feed in feeds if on_site(feed, source) and _slug(feed) in slugs]
    return tuple(wanted), len(feeds) - len(wanted)


def _is_feed_address(link: str) -> bool:
    return bool(re.search(r"/rss/\S|\.rss$|/feed/?$|/rss\.xml$", urlsplit(link).path))


def _slug(link: str) -> str:
    return re.sub(r"\.(?:rss|xml)$", "", urlsplit(link).path.rstrip("/").rpartition("/")[2].lower())


def _document(body: bytes, charset: str | None) -> Element | None:
    return parse(decode_xml(body, charset).replace("\x00", ""))


def _base(document: Element, url: str, source: Source) -> str:
    for element in document.css("base[href]"):
        base = joined(url, attribute(element, "href"))
        if base and on_site(base, source):  # a page may not send all its links elsewhere
            return base
    return url


def _links(anchors: Iterable[Element], base: str) -> Iterator[str]:
    """The addresses that can be used."""
    return filter(None, (joined(base, attribute(anchor, "href")) for anchor in anchors))


def _titled_links(anchors: Iterable[Element], base: str) -> tuple[dict[str, str | None], dict[str, int]]:
    """Addresses in the order of the page, each with the longest text that links to it, and the count of broken ones."""
    titles: dict[str, str | None] = {}
    broken = 0
    for anchor in anchors:
        link = joined(base, attribute(anchor, "href"))
        if link is None:
            broken += 1
        elif link.startswith(("http://", "https://")):
            words = " ".join(anchor.text().split()) or attribute(anchor, "title").strip()
            titles[link] = max(titles.get(link) or "", words[:_LONGEST_TITLE], key=len) or None
    return titles, {Skip.BROKEN_LINK.value: broken} if broken else {}


_LONGEST_TITLE = 1_000
"""A link around half a page is no headline; the archive is not filled with it."""


def _in_list(document: Element, selectors: Iterable[str]) -> list[Element]:
    found = [element for selector in selectors for element in document.css(selector)]
    return [element for element in found if attribute(element, "href")]


def _next_page(document: Element, url: str, base: str, source: Source, page: int) -> str | None:
    """The next page: by the catalogue's pattern, else a rel="next", else a link that differs by the page's number."""
    if source.paging:
        return None  # the caller counts: page_url(section, paging, page + 1)
    for link in _links(document.css("a[rel=next][href], link[rel=next][href]"), base):
        if on_site(link, source):
            return link
    path = re.escape(urlsplit(canonical_url(url)).path.rstrip("/"))
    path = re.sub(r"(?:/trang\\-|/page/)\d+$", "", path)
    numbered = re.compile(rf"^{path}/?(?:\?(?:p|page|trang)={page + 1}\b|/(?:trang-|page/){page + 1}(?:\.html?)?/?$)")
    for link in _links(document.css("a[href]"), base):
        parts = urlsplit(link)
        if on_site(link, source) and numbered.search(f"{parts.path}?{parts.query}" if parts.query else parts.path):
            return link
    return None
