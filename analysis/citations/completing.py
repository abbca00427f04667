"""Fills in what does not stand right behind a number: shared attributes of a pair, the issuer before the verb, the day
at the head of the sentence, the issuer's code.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from analysis.citations.attributes import DATE, read_date, term_after
from analysis.citations.issuer_words import Named, match_body
from analysis.citations.mention import Level, Mention, attributes_end
from analysis.citations.sentences import sentence_start
from analysis.citations.subjects import subject_body
from analysis.citations.symbols import is_party
from analysis.issuers import Issuer, issuer_of
from analysis.values import Role


def share_in_pairs(text: str, mentions: list[Mention]) -> None:
    """Of "Quyết định số 217-QĐ/TW và Quyết định số 218-QĐ/TW ngày 12/12/2013": date, issuer and term belong to both."""
    for index in range(len(mentions) - 2, -1, -1):
        first, second = mentions[index], mentions[index + 1]
        between = text[first.end : second.start]
        if first.tail_end != first.end or len(between) > 12:
            continue
        if first.kind.family != second.kind.family and not _one_party_body(first, second):
            continue
        if re.fullmatch(r"\s*(?:,|;|và|&|hoặc|hay|,\s*và)\s*(?:số\s*:?\s*)?", between) is None:
            continue
        if first.kind.family == second.kind.family:
            _take_over(first, second)
        else:
            first.body, first.issuer, first.place = second.body, second.issuer, second.place


def _one_party_body(first: Mention, second: Mention) -> bool:
    """Of "Chỉ thị 05, Kết luận 01 của Bộ Chính trị": two numbers without suffix and one committee behind them."""
    bare = first.symbol is None and second.symbol is None and first.body is None and first.kind.issuer is None
    return bare and second.body is not None and is_party(second.body.code)


def _take_over(first: Mention, second: Mention) -> None:
    if first.symbol is None and second.symbol is not None and second.symbol.text and first.number:
        symbol = second.symbol
        text = re.sub(r"^\d+[a-zđ]?", first.number, symbol.text or "", count=1)
        first.symbol, first.year, first.level = replace(symbol, number=first.number, text=text), symbol.year, Level.FULL
    same = first.symbol is None or second.symbol is None or first.symbol.issuers == second.symbol.issuers
    if not same:
        return
    if first.date is None and first.day_month is None:
        first.date, first.day_month = second.date, second.day_month
    if first.body is None:
        first.body, first.issuer, first.place = second.body, second.issuer, second.place
    first.term = first.term or second.term


_HEAD_DAY = re.compile(r"(?:(?:ngày|sáng|chiều|tối|trưa)\s{1,2}){1,2}(?=\d)", re.IGNORECASE)


_MOST_EARLIER = 12
_HEADER_DAY = re.compile(r"[\s|]{0,6}[^\W\d_][\w .-]{0,30},\s?ngày {1,2}(?=\d)")


def read_subject(text: str, mentions: list[Mention], index: int) -> None:
    """Of a document behind a verb of issuing: the issuer before the verb, and the day at the head of the sentence."""
    mention = mentions[index]
    if mention.header and mention.date is None:
        opening = _HEADER_DAY.match(text, mention.end)  # "Số: 12-CT/TU", next line "Hạ Long, ngày 5 tháng 3 …"
        match = DATE.match(text, opening.end()) if opening is not None else None
        if match is not None:
            mention.date, _open = read_date(match)
    if mention.header and mention.body is None:
        _read_letterhead(text, mention)
    if not mention.issued_by_verb:
        return
    cue = mention.cue[0]
    start = sentence_start(text, cue)
    earlier = [
        m for m in mentions[max(0, index - _MOST_EARLIER) : index] if start <= m.start and attributes_end(m) <= cue
    ]
    named = subject_body(text, mention, max((attributes_end(m) for m in earlier), default=0))
    if named is not None:
        _take_subject(text, mention, named)
    if mention.role is Role.ISSUES and mention.date is None and mention.day_month is None:
        end = min((m.start for m in earlier), default=cue)  # the days of earlier documents are their own
        for opening in _HEAD_DAY.finditer(text, start, end):
            match = DATE.match(text, opening.end())
            if match is not None and match.end() <= end:
                mention.date, mention.day_month = read_date(match)


def _read_letterhead(text: str, mention: Mention) -> None:
    """The issuer of a document in full stands in a line of its own above the number ("ĐẢNG ỦY PHƯỜNG CÁI RĂNG")."""
    end = text.rfind("\n", 0, mention.start)
    for _line in range(4):
        start = text.rfind("\n", max(0, end - _LETTERHEAD_LINE), max(0, end)) + 1
        line = text[start : max(start, end)].split("|", 1)[0].strip(" *-")
        named = match_body(line.title() if line.isupper() else line, 0)
        if named is not None and named.end == len(line) and named.body.level == suffix_level(mention):
            words = named.body.words if line.isupper() else named.words
            mention.body, mention.issuer, mention.place = named.body, words, named.place
            return
        if start <= 1:
            return
        end = start - 1


_LETTERHEAD_LINE = 120


def _take_subject(text: str, mention: Mention, named: Named) -> None:
    """Words after the number come first; the subject fills in what they leave open, if it fits the suffix."""
    suffix = suffix_of(mention)
    if mention.body is not None:
        if mention.place is None and mention.body.level == named.body.level:
            mention.place = named.place
        return
    own = suffix is None or suffix.code.startswith(named.body.code) or named.body.code.startswith(suffix.code)
    if own or (suffix is not None and suffix.name is None and suffix.level in (None, named.body.level)):
        mention.body, mention.issuer, mention.place = named.body, named.words, named.place
        mention.term = mention.term or term_after(text, named.end)
    elif suffix is not None and suffix.level == named.body.level:
        mention.place = named.place  # the committee's board issued it: the place is the same


def complete_day(mention: Mention, published: dt.date | None) -> None:
    """A day without a year is the last such day before the article came out, if that is not long ago."""
    if mention.day_month is None or mention.date is not None or published is None:
        return
    day, month = mention.day_month
    for year in (published.year, published.year - 1):
        try:
            date = dt.date(year, month, day)
        except ValueError:
            continue
        if date <= published and (published - date).days <= 200:
            mention.date = date
            return


def is_fresh(date: dt.date | None, published: dt.date | None) -> bool:
    """Whether a day is recent: "do Chính phủ ban hành ngày 5/1/2026" is news for a month, a recollection later."""
    return date is not None and published is not None and 0 <= (published - date).days <= 30


def suffix_of(mention: Mention) -> Issuer | None:
    """The issuer behind the symbol's suffix, None without one."""
    if mention.symbol is not None and mention.symbol.issuers:
        return issuer_of(mention.symbol.issuers)
    return None


def suffix_level(mention: Mention) -> str | None:
    """The level of the issuer behind the suffix."""
    suffix = suffix_of(mention)
    return suffix.level if suffix is not None else None


def issuer_code(mention: Mention) -> str | None:
    """The words win where they name another level than the suffix ("267-KL/TW của Ban Thường vụ Tỉnh ủy": TU)."""
    suffix = suffix_of(mention)
    if suffix is None:
        return mention.body.code if mention.body is not None else mention.kind.issuer
    if mention.body is not None and suffix.level is not None and mention.body.level != suffix.level:
        upper, lower = suffix.level == "central", mention.body.level == "central"
        if upper or lower:
            return mention.body.code
    return suffix.code if mention.symbol is None else mention.symbol.issuer_code
