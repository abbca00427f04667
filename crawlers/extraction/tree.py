"""The tree of a page: repaired markup, bounded depth, what is printed in an element."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from cssselect import HTMLTranslator
from lxml import etree

Element = Any
"""An lxml element (lxml's stubs type too little of it to be of use)."""

# MEDIATECH sends "<html …></html><head>": the parser then stops seeing structure. Nested documents do the like.
# Without any html and body tags the parser builds one sound tree.
# The bounds keep a hostile page (a million unclosed tags) from costing more than its length.
_FRAME = re.compile(
    rb"<(?:/?(?:html|body)\b[^>]{0,2000}>|!doctype[^>]{0,500}>|\?xml[^>]{0,500}\?>|(?P<ad>ins\b))",
    re.IGNORECASE,
)
# An advertisement inside a <p> closes the paragraph in the middle of its sentence.
_AD = re.compile(
    rb"<div[^>]{0,300}>\s*<ins\b[^>]{0,500}>.{0,2000}?</ins>\s*</div>|<ins\b[^>]{0,500}\bads?[^>]{0,500}>.{0,2000}?</ins>",
    re.IGNORECASE | re.DOTALL,
)
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def parse(text: str, utf8: bytes | None = None) -> Element | None:
    """The root element, or None for a page without one. `utf8`: the same text as bytes, where the caller has them.

    Depth is bounded by the parser (256): what is nested deeper is cut, no recursion can run away.
    """
    clean = _without_frame(_xml_letters(text, utf8))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(b"<html>" + clean, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _xml_letters(text: str, utf8: bytes | None) -> bytes:
    """The text as UTF-8 without what XML does not know. Most pages hold nothing of the kind: asking is cheap."""
    if "\ufffe" in text or "\uffff" in text:
        text, utf8 = _NOT_XML.sub("", text), None
    try:
        letters = text.encode() if utf8 is None else utf8
    except UnicodeEncodeError:
        letters = _NOT_XML.sub("", text).encode()
    return letters.translate(None, _CONTROLS)


def _without_frame(letters: bytes) -> bytes:
    """The markup without its frame and its advertisements, both looked for in one pass over the page."""
    kept: list[bytes] = []
    at = 0
    has_ads = False
    for match in _FRAME.finditer(letters):
        if match.lastgroup:
            has_ads = True
            continue
        kept.append(letters[at : match.start()])
        at = match.end()
    clean = b"".join((*kept, letters[at:]))
    return _AD.sub(b" ", clean) if has_ads else clean


@lru_cache(maxsize=2048)
def _xpath(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))


def select(root: Element, selector: str) -> list[Element]:
    """All elements below (and with) `root` that a CSS selector means, in document order."""
    found: Any = _xpath(selector)(root)
    return list(found)


_NO_WORDS = frozenset({"script", "style", "noscript", "template"})
_APART = frozenset({"br", "p", "div", "li"})
_WHOLE_TEXT: Any = etree.XPath("string()", smart_strings=False)


def words(element: Element) -> str:
    """The visible words of an element, spaces made single. Scripts and styles are no words."""
    if element.tag == "meta":
        return " ".join((element.get("content") or "").split())
    if len(element) == 0:
        return "" if element.tag in _NO_WORDS else " ".join((element.text or "").split())
    if next(element.iterdescendants(*_NO_WORDS, *_APART), None) is None and element.tag not in _NO_WORDS:
        return " ".join(_WHOLE_TEXT(element).split())
    return " ".join("".join(texts(element)).split())


def texts(element: Element) -> Iterator[str]:
    """The pieces of text in order. Words on both sides of a block or a line break stay two words."""
    quiet = None
    for event, part in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if part.tag in _NO_WORDS:
                quiet = quiet if quiet is not None else part
            elif quiet is None and part.text:
                yield part.text
            continue
        if part is quiet:
            quiet = None
        if part.tag in _APART:
            yield " "
        if quiet is None and part is not element and part.tail:
            yield part.tail


def cut(element: Element) -> None:
    """Remove one element but not the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    tail = (" " + element.tail) if element.tail else " "
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
