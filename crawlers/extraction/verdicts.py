"""What a page is when it is no article: a challenge, a missing page, a listing, a film, a shell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawlers.challenges import FEW_WORDS, asks_for_proof
from crawlers.extraction.running import Paragraph, prose_of, together
from crawlers.extraction.signs import signs
from crawlers.markup import Element, attribute, select, words

SHELL_WORDS = 250
"""A page whose visible words are fewer, menus included, waits for a script to fill it."""

_PLAYER = re.compile(r"youtube|youtu\.be|player|/video|vimeo|dailymotion", re.IGNORECASE)
_MISSING_STATUS = {404, 410}
_BLOCKED_STATUS = {401, 403, 407, 429, 503}
_ROOTS = "#app, #root, #__next, #__nuxt, #___gatsby, #svelte, app-root, [data-reactroot], [ng-version]"


def is_missing_status(status: int) -> bool:
    """Whether the server itself says that there is no such page."""
    return status in _MISSING_STATUS


def is_blocked_status(status: int) -> bool:
    """Whether the server itself refuses us."""
    return status in _BLOCKED_STATUS


def is_challenge(lines: Sequence[Paragraph], headings: Sequence[str], markup: str) -> bool:
    """Whether the page asks for a proof instead of showing an article. It is never answered.

    `headings`: the title of its head and its first h1 or h2; `lines`: its visible words.
    """
    return asks_for_proof((*headings[:2], *(p.text for p in lines[:12])), markup, visible_length(lines))


def is_missing(lines: Sequence[Paragraph], headings: Sequence[str]) -> bool:
    """Whether the page says that what was asked for does not exist, whatever its status.

    A heading that says so decides; so does a sentence, on a page that has hardly any others.
    """
    if any(signs().missing_titles.search(heading.strip()) for heading in headings):
        return True
    if together(lines) >= 2:
        return False
    running = {p.element.mem_id for p in prose_of(lines)}
    plain = [p for p in lines if p.linked < 0.5 * len(p.text) and len(p.text) >= 12]
    prose = [p for p in plain if p.element.mem_id in running or not p.is_running]
    if sum(len(p.text) for p in prose) > FEW_WORDS:
        return False
    return any(signs().missing_words.search(p.text) for p in prose)


def visible_length(lines: Sequence[Paragraph]) -> int:
    """The characters of visible text in a page, menus included."""
    return sum(len(p.text) for p in lines)


def is_shell(root: Element, lines: Sequence[Paragraph], *, has_scripts: bool) -> bool:
    """Whether a page is the empty frame of a program that runs in the browser."""
    if visible_length(lines) > SHELL_WORDS or not has_scripts:
        return False
    return root.css_first(_ROOTS) is not None or not any(p.is_running for p in lines)


def looks_like_a_listing(lines: Sequence[Paragraph], root: Element, *, headlines_needed: int = 10) -> bool:
    """Whether a page lists articles: many headline links, and nowhere three paragraphs side by side."""
    if together(lines) >= 3:
        return False
    headlines = {attribute(a, "href") for a in select(root, "a[href]") if len(words(a)) >= 25}
    return len(headlines) >= headlines_needed


def shows_a_film(root: Element) -> bool:
    """Whether a page has a player or an album of pictures. Asked before the body is pruned."""
    if root.css_first("video, audio") is not None:
        return True
    frames = select(root, "iframe")
    if any(_PLAYER.search(attribute(frame, "src") or attribute(frame, "data-src")) for frame in frames):
        return True
    return any(attribute(meta, "content").startswith("video") for meta in select(root, 'meta[property="og:type"]'))
