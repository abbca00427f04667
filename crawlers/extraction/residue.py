"""Clean the paragraphs of a body from what the page printed around and between them.

Pure: paragraphs in, paragraphs and what was read from them out. The same rules serve the bodies of family
pages, of unknown pages and of plain texts that somebody else extracted.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawlers.dates import parse_date, words_beside_date
from crawlers.extraction.credits import clean_author, is_signature_line, origin_of
from crawlers.extraction.signs import folded, signs
from crawlers.source import Source

_GLUED = re.compile(
    r"^(?P<who>[^\d\n]{2,60}?)\s*[-–•|,]?\s*(?P<when>\d{1,2}/\d{1,2}/\d{4}[\s,|-]+\d{1,2}:\d{2}(?::\d{2})?\s*(?:[AP]M)?)$"
)
SCRAMBLED = re.compile(r"[A-Za-z0-9+/=]{60,}")
_SIGNATURE = re.compile(r"^\(\s*(?P<name>[^()]{2,30})\s*\)\s*[-–.:]")
_GLUED_MARK = re.compile(r"^[A-ZĐ]{1,4}O[-–](?=[A-ZĐÀ-Ỹ][^\W\d_]*\s)")
"""The mark of an online paper without space or brackets ("LSO-" and the like): it sticks to the first word."""

_OFFICE = re.compile(
    r"^(?:t/?\.?m\b|k/?\.?t\b|t/?\.?l\b|(?:phó )?(?:tổng )?bí thư|(?:phó )?chủ tịch|(?:phó )?trưởng ban)",
    re.IGNORECASE,
)
"""Under such a line stands who signed a printed document, not who wrote the article."""

PROSE = 60
LONG = 180
"""A paragraph of this many characters is no headline, caption or button."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What is left of the paragraphs, and what the removed lines said."""

    paragraphs: tuple[str, ...]
    author: str | None = None
    origin: str | None = None
    byline_date: dt.datetime | None = None


def tidy(
    lines: Sequence[str],
    *,
    title: str | None = None,
    lead: str | None = None,
    source: Source | None = None,
    pruned: bool = False,
) -> Tidied:
    """The paragraphs of the article alone. `title` and `lead` are dropped where the body repeats them.

    `pruned`: the lines are those of a page whose boxes were taken out, so what follows a heading such as "Xem thêm"
    is the article's; of a plain text one cannot tell, and only long paragraphs are.
    """
    kept = [line for line in (_without_residue(line) for line in _cut_tail(lines, pruned=pruned)) if line]
    kept, byline, moment = _cut_head(kept, title, lead)
    kept[:1] = [_GLUED_MARK.sub("", line) for line in kept[:1]]
    kept = _cut_teasers(kept, lead)
    kept, author, origin = _cut_credits(kept, source)
    return Tidied(tuple(kept), author or byline, origin, moment)


def is_clock_line(line: str) -> bool:
    """Whether a line is a date and nothing else."""
    return len(line) <= 80 and parse_date(line) is not None and not words_beside_date(line)


def starts_with_signature(line: str) -> bool:
    """Whether a line begins as the first paragraph of an article does: "(Báo.vn) -"."""
    return _SIGNATURE.match(line) is not None


def _without_residue(line: str) -> str:
    """A line without template residue; "" where nothing but residue stood in it."""
    clean = signs().inside.sub("", line)
    if clean != line:
        clean = clean.strip(" -–\u00a0")
    short = folded(clean)
    if (
        short in signs().lines
        or short in signs().tails
        or (len(clean) < 400 and signs().patterns.fullmatch(clean.strip()))
    ):
        return ""
    return "" if SCRAMBLED.fullmatch(clean) else clean.strip()


def _cut_tail(lines: Sequence[str], *, pruned: bool) -> list[str]:
    """Cut at a heading behind which no paragraph of the article follows, and the list of references."""
    for number, line in enumerate(lines):
        short = folded(line)
        if number and (short in signs().references or signs().ends.fullmatch(line.strip())):
            return list(lines[:number])
        if number and short in signs().tails and not _goes_on(lines[number + 1 :], PROSE if pruned else LONG):
            return list(lines[:number])
    return list(lines)


def _goes_on(rest: Sequence[str], least: int) -> bool:
    """Whether an article goes on: two long paragraphs that end as sentences do, not as teasers."""
    sentences = [
        line for line in rest if len(line) >= least and line.rstrip(" ”\"')").endswith((".", "!", "?", ":", ";"))
    ]
    whole = [line for line in sentences if not line.rstrip().endswith("...")]
    return len(whole) >= (1 if least == PROSE else 2) and not all(_SIGNATURE.match(line) for line in whole)


def _cut_head(
    lines: list[str], title: str | None, lead: str | None
) -> tuple[list[str], str | None, dt.datetime | None]:
    """Drop the title, the lead, the clock and the byline that stand before the first paragraph."""
    said = {folded(words) for words in (title, lead) if words}
    byline: str | None = None
    moment: dt.datetime | None = None
    while lines:
        first, _, rest = lines[0].partition("\n")
        if rest and is_clock_line(first):  # a line of its own, set off by a break only
            lines = [first, rest, *lines[1:]]
        line, glued = lines[0], _GLUED.match(lines[0])
        if glued and is_signature_line(glued["who"]):
            byline, moment = clean_author(glued["who"], None)[0], parse_date(glued["when"], us_order=False)
        elif folded(line) not in said and not _repeats(line, lead) and not is_clock_line(line):
            break
        lines = lines[1:]
    return [line for line in lines if folded(line) not in said or len(line) < 20], byline, moment


def _repeats(line: str, lead: str | None) -> bool:
    """Whether a line is the lead once more, whole or cut short."""
    if not lead or len(line) < 40:
        return False
    short, whole = folded(line), folded(lead)
    return whole.startswith(short) or (short.startswith(whole) and len(short) < len(whole) + 25)


def _cut_teasers(lines: list[str], lead: str | None) -> list[str]:
    """Cut where the paper's signature stands a second time: there another article's teaser begins."""
    opening = [line for line in (lead, *lines[:1]) if line]
    signature = next((found["name"].lower() for line in opening if (found := _SIGNATURE.match(line))), None)
    if signature:
        for number, line in enumerate(lines):
            found = _SIGNATURE.match(line)
            opens = number == 0 and not line.endswith(("...", "…"))  # the article's own first paragraph
            if found and not opens and found["name"].lower() == signature:
                return lines[:number]
    return lines


def _is_office(line: str) -> bool:
    return len(line) < 60 and _OFFICE.match(line) is not None


def _cut_credits(lines: list[str], source: Source | None) -> tuple[list[str], str | None, str | None]:
    """Take the author's name and the credited paper off the end."""
    author: str | None = None
    origin: str | None = None
    for _ in range(4):
        if len(lines) < 2:
            break
        credited = origin_of(lines[-1], source)
        if credited is not None:
            origin = origin or credited or None
        elif author is None and is_signature_line(lines[-1]) and not _is_office(lines[-2]):
            author, other = clean_author(lines[-1], source)
            origin = origin or other
        else:
            break
        lines = lines[:-1]
    return lines, author, origin
