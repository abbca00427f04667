"""Reads what papers serve as a list of their articles: RSS, Atom, RDF, JSON Feed, sitemaps of every form.

Pure: bytes in, frozen values out. What makes the parsing safe stands in `crawlers.hardened_xml`. A list is told by what
it holds, not by where it was found: papers serve RSS as a sitemap, and one address a line.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from operator import itemgetter
from typing import Any, TypeVar

from lxml import etree

from analysis.text import without_surrogates
from crawlers.hardened_xml import FeedProblem, children, decode_xml, elements, name_of, parse_xml, text_of, unpack
from crawlers.keys import joined

SUMMARY_LIMIT = 2_000
"""Characters kept of a feed's description: it is a hint, the page is the truth."""
MOST_ITEMS = 50_000
"""As many as one sitemap may hold by the protocol."""


class Skip(StrEnum):
    """Why an entry was left out on purpose, in words for the ledger."""

    OVER_CAP = "vượt số mục lấy trong một lượt"
    KNOWN = "đã biết, trong danh sách dài hơn số mục lấy trong một lượt"
    NO_LINK = "mục không có địa chỉ"
    BROKEN_LINK = "địa chỉ hỏng, không dùng được"
    REPEATED = "mục lặp lại"
    NOT_ARTICLE = "không phải địa chỉ bài"
    OUT_OF_DATES = "ngoài khoảng ngày yêu cầu"
    TOO_DEEP = "quá số tệp sitemap cho một lượt"
    OTHER_FEED = "nguồn cấp của chuyên mục không theo dõi"
    CUT_OFF = "tệp nén bị cắt giữa chừng, không đọc"
    TOO_LARGE = "tệp giải nén ra quá lớn, không đọc"
    TOO_HEAVY = "tệp quá nặng, không đọc hết trong thời hạn"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry; `published` as printed, `title` and `summary` as plain text.

    `touched` is a date of its last change (`lastmod`, Atom's `updated`): it orders a list and says what is surely too
    old, and is no evidence of publication. `others` are further addresses that the entry gives.
    """

    url: str
    title: str | None = None
    published: str | None = None
    summary: str | None = None
    touched: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """The entries of a list, those to be taken first in front; `children` are the sitemaps that an index names."""

    items: tuple[FeedItem, ...] = ()
    children: tuple[str, ...] = ()
    problem: FeedProblem | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)


_TAG = re.compile(r"<[/!A-Za-z][^<>]*>")
_ENCODED_TWICE = re.compile(
    r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|apos|quot|nbsp|[a-z]{1,2}(?:acute|grave|circ|tilde|uml));", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://\S", re.IGNORECASE)


def parse_feed(body: bytes, url: str, *, charset: str | None = None, max_bytes: int = 32_000_000) -> ParsedFeed:
    """The entries of a feed or sitemap, or the children of a sitemap index.

    `url` is where it was found (links are resolved against it), `charset` what the header said. A packed one is
    unpacked, whole or not at all, up to `max_bytes`. Entries over `MOST_ITEMS` are counted in `skipped`, not returned.
    """
    unpacked = unpack(body, max_bytes)
    if isinstance(unpacked, FeedProblem):
        return ParsedFeed(problem=unpacked, skipped={Skip[unpacked.name].value: 1})
    told = _without_markup(unpacked, charset)
    if told is not None:
        return _listed(told, partial(_told_item, url=url))
    root = parse_xml(unpacked, charset)
    return ParsedFeed(problem=root) if isinstance(root, FeedProblem) else _in_xml(root, url)


def _in_xml(root: etree._Element, url: str) -> ParsedFeed:
    if name_of(root) in {"sitemapindex", "urlset"}:  # some hold entries of both kinds
        found = _listed(_first_wanted(elements(root, "url")), partial(_sitemap_item, url=url))
        maps = _index(root, url)
        skipped = Counter(found.skipped) + Counter(maps.skipped)
        return ParsedFeed(found.items, maps.children, found.problem and maps.problem, dict(skipped))
    if name_of(root) in {"rss", "RDF", "feed", "channel"}:
        return _listed([*elements(root, "item", "entry")], partial(_feed_item, url=url))
    inner = next(elements(root, "rss", "RDF", "feed", "urlset", "sitemapindex"), None)  # in a frame of somebody's own
    return ParsedFeed(problem=FeedProblem.UNKNOWN_FORMAT) if inner is None else _in_xml(inner, url)


def plain_text(markup: str) -> str:
    """A title or description as plain text.

    XML has been decoded once already; one more decoding mends the double escaping that CMSs produce
    ("truy&amp;#7873;n"), and a third only what no writer means (an apostrophe or a letter escaped within CDATA).
    """
    text = html.unescape(_TAG.sub(" ", markup))
    return " ".join(_ENCODED_TWICE.sub(lambda found: html.unescape(found.group()), text).split())


_T = TypeVar("_T")
_Entry = FeedItem | Skip
"""An entry, or why there is none."""


def _listed(sources: Sequence[_T], made: Callable[[_T], _Entry]) -> ParsedFeed:
    """The entries that are made of these; what is over `MOST_ITEMS` is only counted."""
    kept: dict[str, FeedItem] = {}
    skipped: Counter[str] = Counter()
    for number, source in enumerate(sources):
        if len(kept) >= MOST_ITEMS:
            skipped[Skip.OVER_CAP] = len(sources) - number
            break
        entry = made(source)
        if isinstance(entry, Skip):
            skipped[entry] += 1
        elif entry.url in kept:
            skipped[Skip.REPEATED] += 1
        else:
            kept[entry.url] = entry
    return ParsedFeed(tuple(kept.values()), problem=None if kept else FeedProblem.EMPTY, skipped=dict(skipped))


def _entry(base: str, links: Iterable[str], **more: Any) -> _Entry:
    """The entry under the first of these links that can be used."""
    named = [plain for link in links if (plain := _plain_address(link))]
    usable = list(dict.fromkeys(filter(None, (joined(base, link) for link in named))))
    if not usable:
        return Skip.BROKEN_LINK if named else Skip.NO_LINK
    return FeedItem(usable[0], others=tuple(usable[1:]), **more)


_ESCAPED = re.compile(r"&(?:amp;)+(?:#0?38;)?", re.IGNORECASE)


def _plain_address(link: str) -> str:
    """A link without line breaks, "&" for an "&amp;" that CDATA or a second escaping kept; of an <a>, its target."""
    if (told := _ANCHOR.search(link)) is not None:
        link = told[1]
    return _ESCAPED.sub("&", "".join(link.split("\n"))).strip()


_ANCHOR = re.compile(r"<a\s[^<>]{0,300}?href\s*=\s*[\"']([^\"'<>]+)", re.IGNORECASE)


# Feeds


def _feed_item(element: etree._Element, url: str) -> _Entry:
    return _entry(
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
        if permalink or _ADDRESS.match(value):
            yield value


def _without_markup(body: bytes, charset: str | None) -> Sequence[_Told] | None:
    """The entries of a JSON Feed or of a text with one address a line; None for anything else."""
    head = _REMARKS.sub(b"", body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n"))
    if head.startswith((b"{", b"[")):
        return _json_items(body, charset)
    if _ADDRESS.match(head.decode("latin-1").replace("\0", "").lstrip("ÿþ")):
        lines = [line.partition("\t")[0].strip() for line in decode_xml(body, charset).splitlines()]
        return _both_ends([line for line in lines if line and not line.startswith("#")])
    return None


_REMARKS = re.compile(rb"\A(?:#[^\r\n]*[\r\n]\s*)+")
_Told = str | Mapping[str, Any]
"""A line, or an item of JSON."""


def _json_items(body: bytes, charset: str | None) -> Sequence[_Told] | None:
    try:
        told = json.loads(decode_xml(body, charset))
        if b"\\ud" in body.lower():  # half a character, cut from its other half, would cost the whole feed
            told = json.loads(without_surrogates(json.dumps(told, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    return next(_lists_in(told), None)


def _lists_in(told: object, depth: int = 2) -> Iterator[Sequence[_Told]]:
    """The lists of items in an answer: a bare one (WordPress), JSON Feed's, one under a name of the CMS's own."""
    if isinstance(told, list):
        yield [item for item in told if isinstance(item, dict)]
    elif isinstance(told, dict) and depth:
        for name in sorted(told, key=lambda name: (name != "items", not isinstance(told[name], list))):
            if name == "items" or isinstance(told[name], dict) or _holds_items(told[name]):
                yield from _lists_in(told[name], depth - 1)


def _holds_items(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _told_item(item: _Told, url: str) -> _Entry:
    """A line of a text sitemap, or an item by jsonfeed.org, versions 1 and 1.1, or as WordPress lists its posts."""
    if isinstance(item, str):
        return _entry(url, [item]) if _ADDRESS.match(item.strip("\ufeff \t")) else Skip.BROKEN_LINK
    item = {key: one["rendered"] if isinstance(one, dict) and "rendered" in one else one for key, one in item.items()}

    def said(*names: str) -> str | None:
        return next((plain_text(str(item[name])) for name in names if isinstance(item.get(name), str | int)), None)

    own = str(item.get("id") or "")
    return _entry(
        url,
        [
            *(link for key in ("url", "link") if isinstance(link := item.get(key), str)),
            own if _ADDRESS.match(own) else "",
        ],
        title=said("title"),
        published=said("date_published", "date"),
        touched=said("date_modified", "modified"),
        summary=(said("summary", "excerpt", "content_text", "content_html") or "")[:SUMMARY_LIMIT] or None,
    )


# Sitemaps


def _index(root: etree._Element, url: str) -> ParsedFeed:
    maps = _first_wanted(elements(root, "sitemap"))
    listed = _listed(maps, lambda element: _entry(url, _locations(element)))
    return ParsedFeed(children=tuple(item.url for item in listed.items), problem=listed.problem, skipped=listed.skipped)


def _sitemap_item(element: etree._Element, url: str) -> _Entry:
    news = next(children(element, "news"), None)  # not <video:video>, which has a publication_date too
    return _entry(
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
        return _both_ends([element for _, element in dated])
    return [element for _, element in sorted(dated, key=itemgetter(0), reverse=True)]


def _told_of(element: etree._Element) -> str | None:
    """The date of publication, else that of the last change."""
    news = next(children(element, "news"), None)
    return (None if news is None else _first_raw(news, "publication_date")) or _first_raw(element, "lastmod")


def _both_ends(entries: list[_T]) -> list[_T]:
    """The first, the last, the second, the last but one …"""
    half = (len(entries) + 1) // 2
    pairs = zip(entries[:half], reversed(entries[len(entries) - half :]), strict=True)
    return [entry for pair in pairs for entry in pair][: len(entries)]


def _first_text(element: etree._Element, *names: str) -> str | None:
    return next(filter(None, (plain_text(text_of(child)) for child in children(element, *names))), None)


def _first_raw(element: etree._Element, *names: str) -> str | None:
    return next(filter(None, (" ".join(text_of(child).split()) for child in children(element, *names))), None)
