"""Whose a document is where neither the words behind its number nor the subject of a verb of issuing say so: the words
that open its list name the issuer, or who speaks in it stands behind it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.citations.issuer_words import Named, match_body
from analysis.citations.sentences import sentence_start
from analysis.citations.stages import Completed
from analysis.citations.symbols import suffix_of
from analysis.citations.words_before import LONGEST_TITLE, MOST_EARLIER

_WHOSE = re.compile(r"(?<!\w)của[ \n]{1,2}(?=\w)")
_LIST_FOLLOWS = re.compile(
    r"(?:\s{1,2}khóa\s{1,2}\w{1,6})?"
    r"(?:[,:]?\s{0,2}(?:(?:bao )?gồm(?: có)?|cụ thể(?: là)?|đó là|là)\s?:?|\s?:|\s?\()\s{0,2}(?:các\s)?"
)
_SAID_IN = re.compile(r"(?<!\w)(?:trong|tại)\s{1,2}$", re.IGNORECASE)
_DEMANDS = re.compile(
    r"\s(?:đã |cũng |tiếp tục )?"
    r"(?:yêu cầu|giao|chỉ đạo|đề nghị|nêu|quyết định|xác định|nhấn mạnh|thống nhất|khẳng định)(?!\w)"
)
_PAUSE = re.compile(r",\s{1,2}")


def named_around(text: str, mentions: Sequence[Completed], index: int) -> Named | None:
    """The issuer of a document that has none in its own words nor in its symbol (TW: the centre, no more)."""
    suffix = suffix_of(mentions[index].found.symbol)
    if suffix is None and mentions[index].found.kind.issuer is None:
        return _of_its_list(text, mentions, index) or _speaking_in_it(text, mentions[index])
    return _of_its_list(text, mentions, index) if suffix is not None and suffix.code == "TW" else None


def named_at_first(text: str, mention: Completed) -> Named | None:
    """Of "ký ban hành Kết luận của Bộ Chính trị về … (Kết luận số 201-KL/TW)" whose it is by its first naming."""
    words = mention.found.kind.words
    if not words or not text.endswith("(", 0, mention.start):
        return None
    start = max(sentence_start(text, mention.start), mention.start - LONGEST_TITLE)
    named = re.compile(rf"(?:{'|'.join(map(re.escape, words))}) của ", re.IGNORECASE)
    ends = [start + first.end() for first in named.finditer(text[start : mention.start])]
    return match_body(text, ends[-1]) if ends else None


def _of_its_list(text: str, mentions: Sequence[Completed], index: int) -> Named | None:
    """Of "bốn nghị quyết của Bộ Chính trị, gồm: Nghị quyết số 57-NQ/TW …, Nghị quyết số 59-NQ/TW …" whose they are."""
    mention = mentions[index]
    start, first = sentence_start(text, mention.start), index
    while first > 0 and mentions[first - 1].start >= start and index - first < MOST_EARLIER:
        first -= 1
        if mentions[first].family != mention.family:
            return None
    for whose in reversed(list(_WHOSE.finditer(text, start, mentions[first].start))):
        named = match_body(text, whose.end())
        if named is None or _LIST_FOLLOWS.fullmatch(text, named.end, mentions[first].start) is None:
            continue
        before = text[max(start, whose.start() - 40) : whose.start()].lower()
        return named if any(words in before for words in mention.found.kind.words) else None
    return None


def _speaking_in_it(text: str, mention: Completed) -> Named | None:
    """Of "Trong Kết luận số 178 về …, Bộ Chính trị, Ban Bí thư giao …" the first of those who speak."""
    pause = _PAUSE.match(text, mention.beside.end)
    if pause is None or _SAID_IN.search(text, max(0, mention.start - 12), mention.start) is None:
        return None
    named = last = match_body(text, pause.end())
    if last is not None and (pause := _PAUSE.match(text, last.end)) is not None:
        last = match_body(text, pause.end()) or last
    return named if last is not None and _DEMANDS.match(text, last.end) is not None else None
