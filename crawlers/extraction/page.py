"""From a page as the site sent it to what it says of itself."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from analysis.text import normalise
from crawlers.answers import WITHDRAWN
from crawlers.challenges import FEW_WORDS
from crawlers.extraction.bodies import read_body
from crawlers.extraction.encoding import Letters, decode, is_legacy
from crawlers.extraction.fields import View, author_of, lead_of, section_of, tags_of, title_of, view_of
from crawlers.extraction.published import HINT, published_of
from crawlers.extraction.recognise import recognise_family
from crawlers.extraction.signs import folded
from crawlers.extraction.verdicts import (
    BLOCKED_STATUS,
    SHELL_WORDS,
    VIETNAMESE,
    is_challenge,
    is_foreign,
    is_shell,
    looks_like_a_listing,
    notice_of,
    shows_a_film,
)
from crawlers.keys import excluded_as, is_article_url, is_listing_url, joined, on_site
from crawlers.markup import parse, words
from crawlers.source import Exclusion, Source
from crawlers.values import Extract, FileLink, Page, PageStatus

PARAGRAPH = 80
"""A page that says "not found" is an article all the same where it has two paragraphs of this many characters."""


_KEPT_BACK = re.compile(r"<(/?)(?:noscript|template)\b", re.IGNORECASE)

MOST_TEXT = 1_000_000
MOST_TAGS = 40_000
"""No paper prints so many characters in one article, or so many tags on one page: it is named and not read."""

FILM_TEXT = 400
"""A page with a player or an album and less text than this is about the film, not an article (characters)."""


def extract(page: Page, source: Source | None) -> Extract:
    """What `page` says of itself; never raises on anything a site can send.

    `source`: the paper it belongs to, None for a page of no known paper. Text is NFC; `published_at` aware.
    Only an article has text; a body that the publisher hides gives `protected` with title, lead and date.
    """
    url = page.address
    source = source and source.on(page.fetched_at.date())
    if page.status in WITHDRAWN:
        return Extract(PageStatus.SOFT_404, url)
    letters = decode(page.body, page.headers, source.encoding if source else None)
    if letters.text is None:
        return Extract(PageStatus.NOT_HTML, url)
    tags = letters.utf8.count(b"<") if letters.utf8 is not None else letters.text.count("<")
    heavy = tags > MOST_TAGS
    view = None if heavy else _view(letters, source, url, tags)
    heavy = heavy or (view is not None and view.visible > MOST_TEXT)
    if view is None or heavy:
        return Extract(PageStatus.EMPTY, url, flags=(*letters.flags, *(("oversized",) if heavy else ())))
    found = _read(page, source, view, letters.text)
    return replace(found, flags=(*letters.flags, *found.flags))


def _view(letters: Letters, source: Source | None, url: str, tags: int) -> View | None:
    """The parsed page, None where its letters are not worth it."""
    if "legacy_encoding" in letters.flags or letters.text is None:
        return None
    root = parse(letters.text, letters.utf8, tags)
    if root is None:
        return None
    view = view_of(root, source or recognise_family(root), url)
    if view.visible > SHELL_WORDS or not _KEPT_BACK.search(letters.text):
        return view
    opened = parse(_KEPT_BACK.sub(r"<\1div", letters.text))  # the words for readers without scripts, or a shadow root's
    more = view_of(opened, view.source, url) if opened is not None else view
    return more if more.visible > FEW_WORDS else view


def _read(page: Page, source: Source | None, view: View, markup: str) -> Extract:
    url = page.address
    head = view.head
    headings = (head, *(words(heading) for heading in view.root.css("h1, h2")[:5]))
    status = _status_at_sight(page, source, view, headings, markup)
    if status is not None:
        return Extract(status, url, title=head or None if status is not PageStatus.BLOCKED else None)
    title = title_of(view) or _told(page, "title")
    notice, film = notice_of(view, headings), shows_a_film(view.root)
    if _lists_articles(page, view):
        return Extract(notice or PageStatus.LISTING, url, title=title)
    shell = is_shell(view, has_scripts=bool(view.scripts) or "<script" in markup)
    found = _article(page, view, title, url)
    if film and len(found.text) < FILM_TEXT and found.status is not PageStatus.PROTECTED:
        return replace(found, status=PageStatus.MEDIA, text="")
    if notice and sum(len(paragraph) >= PARAGRAPH for paragraph in found.text.split("\n\n")) < 2:
        return Extract(notice, url, title=title)
    if found.status is PageStatus.ARTICLE and is_foreign(view, found.text):
        return Extract(PageStatus.EMPTY, url, title=title, flags=("foreign_language",))
    if shell and found.status is PageStatus.EMPTY and "unfilled_template" not in found.flags:
        return replace(found, status=PageStatus.NEEDS_BROWSER)
    return found


def _status_at_sight(
    page: Page, source: Source | None, view: View, headings: tuple[str, ...], markup: str
) -> PageStatus | None:
    """What the answer, the notice on the page or its address decide before anything is read."""
    url = page.address
    if page.status in BLOCKED_STATUS or is_challenge(view, headings, markup):
        return PageStatus.BLOCKED
    if source is not None and url and is_listing_url(url, source):
        return PageStatus.LISTING
    if source is not None and excluded_as(url, source) is Exclusion.MEDIA:
        return PageStatus.MEDIA
    return None


def _lists_articles(page: Page, view: View) -> bool:
    """Whether a page that its address does not vouch for lists articles, or holds no body of one."""
    source, url = view.source, page.address
    sure = source is not None and is_article_url(url, source)
    if sure or view.metadata.article or view.bodies:
        return False
    has_patterns = source is not None and bool(source.article or source.article_old)
    if looks_like_a_listing(view, 4 if has_patterns else 10, page):
        return True
    return has_patterns and source is not None and bool(url) and on_site(url, source)


def _told(page: Page, part: str) -> str | None:
    """What the feed or listing said of the page: a title or summary, its markup taken off."""
    root = parse(f"<div>{page.hint[part]}</div>") if page.hint.get(part) else None
    return words(root) or None if root is not None else None


def _article(page: Page, view: View, title: str | None, url: str) -> Extract:
    author, origin = author_of(view)
    section, tags = section_of(view), tags_of(view)
    lead, lead_element = lead_of(view)
    when = published_of(view, page)
    body = read_body(view, title, lead, lead_element)
    if (when.at is None or when.evidence == HINT) and (body.byline_date or body.told_date):
        when = published_of(view, page, byline=body.byline_date, told=body.told_date)
    lead = body.sapo or lead
    text = normalise("\n\n".join(body.paragraphs))
    if is_legacy(text):
        return Extract(PageStatus.EMPTY, url, flags=("legacy_encoding",))
    status = PageStatus.PROTECTED if body.hidden else PageStatus.ARTICLE if text else PageStatus.EMPTY
    if lead is None and status is not PageStatus.ARTICLE:
        lead = _told(page, "summary")
    if lead_element is None and not body.sapo and lead and _is_cut_from(lead, text):
        lead = None
    return Extract(
        status=status,
        url=url,
        title=_normal(title),
        lead=_normal(lead),
        text=text if status is PageStatus.ARTICLE else "",
        author=_normal(author or body.author),
        published_at=when.at,
        date_from=when.evidence,
        section=_normal(section),
        origin=_normal(origin or body.origin),
        tags=tuple(normalise(tag) for tag in tags),
        flags=(*when.flags, *body.flags, *_language(text)),
        files=tuple(FileLink(found, normalise(label)) for link, label in body.files if (found := joined(url, link))),
    )


def _is_cut_from(lead: str, text: str) -> bool:
    """Whether the head's description is only the beginning of the first paragraph, cut in mid-sentence."""
    whole = lead.rstrip(" ”\"')").endswith((".", "!", "?"))
    return not whole and folded(text).startswith(folded(normalise(lead)))


def _normal(value: str | None) -> str | None:
    return normalise(value).strip() or None if value else None


def _language(text: str) -> tuple[str, ...]:
    """A text of some length with hardly a Vietnamese letter is in another language."""
    if len(text) < 200:
        return ()
    enough = -(-len(text) // 50)  # a Vietnamese text has them in its first lines
    marked = sum(1 for _ in islice(VIETNAMESE.finditer(text), enough))
    return ("foreign_language",) if marked < enough else ()
