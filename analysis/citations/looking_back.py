"""Tells a look back from news: "Năm 2022, HĐND tỉnh ban hành 52 nghị quyết, trong đó có …" is no news.

A recent day printed with the document outweighs every sign of a look back. All words stand in `data/roles.yaml`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache

from analysis.citations.completing import is_fresh
from analysis.citations.cues import pattern
from analysis.citations.grammar import role_words
from analysis.citations.sentences import sentence_start
from analysis.citations.stages import Completed
from analysis.data_files import words_key
from analysis.values import Role

_OPENING_MONTH = re.compile(
    r"(?:vào |trong )?(?:từ )?(?:cuối |đầu |giữa )?(?:tháng )?(\d{1,2})\s?[-/]\s?((?:19|20)\d\d)(?![-/\d])"
)
_OPENING_YEAR = re.compile(r"(?:vào |trong )?(?:từ )?(?:ngay từ )?(?:cuối |đầu |giữa )?năm ((?:19|20)\d\d)(?!\d)")
_SINCE = re.compile(
    r"[\s,()]{0,3}(?:đã |được ){0,2}(?:ban hành )?(?:ngay )?(?:từ|vào|hồi)\s(?:cuối |đầu |giữa )?"
    r"(?:năm |tháng \d{1,2}\s?(?:[-/]|năm)\s?)((?:19|20)\d\d)(?!\d)"
)
_OF_YEAR = re.compile(r"[\s,(]{1,3}năm ((?:19|20)\d\d)(?!\d)")
_JUST_NOW = re.compile(r"(?<!\w)(?:vừa|mới)(?: chính thức)?(?: ký)?\s*$")
_FRESH_DAYS = 31


@cache
def _opening(name: str) -> re.Pattern[str]:
    ordered = sorted((words_key(words) for words in role_words()[name]), key=lambda words: (-len(words), words))
    words = "|".join(re.sub(r"(?<!\w)n(?!\w)", r"\\d+", words) for words in ordered)
    return re.compile(rf"[\s\"(-]*(?:{words})(?!\w)")


def without_look_backs(text: str, mentions: Sequence[Completed], published: dt.date | None) -> list[Completed]:
    """With `cites` for `issues` where the sentence looks back, but not for a document of a recent day."""
    marked = list(mentions)

    def recall(index: int) -> None:
        marked[index] = marked[index]._replace(told=marked[index].told._replace(role=Role.CITES))

    for index, mention in enumerate(marked):
        if _told_new(mention, published) and not mention.told.header and _looks_back(text, mention, published):
            recall(index)
    for index in range(len(marked) - 2, -1, -1):  # "… và Nghị quyết số 7-NQ/TU từ năm 2021" holds for the whole list
        first, second = marked[index].told, marked[index + 1].told
        if first.cue == second.cue != (-1, -1) and second.role is Role.CITES and _told_new(marked[index], published):
            recall(index)
    return marked


def _told_new(mention: Completed, published: dt.date | None) -> bool:
    return mention.told.role is Role.ISSUES and not is_fresh(mention.beside.date, published)


def _looks_back(text: str, mention: Completed, published: dt.date | None) -> bool:
    symbol, beside = mention.found.symbol, mention.beside
    named = symbol is None or symbol.year is None  # "năm 2021" behind the number, not a year inside it
    if named and beside.date is None and _is_old(beside.year, published):
        return True
    since = _SINCE.match(text, beside.end) or _OF_YEAR.match(text, mention.end)
    if since is not None and (published is None or _is_old(int(since[1]), published)):
        return True
    cue = mention.told.cue[0] if mention.told.cue[0] >= 0 else mention.start
    start = sentence_start(text, cue)
    clause = text[max(start, text.rfind(";", start, cue) + 1) : cue].lower()
    opens = _JUST_NOW.search(clause) is None and _opens_on_the_past(clause, published)
    recalled = pattern("lookback_always").search(text[start:cue].lower()) is not None
    return opens or recalled or _is_example(text[start : mention.start].lower())


def _is_old(year: int | None, published: dt.date | None) -> bool:
    """Whether a year was over more than a month before the day of the article."""
    return (
        year is not None and published is not None and (published - dt.date(min(year, 9998), 12, 31)).days > _FRESH_DAYS
    )


_DATELINE = re.compile(r"[\s\"(]{0,3}[^,.:;()\d-]{2,30}(?::| -) (?=\w)")


def _opens_on_the_past(before: str, published: dt.date | None) -> bool:
    if (dateline := _DATELINE.match(before)) is not None:  # "Kon Tum: Năm 2024, HĐND tỉnh ban hành …"
        before = before[dateline.end() :]
    if _opening("lookback").match(before) is not None or pattern("lookback_anywhere").search(before) is not None:
        return True
    if published is None:
        return False
    if (month := _OPENING_MONTH.match(before)) is not None and 1 <= int(month[1]) <= 12:
        last = dt.date(int(month[2]), int(month[1]), 28)
        return (published - last).days > _FRESH_DAYS
    year = _OPENING_YEAR.match(before)
    return year is not None and int(year[1]) < published.year


def _is_example(before: str) -> bool:
    """Whether the document is one of a counted number: always in a review, else only behind a word for examples."""
    found = pattern("counted").search(before)
    if found is None:
        return False
    if _opening("lookback_counted").match(before) is not None:
        return True
    example = pattern("examples").search(before, found.end())
    return example is not None and pattern("newly").search(before) is None
