"""Reads the XML that papers serve, whatever it calls itself, and cannot be harmed by it.

Nothing can make the parser open a file or an address, or blow up: the DOCTYPE is taken off before parsing, so that
there are no entities to expand, and the depth limit of libxml2 stays on. The encoding of the XML declaration is not
believed where the bytes are good UTF-8.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterator
from enum import StrEnum
from html.entities import html5

from lxml import etree


class FeedProblem(StrEnum):
    """Why a feed or sitemap is of no use."""

    HTML = "html"
    NOT_XML = "not_xml"
    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"


_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>")
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NOT_XML_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


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


def parse_xml(body: bytes, charset: str | None) -> etree._Element | FeedProblem:
    """The root of what can be read of an XML file, or why nothing can. `charset`: what the header said."""
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
    return FeedProblem.HTML if name_of(root).lower() == "html" else root


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


def text_of(element: etree._Element) -> str:
    """All text inside an element."""
    return "".join(str(part) for part in element.itertext())


def name_of(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return etree.QName(element).localname


def elements(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """All descendants of these local names, whatever their namespace."""
    return root.iter(*(f"{{*}}{name}" for name in names))


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The children of these local names, name by name."""
    for name in names:
        yield from element.iterchildren(f"{{*}}{name}")
