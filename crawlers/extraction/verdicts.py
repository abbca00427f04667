"""What a page is when it is no article: a challenge, a missing page, a listing, a film, a shell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawlers.challenges import FEW_WORDS, asks_for_proof
from crawlers.extraction.fields import View
from crawlers.extraction.home import find_home
from crawlers.extraction.published import HINT, published_of
from crawlers.extraction.running import prose_of, together
from crawlers.extraction.signs import folded, signs
from crawlers.markup import Element, attribute, is_within, words
from crawlers.values import Page, PageStatus

SHELL_WORDS = 250
"""A page whose visible words are fewer, menus included, waits for a script to fill it."""

VIETNAMESE = re.compile(r"[À-ỹĐđ]")
_NOTICE = 300
"""No notice is longer (characters)."""
_HEADLINE = 20
_LONG_LINK = 25
_TEXT = 600
"""What introduces a section or a topic is shorter (characters)."""
_SHORT_TEXT = 100
_TEXT_A_LINK = 200
"""The sapos of a list have fewer characters for each headline."""
_SITE_NAME = re.compile(r"(?:báo|tạp chí|đài|cổng|trang (?:chủ|tin|thông tin))\b")
_DATED = {"article:published_time", "og:article:published_time", "datepublished", "pubdate"}

_PLAYER = re.compile(r"youtube|youtu\.be|player|/video|vimeo|dailymotion", re.IGNORECASE)
BLOCKED_STATUS = frozenset({401, 403, 407, 429, 503})
"""By these the server itself refuses us."""
_ROOTS = "#app, #root, #__next, #__nuxt, #___gatsby, #svelte, app-root, [data-reactroot], [ng-version]"


def is_challenge(view: View, headings: Sequence[str], markup: str) -> bool:
    """Whether the page asks for a proof instead of showing an article. It is never answered.

    `headings`: the title of its head and its first h1 or h2.
    """
    if view.visible > FEW_WORDS:
        return False
    return asks_for_proof((*headings[:2], *(p.text for p in view.lines[:12])), markup, view.visible)


def notice_of(view: View, headings: Sequence[str]) -> PageStatus | None:
    """What a page says in an article's place: SOFT_404 where there is none, EMPTY while the site is in trouble.

    A heading that says so decides; so does a sentence, on a page that has hardly any others and neither a headline nor
    a date of its own. Trouble goes first: what is gone is not asked for again.
    """
    said = signs()
    for status, titles in ((PageStatus.SOFT_404, said.missing_titles), (PageStatus.EMPTY, said.trouble_titles)):
        if any(titles.search(heading.strip()) for heading in headings):
            return status
    if any(len(body.text()) > FEW_WORDS for body in view.bodies[:1]) or together(view.lines) >= 2:
        return None
    running = {p.element.mem_id for p in prose_of(view.lines)}
    plain = [p for p in view.lines if p.linked < 0.5 * len(p.text) and len(p.text) >= 12]
    prose = [p for p in plain if p.element.mem_id in running or not p.is_running]
    if sum(len(p.text) for p in prose) > FEW_WORDS or _is_an_articles_frame(view, headings):
        return None
    lines = [p.text for p in prose if len(p.text) <= _NOTICE]
    for status, words_of in (
        (PageStatus.SOFT_404, said.missing_titles),
        (PageStatus.EMPTY, said.trouble_words),
        (PageStatus.SOFT_404, said.missing_words),
    ):
        if any(words_of.search(line) for line in lines):
            return status
    return None


def _is_an_articles_frame(view: View, headings: Sequence[str]) -> bool:
    """Whether a page has data of an article, a date in its head, or a headline that its title repeats."""
    if view.metadata.article or not view.metadata.meta.keys().isdisjoint(_DATED):
        return True
    title = folded(headings[0]) if headings else ""
    heads = (folded(words(heading)) for heading in view.root.css("h1"))
    return any(len(head) >= _HEADLINE and head in title and not _SITE_NAME.match(head) for head in heads)


def is_foreign(view: View, text: str) -> bool:
    """Whether a page of few words has not one Vietnamese letter: what a server says, no article of a paper."""
    return view.visible <= FEW_WORDS and bool(text) and not VIETNAMESE.search(text)


def is_shell(view: View, *, has_scripts: bool) -> bool:
    """Whether a page is the empty frame of a program that runs in the browser."""
    if view.visible > SHELL_WORDS or not has_scripts:
        return False
    return view.root.css_first(_ROOTS) is not None or not any(p.is_running for p in view.lines)


def looks_like_a_listing(view: View, headlines_needed: int, page: Page) -> bool:
    """Whether a page lists articles: many headline links, and no text of its own that stands out from them."""
    headlines = {attribute(a, "href") for a in view.root.css("a[href]") if len(words(a)) >= _LONG_LINK}
    return len(headlines) >= headlines_needed and not _has_a_text(view, page)


def _has_a_text(view: View, page: Page) -> bool:
    """Whether some element holds a text of its own among the headlines.

    One longer than what introduces a section, or three paragraphs side by side; less is enough under a headline and a
    date of its own.
    """
    if "article:published_time" in view.metadata.meta:
        return True
    lines = view.lines  # the sapos of a list stand behind headlines, whether they have boxes or not
    if together([one for n, one in enumerate(lines) if not any(p.is_headline for p in lines[max(0, n - 2) : n])]) >= 3:
        return True
    home = find_home(lines, "")
    if home is None:
        return False
    letters = sum(len(p.text) for p in prose_of(lines) if is_within(p.element, home))
    links = sum(len(words(a)) >= _LONG_LINK for a in home.css("a[href]"))
    if letters < max(_SHORT_TEXT, _TEXT_A_LINK * links):
        return False
    return letters >= _TEXT or (_has_own_headline(view) and _has_own_date(view, page))


def _has_own_date(view: View, page: Page) -> bool:
    when = published_of(view, page)
    return when.at is not None and when.evidence != HINT


def _has_own_headline(view: View) -> bool:
    """Whether a line says what the page's title says, and leads nowhere: an article's, for a section's is short."""
    title = folded(view.head)
    texts = (folded(line.text) for line in view.lines if not line.linked)
    return any(len(text) >= _HEADLINE and text in title for text in texts)


def shows_a_film(root: Element) -> bool:
    """Whether a page has a player or an album of pictures. Asked before the body is pruned."""
    if root.css_first("video, audio") is not None:
        return True
    frames = root.css("iframe")
    if any(_PLAYER.search(attribute(frame, "src") or attribute(frame, "data-src")) for frame in frames):
        return True
    return any(attribute(meta, "content").startswith("video") for meta in root.css('meta[property="og:type"]'))
