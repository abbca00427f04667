"""Finds mentions by kind and number alone ("Nghị quyết 17"), and the further numbers of a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from analysis.citations.before import Before, look_back
from analysis.citations.grammar import rejects
from analysis.citations.stages import Beside, Form, Found
from analysis.kinds import default_kind, kind_by_code, kind_words

_BEFORE_SHORT = frozenset(' \n:("ố')
_RUN = re.compile(r"(?:(?<!ố)|(?<=số))(?<!\d:)\d{1,5}[a-zđ]?(?![\w%])(?![.,:]\d)")
_YEAR_AFTER = re.compile(r" ?/ ?((?:19|20)\d\d)(?![\d/-])")
_NO_NUMBER_AFTER = re.compile(r"[.,:]\d| ?[-/] ?\d| ?%|[A-Za-z]|[-/][A-ZĐƯ]{2}")
_YEARS_AFTER = re.compile(r" {1,3}(\d{2,4})(?: ?- ?((?:19|20)\d\d))?")
_NUMBER_BEFORE = re.compile(r"\d+$")
_FIRST_WORDS = re.compile(r" {1,3}([^\W\d]+)(?: {1,3}([^\W\d]+))?")
_JOINED = re.compile(r'[\s"]{0,3}(?:,|;|và|hoặc|&|hay)\s{0,3}(?:(số)\s{0,3}:?\s{0,3})?', re.IGNORECASE)
_MOST_JOINT = 14
_MOTTO_IN_QUOTES = re.compile(r" (?!của |ngày |năm |về |khóa )[^\W\d_][^\"\n/.]{1,40}\"")


def short_forms(text: str, full: list[Found], runs: Sequence[tuple[int, int]]) -> Iterator[Found]:
    """Mentions with a kind and a number only, and the further numbers of a list ("Quyết định số 217, số 218")."""
    spans = iter([*full, None])
    after = next(spans)
    previous: Found | None = None
    for at, _end in runs:
        while after is not None and after.end <= at:
            if previous is None or after.end > previous.end:
                previous = after
            after = next(spans)
        if (after is not None and after.start <= at) or text[at - 1] not in _BEFORE_SHORT:
            continue
        found = _short_at(text, at, previous)
        if found is not None:
            previous = found
            yield found


def _short_at(text: str, at: int, previous: Found | None) -> Found | None:
    near = previous is not None and 0 < at - previous.end <= _MOST_JOINT
    named = _may_name(text, at)
    match = _RUN.match(text, at) if near or named else None
    if match is None:
        return None
    end, year = match.end(), None
    if (with_year := _YEAR_AFTER.match(text, end)) is not None:
        end, year = with_year.end(), int(with_year[1])
    elif _NO_NUMBER_AFTER.match(text, end):
        return None
    joined = _joined_to(text, at, previous) if near else None
    if joined is not None and previous is not None:
        return _list_item(text, match, previous, so=joined)
    before = look_back(text, at) if named else None
    if before is not None and before.generic and before.so:  # "văn bản số 558": a công văn, as with a whole symbol
        before = before._replace(kind=default_kind())
    if before is None or before.kind is None or before.rejected or not _plausible(text, match, end, before):
        return None
    kind, number = before.kind, match.group()
    vague = kind.verb and not before.capital and len(number) == 1
    doubtful = vague or (before.code and not before.so)
    return Found(Form.SHORT, before.start, end, kind, Beside(end, year), number, doubtful=doubtful)


def _may_name(text: str, at: int) -> bool:
    """A quick look before the thorough one: the words before the number must be "số" or end a kind's name."""
    low, naming = max(0, at - 20), _naming_words()
    last = text[text.rfind(" ", low, at - 1) + 1 : at - 1]
    if text[at - 1] != "ố" and last.isalpha() and last not in naming and last.lower() not in naming:
        return False  # most numbers: a plain word that names nothing
    before = text[low:at].rsplit(None, 2)
    if not before:
        return True
    last = before[-1].strip(':"(')
    if last not in naming and (last := last.lower()) not in naming:
        return False
    ahead = naming[last]
    return ahead is None or len(before) == 1 or before[-2].lower().strip('(":,;-') in ahead


@cache
def _naming_words() -> dict[str, frozenset[str] | None]:
    """By the last word of what may name a document: the words before it (None: any)."""
    ahead: dict[str, frozenset[str] | None] = dict.fromkeys(("", "số", *kind_by_code()))
    for last, names in kind_words().items():
        alone = last in ahead or any(" " not in words for words, _kind in names)
        ahead[last] = None if alone else frozenset(words.split()[-2] for words, _kind in names)
    return ahead


def _joined_to(text: str, at: int, previous: Found | None) -> bool | None:
    """Whether the number at `at` goes on a list begun by the previous mention: True with "số", False without."""
    match = _JOINED.fullmatch(text, previous.end, at) if previous is not None else None
    return None if match is None else match[1] is not None


def _list_item(text: str, match: re.Match[str], previous: Found, *, so: bool) -> Found | None:
    digits = match.group()
    if not so and (len(digits) < 2 or counted_after(text, match.end()) or _is_year(digits)):
        return None
    start = previous.end + text[previous.end : match.start()].lower().find("số") if so else match.start()
    return Found(Form.SHORT, start, match.end(), previous.kind, Beside(match.end()), digits)


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("19", "20")


_UNITS = frozenset({"tỉnh", "huyện", "quận", "xã", "phường"})


def counted_after(text: str, end: int) -> bool:
    """Whether a noun that is counted follows ("3 nội dung"); "năm 2013" after a number is a date, not a count."""
    match = _FIRST_WORDS.match(text, end)
    if match is None:
        return False
    capitals = match[1].isupper() and text[end - 1 : end].isdigit()  # a headline: "KẾ HOẠCH 5 NĂM (2026 - 2030)"
    first, second = (match[1].lower(), (match[2] or "").lower()) if capitals else (match[1], match[2] or "")
    if first == "năm" and (years := _YEARS_AFTER.match(text, match.end(1))) is not None:
        number = _NUMBER_BEFORE.search(text, max(0, end - 4), end)
        span = int(years[2]) - int(years[1]) if years[2] else 99  # "Kế hoạch 5 năm 2026-2030": that many years
        return number is not None and span in (int(number[0]) - 1, int(number[0]))
    if first == "ngày" or (first, second) == ("ban", "hành"):  # no boards: "Quyết định 99 ban hành quy chế"
        return False
    if first in _UNITS and second[:1].isupper() and text[max(0, end - 2) : end].isdigit():
        return False  # one unit by its name: "Ban Chỉ đạo thực hiện Nghị quyết 57 tỉnh Thái Nguyên"
    counted = rejects()["counted"]
    return first.islower() and (first in counted or f"{first} {second}" in counted)


def _names_a_movement(text: str, number: re.Match[str]) -> bool:
    """Whether a small number begins the name of a movement: "nghị quyết 3 không", 'chương trình "5 tự, 5 cùng"'."""
    if not number.group().isdecimal() or number.group()[0] == "0" or int(number.group()) > 12:
        return False
    quoted = text[number.start() - 1] == '"' and _MOTTO_IN_QUOTES.match(text, number.end()) is not None
    return quoted or _motto().match(text, number.end()) is not None


@cache
def _motto() -> re.Pattern[str]:
    lists = rejects()
    whole, before, on = ("|".join(sorted(lists[name])) for name in ("mottos", "mottos_before_a_pause", "motto_goes_on"))
    return re.compile(rf"\s{{1,2}}(?:(?:{whole})(?!\w)|(?:{before})(?=[.,;:!?)\"]|\s*$|\s+(?:\d|(?:{on})(?!\w))))")


def _plausible(text: str, match: re.Match[str], end: int, before: Before) -> bool:
    """Whether kind word + number names a document and does not count something ("quyết định 3 nội dung")."""
    kind, digits = before.kind, match.group()
    if kind is None:
        return False
    if before.so:
        return True
    if _is_year(digits) or counted_after(text, end) or _names_a_movement(text, match):
        return False
    return before.capital or kind.strong or text[end : end + 5] in (" của ", " ngày")
