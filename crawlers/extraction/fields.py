"""Title, lead, author, section, tags: by the family's rule first, then by what the head of the page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from crawlers.extraction.credits import clean_author, is_own_name
from crawlers.extraction.marks import Marks
from crawlers.extraction.metadata import Metadata, read_metadata
from crawlers.extraction.signs import folded, signs
from crawlers.extraction.tree import Element, select, words
from crawlers.source import Selectors, Source

_SUFFIX = re.compile(r"^(?P<title>.{8,}?)\s*(?:\s[-–—|]|[|])\s+(?P<name>[^|]{3,60})$", re.DOTALL)
_PAPER_NAME = re.compile(
    r"^(?:báo (?!cáo|động|chí|ứng|ân|hiếu)|tạp chí |đài |cổng |trang (?:thông tin|tin) |ban tuyên giáo"
    r"|[\w-]+(?:\.[\w-]+)+$)",
    re.IGNORECASE,
)
_SLOGAN = re.compile(
    r"(?:báo|trang|cổng|tạp chí|website)\b.{0,80}\b(?:cơ quan (?:ngôn luận|của)|tin tức|cập nhật|điện tử|thông tin)",
    re.IGNORECASE,
)
"""A site's description of itself, the same on every page."""

_CUT_SHORT = re.compile(r"(?:\.\.\.|…)\s*$")
_NONE = Selectors()


@dataclass(frozen=True, slots=True)
class View:
    """A page in the course of being read: its tree, its head, and whose it is."""

    root: Element
    metadata: Metadata
    source: Source | None
    rules: Selectors = _NONE
    """The selectors of its paper that can match on this page (none for a page of no known paper)."""
    marks: Marks | None = None

    def select(self, selector: str) -> list[Element]:
        """All elements of the page that a selector means, in document order."""
        return self.marks.select(selector) if self.marks else select(self.root, selector)


def view_of(root: Element, source: Source | None) -> View:
    """The view of a parsed page."""
    if source is None:
        return View(root, read_metadata(root), source)
    marks = Marks(root, source.selectors)
    return View(root, read_metadata(root), source, marks.present(), marks)


def _usable(value: str | None) -> str | None:
    """A value that is no unfilled template field."""
    text = " ".join((value or "").split())
    return text if text and not signs().inside.search(text) else None


def title_of(view: View) -> str | None:
    """The headline, without the paper's name behind it; its document numbers stay."""
    for candidate in _titles(view):
        usable = _usable(candidate)
        if usable and not _is_paper(usable, view):
            return _without_name(usable, view)
    return None


def _titles(view: View) -> Iterator[str]:
    """What may be the headline, surest first: the family's place, the head, a heading that the head repeats."""
    for selector in view.rules.title:
        yield from (words(element) for element in view.select(selector)[:3])
    yield view.metadata.linked("headline", "name") or ""
    yield view.metadata.meta.get("og:title", "")
    head = " ".join(words(element) for element in islice(view.root.iter("title"), 1))
    headings = (words(element) for element in islice(view.root.iter("h1", "h2"), 20))
    yield from (heading for heading in headings if len(heading) >= 15 and folded(heading) in folded(head))
    if view.source is None:
        yield from (words(element) for element in islice(view.root.iter("h1"), 1))
    yield head


def _is_paper(text: str, view: View) -> bool:
    if view.source is not None and is_own_name(text, view.source):
        return True
    site = view.metadata.meta.get("og:site_name", "")
    if site and folded(text) == folded(site):
        return True
    return re.fullmatch(r"báo [\w -]{3,30}(?:online|điện tử)?", folded(text)) is not None and len(text.split()) <= 5


def _without_name(title: str, view: View) -> str:
    """Only a last part that is a paper's name goes: "… số 25-NQ/TW" keeps its dash."""
    found = _SUFFIX.match(title)
    if not found:
        return title
    name = found["name"].strip()
    site = view.metadata.meta.get("og:site_name", "")
    own = view.source is not None and is_own_name(name, view.source)
    if own or (site and folded(name) == folded(site)) or (_PAPER_NAME.match(name) and not re.search(r"\d", name)):
        return found["title"].strip()
    return title


def lead_of(view: View) -> tuple[str | None, Element | None]:
    """(the sapo, the element that printed it). The head's description serves only where it is whole."""
    for selector in view.rules.lead:
        parts = view.select(selector)
        if parts and (text := _usable(words(parts[0]))) and _is_sentence(text):
            return text, parts[0]
    for key in ("og:description", "description"):
        text = _usable(view.metadata.meta.get(key))
        if text and len(text) > 30 and not _CUT_SHORT.search(text) and not _SLOGAN.match(text):
            return text, None
    return None, None


def _is_sentence(text: str) -> bool:
    """Whether a text can be a sapo: a bold "I. Tình hình chung" at the head of a body is a heading."""
    return len(text) >= 40 or text.endswith((".", "!", "?", "…", ":"))


def author_of(view: View) -> tuple[str | None, str | None]:
    """(author, credited origin) by the family's rule, else by the head; login names and the like are nobody."""
    for selector in view.rules.author:
        for element in view.select(selector)[:2]:
            line = words(element)
            author, origin = clean_author(line, view.source) if len(line.split()) <= 16 else (None, None)
            if author or origin:
                return author, origin
    for value in (
        view.metadata.linked("author"),
        view.metadata.meta.get("article:author"),
        view.metadata.meta.get("author"),
    ):
        if value and not value.startswith("http"):
            author, origin = clean_author(value, view.source)
            if author and not _is_paper(author, view):
                return author, origin
    return None, None


def section_of(view: View) -> str | None:
    """The paper's own section, as its breadcrumb or head names it."""
    for selector in view.rules.section:
        named = [text for element in view.select(selector) if (text := words(element).strip(" /»>"))]
        inner = [text for text in named if folded(text) != "trang chủ"]
        if inner:
            return inner[0][:120]
    return view.metadata.linked("articleSection") or view.metadata.meta.get("article:section")


def tags_of(view: View) -> tuple[str, ...]:
    """The article's own tags, without those that the paper hangs on everything."""
    shared = {folded(tag) for tag in (view.source.shared_tags if view.source else ())}
    found = [words(e).lstrip("#").strip() for selector in view.rules.tags for e in view.select(selector)]
    return tuple(dict.fromkeys(tag for tag in found if tag and folded(tag) not in shared))


def body_of(view: View) -> Element | None:
    """The element that holds the article's body, by the family's rule."""
    return next((found[0] for selector in view.rules.body if (found := view.select(selector))), None)
