"""Tells a challenge from a page by its headers, its title, its scripts: one list for wire and reading. Pure.

Such a page is never solved, evaded or stored as an article. What the lists say stands in challenges.yaml.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.data_files import read_yaml

SMALL = 100_000
"""Challenge pages are small (bytes); an article that merely writes about one is not mistaken for it."""
FEW_WORDS = 700
"""A page with more visible text than this has something else to say (characters)."""
NO_WORDS = 120
"""A page with less visible text than this that sets a cookie and goes on is one, whoever made it."""
_PARAGRAPHS = 4
"""So many are a short article."""
_HEADLINE = 25
"""So long is a headline at least (characters): "Xác minh truy cập" is none."""
_STUB = 6_000
"""Such a page is a few lines of script; the empty shell of a program has more around it (characters)."""
_SETS_COOKIE = re.compile(r"document(?:\.cookie|\[.cookie.\])")
_GOES_ON = re.compile(r"location(?:\.(?:href|reload|replace|assign)|\s?=)")


@dataclass(frozen=True, slots=True)
class _Lists:
    headers: tuple[tuple[str, re.Pattern[str], str], ...]
    titles: re.Pattern[str]
    marks: re.Pattern[str]
    phrases: re.Pattern[str]


@cache
def _lists() -> _Lists:
    data = read_yaml(Path(__file__).with_name("challenges.yaml"))
    return _Lists(
        headers=tuple((name, re.compile(value, re.IGNORECASE), whose) for name, value, whose in data["headers"]),
        titles=re.compile("|".join(f"(?:{part})" for part in data["titles"]), re.IGNORECASE),
        marks=re.compile("|".join(data["marks"])),
        phrases=re.compile("|".join(data["phrases"])),
    )


def asked_by(headers: Mapping[str, str]) -> str | None:
    """Whose challenge an answer says it is by its headers (names in lower case), or None."""
    found = (whose for name, value, whose in _lists().headers if value.search(headers.get(name, "")))
    return next(found, None)


def asks_for_proof(headings: Sequence[str], markup: str, visible: int) -> bool:
    """Whether a page asks for a proof instead of showing an article.

    `headings`: its title, headings and first lines, in this order; `markup`: its source; `visible`: the length of its
    visible text.
    """
    if visible > FEW_WORDS:
        return False
    headed = _is_headed(headings)
    telling = headings[:2] if headed else headings
    if any(_lists().titles.match(unicodedata.normalize("NFC", heading).strip()) for heading in telling):
        return True
    lower = markup[:SMALL].lower()
    few = lower.count("<p>") + lower.count("<p ") < _PARAGRAPHS and not headed
    if few and (_lists().marks.search(lower) or _lists().phrases.search(_told(markup[:SMALL])[1])):
        return True
    goes_on = visible <= NO_WORDS and len(lower) <= _STUB and _SETS_COOKIE.search(lower) is not None
    return goes_on and _GOES_ON.search(lower) is not None


def _is_headed(headings: Sequence[str]) -> bool:
    """Whether a page bears a headline as an article does: then the proof is asked of who comments on it."""
    title, headline = (*headings, "", "")[:2]
    return len(headline) >= _HEADLINE and title.startswith(headline) and not _lists().phrases.search(headline.lower())


def is_challenge(body: bytes) -> bool:
    """Whether an answer's body is a challenge, told without parsing it."""
    if not body or len(body) > SMALL:
        return False
    markup = body.decode("utf-8", errors="ignore")
    headings, words = _told(markup)
    return asks_for_proof(headings, markup, len(words))


_UNSEEN = frozenset({"script", "style", "noscript", "template", "title"})
_HEADINGS = frozenset({"title", "h1", "h2", "h3", "p"})
_MOST_HEADINGS = 12


def _told(markup: str) -> tuple[list[str], str]:
    """Title, headings and first lines of a page, and its visible words in lower case. Walks from tag to tag, once."""
    headings: list[str] = []
    words: list[str] = []
    inside, heading = "", False
    for piece in markup.split("<"):
        tag, _, text = piece.partition(">")
        name = tag[:20].split(maxsplit=1)[0].lower() if tag[:1].strip() else ""
        heading = heading or (not inside and name in _HEADINGS)
        if heading and text.strip():
            headings.append(" ".join(html.unescape(text[:300]).split()))
            heading = False
        if not inside and name in _UNSEEN:
            inside = name
        elif inside and name == "/" + inside:
            inside = ""
        if not inside:
            words += text.split()
    return headings[:_MOST_HEADINGS], unicodedata.normalize("NFC", html.unescape(" ".join(words))).lower()
