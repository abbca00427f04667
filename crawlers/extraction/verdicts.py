"""What a page is when it is no article: a challenge, a missing page, a listing, a film."""

from __future__ import annotations

import re
from itertools import islice

from crawlers.challenges import FEW_WORDS, asks_for_proof
from crawlers.extraction.signs import signs
from crawlers.extraction.tree import Element, texts, words

_PLAYER = re.compile(r"youtube|youtu\.be|player|/video|vimeo|dailymotion", re.IGNORECASE)
_MISSING_STATUS = {404, 410}
_BLOCKED_STATUS = {401, 403, 407, 429, 503}


def is_missing_status(status: int) -> bool:
    """Whether the server itself says that there is no such page."""
    return status in _MISSING_STATUS


def is_blocked_status(status: int) -> bool:
    """Whether the server itself refuses us."""
    return status in _BLOCKED_STATUS


def is_challenge(root: Element, title: str, markup: str) -> bool:
    """Whether the page asks for a proof instead of showing an article. It is never answered."""
    if _has_paragraphs(root) or _is_longer(root, FEW_WORDS):
        return False
    heading = " ".join(words(heading) for heading in islice(root.iter("h1", "h2"), 1))
    return asks_for_proof((title, heading), markup, visible_length(root))


def _has_paragraphs(root: Element) -> bool:
    """Whether the first paragraphs alone hold more text than a challenge: most pages, told without looking further."""
    length = 0
    for paragraph in root.iter("p"):
        if next(paragraph.iterancestors("noscript", "template", "script", "style"), None) is None:
            length += len(words(paragraph))
        if length > FEW_WORDS:
            return True
    return False


def is_missing(root: Element, title: str) -> bool:
    """Whether the page says that what was asked for does not exist, whatever its status."""
    headings = (title, *(words(heading) for heading in islice(root.iter("h1", "h2"), 5)))
    return any(signs().missing_titles.search(heading.strip()) for heading in headings)


def visible_length(root: Element) -> int:
    """The characters of visible text in a page, menus included."""
    return len(words(_visible(root)))


def _visible(root: Element) -> Element:
    body = root.find("body")
    return root if body is None else body


def _is_longer(root: Element, length: int) -> bool:
    """Whether the visible text surely has more characters than this; stops looking as soon as it has."""
    for piece in texts(_visible(root)):
        length -= sum(map(len, piece.split()))
        if length < 0:
            return True
    return False


def looks_like_a_listing(root: Element, *, headlines_needed: int = 10) -> bool:
    """Whether a page lists articles: many headline links, and nowhere three paragraphs side by side."""
    headlines = {
        link.get("href")
        for link in root.iter("a")
        if link.get("href") and len(" ".join("".join(link.itertext()).split())) >= 25
    }
    return len(headlines) >= headlines_needed and paragraphs_together(root) < 3


def paragraphs_together(root: Element) -> int:
    """The greatest number of long paragraphs that share a parent: an article has several, a list of cards has none."""
    counts: dict[Element, int] = {}
    for paragraph in root.iter("p", "div"):
        own = (paragraph.text or "") + "".join(
            "".join(child.itertext()) + (child.tail or "")
            for child in paragraph
            if child.tag in {"b", "strong", "i", "em", "span", "u", "font", "br"}
        )
        parent = paragraph.getparent()
        if len(own.strip()) >= 80 and parent is not None:
            counts[parent] = counts.get(parent, 0) + 1
    return max(counts.values(), default=0)


def shows_a_film(root: Element) -> bool:
    """Whether a page has a player or an album of pictures. Asked before the body is pruned."""
    if next(root.iter("video", "audio"), None) is not None:
        return True
    if any(_PLAYER.search(frame.get("src") or frame.get("data-src") or "") for frame in root.iter("iframe")):
        return True
    kinds = [meta.get("content") or "" for meta in root.iter("meta") if meta.get("property") == "og:type"]
    return any(kind.startswith("video") for kind in kinds)
