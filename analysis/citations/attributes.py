"""What stands beside a number: date, issuer with place, term, title.

They follow the number in any order ("ngày 3-6-2013 của Ban Chấp hành Trung ương Đảng khóa XI về “…”"); reading stops
at the first thing that is none of them, so that a date behind a second number stays with the second.
"""

from __future__ import annotations

import datetime as dt
import re

from analysis.citations.grammar import role_words
from analysis.citations.issuer_words import LOWER, match_body
from analysis.citations.mention import Mention

# Between a number and its attributes: spaces, commas, and a line end only where the sentence goes on in small letters.
_GAP = rf"[ ,]{{0,4}}(?:\n(?=(?-i:[{LOWER}(])))?\(? ?"
_NUMERIC = r"(\d{1,2}) ?[-/.] ?(\d{1,2})(?: ?[-/.] ?(\d{4}|\d{2})(?!\d)|(?![-/.]?\d))"
_SPELLED = r"(\d{1,2}) {1,3}tháng {1,3}(\d{1,2})(?:(?: {1,3}năm| ?[-/,]) {0,3}(\d{4}))?(?!\d)"
_ISSUED = r"(?:(?:đã |vừa |mới )?(?:được |do )?(?:ký )?(?:ban hành|thông qua|ký) {1,3})?(?:vào {1,3})?"
DATE = re.compile(rf"(?:{_SPELLED}|{_NUMERIC})")
_DAY = re.compile(rf"{_GAP}{_ISSUED}ngày[ \n]{{0,3}}(?:ký )?(?=\d)", re.IGNORECASE)
_BARE_DAY = re.compile(r"(?: {0,3}\( ?| ?, ?)(?=\d{1,2} ?[-/.] ?\d{1,2} ?[-/.] ?\d{4}(?!\d))")
_OF = re.compile(
    rf"{_GAP}(?:(?:ý kiến )?kết luận )?(?:(?:đã |vừa |mới )?được {{1,3}}|(?:của|do)[ \n]{{1,3}})", re.IGNORECASE
)
_VERB_AFTER = re.compile(r"(?:\s{1,2}khóa\s{1,2}\w{1,6})?\s{1,3}(?:ký\s{1,3})?(?:ban hành|thông qua)(?!\w)")
_DIRECT = re.compile(r"(?: {1,2}\(?|, ?(?=Hội nghị ))(?=[A-ZĐỦƯ])")
_TERM = re.compile(
    rf"{_GAP}(?:(?:Đại hội|nhiệm kỳ)\s{{1,3}})?(?:khóa|Khóa|KHÓA)\s{{1,3}}([IVXLivxl]{{1,6}}|\d{{1,2}})(?!\w)\)?"
)
_YEAR = re.compile(rf"{_GAP}(?:ban hành )?năm {{1,2}}((?:19|20)\d\d)(?!\d)\)?")
_QUOTED = re.compile(r'[ ,:]{0,4}\n?(?:về\s{1,3}(?:việc\s{1,3})?)?"')
_ABOUT = re.compile(rf"{_GAP}về\s{{1,3}}(?:việc\s{{1,3}})?(?=\w)", re.IGNORECASE)
_CLAUSE = "|".join(role_words()["title_ends_before"])
_TITLE_ISSUERS = "|".join(role_words()["title_issuers"])
_TITLE_VERBS = "|".join(role_words()["title_verbs"])
_TITLE_STOP = re.compile(
    rf'[.;:"()]|\n(?![{LOWER}])|,\s(?=(?:{_CLAUSE})(?:\b|(?<=20)))'
    rf"|\s(?=(?:(?:của|do|(?:đã |vừa |mới )?được) (?:{_TITLE_ISSUERS})|{_TITLE_VERBS})\b)"
)
_LIST_END = re.compile(r'[\s"(]*(?:,|;|,?\s*và|,?\s*cùng|&)[\s"(]*(?:(?:số|các|những)\s+)?$')
_TITLE_MOST = 400


def read_date(match: re.Match[str]) -> tuple[dt.date | None, tuple[int, int] | None]:
    """The day a match of `DATE` stands for: a date, or day and month where no year is printed. None: no such day."""
    day, month, year = (match[1], match[2], match[3]) if match[1] else (match[4], match[5], match[6])
    if year is None:
        return None, ((int(day), int(month)) if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else None)
    full = int(year) if len(year) == 4 else 2000 + int(year)
    try:
        return dt.date(full, int(month), int(day)), None
    except ValueError:
        return None, None


def read_tail(text: str, mention: Mention, limit: int) -> None:
    """Fill in date, issuer, place, term and title from what follows the mention, not beyond `limit`."""
    mention.tail_end = _elements(text, mention.end, mention)
    _title(text, mention.tail_end, mention, limit)
    if mention.title_start >= 0 and mention.title_end <= limit:  # no other document inside the title
        mention.tail_end = _elements(text, mention.tail_end, mention)
    if mention.inner is not None:
        _inner(text, *mention.inner, mention)


def _elements(text: str, at: int, mention: Mention) -> int:
    """Date, issuer and term from `at` on, in any order; the place where they end."""
    for _element in range(6):
        after = _date(text, at, mention) or _issuer(text, at, mention) or _term(text, at, mention)
        if not after:
            break
        at = _closed(text, after)
    return at


def _inner(text: str, start: int, end: int, mention: Mention) -> None:
    """Issuer or title between kind and number: "Nghị quyết của Tỉnh ủy về du lịch số 15-NQ/TU"."""
    opening = _OF.match(text, start, end)
    if opening is not None and mention.body is None and (named := match_body(text, opening.end())) is not None:
        mention.body, mention.issuer, mention.place = named.body, named.words, named.place
        start = min(end, named.end)
    about = _ABOUT.match(text, start, end)
    if about is not None and mention.title is None:
        mention.title, mention.title_start, mention.title_end = text[about.end() : end].strip(), about.end(), end


def _closed(text: str, at: int) -> int:
    return at + 1 if text[at : at + 1] == ")" else at


def _date(text: str, at: int, mention: Mention) -> int:
    if mention.date is not None or mention.day_month is not None:
        return 0
    opening = _DAY.match(text, at) or _BARE_DAY.match(text, at)
    if opening is not None and (match := DATE.match(text, opening.end())) is not None:
        mention.date, mention.day_month = read_date(match)
        return match.end()
    if mention.year is None and (match := _YEAR.match(text, at)) is not None:
        if mention.symbol is None or "-" not in (mention.symbol.text or "").split("/", 1)[0]:
            mention.year = int(match[1])
        return match.end()
    return 0


def _issuer(text: str, at: int, mention: Mention) -> int:
    if mention.body is not None:
        return 0
    opening = _OF.match(text, at) or _DIRECT.match(text, at)
    if opening is None or (named := match_body(text, opening.end())) is None:
        return 0
    verb = _VERB_AFTER.match(text, named.end)
    if "được" in opening.group().lower() and verb is None:
        return 0  # "được Tỉnh ủy khen": who praised did not issue
    mention.body, mention.issuer, mention.place = named.body, named.words, named.place
    return named.end


_ROMANS = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """A number in Roman numerals, as terms are written."""
    out = ""
    for value, letters in _ROMANS:
        while number >= value:
            out += letters
            number -= value
    return out


def read_term(word: str) -> str:
    """A term as printed ("xi", "11") in Roman numerals."""
    return roman(int(word)) if word.isdigit() else word.upper()


def _term(text: str, at: int, mention: Mention) -> int:
    if mention.term is not None or (match := _TERM.match(text, at)) is None:
        return 0
    mention.term = read_term(match[1])
    return match.end()


def term_after(text: str, at: int) -> str | None:
    """The term that stands right at `at` ("… khóa XIII đã ban hành"), or None."""
    match = _TERM.match(text, at)
    return None if match is None else read_term(match[1])


def _title(text: str, at: int, mention: Mention, limit: int) -> None:
    """The title: in quotation marks, or after "về" up to the end of the phrase."""
    most = min(len(text), at + _TITLE_MOST)
    if (match := _QUOTED.match(text, at)) is not None:
        close = text.find('"', match.end(), most)
        if close > match.end():
            _set_title(text, mention, match.end(), close, close + 1, quoted=True)
        return
    if (match := _ABOUT.match(text, at)) is None:
        return
    stop = _TITLE_STOP.search(text, match.end(), most)
    end = stop.start() if stop is not None else most
    if limit < end and (joint := _LIST_END.search(text, max(match.end(), limit - 12), limit)) is not None:
        end = joint.start()
    elif stop is not None and stop.group() == '"' and (close := text.find('"', stop.end(), most)) > 0:
        end = close + 1
    _set_title(text, mention, match.end(), max(match.end(), end), max(match.end(), min(end, limit)), quoted=False)


def _set_title(text: str, mention: Mention, start: int, end: int, tail: int, *, quoted: bool) -> None:
    words = " ".join(text[start:end].split()).strip(" ,")
    if words:
        mention.title, mention.title_start, mention.title_end, mention.title_quoted = words, start, end, quoted
        mention.tail_end = tail
