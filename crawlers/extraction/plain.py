"""A plain text that somebody else took from a page: the same cleaning, without a page."""

from __future__ import annotations

from itertools import pairwise

from analysis.text import normalise
from crawlers.extraction.residue import SCRAMBLED, is_clock_line, starts_with_signature, tidy
from crawlers.source import Source
from crawlers.values import Extract, PageStatus

TITLE_LENGTH = 250
"""A first line longer than this is the first paragraph, not the headline (the longest seen headlines have 200)."""

HIDDEN_LENGTH = 400
"""So many characters of base64 in a text are a body that its publisher hides; what else stands there are teasers."""

_SENTENCE_END = (".", "!", "?", ":", ";", "”", '"', "…", ")")


def extract_text(text: str, *, source: Source | None = None, url: str = "") -> Extract:
    """What a plain text says of itself. Its first line is the title, unless it can be none.

    A date line before the title is the clock of the page it came from and is dropped; the date of a byline
    ("Tên16/08/2019 4:00 PM" under the title) is the article's. Nothing else in a text is a publication date.
    """
    title = lead = None
    lines = _paragraphs(normalise(text))
    hidden = sum(len(line) for line in lines if SCRAMBLED.fullmatch(line)) >= HIDDEN_LENGTH
    while lines and is_clock_line(lines[0]):
        lines = lines[1:]
    if lines and len(lines[0]) <= TITLE_LENGTH and not starts_with_signature(lines[0]):
        title, lines = lines[0], lines[1:]
    elif lines:
        lead, lines = lines[0], lines[1:]
        title = _doubled(lines)
    tidied = tidy(lines, title=title, lead=lead, source=source)
    body = "\n\n".join(tidied.paragraphs)
    if hidden:
        lead, body = lead or next(iter(tidied.paragraphs), None), ""
    return Extract(
        status=PageStatus.PROTECTED if hidden else PageStatus.ARTICLE if body or lead else PageStatus.EMPTY,
        url=url,
        title=title,
        lead=lead,
        text=body,
        author=tidied.author,
        published_at=tidied.byline_date,
        date_from="byline" if tidied.byline_date else "none: văn bản không kèm ngày đăng của riêng bài",
        origin=tidied.origin,
    )


def _doubled(lines: list[str]) -> str | None:
    """A headline that the page printed twice (over the text and under the picture), or None."""
    return next((line for line, following in pairwise(lines[:7]) if line == following), None)


def _paragraphs(text: str) -> list[str]:
    """One line, one paragraph, but for lines that go on in the middle of a sentence (hard-wrapped texts)."""
    found: list[str] = []
    after_blank = True
    for raw in text.split("\n"):
        line = " ".join(raw.split())
        if not line:
            after_blank = True
            continue
        if not after_blank and _goes_on(found[-1], line):
            found[-1] += "\n" + line
        else:
            found.append(line)
        after_blank = False
    return found


def _goes_on(before: str, line: str) -> bool:
    if before.endswith(_SENTENCE_END):
        return False
    return line[0].islower() or line[0].isdigit() or line[0] == "/" or before.endswith(("-", "–", "/", ",", " số"))
