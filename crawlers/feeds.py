"""Reads RSS, Atom and sitemaps as papers really serve them.

Pure: bytes in, frozen values out. Nothing in a feed can make the parser open a file or an address, or blow
up: the DOCTYPE is taken off before parsing, so that there are no entities to expand, and the depth limit of
libxml2 stays on. The encoding of the XML declaration is not believed where the bytes are good UTF-8.
"""

from __future__ import annotations

import html
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html.entities import html5
from urllib.parse import urljoin

from lxml import etree

SUMMARY_LIMIT = 2_000
"""Characters kept of a feed's description: it is a hint, the page is the truth."""


class FeedProblem(StrEnum):
    """Why a feed or sitemap is of no use."""

    HTML = "html"
    NOT_XML = "not_xml"
    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"


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


_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>")
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NOT_XML_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_TAG = re.compile(r"<[/!A-Za-z][^<>]*>")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def parse_feed(body: bytes, url: str, *, charset: str | None = None, cap: int = 1_000) -> ParsedFeed:
    """The entries of an RSS 0.9-2.0, RDF or Atom feed.

    `url` is where it was found (links are resolved against it), `charset` what the header said. Entries over
    `cap` are counted in `skipped`, not returned.
    """
    root = _parse(body, charset)
    if isinstance(root, FeedProblem):
        return ParsedFeed(problem=root)
    if _name(root) not in {"rss", "RDF", "feed", "channel"}:
        return ParsedFeed(problem=FeedProblem.UNKNOWN_FORMAT)
    items, skipped = _capped(_feed_items(root, url), cap)
    return ParsedFeed(items, problem=None if items else FeedProblem.EMPTY, skipped=skipped)


def parse_sitemap(body: bytes, url: str, *, max_bytes: int, cap: int = 1_000) -> ParsedFeed:
    """The addresses of a sitemap, or the children of a sitemap index; gzip is unpacked up to `max_bytes`.

    A `lastmod` becomes `published` only as a hint: whether a URL is fetched is decided by what is known of it.
    """
    root = _parse(unpack(body, max_bytes), None)
    if isinstance(root, FeedProblem):
        return ParsedFeed(problem=root)
    if _name(root) == "sitemapindex":
        children = tuple(dict.fromkeys(filter(None, (_child_link(e, url) for e in _elements(root, "sitemap")))))
        return ParsedFeed(children=children, problem=None if children else FeedProblem.EMPTY)
    if _name(root) != "urlset":
        return ParsedFeed(problem=FeedProblem.UNKNOWN_FORMAT)
    items, skipped = _capped(_newest_first(_sitemap_items(root, url)), cap)
    return ParsedFeed(items, problem=None if items else FeedProblem.EMPTY, skipped=skipped)


def unpack(body: bytes, max_bytes: int) -> bytes:
    """`body` gunzipped where it is gzip, cut at `max_bytes`; anything else as it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, max_bytes)
    except zlib.error:
        return b""


def decode_xml(body: bytes, charset: str | None) -> str:
    """The text of an XML file: byte order mark, else UTF-8 where it fits, else what is declared, else a guess."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    declared = _DECLARED_ENCODING.match(body)
    candidates = ["utf-8", declared.group(1).decode("ascii") if declared else None, charset]
    for encoding in filter(None, candidates):
        try:
            return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    # Broken UTF-8 is far more common than a true legacy page: keep what can be read.
    return body.decode("utf-8", errors="replace")


def plain_text(markup: str) -> str:
    """A title or description as plain text.

    XML has been decoded once already; one more decoding mends the double escaping that CMSs produce
    ("truy&amp;#7873;n"), and never more than one.
    """
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())


def _parse(body: bytes, charset: str | None) -> etree._Element | FeedProblem:
    text = decode_xml(body, charset).strip("\ufeff \t\r\n\x00")
    if not text:
        return FeedProblem.EMPTY
    head = _DECLARATION.sub("", text[:2_000], count=1).lstrip().lower()
    if head.startswith(("<!doctype html", "<html")):
        return FeedProblem.HTML
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        root = etree.fromstring(_mended(text).encode(), parser)
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        return FeedProblem.HTML if "<body" in text[:5_000].lower() else FeedProblem.NOT_XML
    return FeedProblem.HTML if _name(root).lower() == "html" else root


def _mended(text: str) -> str:
    """`text` without declaration, DOCTYPE and characters XML forbids, HTML's entities and bare & made good."""
    text = _NOT_XML_CHARACTERS.sub("", _DECLARATION.sub("", text, count=1))
    text = _DOCTYPE.sub("", text, count=1)
    before, *sections = text.split("<![CDATA[")
    mended = [_mended_markup(before)]
    for section in sections:  # inside CDATA an & is just an &
        inside, end, after = section.partition("]]>")
        mended += ["<![CDATA[", inside, end, _mended_markup(after)]
    return "".join(mended)


def _mended_markup(part: str) -> str:
    part = _NAMED_ENTITY.sub(_html_entity, part)
    return _BARE_AMPERSAND.sub("&amp;", part)


def _html_entity(match: re.Match[str]) -> str:
    name = match.group(1)
    return match.group(0) if name in _XML_OWN else html.escape(html5.get(f"{name};", match.group(0)), quote=False)


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
    for element in _elements(root, "item", "entry"):
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
        for link in _children(element, name):
            href = link.get("href")
            if href and link.get("rel", "alternate") == "alternate":
                return href.strip()
            if link.text and link.text.strip():
                return link.text.strip()
    for guid in _children(element, "guid", "id"):
        value = (guid.text or "").strip()
        # A guid without the attribute is a permalink by the standard, but many are bare numbers.
        if guid.get("isPermaLink", "true").lower() != "false" and value.startswith(("http://", "https://", "/")):
            return value
    return None


def _sitemap_items(root: etree._Element, url: str) -> Iterator[FeedItem | None]:
    for element in _elements(root, "url"):
        link = _child_link(element, url)
        if not link:
            yield None
            continue
        yield FeedItem(
            url=link,
            title=next((plain_text(_text(e)) for e in _elements(element, "title")), None),
            published=next((e.text.strip() for e in _elements(element, "publication_date", "lastmod") if e.text), None),
        )


def _newest_first(items: Iterator[FeedItem | None]) -> Iterator[FeedItem | None]:
    """Entries with the newest `lastmod` first (ISO dates sort as text), undated ones before all dated ones.

    Where every entry carries one and the same date it says nothing: the file's own order stays.
    """
    yield from sorted(items, key=lambda item: (item.published or "9") if item else "", reverse=True)


def _child_link(element: etree._Element, url: str) -> str | None:
    for loc in _children(element, "loc"):
        if loc.text and loc.text.strip():
            return urljoin(url, loc.text.strip())
    return None


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _elements(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """All descendants of these local names, whatever their namespace."""
    return root.iter(*(f"{{*}}{name}" for name in names))


def _children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    for name in names:
        yield from element.iterchildren(f"{{*}}{name}")


def _first_text(element: etree._Element, *names: str) -> str | None:
    for child in _children(element, *names):
        text = plain_text(_text(child))
        if text:
            return text
    return None


def _first_raw(element: etree._Element, *names: str) -> str | None:
    for child in _children(element, *names):
        text = " ".join(_text(child).split())
        if text:
            return text
    return None
