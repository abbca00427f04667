"""Title, lead, author, section, tags: by the family's rule first, then by what the head of the page says."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from crawlers.catalogue import load_families
from crawlers.extraction.credits import clean_author, is_own_name
from crawlers.extraction.encoding import is_mangled
from crawlers.extraction.metadata import Metadata, Script, read_metadata, scripts_of
from crawlers.extraction.running import Paragraph, are_cards, holders_of, paragraphs
from crawlers.extraction.signs import folded, signs
from crawlers.markup import LARGE, UNSEEN, Element, attribute, cut, is_within, words
from crawlers.source import Selectors, Source

_SUFFIX = re.compile(r"^(?P<title>.{8,}?)\s*(?:\s[-–—|]|[|])\s+(?P<name>[^|]{3,60})$", re.DOTALL)
_PAPER_NAME = re.compile(
    r"^(?:báo (?!cáo|động|chí|ứng|ân|hiếu)|tạp chí |đài |cổng |trang (?:thông tin|tin) |ban tuyên giáo"
    r"|[\w-]+(?:\.[\w-]+)+$)",
    re.IGNORECASE,
)
_SITE = re.compile(r"(?:cổng|trang) (?:thông tin|tin) điện tử[^.,:;\d]{0,60}")
_SLOGAN = re.compile(
    r"(?:báo|trang|cổng|tạp chí|website)\b.{0,80}\b(?:cơ quan (?:ngôn luận|của)|tin tức|cập nhật|điện tử|thông tin)",
    re.IGNORECASE,
)
"""A site's description of itself, the same on every page."""

_LETTER = re.compile(r"&(?:#\d{3,5}|#x[0-9a-f]{2,4}|[a-z](?:grave|acute|circ|tilde));", re.IGNORECASE)
_HEADLINE = 20
_MANY_WORDS = 1_000
_CUT_SHORT = re.compile(r"(?:\.\.\.|…)\s*$")


@dataclass(frozen=True)
class View:
    """A page in the course of being read: its tree without scripts, its head, and whose it is."""

    root: Element
    metadata: Metadata
    scripts: tuple[Script, ...]
    source: Source | None
    clocks: tuple[str, ...] = ()
    """What the page's own clocks show; they are taken out of the tree."""

    @property
    def rules(self) -> Selectors:
        """The selectors of its paper; for a page of no known paper those that all sites share."""
        return self.source.selectors if self.source is not None else load_families()["other"].selectors

    @cached_property
    def visible(self) -> int:
        """How many letters its visible words have, menus included.

        Nobody asks for more than whether they are few or far too many: in between, spaces between them count as well.
        """
        text = self.body.text()
        few = " ".join(text.split(maxsplit=_MANY_WORDS))
        return len(few) if len(few) <= LARGE else len(" ".join(text.split()))

    @cached_property
    def head(self) -> str:
        """The words of its first <title>."""
        title = self.root.css_first("title")
        return words(title) if title is not None else ""

    @cached_property
    def bodies(self) -> list[Element]:
        """The elements that hold the article's body, by the family's rule, as they stood before anything was pruned."""
        return _bodies_of(self)

    @property
    def body(self) -> Element:
        """What a browser shows of it."""
        return self.root.css_first("body") or self.root

    @cached_property
    def lines(self) -> list[Paragraph]:
        """Its words block by block, as they stood before anything was pruned."""
        return paragraphs(self.body)


def view_of(root: Element, source: Source | None, url: str) -> View:
    """The view of a parsed page; its scripts and its clocks are taken out of the tree.

    Links to places on the page itself become plain anchors: a live blog is no list of other articles.
    """
    own = {url.partition("#")[0], re.sub(r"^https?://[^/]*", "", url).partition("#")[0]}
    for link in root.css('a[href*="#"]'):
        address, _, place = attribute(link, "href").partition("#")
        if address in own:
            link.attrs["href"] = f"#{place}"
    scripts = scripts_of(root)
    root.strip_tags(list(UNSEEN))
    view = View(root, read_metadata(root, scripts), scripts, source)
    found = view.root.css(", ".join(view.rules.clock)) if view.rules.clock else []
    clocks = [element for element in found if not any(heads_the_article(one, view) for one in holders_of(element))]
    shown = tuple(words(element) for element in clocks)
    for element in clocks:
        if element.tag not in {"html", "body", "meta"}:
            cut(element)
    return replace(view, clocks=shown)


def heads_the_article(box: Element, view: View) -> bool:
    """Whether a <header> is the article's own: it holds the headline that the page's title begins with."""
    if box.tag != "header":
        return False
    headlines = (folded(words(heading)) for heading in box.css("h1, h2")[:5])
    return any(len(text) >= _HEADLINE and folded(view.head).startswith(text) for text in headlines)


def _usable(value: str | None) -> str | None:
    """A value that is no unfilled template field and not encoded twice; its letters' entities are decoded."""
    text = " ".join(_LETTER.sub(lambda found: html.unescape(found[0]), value or "").split())
    return text if text and not signs().inside.search(text) and not is_mangled(text) else None


def title_of(view: View) -> str | None:
    """The headline, without the paper's name behind it; its document numbers stay."""
    for candidate in _titles(view):
        usable = _usable(candidate)
        if usable and not _is_paper(usable, view):
            return _whole(_without_name(usable, view), view)
    return None


def _whole(title: str, view: View) -> str:
    """A title that the head cuts short, as a heading of the page has it."""
    if not _CUT_SHORT.search(title):
        return title
    begins = folded(title)
    headings = (words(heading) for heading in view.root.css("h1, h2")[:20])
    longer = (heading for heading in headings if folded(heading).startswith(begins))
    return next(longer, title)


def _titles(view: View) -> Iterator[str]:
    """What may be the headline, surest first: the family's place, the head, a heading that the head repeats."""
    head = view.head
    told = [view.metadata.headline, view.metadata.meta.get("og:title", "")]
    known = [_without_name(one, view) for one in (*told, head) if one]
    for selector in view.rules.title:
        yield from (_heading(element, known) for element in view.root.css(selector)[:3])
    yield from told
    headings = [_heading(element, known) for element in view.root.css("h1, h2")[:20]]
    yield from (heading for heading in headings if len(heading) >= 15 and folded(heading) in folded(head))
    if view.source is None:
        yield from (_heading(element, known) for element in view.root.css("h1")[:1])
    yield head
    if view.source is None:
        plain = (element for element in view.root.css("h1, h2, h3")[:20] if element.css_first("a[href]") is None)
        yield from (text for element in plain if len(text := words(element)) >= 20)


def _heading(element: Element, known: Iterable[str]) -> str:
    """The words of a heading; those of two spans apart, and without a kicker where the head has none.

    A browser shows "<span>Phường Mẫu:</span><span>Mong sớm …</span>" on two lines.
    """
    whole = words(element)
    parts = [text for part in element.iter(include_text=True) if (text := " ".join(part.text().split()))]
    if len(parts) < 2:
        return whole
    apart = " ".join(parts)
    for title in known:
        if folded(title) in {folded(whole), folded(apart)}:
            return whole if folded(title) == folded(whole) else apart
        if folded(title) == folded(" ".join(parts[1:])):
            return " ".join(parts[1:])
    return (
        apart
        if all(part.tag != "-text" or not part.text().strip() for part in element.iter(include_text=True))
        else whole
    )


def _is_paper(text: str, view: View) -> bool:
    if view.source is not None and is_own_name(text, view.source):
        return True
    site = view.metadata.meta.get("og:site_name", "")
    if site and folded(text) == folded(site):
        return True
    if _SITE.fullmatch(folded(text)):
        return True
    return re.fullmatch(r"báo [\w -]{3,30}(?:online|điện tử)?", folded(text)) is not None and len(text.split()) <= 5


def _without_name(title: str, view: View) -> str:
    """Only a last part goes that is a known name or not in the heading: "… số 25-NQ/TW" keeps its dash."""
    found = _SUFFIX.match(title)
    if not found:
        return title
    name = found["name"].strip()
    site = view.metadata.meta.get("og:site_name", "")
    own = view.source is not None and is_own_name(name, view.source)
    if own or (site and folded(name) == folded(site)) or (_PAPER_NAME.match(name) and not re.search(r"\d", name)):
        return found["title"].strip()
    headings = (folded(words(heading)) for heading in view.root.css("h1, h2")[:20])
    return found["title"].strip() if folded(found["title"]) in headings else title  # the page prints it without


def lead_of(view: View) -> tuple[str | None, Element | None]:
    """(the sapo, the element that printed it). The head's description serves only where it is whole."""
    for selector in view.rules.lead:
        parts = view.root.css(selector)
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
        for element in view.root.css(selector)[:2]:
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
        named = [text for element in view.root.css(selector) if (text := words(element).strip(" /»>"))]
        inner = [text for text in named if folded(text) != "trang chủ"]
        if inner:
            return inner[0][:120]
    return view.metadata.linked("articleSection") or view.metadata.meta.get("article:section")


def tags_of(view: View) -> tuple[str, ...]:
    """The article's own tags, without those that the paper hangs on everything."""
    shared = {folded(tag) for tag in (view.source.shared_tags if view.source else ())}
    found = [words(e).lstrip("#").strip() for selector in view.rules.tags for e in view.root.css(selector)]
    return tuple(dict.fromkeys(tag for tag in found if tag and folded(tag) not in shared))


def _bodies_of(view: View) -> list[Element]:
    """The elements that hold the article's body, by the family's rule: one, or several where it is printed in parts.

    Of the first selector that finds anything the first element is the body; others of its kind belong to it where
    they hold two paragraphs of prose.
    """
    found = next((found for selector in view.rules.body if (found := view.root.css(selector))), [])
    parts = found[:1]
    for element in found[1:12]:
        if any(is_within(element, part) for part in parts):
            continue
        prose = [p for p in paragraphs(element) if p.is_running and not p.text.endswith("…")]
        if len(prose) >= 2 and not are_cards(prose):
            parts.append(element)
    return parts
