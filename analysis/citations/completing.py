"""Fills in what does not stand right behind a number: shared attributes of a pair, the issuer before the verb, the day
at the head of the sentence, the issuer's code. Every function takes mentions and answers new ones.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from analysis.citations.attributes import DATE, by, on, term_after
from analysis.citations.cues import pattern
from analysis.citations.issuer_words import UPPER, Named
from analysis.citations.items import list_opening
from analysis.citations.letterhead import from_letterhead, from_record, under_its_heading
from analysis.citations.named_around import named_around, named_at_first
from analysis.citations.sentences import clause_end, sentence_start
from analysis.citations.stages import Beside, Completed, Form, Found
from analysis.citations.subjects import subject_body
from analysis.citations.symbols import Symbol, is_party, suffix_of
from analysis.citations.words_before import MOST_EARLIER
from analysis.issuers import Body
from analysis.values import Role

_JOINT = re.compile(r"\s*(?:,|;|và|&|hoặc|hay|,\s*và)\s*(?:số\s*:?\s*)?")


def share_in_pairs(text: str, mentions: Sequence[Completed]) -> list[Completed]:
    """Of "Quyết định số 217-QĐ/TW và Quyết định số 218-QĐ/TW ngày 12/12/2013": date, issuer and term belong to both."""
    shared = list(mentions)
    for index in range(len(shared) - 2, -1, -1):
        first, second = shared[index], shared[index + 1]
        between, dated = text[first.beside.end : second.start], first.beside.end != first.end
        if len(between) > 12 or _JOINT.fullmatch(between) is None:
            continue
        if first.family == second.family and not dated:
            shared[index] = _take_over(first, second)
        elif _one_party_body(first, second):
            shared[index] = first._replace(beside=_of_one_body(first.beside, second.beside))
    return shared


def _one_party_body(first: Completed, second: Completed) -> bool:
    """Of "Chỉ thị 05, Kết luận 01 của Bộ Chính trị": two numbers without suffix and one committee behind them."""
    bare = first.found.symbol is None and second.found.symbol is None and first.found.kind.issuer is None
    return bare and first.beside.body is None and second.beside.body is not None and is_party(second.beside.body.code)


def _of_one_body(first: Beside, second: Beside) -> Beside:
    return first._replace(body=second.body, issuer=second.issuer, place=second.place)


def _take_over(first: Completed, second: Completed) -> Completed:
    found, beside, theirs = first.found, first.beside, second.beside
    if found.symbol is None and second.found.symbol is not None and second.found.symbol.text and found.number:
        symbol = second.found.symbol
        text = re.sub(r"^\d+[a-zđ]?", found.number, symbol.text or "", count=1)
        found = found._replace(symbol=replace(symbol, number=found.number, text=text), form=Form.FULL)
        beside = beside._replace(year=symbol.year)
    mine, other = found.symbol, second.found.symbol
    if mine is None or other is None or mine.issuers == other.issuers:
        if not beside.says_day:
            beside = beside._replace(date=theirs.date, day_month=theirs.day_month)
        if beside.body is None:
            beside = _of_one_body(beside, theirs)
        beside = beside._replace(term=beside.term or theirs.term)
    return first._replace(found=found, beside=beside)


def complete(text: str, mentions: Sequence[Completed], published: dt.date | None) -> list[Completed]:
    """With the issuer and the day that stand before the verb, days without a year made whole, and the issuer's code.

    A document "do … ban hành ngày …" is news for thirty days after that day, and so is one that is only recalled
    ("sau 5 năm … và ban hành").
    """
    done = list(mentions)
    for index, mention in enumerate(done):
        told = mention.told
        beside = _with_subject(text, done, index)
        beside = _with_day(_with_day_of_passive(text, mention, beside) if told.passive else beside, published)
        recalled = (
            told.by_verb and not told.weak and _DENIED.search(text[max(0, told.cue[0] - 16) : told.cue[0]]) is None
        )
        if (told.passive or recalled) and told.role is Role.CITES and is_fresh(beside.date, published):
            told = told._replace(role=Role.ISSUES)
        elif told.weak and told.role is Role.ISSUES and not _says_when(text, mention, beside):
            told = told._replace(role=Role.CITES)
        if told.role is Role.ISSUES:
            today = beside.day_month is not None or _says(text, mention, beside, pattern("told_today"))
            told = told._replace(today=today)
        found = under_its_heading(text, mention.found) if told.header else mention.found
        done[index] = Completed(found, beside, told, issuer_code(found, beside.body))
    return done


_DENIED = re.compile(r"(?<!\w)không(?: hề)?\s*$")
_DAY_OF_PASSIVE = re.compile(
    r"(?<!\w)(?:ban hành|thông qua|ký kết|ký|ra đời) (?:vào )?(?:ngày|hôm|(?:sáng|chiều|tối)(?: ngày)?) {1,2}(?=\d)"
)
_ANY_DAY = re.compile(r"(?<!\w)(?:ngày|sáng|chiều|tối)\s+\d{1,2}(?!\w)|(?<!\d)\d{1,2} ?[-/.] ?\d{1,2} ?[-/.] ?\d{4}")


def _says_when(text: str, mention: Completed, beside: Beside) -> bool:
    return beside.says_day or any(_says(text, mention, beside, words) for words in (pattern("weak_needs"), _ANY_DAY))


def _says(text: str, mention: Completed, beside: Beside, words: re.Pattern[str]) -> bool:
    """Whether the sentence of a mention, or the words that open its list, say one of these words."""
    end = min(mention.found.end + 160, clause_end(text, beside.end))
    said = text[sentence_start(text, mention.start) : end]
    if (opening := list_opening(text, mention.start)) is not None:
        said = text[sentence_start(text, opening - 1) : opening] + said
    return words.search(said.lower()) is not None


_CLAUSE_DAY = re.compile(r"[,;]\s{1,2}(?:ngày|sáng|chiều|tối)(?:\sngày)?\s{1,2}(?=\d)")
_THEN_WHO = re.compile(rf",?\s{{1,2}}[{UPPER}]")
_HEAD_DAY = re.compile(
    r"(?:(?:ngày|sáng|chiều|tối|trưa|hôm)\s{1,2}){1,2}(?:m[ùồ]ng\s)?(?=\d)"
    r"|(?:sáng|chiều|tối|trưa|hôm) (?:nay|qua)(?:,| \(|, ngày) ?(?:ngày )?(?=\d{1,2}[/-]\d{1,2}(?:[/-]\d{4})?[),])",
    re.IGNORECASE,
)


def _with_subject(text: str, mentions: Sequence[Completed], index: int) -> Beside:
    """Of a document behind a verb of issuing: the issuer before the verb, and the day at the head of the sentence."""
    mention = mentions[index]
    beside = mention.beside
    if mention.told.header:
        beside = from_letterhead(text, mention)
    elif mention.told.role is Role.ISSUES and not mention.told.by_verb:
        beside = from_record(text, mention)
    if not mention.told.by_verb:
        named = named_around(text, mentions, index) if beside.body is None else None
        return beside if named is None else _take_subject(text, beside, mention.found.symbol, named)
    cue = mention.told.cue[0]
    start = sentence_start(text, cue)
    earlier = [
        m for m in mentions[max(0, index - MOST_EARLIER) : index] if start <= m.start and m.attributes_end <= cue
    ]
    named = named_at_first(text, mention) or subject_body(
        text, cue, max((m.attributes_end for m in earlier), default=0)
    )
    if named is not None:
        beside = _take_subject(text, beside, mention.found.symbol, named)
    if mention.told.role is Role.ISSUES and not beside.says_day:
        beside = _with_day_of_sentence(text, beside, start, cue, earlier)
    return beside


def _with_day_of_sentence(text: str, beside: Beside, start: int, cue: int, earlier: Sequence[Completed]) -> Beside:
    """The day at the head of the sentence, or at the head of the clause of the verb ("…, ngày 15/5, Tỉnh ủy đã ban
    hành"); the days of earlier documents are their own.
    """
    end = min((m.start for m in earlier), default=cue)
    for opening in _HEAD_DAY.finditer(text, start, end):
        match = DATE.match(text, opening.end())
        if match is not None and match.end() <= end:
            beside = on(beside, match)
    behind = max((m.attributes_end for m in earlier), default=cue)
    for opening in _CLAUSE_DAY.finditer(text, behind, cue):
        match = DATE.match(text, opening.end())
        if match is not None and _THEN_WHO.match(text, match.end(), cue) is not None:
            beside = on(beside, match)
    return beside


def _take_subject(text: str, beside: Beside, symbol: Symbol | None, named: Named) -> Beside:
    """Words after the number come first; the subject fills in what they leave open, if it fits the suffix."""
    suffix = suffix_of(symbol)
    if beside.body is not None:
        fits = beside.place is None and beside.body.level == named.body.level
        return beside._replace(place=named.place) if fits else beside
    own = suffix is None or suffix.code.startswith(named.body.code) or named.body.code.startswith(suffix.code)
    if own or (suffix is not None and suffix.name is None and suffix.level in (None, named.body.level)):
        return by(beside, named)._replace(term=beside.term or term_after(text, named.end))
    if suffix is not None and suffix.level == named.body.level:
        return beside._replace(place=named.place)  # the committee's board issued it: the place is the same
    return beside


def _with_day_of_passive(text: str, mention: Completed, beside: Beside) -> Beside:
    """Of "… được hai ngành ký kết chiều 8/9" the day behind the verb, of "Ngày 8/9, … được ban hành." the one ahead."""
    end = min(clause_end(text, beside.end), mention.end + 260)
    found = None if beside.says_day else _DAY_OF_PASSIVE.search(text, mention.end, end)
    match = DATE.match(text, found.end()) if found is not None else None
    if match is None and not beside.says_day and _ISSUED_THEN.search(text, mention.end, end) is not None:
        head = _HEAD_DAY.match(text, sentence_start(text, mention.start))
        match = DATE.match(text, head.end()) if head is not None else None
        match = match if match is not None and text[match.end() : mention.start].strip(" ,") == "" else None
    return beside if match is None else on(beside, match)


_ISSUED_THEN = re.compile(
    r"(?<!\w)được (?:[^.,;]{1,60} )?(?:ban hành|thông qua)(?=\s*(?:[.,;]|\Z)|\s(?:nhằm|để|với|gồm|và)(?!\w))"
)


def _with_day(beside: Beside, published: dt.date | None) -> Beside:
    """A day without a year is the last such day before the article came out, if that is not long ago."""
    if beside.day_month is None or beside.date is not None or published is None:
        return beside
    day, month = beside.day_month
    for year in (published.year, published.year - 1):
        try:
            date = dt.date(year, month, day)
        except ValueError:
            continue
        if date <= published and (published - date).days <= 200:
            return beside._replace(date=date)
    return beside


def is_fresh(date: dt.date | None, published: dt.date | None) -> bool:
    """Whether a day is recent: "do Chính phủ ban hành ngày 5/1/2026" is news for a month, a recollection later."""
    return date is not None and published is not None and 0 <= (published - date).days <= 30


def issuer_code(found: Found, body: Body | None) -> str | None:
    """The words win over TW where they name a committee below ("267-KL/TW của Ban Thường vụ Tỉnh ủy": TU)."""
    suffix = suffix_of(found.symbol)
    if suffix is None:
        return body.code if body is not None else found.kind.issuer
    if body is not None and suffix.code == "TW" and body.level != "central" and is_party(body.code):
        return body.code
    return found.symbol.issuer_code if found.symbol is not None else suffix.code
