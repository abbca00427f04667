"""Reads the XML that papers serve, whatever it calls itself, and cannot be harmed by it.

Nothing can make the parser open a file or an address, or blow up: the DOCTYPE is taken off before parsing, so that
there are no entities to expand, and the depth limit of libxml2 stays on. The encoding of the XML declaration is not
believed where the bytes are good UTF-8.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from html.entities import html5

from lxml import etree

from crawlers.compression import CutOffError, OverLimitError, packed_as, undone


class FeedProblem(StrEnum):
    """Why a feed or sitemap is of no use."""

    HTML = "html"
    NOT_XML = "not_xml"
    UNKNOWN_FORMAT = "unknown_format"
    EMPTY = "empty"
    ELSEWHERE = "elsewhere"
    CUT_OFF = "cut_off"
    TOO_LARGE = "too_large"
    TOO_HEAVY = "too_heavy"


_DECLARATION = re.compile(r"^\s*<\?xml[^>]*?\?>")
_DECLARED_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_FIRST_TAG = re.compile(r"<[A-Za-z]")
_NAME = re.compile(r"[\w:.-]+")
_BARE_VALUE = re.compile(r"=([^\s\"'>]+)(?=\s|$)")
_ENTRIES = ("item", "entry", "url", "sitemap")
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,40});")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NOT_XML_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_LAYERS = 3
_ROOT = re.compile(r"<(?:\?xml|rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.IGNORECASE)
"""A feed begins here, whatever stands before it: PHP prints its warnings there."""
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def unpack(body: bytes, max_bytes: int) -> bytes | FeedProblem:
    """`body` as it was before it was packed, all members of it; or why that cannot be had. Anything else as it is."""
    for _ in range(_MOST_LAYERS):
        packed = packed_as(body)
        if packed is None:
            return FeedProblem.CUT_OFF if body.startswith(b"\x1f\x8b") else body
        try:
            body = undone(packed, body, max_bytes)
        except OverLimitError:
            return FeedProblem.TOO_LARGE
        except CutOffError:
            return FeedProblem.CUT_OFF
    return FeedProblem.TOO_LARGE


def decode_xml(body: bytes, charset: str | None) -> str:
    """The text of an XML file: byte order mark, else UTF-8 where it fits, else what is declared, else a guess."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, errors="replace")
    declared = _DECLARED_ENCODING.match(body[:500])
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
    if not text.startswith("<?xml") and (begin := _ROOT.search(text[:20_000])):
        text = text[begin.start() :]
    head = _DECLARATION.sub("", text[:2_000], count=1).lstrip().lower()
    if head.startswith(("<!doctype html", "<html")):
        return FeedProblem.HTML
    root = _root_of(f"<all>{_mended(_quoted(_without_cut_entry(_without_comments(text))))}</all>")
    if root is not None and name_of(root) != "RDF" and name_of(root).lower() != name_of(root):
        for element in root.iter("{*}*"):
            with suppress(ValueError):  # "A:B:C" is no name by lxml, which read it: nor is it one that we ask for
                element.tag = str(element.tag).lower()
    if root is None:
        return FeedProblem.HTML if "<body" in text[:5_000].lower() else FeedProblem.NOT_XML
    return FeedProblem.HTML if name_of(root).lower() == "html" else root


def _root_of(text: str) -> etree._Element | None:
    """The root of what stands in `text`'s own; of several, as a cache joins them, one that holds them all."""
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        frame = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError:
        return None
    roots = list(frame.iterchildren("{*}*")) if frame is not None else []
    if len(roots) < 2 or roots[0].tag != roots[1].tag:
        return next(iter(roots), None)
    with suppress(ValueError):  # as above
        frame.tag = roots[0].tag
    return frame


_COMMENT_OR_CDATA = re.compile(r"<!--|<!\[CDATA\[")
_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}


def _without_comments(text: str) -> str:
    """`text` without comments: "--" within one ends the parser's reading. What stands in CDATA is no comment."""
    kept, at = [], 0
    while begin := _COMMENT_OR_CDATA.search(text, at):
        mark = _ENDS[begin[0]]
        end = text.find(mark, begin.end())
        if end < 0:  # never closed: not taken for the whole rest
            break
        end += len(mark)
        kept.append(text[at : begin.start() if begin[0] == "<!--" else end])
        at = end
    return "".join([*kept, text[at:]])


def _quoted(text: str) -> str:
    """`text` with the bare values of its first tag's attributes ("version=2.0") in quotes."""
    first = _FIRST_TAG.search(text)
    end = text.find(">", first.start(), first.start() + 2_000) if first else -1
    if first is None or end < 0:
        return text
    return text[: first.start()] + _BARE_VALUE.sub(r'="\1"', text[first.start() : end]) + text[end:]


def _without_cut_entry(text: str) -> str:
    """`text` with the entry emptied in whose middle it ends: half an address is none, and is counted so."""
    first = _FIRST_TAG.search(text)
    if first is None or f"</{_NAME.match(text, first.start() + 1)[0]}" in text:  # type: ignore[index] # a letter is there
        return text
    begin, name = max((text.rfind(f"<{name}{end}"), name) for name in _ENTRIES for end in "> \n")
    return text if begin < 0 or f"</{name}>" in text[begin:] else f"{text[:begin]}<{name}/>"


def _mended(text: str) -> str:
    """`text` without declaration, DOCTYPE and characters XML forbids, HTML's entities and bare & made good."""
    text = _NOT_XML_CHARACTERS.sub("", _DECLARATION.sub("", text, count=1))
    text = _without_doctype(text)
    before, *sections = text.split("<![CDATA[")
    mended = [_mended_markup(before)]
    for section in sections:  # inside CDATA an & is just an &
        inside, end, after = section.partition("]]>")
        if not end:  # never closed: it ends where its element does
            inside, tag, after = section.partition("</")
            after = tag + after
        mended += ["<![CDATA[", inside, "]]>", _mended_markup(after)]
    return "".join(mended)


def _without_doctype(text: str) -> str:
    """`text` without the DOCTYPE that stands before its first element; one without an end is taken for all there is."""
    first = _FIRST_TAG.search(text)
    head = text[: first.start()] if first else text
    begin = head.upper().find("<!DOCTYPE")
    if begin < 0:
        return text
    end, subset = text.find(">", begin), text.find("[", begin)
    if 0 <= subset < end:
        end = text.find(">", max(text.find("]", subset), subset))
    return text[:begin] + text[end + 1 :] if end >= 0 else text[:begin]


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
    return str(element.tag).rpartition("}")[2]


def elements(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """All descendants of these local names, whatever their namespace."""
    return root.iter(*(f"{{*}}{name}" for name in names))


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """The children of these local names, name by name."""
    for name in names:
        yield from element.iterchildren(f"{{*}}{name}")
