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
_FRAME = re.compile(rb"<!doctype[^>]{0,500}>|</?(?:html|body)\b[^>]{0,2000}>|<\?xml[^>]{0,500}\?>", re.IGNORECASE)
# An advertisement inside a <p> closes the paragraph in the middle of its sentence.
_AD = re.compile(
    rb"<div[^>]{0,300}>\s*<ins\b[^>]{0,500}>.{0,2000}?</ins>\s*</div>|<ins\b[^>]{0,500}\bads?[^>]{0,500}>.{0,2000}?</ins>",
    re.IGNORECASE | re.DOTALL,
)
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def parse(text: str) -> Element | None:
    """The root element, or None for a page without one.

    Depth is bounded by the parser (256): what is nested deeper is cut, no recursion can run away.
    """
    clean = _FRAME.sub(b"", _xml_letters(text))
    if any(sign in clean for sign in (b"<ins", b"<INS", b"<Ins")):
        clean = _AD.sub(b" ", clean)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(b"<html>" + clean, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _xml_letters(text: str) -> bytes:
    """The text as UTF-8 without what XML does not know. Most pages hold nothing of the kind: asking is cheap."""
    if "\ufffe" in text or "\uffff" in text:
        text = _NOT_XML.sub("", text)
    try:
        letters = text.encode()
    except UnicodeEncodeError:
        letters = _NOT_XML.sub("", text).encode()
    return letters.translate(None, _CONTROLS)


@lru_cache(maxsize=2048)
def _xpath(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))


@lru_cache(maxsize=2048)
def _xpath_from_here(selector: str) -> Any:  # noqa: ANN401 (lxml's results are of any type)
    """The selector with its first step bound to the very element it is asked of."""
    return etree.XPath(HTMLTranslator().css_to_xpath(selector, prefix="self::"))


def select(root: Element, selector: str) -> list[Element]:
    """All elements below (and with) `root` that a CSS selector means, in document order."""
    found: Any = _xpath(selector)(root)
    return list(found)


_MARKED = etree.XPath("//*[@class or @id]")


@lru_cache(maxsize=2048)
def _needed(selector: str) -> frozenset[str]:
    """The class names and ids without which a selector finds nothing."""
    certain = re.sub(r":\w+\(.*\)|\[[^\]]*\]", "", selector)
    return frozenset(re.findall(r"[.#]([\w-]+)", certain))


_STEP = re.compile(r"[\w-]*[.#](?P<name>[\w-]+)[\w.#-]*(?P<rest>[^,]*)")
"""A selector whose first step names a class or an id: "h1.title", "#content > p"."""

_FEW = 40


@lru_cache(maxsize=256)
def _names_in(selectors: Selectors) -> frozenset[str]:
    return frozenset().union(*(_needed(one) for field in Selectors.model_fields for one in getattr(selectors, field)))


@lru_cache(maxsize=16_384)
def _of_those(attribute: str, names: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in attribute.split() if name in names)


class Marks:
    """The elements of a page that a paper's selectors name by class or id, found in one walk."""

    def __init__(self, root: Element, selectors: Selectors) -> None:
        self._root = root
        self._selectors = selectors
        self._marked: dict[str, list[Element]] = {}
        names = _names_in(selectors)
        found: Any = _MARKED(root)
        for element in found:
            for attribute in (element.get("class"), element.get("id")):
                for name in _of_those(attribute, names) if attribute else ():
                    self._marked.setdefault(name, []).append(element)

    def present(self) -> Selectors:
        """Those selectors whose names the page has at all: asking a set costs a hundredth of an XPath."""
        kept: dict[str, Any] = {
            field: tuple(one for one in getattr(self._selectors, field) if _needed(one) <= self._marked.keys())
            for field in Selectors.model_fields
        }
        return Selectors.model_construct(_fields_set=None, **kept)

    def select(self, selector: str) -> list[Element]:
        """As `select` from the page's root, for one of the selectors. Elements cut since the walk are not found."""
        step = _STEP.fullmatch(selector)
        if step is None:
            return select(self._root, selector)
        anchors = [one for one in dict.fromkeys(self._marked.get(step["name"], ())) if self._holds(one)]
        # Several anchors may lie in each other, and what they lead to would come out of order.
        if len(anchors) > (1 if step["rest"] else _FEW):
            return select(self._root, selector)
        from_here = _xpath_from_here(selector)
        return [found for anchor in anchors for found in from_here(anchor)]

    def _holds(self, element: Element) -> bool:
        top = element
        for top in element.iterancestors():  # noqa: B007 (the last one is wanted)
            pass
        return top is self._root


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


@lru_cache(maxsize=512)
def _runs(selectors: tuple[str, ...]) -> tuple[Any, ...]:
    """One XPath for every stretch of selectors whose finds do not depend on what the others took out."""
    runs: list[list[str]] = []
    free = False
    for selector in selectors:
        was_free, free = free, re.search(r"[:+~]", selector) is None
        if free and was_free:
            runs[-1].append(selector)
        else:
            runs.append([selector])
    translate = HTMLTranslator().css_to_xpath
    return tuple(etree.XPath(" | ".join(translate(selector) for selector in run)) for run in runs)


def remove(root: Element, selectors: Iterable[str]) -> None:
    """Take out everything the selectors mean, leaving the text behind each."""
    for found in _runs(tuple(selectors)):
        for element in found(root):
            if element is not root:
                cut(element)


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
