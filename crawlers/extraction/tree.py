"""The tree of a page: repaired markup, bounded depth, compiled selectors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from cssselect import HTMLTranslator
from lxml import etree

from crawlers.source import Selectors

Element = Any
"""An lxml element (lxml's stubs type too little of it to be of use)."""

# MEDIATECH sends "<html …></html><head>": the parser then stops seeing structure. Nested documents do the like.
# Without any html and body tags the parser builds one sound tree.
# The bounds keep a hostile page (a million unclosed tags) from costing more than its length.
_FRAME = re.compile(r"<!doctype[^>]{0,500}>|</?(?:html|body)\b[^>]{0,2000}>|<\?xml[^>]{0,500}\?>", re.IGNORECASE)
# An advertisement inside a <p> closes the paragraph in the middle of its sentence.
_AD = re.compile(
    r"<div[^>]{0,300}>\s*<ins\b[^>]{0,500}>.{0,2000}?</ins>\s*</div>|<ins\b[^>]{0,500}\bads?[^>]{0,500}>.{0,2000}?</ins>",
    re.IGNORECASE | re.DOTALL,
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse(text: str) -> Element | None:
    """The root element, or None for a page without one.

    Depth is bounded by the parser (256): what is nested deeper is cut, no recursion can run away.
    """
    clean = _AD.sub(" ", _FRAME.sub("", _NOT_XML.sub("", text)))
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(b"<html>" + clean.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


@lru_cache(maxsize=2048)
def _xpath(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))


def select(root: Element, selector: str) -> list[Element]:
    """All elements below (and with) `root` that a CSS selector means, in document order."""
    found: Any = _xpath(selector)(root)
    return list(found)


_CLASSES = etree.XPath("//@class", smart_strings=False)
_IDS = etree.XPath("//@id", smart_strings=False)


@lru_cache(maxsize=2048)
def _needed(selector: str) -> frozenset[str]:
    """The class names and ids without which a selector finds nothing."""
    certain = re.sub(r":\w+\(.*\)|\[[^\]]*\]", "", selector)
    return frozenset(re.findall(r"[.#]([\w-]+)", certain))


def present(selectors: Selectors, root: Element) -> Selectors:
    """Those selectors whose names the page has at all: asking a set costs a hundredth of an XPath."""
    classes: Any = _CLASSES(root)
    ids: Any = _IDS(root)
    names = {name for names in set(classes) for name in names.split()} | set(ids)
    kept: dict[str, Any] = {
        field: tuple(one for one in getattr(selectors, field) if _needed(one) <= names)
        for field in Selectors.model_fields
    }
    return Selectors.model_construct(_fields_set=None, **kept)


def first(root: Element, selectors: Iterable[str]) -> Element | None:
    """The first element that the first matching selector finds."""
    for selector in selectors:
        found = select(root, selector)
        if found:
            return found[0]
    return None


def words(element: Element) -> str:
    """The visible words of an element, spaces made single. Scripts and styles are no words."""
    if element.tag == "meta":
        return " ".join((element.get("content") or "").split())
    return " ".join("".join(_texts(element)).split())


_NO_WORDS = frozenset({"script", "style", "noscript", "template"})
_APART = frozenset({"br", "p", "div", "li"})


def _texts(element: Element) -> Iterator[str]:
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


def remove(root: Element, selectors: Iterable[str]) -> list[str]:
    """Take out everything the selectors mean, leaving the text behind each; the words taken out."""
    taken = []
    for selector in selectors:
        for element in select(root, selector):
            if element is not root:
                taken.append(words(element))
                cut(element)
    return taken


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
